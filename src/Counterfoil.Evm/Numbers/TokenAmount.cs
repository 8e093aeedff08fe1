using System.Diagnostics.CodeAnalysis;

namespace Counterfoil.Evm;

/// <summary>An amount of a token in its smallest unit. A type of its own, so that money is not mixed with block numbers, and adding it never wraps.</summary>
/// <param name="Units">The number of smallest units; what one unit is worth is said by the token's decimals.</param>
public readonly record struct TokenAmount(UInt256 Units) : IComparable<TokenAmount>
{
    /// <summary>Nothing.</summary>
    public static TokenAmount Zero => default;

    /// <summary>The sum.</summary>
    /// <exception cref="OverflowException">It exceeds 2^256 − 1.</exception>
    public static TokenAmount operator +(TokenAmount left, TokenAmount right) => new(checked(left.Units + right.Units));

    /// <summary>The difference.</summary>
    /// <exception cref="OverflowException">It is negative.</exception>
    public static TokenAmount operator -(TokenAmount left, TokenAmount right) => new(checked(left.Units - right.Units));

    /// <summary>A multiple, such as a rate times seconds.</summary>
    /// <exception cref="OverflowException">It exceeds 2^256 − 1.</exception>
    public static TokenAmount operator *(TokenAmount rate, UInt256 count) => new(checked(rate.Units * count));

    /// <inheritdoc/>
    public int CompareTo(TokenAmount other) => Units.CompareTo(other.Units);
    /// <summary>Compares the amounts.</summary>
    public static bool operator <(TokenAmount left, TokenAmount right) => left.Units < right.Units;
    /// <summary>Compares the amounts.</summary>
    public static bool operator >(TokenAmount left, TokenAmount right) => left.Units > right.Units;
    /// <summary>Compares the amounts.</summary>
    public static bool operator <=(TokenAmount left, TokenAmount right) => left.Units <= right.Units;
    /// <summary>Compares the amounts.</summary>
    public static bool operator >=(TokenAmount left, TokenAmount right) => left.Units >= right.Units;

    /// <summary>Reads whole tokens with up to <paramref name="decimals"/> places: "0.0004" with 6 decimals is 400 units. No sign, exponent, spaces or separators.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, int decimals, out TokenAmount amount)
    {
        amount = default;
        CheckDecimals(decimals);
        if (text is null || text.Length > 160) return false;
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? text : text[..point], places = point < 0 ? "" : text[(point + 1)..];
        if (whole.Length == 0 || (point >= 0 && places.Length == 0) || places.Length > decimals || (whole[0] == '0' && whole.Length > 1)) return false;
        string digits = (whole + places.PadRight(decimals, '0')).TrimStart('0');
        if (!UInt256.TryParse(digits.Length == 0 ? "0" : digits, out var units)) return false;
        amount = new TokenAmount(units);
        return true;
    }

    /// <summary>Whole tokens with as few places as say the amount exactly: 400 units with 6 decimals are "0.0004".</summary>
    public string ToString(int decimals)
    {
        CheckDecimals(decimals);
        string digits = Units.ToString().PadLeft(decimals + 1, '0');
        string places = digits[^decimals..].TrimEnd('0');
        return places.Length == 0 ? digits[..^decimals] : $"{digits[..^decimals]}.{places}";
    }

    /// <summary>The units in decimal.</summary>
    public override string ToString() => Units.ToString();

    static void CheckDecimals(int decimals) => ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)decimals, 77u, nameof(decimals));
}
