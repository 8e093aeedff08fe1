using System.Buffers.Binary;
using System.Security.Cryptography;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Counterfoil.Core.Pseudorandom;

/// <summary>What both sides of VOPRF(P-256, SHA-256) compute (RFC 9497 §4.3, mode 0x01).</summary>
static class Voprf
{
    /// <summary>The most elements of one batch: their number is written in two bytes.</summary>
    public const int MaxBatch = ushort.MaxValue;

    /// <summary>c and s, 32 bytes each.</summary>
    public const int ProofSize = 2 * P256Group.ScalarSize;

    static ReadOnlySpan<byte> Context => "OPRFV1-\u0001-P256-SHA256"u8; // contextString (§3.1)

    public static ECPoint HashToGroup(ReadOnlySpan<byte> input) => P256Group.HashToCurve(input, [.. "HashToGroup-"u8, .. Context]);

    /// <summary>DeriveKeyPair (§3.2.1).</summary>
    public static BigInteger DeriveKey(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> info)
    {
        for (int counter = 0; counter <= byte.MaxValue; counter++)
        {
            byte[] input = [.. seed, .. Length(info), .. info, (byte)counter];
            var key = P256Group.HashToScalar(input, [.. "DeriveKeyPair"u8, .. Context]);
            CryptographicOperations.ZeroMemory(input);
            if (key.SignValue != 0) return key;
        }
        throw new ArgumentException("no key within 256 tries", nameof(seed));
    }

    /// <summary>GenerateProof (§2.2.1): that the discrete logarithm of each pair is that of the key.</summary>
    public static byte[] Prove(BigInteger k, ECPoint publicKey, ReadOnlySpan<ECPoint> c, ReadOnlySpan<ECPoint> d, BigInteger r)
    {
        var (m, _) = Composites(publicKey, c, d, withZ: false);
        var z = m.Multiply(k); // ComputeCompositesFast: the key's holder needs no second sum
        var challenge = Challenge(publicKey, m, z, P256Group.Generator.Multiply(r), m.Multiply(r));
        var s = r.Subtract(challenge.Multiply(k)).Mod(P256Group.Order);
        return [.. P256Group.EncodeScalar(challenge), .. P256Group.EncodeScalar(s)];
    }

    /// <summary>VerifyProof (§2.2.2).</summary>
    public static bool Verify(ECPoint publicKey, ReadOnlySpan<ECPoint> c, ReadOnlySpan<ECPoint> d, BigInteger challenge, BigInteger s)
    {
        var (m, z) = Composites(publicKey, c, d, withZ: true);
        var t2 = ECAlgorithms.SumOfTwoMultiplies(P256Group.Generator, s, publicKey, challenge);
        var t3 = ECAlgorithms.SumOfTwoMultiplies(m, s, z, challenge);
        return !m.IsInfinity && !z.IsInfinity && !t2.IsInfinity && !t3.IsInfinity && Challenge(publicKey, m, z, t2, t3).Equals(challenge);
    }

    /// <summary>Finalize's hash (§3.3.1).</summary>
    public static byte[] Output(ReadOnlySpan<byte> input, ECPoint unblinded)
    {
        var element = P256Group.Encode(unblinded);
        return SHA256.HashData([.. Length(input), .. input, .. Length(element), .. element, .. "Finalize"u8]);
    }

    static (ECPoint M, ECPoint Z) Composites(ECPoint publicKey, ReadOnlySpan<ECPoint> c, ReadOnlySpan<ECPoint> d, bool withZ)
    {
        byte[] key = P256Group.Encode(publicKey), domain = [.. "Seed-"u8, .. Context];
        byte[] seed = SHA256.HashData([.. Length(key), .. key, .. Length(domain), .. domain]);
        ECPoint m = P256Group.Generator.Curve.Infinity, z = m;
        Span<byte> index = stackalloc byte[2];
        for (int i = 0; i < c.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(index, (ushort)i);
            byte[] ci = P256Group.Encode(c[i]), di = P256Group.Encode(d[i]);
            var weight = HashToScalar([.. Length(seed), .. seed, .. index, .. Length(ci), .. ci, .. Length(di), .. di, .. "Composite"u8]);
            m = m.Add(c[i].Multiply(weight));
            if (withZ) z = z.Add(d[i].Multiply(weight));
        }
        return (m, z);
    }

    static BigInteger Challenge(ECPoint publicKey, params ReadOnlySpan<ECPoint> points)
    {
        byte[] key = P256Group.Encode(publicKey);
        var transcript = new List<byte>([.. Length(key), .. key]);
        foreach (var point in points)
        {
            byte[] bytes = P256Group.Encode(point);
            transcript.AddRange([.. Length(bytes), .. bytes]);
        }
        return HashToScalar([.. transcript, .. "Challenge"u8]);
    }

    static BigInteger HashToScalar(ReadOnlySpan<byte> input) => P256Group.HashToScalar(input, [.. "HashToScalar-"u8, .. Context]);

    static byte[] Length(ReadOnlySpan<byte> bytes) => [(byte)(bytes.Length >> 8), (byte)bytes.Length];
}
