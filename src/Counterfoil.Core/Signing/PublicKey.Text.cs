using System.Security.Cryptography;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Signing;

public sealed partial class PublicKey
{
    /// <summary>The longest text that <see cref="Parse"/> and <see cref="FromPem"/> read, in characters.</summary>
    public const int MaxTextLength = 4096;

    /// <summary>The one-line form: <c>ed25519:</c> or <c>p256:</c>, then the bytes in base64.</summary>
    public override string ToString() => $"{scheme.Name}:{Convert.ToBase64String(bytes)}";

    /// <summary>Reads the one-line form. A key has exactly one: base64 that is not canonical is refused.</summary>
    public static Verdict Parse(string? text, out PublicKey? key)
    {
        key = null;
        int colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 0 || text!.Length > MaxTextLength)
            return Verdict.Reject(CoreChecks.KeyEncoding, "<algorithm>:<base64>", Shown(text));
        var scheme = IScheme.All.FirstOrDefault(s => s.Name == text[..colon]);
        if (scheme is null)
            return Verdict.Reject(CoreChecks.KeyEncoding, string.Join(" or ", IScheme.All.Select(s => s.Name)), Shown(text[..colon]));
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text[(colon + 1)..], bytes, out int length) || Convert.ToBase64String(bytes, 0, length) != text[(colon + 1)..])
            return Verdict.Reject(CoreChecks.KeyEncoding, "canonical base64", Shown(text[(colon + 1)..]));
        return Decode(scheme.Algorithm, bytes.AsSpan(0, length), out key);
    }

    /// <summary>The SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7, RFC 8410 §4, RFC 5480 §2).</summary>
    public byte[] ToSubjectPublicKeyInfo() => [.. scheme.SubjectPublicKeyInfoPrefix, .. bytes];

    /// <summary>
    /// Reads a SubjectPublicKeyInfo in DER. DER leaves one encoding per key, so the bytes before the key are compared, not parsed.
    /// </summary>
    public static Verdict FromSubjectPublicKeyInfo(ReadOnlySpan<byte> der, out PublicKey? key)
    {
        foreach (var scheme in IScheme.All)
            if (der.StartsWith(scheme.SubjectPublicKeyInfoPrefix))
                return Decode(scheme.Algorithm, der[scheme.SubjectPublicKeyInfoPrefix.Length..], out key);
        key = null;
        return Verdict.Reject(CoreChecks.KeyEncoding, "a SubjectPublicKeyInfo of Ed25519 or P-256 (named curve, uncompressed)",
            $"{der.Length} other bytes");
    }

    /// <summary>The key in PEM, <c>-----BEGIN PUBLIC KEY-----</c>, as other tools read it.</summary>
    public string ToPem() => PemEncoding.WriteString("PUBLIC KEY", ToSubjectPublicKeyInfo());

    /// <summary>Reads one key in PEM (RFC 7468). Space around it is ignored; a second block or other text is refused.</summary>
    public static Verdict FromPem(string? pem, out PublicKey? key)
    {
        key = null;
        if (pem is null || pem.Length > MaxTextLength || !PemEncoding.TryFind(pem, out var fields) || pem[fields.Label] != "PUBLIC KEY"
            || !pem.AsSpan(..fields.Location.Start.Value).IsWhiteSpace() || !pem.AsSpan(fields.Location.End.Value..).IsWhiteSpace())
            return Verdict.Reject(CoreChecks.KeyEncoding, "one PEM block of a PUBLIC KEY", Shown(pem));
        return FromSubjectPublicKeyInfo(Convert.FromBase64String(pem[fields.Base64Data]), out key);
    }

    static string Shown(string? text) =>
        text is null ? "nothing" : text.Length <= 80 ? $"\"{text}\"" : $"\"{text[..80]}\"… ({text.Length} characters)";
}
