using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Counterfoil.Evm.Abi;

public abstract partial record AbiType
{
    /// <summary>Reads a type such as <c>uint256</c>, <c>bytes32[2][]</c> or <c>(address to, uint8 kind)[]</c>; <c>uint</c> and <c>int</c> stand for 256 bits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out AbiType? type)
    {
        type = null;
        if (text is null || text.Length > 4096) return false;
        int position = 0;
        try
        {
            return TryParse(text, ref position, 0, out type) && position == text.Length;
        }
        catch (FormatException) // a static type too large: thrown where its size is first known
        {
            type = null;
            return false;
        }
    }

    /// <summary>As <see cref="TryParse(string?, out AbiType?)"/>, for constants in code.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is not a type.</exception>
    public static AbiType Parse(string text) => TryParse(text, out var type) ? type : throw new FormatException($"'{text}' is not an ABI type");

    internal static bool TryParse(string text, ref int position, int depth, [NotNullWhen(true)] out AbiType? type)
    {
        type = null;
        if (depth > MaxDepth) return false;
        if (text.AsSpan(position).StartsWith("tuple(")) position += 5;
        if (position < text.Length && text[position] == '(')
        {
            var elements = new List<AbiType>();
            do
            {
                position++;
                SkipSpaces(text, ref position);
                if (!TryParse(text, ref position, depth + 1, out var element)) return false;
                elements.Add(element);
                SkipName(text, ref position);
            }
            while (position < text.Length && text[position] == ',');
            if (position >= text.Length || text[position++] != ')') return false;
            type = new Tuple(elements);
        }
        else
        {
            int start = position;
            while (position < text.Length && char.IsAsciiLetterOrDigit(text[position])) position++;
            type = Elementary(text[start..position]);
            if (type is null) return false;
        }
        for (; position < text.Length && text[position] == '['; depth++)
        {
            int close = text.IndexOf(']', position);
            if (close < 0 || depth > MaxDepth) return false;
            string length = text[(position + 1)..close];
            int? count = null;
            if (length.Length > 0)
            {
                if (!TryParseSize(length, 1, MaxHeadSize, out int fixedCount)) return false;
                count = fixedCount;
            }
            type = new Array(type, count);
            _ = type.HeadSize; // checks the size
            position = close + 1;
        }
        return true;
    }

    // Members of a tuple may have names, which are not part of the type.
    static void SkipName(string text, ref int position)
    {
        SkipSpaces(text, ref position);
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '_')) position++;
        SkipSpaces(text, ref position);
    }

    static void SkipSpaces(string text, ref int position)
    {
        while (position < text.Length && text[position] == ' ') position++;
    }

    static AbiType? Elementary(string text) =>
        text switch
        {
            "address" => new Account(),
            "bool" => new Bool(),
            "bytes" => new Bytes(),
            "string" => new Text(),
            "uint" => new UInt(256),
            "int" => new Int(256),
            _ when text.StartsWith("uint", StringComparison.Ordinal) && TryParseSize(text[4..], 8, 256, out int bits) && bits % 8 == 0 => new UInt(bits),
            _ when text.StartsWith("int", StringComparison.Ordinal) && TryParseSize(text[3..], 8, 256, out int bits) && bits % 8 == 0 => new Int(bits),
            _ when text.StartsWith("bytes", StringComparison.Ordinal) && TryParseSize(text[5..], 1, 32, out int count) => new FixedBytes(count),
            _ => null,
        };

    static bool TryParseSize(string text, int min, int max, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max && text[0] != '0';
}
