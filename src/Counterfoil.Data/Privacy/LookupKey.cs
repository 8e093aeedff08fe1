using Counterfoil.Core.Digests;
using Counterfoil.Core.Pseudorandom;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Privacy;

/// <summary>How a keyed absence tree's keys are made.</summary>
public enum LookupScheme
{
    /// <summary>The service sees what is looked up: ECVRF-P256-SHA256-TAI.</summary>
    Vrf = 1,

    /// <summary>The service does not: VOPRF(P-256, SHA-256).</summary>
    Voprf = 2,
}

/// <summary>The public key of the function that makes a keyed absence tree's keys. The commitment's absence root binds it, so that nobody can look up under a key of their own choice.</summary>
/// <param name="Scheme">Which function.</param>
/// <param name="Key">The key, 33 bytes, validated.</param>
public sealed record LookupKey(LookupScheme Scheme, ReadOnlyMemory<byte> Key)
{
    /// <summary>The key of a verifiable random function.</summary>
    public static LookupKey Of(VrfPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(LookupScheme.Vrf, key.Bytes.ToArray());
    }

    /// <summary>The key of an oblivious one.</summary>
    public static LookupKey Of(VoprfPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(LookupScheme.Voprf, key.Bytes.ToArray());
    }

    /// <summary>The absence root of a keyed tree: SHA-256(tag ‖ u8 scheme ‖ key ‖ root of the tree).</summary>
    public Sha256Digest Bind(Sha256Digest treeRoot) => Sha256.Hash([.. Domains.DataKeyedRoot, (byte)Scheme, .. Key.Span, .. treeRoot.ToArray()]);

    /// <summary>Reads the one form of its text: <c>open:</c> or <c>blind:</c> and 66 lower-case hexadecimal digits.</summary>
    public static Verdict Parse(string? text, out LookupKey? key)
    {
        key = null;
        string[] parts = (text ?? "").Split(':');
        LookupScheme scheme = parts[0] switch { "open" => LookupScheme.Vrf, "blind" => LookupScheme.Voprf, _ => 0 };
        if (scheme == 0 || parts.Length != 2 || parts[1].Length != 2 * VrfPublicKey.Size || !parts[1].All(char.IsAsciiHexDigitLower))
            return Verdict.Reject(DataChecks.LookupForm, "open: or blind:, and 66 hexadecimal digits", text is { Length: <= 128 } ? $"\"{text}\"" : "something else");
        byte[] bytes = Convert.FromHexString(parts[1]);
        var verdict = scheme == LookupScheme.Vrf ? VrfPublicKey.Decode(bytes, out _) : VoprfPublicKey.Decode(bytes, out _);
        if (verdict.IsAccepted) key = new(scheme, bytes);
        return verdict;
    }

    /// <summary>The text.</summary>
    public override string ToString() => $"{(Scheme == LookupScheme.Vrf ? "open" : "blind")}:{Convert.ToHexStringLower(Key.Span)}";

    /// <summary>Same scheme and bytes.</summary>
    public bool Equals(LookupKey? other) => other is not null && Scheme == other.Scheme && Key.Span.SequenceEqual(other.Key.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Scheme, Key.Length);
}
