namespace Counterfoil.Data.Licences.OptOuts;

/// <summary>A path pattern of RFC 9309 §2.2.2 and §2.2.3: a prefix, in which <c>*</c> is any octets and a last <c>$</c> is the end.</summary>
static class PathPattern
{
    /// <summary>Whether the pattern matches from the path's beginning. Both are normalised first; a <c>*</c> or <c>$</c> of the path itself is what a pattern writes as <c>%2A</c> or <c>%24</c> (§2.2.3).</summary>
    public static bool Matches(string pattern, string path)
    {
        string p = Normalise(pattern), s = Normalise(path).Replace("*", "%2A", StringComparison.Ordinal).Replace("$", "%24", StringComparison.Ordinal);
        bool toEnd = p.EndsWith('$');
        if (toEnd) p = p[..^1];
        // Only a last $ is special; another is itself.
        p = p.Replace("$", "%24", StringComparison.Ordinal);
        // Greedy matching of parts between stars: the first part is anchored at the start, the last at the end if it must be.
        var parts = p.Split('*');
        if (!s.StartsWith(parts[0], StringComparison.Ordinal)) return false;
        int at = parts[0].Length;
        if (parts.Length == 1) return !toEnd || at == s.Length;
        for (int i = 1; i < parts.Length - (toEnd ? 1 : 0); i++)
        {
            int found = s.IndexOf(parts[i], at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + parts[i].Length;
        }
        return !toEnd || s.Length - at >= parts[^1].Length && s.EndsWith(parts[^1], StringComparison.Ordinal);
    }

    /// <summary>How specific a pattern is: octets of its normal form (§2.2.2).</summary>
    public static int Octets(string pattern) => Normalise(pattern).Length;

    /// <summary>
    /// §2.2.2: octets outside of US-ASCII are percent-encoded as UTF-8, and an encoded octet that is unreserved (RFC 3986 §2.3) is decoded; the digits of the others are upper-case.
    /// </summary>
    static string Normalise(string text)
    {
        var normal = new System.Text.StringBuilder(text.Length);
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                int octet = Convert.FromHexString($"{(char)bytes[i + 1]}{(char)bytes[i + 2]}")[0];
                if (octet < 0x80 && (char.IsAsciiLetterOrDigit((char)octet) || (char)octet is '-' or '.' or '_' or '~')) normal.Append((char)octet);
                else normal.Append('%').Append(octet.ToString("X2"));
                i += 2;
            }
            else if (bytes[i] >= 0x80) normal.Append('%').Append(bytes[i].ToString("X2"));
            else normal.Append((char)bytes[i]);
        }
        return normal.ToString();
    }
}
