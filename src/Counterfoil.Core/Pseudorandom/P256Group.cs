using System.Buffers.Binary;
using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using ECCurve = Org.BouncyCastle.Math.EC.ECCurve;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Counterfoil.Core.Pseudorandom;

/// <summary>The seam to the library that does P-256: a group of prime order with hashing into it. Nothing outside this folder knows which library that is.</summary>
/// <remarks>
/// Elements: SEC 1 §2.3.3 compressed, 33 bytes; scalars: 32 bytes, big-endian. Hashing: P256_XMD:SHA-256_SSWU_RO_ of RFC 9380 §8.2.
/// The cofactor is 1, so a point of the curve other than infinity is in the group. Not constant-time: the library multiplies by windows that depend on the scalar.
/// </remarks>
static class P256Group
{
    public const int ElementSize = 33, ScalarSize = 32;
    const int HashBlock = 64, FieldInput = 48; // SHA-256's block; L = ⌈(256 + 128) / 8⌉ (RFC 9380 §5)

    static readonly X9ECParameters Parameters = CustomNamedCurves.GetByName("P-256");
    static ECCurve Curve => Parameters.Curve;
    static readonly BigInteger P = Parameters.Curve.Field.Characteristic;
    static readonly ECFieldElement A = Parameters.Curve.A, B = Parameters.Curve.B, One = Element(BigInteger.One);
    static readonly ECFieldElement Z = Element(BigInteger.Ten).Negate(); // RFC 9380 §8.2

    public static ECPoint Generator => Parameters.G;
    public static BigInteger Order => Parameters.N;

    /// <summary>Reads a compressed point: the one encoding of it, on the curve, not infinity.</summary>
    public static ECPoint? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != ElementSize || bytes[0] is not (2 or 3)) return null;
        try
        {
            return Curve.DecodePoint(bytes.ToArray());
        }
        catch (ArgumentException) // x ≥ p, or no y for it
        {
            return null;
        }
    }

    public static byte[] Encode(ECPoint point) => point.Normalize().GetEncoded(compressed: true);

    /// <summary>Reads a scalar below the order; null for one that is not, and for 0 unless it is allowed.</summary>
    public static BigInteger? DecodeScalar(ReadOnlySpan<byte> bytes, bool allowZero = false)
    {
        if (bytes.Length != ScalarSize) return null;
        var scalar = new BigInteger(1, bytes);
        return scalar.CompareTo(Order) < 0 && (allowZero || scalar.SignValue != 0) ? scalar : null;
    }

    public static byte[] EncodeScalar(BigInteger scalar)
    {
        var bytes = new byte[ScalarSize];
        scalar.ToByteArrayUnsigned().CopyTo(bytes, ScalarSize - scalar.GetLengthofByteArrayUnsigned());
        return bytes;
    }

    /// <summary>A uniform scalar in 1 … n − 1, by rejection.</summary>
    public static BigInteger RandomScalar(Action<Span<byte>> random)
    {
        Span<byte> bytes = stackalloc byte[ScalarSize];
        while (true)
        {
            random(bytes);
            var scalar = DecodeScalar(bytes);
            CryptographicOperations.ZeroMemory(bytes);
            if (scalar is not null) return scalar;
        }
    }

    /// <summary>hash_to_curve (RFC 9380 §3).</summary>
    public static ECPoint HashToCurve(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domain)
    {
        var uniform = Expand(message, domain, 2 * FieldInput);
        return Map(uniform.AsSpan(0, FieldInput)).Add(Map(uniform.AsSpan(FieldInput)));
    }

    /// <summary>hash_to_field modulo the order (RFC 9497 §4.3, HashToScalar).</summary>
    public static BigInteger HashToScalar(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domain) =>
        new BigInteger(1, Expand(message, domain, FieldInput)).Mod(Order);

    /// <summary>expand_message_xmd with SHA-256 (RFC 9380 §5.3.1).</summary>
    internal static byte[] Expand(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domain, int length)
    {
        byte[] suffix = [.. domain, (byte)domain.Length]; // DST_prime; our domains are shorter than 256 bytes
        var head = new byte[3];
        BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)length);
        byte[] first = SHA256.HashData([.. new byte[HashBlock], .. message, .. head, .. suffix]); // b_0
        byte[] block = SHA256.HashData([.. first, 1, .. suffix]); // b_1
        var expanded = new List<byte>(block);
        for (byte i = 2; expanded.Count < length; i++)
        {
            for (int j = 0; j < block.Length; j++) block[j] ^= first[j];
            block = SHA256.HashData([.. block, i, .. suffix]);
            expanded.AddRange(block);
        }
        return [.. expanded.Take(length)];
    }

    /// <summary>map_to_curve_simple_swu (RFC 9380 §6.6.2).</summary>
    static ECPoint Map(ReadOnlySpan<byte> uniform)
    {
        var u = Element(new BigInteger(1, uniform).Mod(P));
        var zu2 = Z.Multiply(u.Square());
        var tv1 = zu2.Square().Add(zu2); // steps 1 to 3: inv0 gives 0 for 0
        var x = tv1.IsZero ? B.Divide(Z.Multiply(A)) : B.Negate().Divide(A).Multiply(One.Add(tv1.Invert()));
        var y = RightSide(x).Sqrt(); // steps 4 and 7: null for a non-square
        if (y is null)
        {
            x = zu2.Multiply(x); // step 5
            y = RightSide(x).Sqrt(); // one of the two is a square
        }
        if (u.TestBitZero() != y.TestBitZero()) y = y.Negate(); // step 9: sgn0
        return Curve.CreatePoint(x.ToBigInteger(), y.ToBigInteger());
    }

    static ECFieldElement RightSide(ECFieldElement x) => x.Square().Add(A).Multiply(x).Add(B);

    static ECFieldElement Element(BigInteger value) => Parameters.Curve.FromBigInteger(value);
}
