using System.Security.Cryptography;
using Counterfoil.Core.Verdicts;
using Org.BouncyCastle.Math.EC;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Counterfoil.Core.Pseudorandom;

/// <summary>The client's side of a <see cref="VoprfKey"/>: blinds inputs, checks that the answer was made with this key, unblinds it.</summary>
public sealed class VoprfPublicKey
{
    /// <summary>The length of a key and of an element in bytes: a compressed point.</summary>
    public const int Size = P256Group.ElementSize;

    /// <summary>The length of a blind in bytes: a scalar.</summary>
    public const int BlindSize = P256Group.ScalarSize;

    readonly ECPoint point;
    readonly byte[] bytes;

    internal VoprfPublicKey(ECPoint point) => (this.point, bytes) = (point, P256Group.Encode(point));

    /// <summary>The compressed point.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Reads a key and validates it: a point of P-256 other than infinity.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out VoprfPublicKey? key)
    {
        key = P256Group.Decode(bytes) is { } point ? new(point) : null;
        return key is null ? Verdict.Reject(CoreChecks.VoprfElement, "a compressed point of P-256", Convert.ToHexStringLower(bytes)) : Verdict.Accept;
    }

    /// <summary>A blind: secret until its input may be known, and used once.</summary>
    /// <param name="random">Fills a span with uniform bytes.</param>
    public static byte[] NewBlind(Action<Span<byte>> random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return P256Group.EncodeScalar(P256Group.RandomScalar(random));
    }

    /// <summary>Blind (RFC 9497 §3.3.1): the element that tells a service nothing of the input.</summary>
    /// <exception cref="ArgumentException">Not a blind, or an input longer than 65,535 bytes.</exception>
    public static byte[] Blind(ReadOnlySpan<byte> input, ReadOnlySpan<byte> blind)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(input.Length, ushort.MaxValue, nameof(input));
        var scalar = P256Group.DecodeScalar(blind) ?? throw new ArgumentException("not a scalar of P-256", nameof(blind));
        return P256Group.Encode(Voprf.HashToGroup(input).Multiply(scalar));
    }

    /// <summary>Finalize (§3.3.2): checks that this key made the evaluation of the batch, and unblinds each.</summary>
    /// <param name="inputs">What was blinded, in order; at least one.</param>
    /// <param name="blinds">With what.</param>
    /// <param name="evaluation">The service's answer.</param>
    /// <param name="outputs">32 bytes for each input, when accepted.</param>
    public Verdict Finalize(IReadOnlyList<ReadOnlyMemory<byte>> inputs, IReadOnlyList<ReadOnlyMemory<byte>> blinds, BlindEvaluation evaluation, out byte[][] outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(blinds);
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentOutOfRangeException.ThrowIfNotEqual(blinds.Count, inputs.Count, nameof(blinds));
        outputs = [];
        if (evaluation.Elements.Length != inputs.Count) return Verdict.Reject(CoreChecks.VoprfElement, $"{inputs.Count} elements", $"{evaluation.Elements.Length}");
        var scalars = blinds.Select(b => P256Group.DecodeScalar(b.Span)).ToArray();
        if (scalars.Contains(null)) return Verdict.Reject(CoreChecks.VoprfBlind, "a scalar of P-256 other than 0", "another value");
        var c = inputs.Select((input, i) => Voprf.HashToGroup(input.Span).Multiply(scalars[i]).Normalize()).ToArray();
        var verdict = Decode(evaluation.Elements, out var d);
        if (!verdict.IsAccepted) return verdict;
        var proof = evaluation.Proof.Span;
        if (proof.Length != Voprf.ProofSize || P256Group.DecodeScalar(proof[..P256Group.ScalarSize], allowZero: true) is not { } challenge
            || P256Group.DecodeScalar(proof[P256Group.ScalarSize..], allowZero: true) is not { } s || !Voprf.Verify(point, c, d, challenge, s))
            return Verdict.Reject(CoreChecks.VoprfProof, $"a proof that key {Convert.ToHexStringLower(bytes)} made the evaluation", Convert.ToHexStringLower(proof));
        outputs = [.. inputs.Select((input, i) => Voprf.Output(input.Span, d[i].Multiply(scalars[i]!.ModInverse(P256Group.Order))))];
        return Verdict.Accept;
    }

    internal static Verdict Decode(IReadOnlyList<ReadOnlyMemory<byte>> elements, out ECPoint[] points)
    {
        points = [];
        if (elements.Count is 0 or > Voprf.MaxBatch) return Verdict.Reject(CoreChecks.VoprfElement, $"1 … {Voprf.MaxBatch} elements", $"{elements.Count}");
        var read = new ECPoint[elements.Count];
        for (int i = 0; i < read.Length; i++)
        {
            if (P256Group.Decode(elements[i].Span) is not { } point)
                return Verdict.Reject(CoreChecks.VoprfElement, "compressed points of P-256", Convert.ToHexStringLower(elements[i].Span));
            read[i] = point;
        }
        points = read;
        return Verdict.Accept;
    }
}
