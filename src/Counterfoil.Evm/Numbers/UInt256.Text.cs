using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Counterfoil.Evm;

public readonly partial struct UInt256
{
    const ulong TenToThe19 = 10_000_000_000_000_000_000;

    /// <summary>Decimal digits, without sign or leading zeros.</summary>
    public override string ToString()
    {
        if (IsUInt64) return u0.ToString(CultureInfo.InvariantCulture);
        Span<char> digits = stackalloc char[78]; // 2^256 has 78 digits
        int start = digits.Length;
        var rest = this;
        while (!rest.IsZero)
        {
            rest = DivRem(rest, TenToThe19, out var group);
            ulong value = group.u0;
            for (int i = 0; i < 19 && (value != 0 || !rest.IsZero); i++, value /= 10) digits[--start] = (char)('0' + value % 10);
        }
        return new string(digits[start..]);
    }

    /// <summary><c>0x</c> and lower-case digits without leading zeros: a JSON-RPC "quantity".</summary>
    public string ToHex()
    {
        if (IsZero) return "0x0";
        var digits = Convert.ToHexStringLower(ToBigEndian()).AsSpan().TrimStart('0');
        return $"0x{digits}";
    }

    /// <summary>Reads decimal digits without sign, spaces or leading zeros, at most 2^256 − 1.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out UInt256 value)
    {
        value = default;
        if (text is null || text.Length is 0 or > 78 || (text[0] == '0' && text.Length > 1)) return false;
        var result = Zero;
        foreach (char c in text)
            if (c is < '0' or > '9' || MultiplyOverflows(result, 10, out result) || AddOverflows(result, c - '0', out result))
                return false;
        value = result;
        return true;
    }

    /// <summary>Reads <c>0x</c> and 1 to 64 hexadecimal digits of either case, without leading zeros (<c>0x0</c> is zero): a JSON-RPC "quantity".</summary>
    public static bool TryParseHex([NotNullWhen(true)] string? text, out UInt256 value)
    {
        value = default;
        if (text is null || text.Length is < 3 or > 66 || !text.StartsWith("0x", StringComparison.Ordinal)) return false;
        if (text[2] == '0' && text.Length > 3) return false;
        var result = Zero;
        foreach (char c in text.AsSpan(2))
        {
            if (!char.IsAsciiHexDigit(c)) return false;
            result = result << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        }
        value = result;
        return true;
    }

    /// <summary>Reads decimal digits, or hexadecimal ones after <c>0x</c>: for constants in code and values already validated.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is neither.</exception>
    public static UInt256 Parse(string text) =>
        TryParse(text, out var value) || TryParseHex(text, out value) ? value : throw new FormatException($"'{text}' is not a 256-bit integer");
}
