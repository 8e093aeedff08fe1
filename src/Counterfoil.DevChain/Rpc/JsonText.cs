using System.Globalization;
using System.Text.Unicode;

namespace Counterfoil.DevChain.Rpc;

/// <summary>What JSON lets through and a .NET string cannot hold.</summary>
static class JsonText
{
    /// <summary>
    /// Whether the bytes are UTF-8 and no <c>\u</c> escape is half a surrogate pair. The JSON reader checks neither, and throws only when the
    /// string is asked for; asked here once, no reading of a name or value can throw later.
    /// </summary>
    public static bool IsUnicode(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) return false;
        for (int i; (i = json.IndexOf((byte)'\\')) >= 0;)
        {
            json = json[i..];
            int unit = Escape(json);
            if (unit is >= 0xdc00 and <= 0xdfff) return false;
            if (unit is >= 0xd800 and <= 0xdbff)
            {
                if (Escape(json[6..]) is not (>= 0xdc00 and <= 0xdfff)) return false;
                json = json[12..];
            }
            else json = json[Math.Min(2, json.Length)..];
        }
        return true;
    }

    // The code unit of an escape that begins here; -1 for any other beginning, which the JSON reader judges.
    static int Escape(ReadOnlySpan<byte> json) =>
        json.Length >= 6 && json[0] == '\\' && json[1] == 'u' && ushort.TryParse(json.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit) ? unit : -1;
}
