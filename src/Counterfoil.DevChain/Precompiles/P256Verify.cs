using System.Security.Cryptography;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Precompiles;

/// <summary>Verification of an ECDSA signature on P-256, which passkeys and enclaves make: at address 256 (EIP-7951).</summary>
/// <remarks>What is not a valid signature, or not an input of 160 bytes, is answered with nothing and not with a failure.</remarks>
sealed class P256Verify : Precompile
{
    static readonly UInt256 Field = UInt256.Parse("0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    static readonly UInt256 Order = UInt256.Parse("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    static readonly UInt256 B = UInt256.Parse("0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    public override string Name => "P256VERIFY";
    public override long Gas(ReadOnlySpan<byte> input) => 6_900;

    // Digest, r, s, x, y: 32 bytes each.
    public override byte[] Run(ReadOnlySpan<byte> input)
    {
        if (input.Length != 160) return [];
        UInt256 r = UInt256.ReadBigEndian(input[32..64]), s = UInt256.ReadBigEndian(input[64..96]);
        UInt256 x = UInt256.ReadBigEndian(input[96..128]), y = UInt256.ReadBigEndian(input[128..160]);
        if (r.IsZero || r >= Order || s.IsZero || s >= Order || !IsOnCurve(x, y)) return [];
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = input[96..128].ToArray(), Y = input[128..160].ToArray() },
        });
        return key.VerifyHash(input[..32], input[32..96], DSASignatureFormat.IeeeP1363FixedFieldConcatenation) ? UInt256.One.ToBigEndian() : [];
    }

    // y² = x³ − 3x + b, coordinates reduced; the point at infinity, written (0, 0), is not on it. The cofactor is 1, so that every point is in the group.
    static bool IsOnCurve(UInt256 x, UInt256 y)
    {
        if (x >= Field || y >= Field) return false;
        var cube = UInt256.MulMod(UInt256.MulMod(x, x, Field), x, Field);
        var line = UInt256.AddMod(Field - UInt256.MulMod(3, x, Field), B, Field);
        return UInt256.MulMod(y, y, Field) == UInt256.AddMod(cube, line, Field);
    }
}
