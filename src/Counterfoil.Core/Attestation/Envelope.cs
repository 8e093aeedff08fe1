using System.Collections.Immutable;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Attestation;

/// <summary>A signed payload: DSSE v1 (github.com/secure-systems-lab/dsse, <c>protocol.md</c>).</summary>
/// <param name="PayloadType">The media type of the payload; it is part of what is signed.</param>
/// <param name="Payload">The payload's bytes, as signed.</param>
/// <param name="Signatures">At least one, ordered by key id: one set of signatures has one order.</param>
/// <remarks>
/// Differs from DSSE, which lets a verifier accept any sufficient subset: the expected signers must have signed, all of them, and nobody
/// else, and a key id, there a mere hint, must be the key's fingerprint. Otherwise a stranger could change the bytes of an envelope and
/// leave it valid.
/// </remarks>
public sealed partial record Envelope(string PayloadType, ReadOnlyMemory<byte> Payload, ImmutableArray<EnvelopeSignature> Signatures)
{
    /// <summary>The longest payload, in bytes: 16 MiB.</summary>
    public const int MaxPayload = 16 << 20;

    /// <summary>The longest payload type, in bytes of UTF-8.</summary>
    public const int MaxPayloadType = 256;

    /// <summary>The most signatures.</summary>
    public const int MaxSignatures = 16;

    /// <summary>SHA-256 of the payload: the name by which other links refer to this one, whoever signed it.</summary>
    public Sha256Digest PayloadDigest => Sha256.Hash(Payload.Span);

    /// <summary>Signs a payload with every signer.</summary>
    /// <exception cref="ArgumentException">No signers, two with the same key, or something beyond the limits.</exception>
    public static Envelope Sign(string payloadType, ReadOnlyMemory<byte> payload, params IReadOnlyList<Signer> signers)
    {
        ArgumentNullException.ThrowIfNull(signers);
        var message = PreAuthenticationEncoding(payloadType, payload.Span);
        var envelope = new Envelope(payloadType, payload,
            [.. signers.Select(s => new EnvelopeSignature(s.PublicKey.KeyId, [.. s.Sign(message)])).OrderBy(s => s.KeyId)]);
        return envelope.CheckShape() is Verdict.Rejected { Reason: var reason } ? throw new ArgumentException(reason.ToString()) : envelope;
    }

    /// <summary>Verifies that exactly <paramref name="exactSigners"/> signed: every one of them, once, and nobody else.</summary>
    /// <exception cref="ArgumentException">No signers are given, or one twice: a caller who expects nobody verifies nothing.</exception>
    public Verdict Verify(params IReadOnlyCollection<PublicKey> exactSigners)
    {
        ArgumentNullException.ThrowIfNull(exactSigners);
        var keys = exactSigners.ToDictionary(k => k.KeyId);
        if (keys.Count == 0) throw new ArgumentException("no signers to expect", nameof(exactSigners));
        if (CheckShape() is Verdict.Rejected shape) return shape;

        string expected = string.Join(", ", keys.Keys.Order()), found = string.Join(", ", Signatures.Select(s => s.KeyId));
        if (expected != found) return Verdict.Reject(CoreChecks.DsseSigners, $"signatures of {expected}", $"signatures of {found}");
        var message = PreAuthenticationEncoding(PayloadType, Payload.Span);
        foreach (var (id, signature) in Signatures)
            if (keys[id].Verify(message, signature.AsSpan()) is Verdict.Rejected { Reason: var reason })
                return Verdict.Reject(CoreChecks.DsseSignature, $"a signature of {id} that passes {reason.Check} ({reason.Expected})",
                    reason.Found);
        return Verdict.Accept;
    }

    /// <summary>PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body: what the signatures sign.</summary>
    public static byte[] PreAuthenticationEncoding(string payloadType, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(payloadType);
        var head = System.Text.Encoding.UTF8.GetBytes($"DSSEv1 {System.Text.Encoding.UTF8.GetByteCount(payloadType)} {payloadType} {payload.Length} ");
        var message = new byte[head.Length + payload.Length];
        head.CopyTo(message, 0);
        payload.CopyTo(message.AsSpan(head.Length));
        return message;
    }

    /// <summary>Limits, and the order of signatures. Records can be made by hand, so verification asks again.</summary>
    Verdict CheckShape()
    {
        int type = System.Text.Encoding.UTF8.GetByteCount(PayloadType);
        if (type is 0 or > MaxPayloadType)
            return Verdict.Reject(CoreChecks.DsseSize, $"a payload type of 1 … {MaxPayloadType} bytes", $"{type}");
        if (Payload.Length > MaxPayload)
            return Verdict.Reject(CoreChecks.DsseSize, $"a payload of at most {MaxPayload} bytes", $"{Payload.Length}");
        if (Signatures is { IsDefault: true } or { Length: 0 or > MaxSignatures })
            return Verdict.Reject(CoreChecks.DsseSize, $"1 … {MaxSignatures} signatures", Signatures.IsDefault ? "none" : $"{Signatures.Length}");
        for (int i = 1; i < Signatures.Length; i++)
            if (Signatures[i].KeyId <= Signatures[i - 1].KeyId)
                return Verdict.Reject(CoreChecks.DsseOrder, "signatures ordered by key id, each once",
                    $"{Signatures[i].KeyId} after {Signatures[i - 1].KeyId}");
        return Verdict.Accept;
    }

    /// <summary>Same type, payload bytes and signatures.</summary>
    public bool Equals(Envelope? other) =>
        other is not null && PayloadType == other.PayloadType && Payload.Span.SequenceEqual(other.Payload.Span) && Signatures.AsSpan().SequenceEqual(other.Signatures.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(PayloadType, Payload.Length, Signatures.IsDefaultOrEmpty ? default : Signatures[0]);
}

/// <summary>One signature of an envelope.</summary>
/// <param name="KeyId">The fingerprint of the key that made it.</param>
/// <param name="Signature">64 bytes, over the pre-authentication encoding.</param>
public readonly record struct EnvelopeSignature(KeyId KeyId, ImmutableArray<byte> Signature)
{
    /// <summary>Same key id and same bytes.</summary>
    public bool Equals(EnvelopeSignature other) => KeyId == other.KeyId && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => KeyId.GetHashCode();
}
