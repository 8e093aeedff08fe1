using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evm.Secp256k1;

/// <summary>An ECDSA signature on secp256k1 that names its public key: Ethereum's r, s and parity (yellow paper, appendix F).</summary>
/// <param name="R">The x coordinate of the nonce's point modulo n, in [1, n − 1].</param>
/// <param name="S">In [1, n / 2]: of s and n − s only the lower is a signature (EIP-2), so that one message has one.</param>
/// <param name="YParity">Whether the y coordinate of the nonce's point is odd.</param>
public readonly record struct EcdsaSignature(UInt256 R, UInt256 S, bool YParity)
{
    /// <summary>The number of bytes of r ‖ s ‖ v: 65.</summary>
    public const int Size = 65;

    /// <summary>v as contracts and wallets take it: 27, or 28 where y is odd.</summary>
    public byte V => (byte)(YParity ? 28 : 27);

    /// <summary>Writes r ‖ s ‖ v, 65 bytes, to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        R.WriteBigEndian(destination);
        S.WriteBigEndian(destination[32..]);
        destination[64] = V;
    }

    /// <summary>r ‖ s ‖ v, 65 bytes: what Solidity's <c>bytes signature</c> is.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads r ‖ s ‖ v from a stranger: 65 bytes, v 27 or 28, r and s in range, s in the lower half.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out EcdsaSignature signature)
    {
        signature = default;
        if (bytes.Length != Size) return Verdict.Reject(EvmChecks.SignatureEncoding, $"{Size} bytes", $"{bytes.Length}");
        if (bytes[64] is not (27 or 28)) return Verdict.Reject(EvmChecks.SignatureEncoding, "v of 27 or 28", $"{bytes[64]}");
        var read = new EcdsaSignature(UInt256.ReadBigEndian(bytes[..32]), UInt256.ReadBigEndian(bytes[32..64]), bytes[64] == 28);
        var verdict = read.CheckRange();
        if (verdict.IsAccepted) signature = read;
        return verdict;
    }

    /// <summary>Whether r is in [1, n − 1] and s in [1, n / 2].</summary>
    public Verdict CheckRange()
    {
        if (R.IsZero || R >= Scalar.Order) return Verdict.Reject(EvmChecks.SignatureRange, "r in [1, n - 1]", R.ToHex());
        if (S.IsZero || S >= Scalar.Order) return Verdict.Reject(EvmChecks.SignatureRange, "s in [1, n - 1]", S.ToHex());
        return Scalar.Reduce(S).IsHighMask != 0 ? Verdict.Reject(EvmChecks.SignatureLowS, "s of at most n / 2 (EIP-2)", S.ToHex()) : Verdict.Accept;
    }

    /// <summary>Whether the account <paramref name="signer"/> signed the digest. For accounts with a key; a contract answers for itself (ERC-1271).</summary>
    public Verdict CheckSigner(Keccak256Digest digest, Address signer)
    {
        var verdict = Secp256k1PublicKey.Recover(digest, this, out var key);
        return verdict.IsAccepted && key.Address is var found && found != signer ? Verdict.Reject(EvmChecks.SignatureSigner, $"{signer}", $"{found}") : verdict;
    }
}
