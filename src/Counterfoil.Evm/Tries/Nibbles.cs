namespace Counterfoil.Evm.Tries;

/// <summary>Half bytes, one to an array element: the steps of a path; and their hex-prefix encoding (yellow paper, appendix C).</summary>
static class Nibbles
{
    public static byte[] Of(ReadOnlySpan<byte> key)
    {
        var nibbles = new byte[key.Length * 2];
        for (int i = 0; i < key.Length; i++) (nibbles[2 * i], nibbles[2 * i + 1]) = ((byte)(key[i] >> 4), (byte)(key[i] & 15));
        return nibbles;
    }

    public static byte[] ToKey(ReadOnlySpan<byte> nibbles)
    {
        var key = new byte[nibbles.Length / 2];
        for (int i = 0; i < key.Length; i++) key[i] = (byte)(nibbles[2 * i] << 4 | nibbles[2 * i + 1]);
        return key;
    }

    public static byte[] Encode(ReadOnlySpan<byte> nibbles, bool leaf)
    {
        bool odd = nibbles.Length % 2 != 0;
        var encoded = new byte[nibbles.Length / 2 + 1];
        encoded[0] = (byte)((leaf ? 0x20 : 0) | (odd ? 0x10 | nibbles[0] : 0));
        if (odd) nibbles = nibbles[1..];
        for (int i = 0; i < nibbles.Length; i += 2) encoded[1 + i / 2] = (byte)(nibbles[i] << 4 | nibbles[i + 1]);
        return encoded;
    }

    /// <summary>False where the bytes are not the one encoding of a path.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, out byte[] nibbles, out bool leaf)
    {
        (nibbles, leaf) = ([], false);
        if (encoded.IsEmpty || encoded[0] >= 0x40 || (encoded[0] & 0x1f) is > 0 and < 0x10) return false;
        leaf = (encoded[0] & 0x20) != 0;
        bool odd = (encoded[0] & 0x10) != 0;
        nibbles = Of(encoded)[(odd ? 1 : 2)..];
        return true;
    }
}
