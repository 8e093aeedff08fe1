using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Counterfoil.Core.Pseudorandom;

/// <summary>The public half of a <see cref="VrfKey"/>, validated: a point of P-256 other than infinity (RFC 9381 §5.4.5).</summary>
public sealed class VrfPublicKey
{
    internal const int ChallengeSize = 16; // cLen (§5.5)

    /// <summary>The length of a key in bytes: a compressed point.</summary>
    public const int Size = P256Group.ElementSize;

    const byte Suite = 0x01; // ECVRF-P256-SHA256-TAI

    readonly ECPoint point;
    readonly byte[] bytes;

    internal VrfPublicKey(ECPoint point) => (this.point, bytes) = (point, P256Group.Encode(point));

    /// <summary>The compressed point.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Reads a key and validates it.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out VrfPublicKey? key)
    {
        key = P256Group.Decode(bytes) is { } point ? new(point) : null;
        return key is null ? Verdict.Reject(CoreChecks.VrfKey, "a compressed point of P-256", Convert.ToHexStringLower(bytes)) : Verdict.Accept;
    }

    /// <summary>ECVRF_verify (§5.3): that <paramref name="output"/> is the one output of the key's holder at <paramref name="input"/>.</summary>
    public Verdict Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> proof, out Sha256Digest output)
    {
        output = default;
        if (proof.Length != VrfKey.ProofSize) return Verdict.Reject(CoreChecks.VrfProofForm, $"{VrfKey.ProofSize} bytes", $"{proof.Length} bytes");
        var c = proof.Slice(Size, ChallengeSize);
        if (P256Group.Decode(proof[..Size]) is not { } gamma || P256Group.DecodeScalar(proof[(Size + ChallengeSize)..], allowZero: true) is not { } s)
            return Verdict.Reject(CoreChecks.VrfProofForm, "a point of P-256 and a scalar below its order", Convert.ToHexStringLower(proof));
        var h = EncodeToCurve(bytes, input);
        var minusC = P256Group.Order.Subtract(new BigInteger(1, c)).Mod(P256Group.Order);
        var u = ECAlgorithms.SumOfTwoMultiplies(P256Group.Generator, s, point, minusC); // s·B − c·Y
        var v = ECAlgorithms.SumOfTwoMultiplies(h, s, gamma, minusC); // s·H − c·Γ
        if (u.IsInfinity || v.IsInfinity || !Challenge(point, h, gamma, u, v).AsSpan().SequenceEqual(c))
            return Verdict.Reject(CoreChecks.VrfProof, "a proof by this key at this input", Convert.ToHexStringLower(proof));
        output = Output(gamma);
        return Verdict.Accept;
    }

    /// <summary>ECVRF_encode_to_curve_try_and_increment (§5.4.1.1), salted with the key.</summary>
    internal static ECPoint EncodeToCurve(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> input)
    {
        for (int counter = 0; counter <= byte.MaxValue; counter++)
        {
            byte[] hash = SHA256.HashData([Suite, 0x01, .. salt, .. input, (byte)counter, 0x00]);
            if (P256Group.Decode([0x02, .. hash]) is { } point) return point;
        }
        throw new ArgumentException("no point within 256 tries, which has a chance of 2^-256", nameof(input));
    }

    /// <summary>ECVRF_challenge_generation (§5.4.3).</summary>
    internal static byte[] Challenge(params ReadOnlySpan<ECPoint> points)
    {
        var input = new List<byte> { Suite, 0x02 };
        foreach (var p in points) input.AddRange(P256Group.Encode(p));
        input.Add(0x00);
        return SHA256.HashData([.. input])[..ChallengeSize];
    }

    /// <summary>ECVRF_proof_to_hash (§5.2).</summary>
    internal static Sha256Digest Output(ECPoint gamma) => Sha256.Hash([Suite, 0x03, .. P256Group.Encode(gamma), 0x00]);
}
