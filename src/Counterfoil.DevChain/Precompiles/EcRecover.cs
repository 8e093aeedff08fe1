using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.DevChain.Precompiles;

/// <summary>The address that signed a digest, at address 1. An invalid signature is no failure: the output is empty (Yellow Paper, appendix E.1).</summary>
sealed class EcRecover : Precompile
{
    // The order n of secp256k1 (SEC 2 §2.4.1), and half of it.
    static readonly UInt256 Order = UInt256.Parse("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    static readonly UInt256 Half = Order >> 1;

    public override string Name => "ecrecover";
    public override long Gas(ReadOnlySpan<byte> input) => 3_000;

    public override byte[] Run(ReadOnlySpan<byte> input)
    {
        Span<byte> padded = stackalloc byte[128];
        padded.Clear();
        input[..Math.Min(input.Length, 128)].CopyTo(padded);
        UInt256 v = UInt256.ReadBigEndian(padded[32..64]), r = UInt256.ReadBigEndian(padded[64..96]), s = UInt256.ReadBigEndian(padded[96..]);
        if (v != 27 && v != 28) return [];
        bool odd = v == 28;
        // The precompile takes a high s, which our signatures do not: (r, s) under nonce point R and (r, n − s) under −R name the same key.
        if (s > Half && s < Order) (s, odd) = (Order - s, !odd);
        if (!Secp256k1PublicKey.Recover(new Bytes32(padded[..32]), new EcdsaSignature(r, s, odd), out var key).IsAccepted) return [];
        return key.Address.ToWord().ToBigEndian();
    }
}
