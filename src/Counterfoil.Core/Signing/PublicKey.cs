using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Signing;

/// <summary>A public key that passed every check of its algorithm. Equal keys have equal bytes: each key has one encoding.</summary>
[JsonConverter(typeof(PublicKeyJsonConverter))]
public sealed partial class PublicKey : IEquatable<PublicKey>
{
    readonly byte[] bytes;
    readonly IScheme scheme;

    PublicKey(IScheme scheme, byte[] bytes)
    {
        (this.scheme, this.bytes) = (scheme, bytes);
        KeyId = new KeyId(Sha256.Hash(ToSubjectPublicKeyInfo()));
    }

    /// <summary>The scheme that this key verifies.</summary>
    public SignatureAlgorithm Algorithm => scheme.Algorithm;

    /// <summary>The canonical encoding: 32 bytes for Ed25519 (RFC 8032 §5.1.2), 65 for P-256 (SEC 1 §2.3.3, uncompressed).</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>The fingerprint of this key.</summary>
    public KeyId KeyId { get; }

    /// <summary>Verifies that the holder of this key signed <paramref name="message"/>.</summary>
    /// <remarks>
    /// One message and key have no second signature that a stranger could make of the first: Ed25519 refuses S ≥ L and any R outside the
    /// prime-order group, so that the cofactored and the cofactorless equation agree; ECDSA refuses high s. Not constant-time: inputs are
    /// public.
    /// </remarks>
    public Verdict Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length != IScheme.SignatureSize
            ? Verdict.Reject(CoreChecks.SignatureLength, $"{IScheme.SignatureSize} bytes", $"{signature.Length} bytes")
            : scheme.Verify(bytes, message, signature);

    /// <summary>Checks an encoded key: length, canonical form, on the curve, in the prime-order group.</summary>
    public static Verdict Decode(SignatureAlgorithm algorithm, ReadOnlySpan<byte> bytes, out PublicKey? key)
    {
        var scheme = IScheme.Of(algorithm);
        key = null;
        if (bytes.Length != scheme.PublicKeySize)
            return Verdict.Reject(CoreChecks.KeyEncoding, $"{scheme.PublicKeySize} bytes for {scheme.Name}", $"{bytes.Length} bytes");
        var copy = bytes.ToArray();
        var verdict = scheme.CheckPublicKey(copy);
        if (verdict.IsAccepted) key = new PublicKey(scheme, copy);
        return verdict;
    }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] PublicKey? other) =>
        other is not null && Algorithm == other.Algorithm && bytes.AsSpan().SequenceEqual(other.bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => KeyId.GetHashCode();

    /// <summary>Same algorithm and same bytes.</summary>
    public static bool operator ==(PublicKey? left, PublicKey? right) => left is null ? right is null : left.Equals(right);
    /// <summary>Another algorithm or other bytes.</summary>
    public static bool operator !=(PublicKey? left, PublicKey? right) => !(left == right);
}
