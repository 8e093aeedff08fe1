using System.Text;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Stores;

/// <summary>The form that names have: of files in a folder, of objects in a bucket, of members in an archive.</summary>
/// <remarks>
/// UTF-8, <c>/</c> between parts, relative, no part empty, <c>.</c> or <c>..</c>, no control character, no backslash, no drive letter: a name that some system would read as a way out of the folder
/// is refused on every system. Otherwise names are taken as spelt: neither letter case nor Unicode normalisation is changed, so two spellings are two names.
/// </remarks>
public static class ObjectName
{
    /// <summary>Bytes of a name at most.</summary>
    public const int LongestBytes = 4096;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Checks a name in UTF-8.</summary>
    public static Verdict Check(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestBytes) return Refuse($"{name.Length} bytes");
        try
        {
            return Check(Strict.GetString(name));
        }
        catch (DecoderFallbackException)
        {
            return Refuse($"the bytes {Convert.ToHexStringLower(name[..Math.Min(64, name.Length)])}");
        }
    }

    /// <summary>Checks a name.</summary>
    public static Verdict Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0) return Refuse("an empty name");
        if (name.Length > LongestBytes) return Refuse($"{name.Length} characters");
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            // The runtime reads bytes that are no UTF-8 as U+FFFD: such a name could be two files', and opens neither.
            if (c is '\uFFFD' or '\\' || char.IsControl(c)) return Refuse($"U+{(int)c:X4} in it");
            if (char.IsHighSurrogate(c) && i + 1 < name.Length && char.IsLowSurrogate(name[i + 1])) i++;
            else if (char.IsSurrogate(c)) return Refuse("half of a surrogate pair");
        }
        if (name is [(>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ':', ..]) return Refuse($"the drive '{name[..2]}'");
        foreach (var range in name.AsSpan().Split('/'))
            if (name.AsSpan()[range] is "" or "." or "..") return Refuse($"the part '{name[range]}' in '{Shown(name)}'");
        return Encoding.UTF8.GetByteCount(name) <= LongestBytes ? Verdict.Accept : Refuse("more bytes");
    }

    static string Shown(string name) => name.Length <= 200 ? name : $"{name[..200]}…";

    static Verdict Refuse(string found) => Verdict.Reject(DataChecks.Names, $"a relative name in UTF-8 of at most {LongestBytes} bytes, without empty parts, '.' or '..'", found);
}
