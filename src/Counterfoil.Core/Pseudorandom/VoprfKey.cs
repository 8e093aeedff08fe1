using System.Collections.Immutable;
using System.Security.Cryptography;
using Counterfoil.Core.Verdicts;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Counterfoil.Core.Pseudorandom;

/// <summary>The service's side of a pseudorandom function that is evaluated without seeing what at, with a proof that it was this key.</summary>
/// <remarks>
/// VOPRF(P-256, SHA-256), mode 0x01 (RFC 9497 §3.3.2). Each evaluation is a Diffie–Hellman oracle for the key: limit how many a caller gets (§7.2.3). Not constant-time (the library's
/// multiplication): keep a caller who could measure microseconds away from it. The secret's bytes are zeroed; the library's integers made of them are left to the garbage collector.
/// </remarks>
public sealed class VoprfKey : IDisposable
{
    readonly byte[] secret;
    readonly ECPoint publicPoint;
    bool forgotten;

    VoprfKey(BigInteger k)
    {
        secret = P256Group.EncodeScalar(k);
        publicPoint = P256Group.Generator.Multiply(k).Normalize();
        PublicKey = new(publicPoint);
    }

    /// <summary>A key from 32 secret bytes (DeriveKeyPair, §3.2.1).</summary>
    /// <param name="seed">32 uniform bytes.</param>
    /// <param name="info">Public; distinguishes keys of one seed.</param>
    /// <exception cref="ArgumentException">The seed is not 32 bytes long.</exception>
    public static VoprfKey Derive(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> info) =>
        seed.Length == P256Group.ScalarSize ? new(Voprf.DeriveKey(seed, info)) : throw new ArgumentException($"a seed has {P256Group.ScalarSize} bytes, not {seed.Length}", nameof(seed));

    /// <summary>The key that clients check evaluations with.</summary>
    public VoprfPublicKey PublicKey { get; }

    /// <summary>The output at an input that is known here: what a client who asks for it blindly gets (Evaluate, §3.3.2).</summary>
    public byte[] Evaluate(ReadOnlySpan<byte> input)
    {
        ObjectDisposedException.ThrowIf(forgotten, this);
        return Voprf.Output(input, Voprf.HashToGroup(input).Multiply(new BigInteger(1, secret)));
    }

    /// <summary>BlindEvaluate (§3.3.2) of a batch, with one proof for all.</summary>
    /// <param name="blinded">Elements of clients, 33 bytes each, at most 65,535; at least one.</param>
    /// <param name="random">Fills a span with uniform bytes.</param>
    /// <param name="evaluation">The answer, when accepted.</param>
    public Verdict BlindEvaluate(IReadOnlyList<ReadOnlyMemory<byte>> blinded, Action<Span<byte>> random, out BlindEvaluation? evaluation)
    {
        ArgumentNullException.ThrowIfNull(blinded);
        ArgumentNullException.ThrowIfNull(random);
        ObjectDisposedException.ThrowIf(forgotten, this);
        evaluation = null;
        var verdict = VoprfPublicKey.Decode(blinded, out var c);
        if (!verdict.IsAccepted) return verdict;
        var k = new BigInteger(1, secret);
        var d = c.Select(point => point.Multiply(k).Normalize()).ToArray();
        evaluation = new([.. d.Select(point => (ReadOnlyMemory<byte>)P256Group.Encode(point))], Voprf.Prove(k, publicPoint, c, d, P256Group.RandomScalar(random)));
        return Verdict.Accept;
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(secret);
        forgotten = true;
    }
}

/// <summary>A service's answer to a batch of blinded elements.</summary>
/// <param name="Elements">One for each, 33 bytes.</param>
/// <param name="Proof">64 bytes: that one key made them all.</param>
public sealed record BlindEvaluation(ImmutableArray<ReadOnlyMemory<byte>> Elements, ReadOnlyMemory<byte> Proof);
