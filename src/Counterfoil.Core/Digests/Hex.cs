namespace Counterfoil.Core.Digests;

/// <summary>Hexadecimal as this project writes it: lower case, two digits a byte. One value has one spelling.</summary>
public static class Hex
{
    /// <summary>Decodes lower-case digits that fill <paramref name="destination"/> exactly; false otherwise.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (text.Length != destination.Length * 2) return false;
        for (int i = 0; i < destination.Length; i++)
        {
            int high = Digit(text[2 * i]), low = Digit(text[2 * i + 1]);
            if ((high | low) < 0) return false;
            destination[i] = (byte)(high << 4 | low);
        }
        return true;
    }

    /// <summary>Decodes lower-case digits of any even length, or returns null.</summary>
    public static byte[]? TryDecode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length / 2];
        return TryDecode(text, bytes) ? bytes : null;
    }

    static int Digit(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'f' => c - 'a' + 10,
        _ => -1,
    };
}
