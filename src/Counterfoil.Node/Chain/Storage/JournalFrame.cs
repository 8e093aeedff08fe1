using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Counterfoil.Node.Chain.Storage;

/// <summary>What is written at once stands in one frame: magic, length (4 bytes), number (8 bytes), SHA-256 of these and of the payload, payload.</summary>
/// <remarks>
/// A crash tears the last frame alone, and nobody was told of what is in it. A frame that is whole behind one that is not is therefore no crash but
/// damage: of what was told, something is lost.
/// </remarks>
static class JournalFrame
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderLength = 16 + 32;

    /// <summary>The longest payload that is read, in bytes.</summary>
    public const int MaxPayload = 128 << 20;

    static ReadOnlySpan<byte> Magic => "CFJ1"u8;

    public static byte[] Encode(ulong number, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeaderLength + payload.Length];
        Magic.CopyTo(frame);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), payload.Length);
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(8), number);
        payload.CopyTo(frame.AsSpan(HeaderLength));
        DigestOf(frame).CopyTo(frame.AsSpan(16));
        return frame;
    }

    /// <summary>The payload of the frame at an offset; null where there is no whole one of that number or a later one.</summary>
    public static byte[]? Read(IJournalFile file, long offset, ulong number, bool orLater = false)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (file.Read(header, offset) < HeaderLength || !header.StartsWith(Magic)) return null;
        int length = BinaryPrimitives.ReadInt32BigEndian(header[4..]);
        ulong found = BinaryPrimitives.ReadUInt64BigEndian(header[8..]);
        if (length is < 0 or > MaxPayload || offset + HeaderLength + length > file.Length) return null;
        if (orLater ? found < number : found != number) return null;
        var frame = new byte[HeaderLength + length];
        if (file.Read(frame, offset) < frame.Length || !DigestOf(frame).AsSpan().SequenceEqual(frame.AsSpan(16, 32))) return null;
        return frame[HeaderLength..];
    }

    /// <summary>Where behind an offset a whole frame begins that is later than a number, or null.</summary>
    public static long? FindLater(IJournalFile file, long offset, ulong number)
    {
        var window = new byte[1 << 20];
        for (long at = offset + 1; at < file.Length; at += window.Length - HeaderLength)
        {
            var read = window.AsSpan(0, file.Read(window, at));
            for (int from = 0; read[from..].IndexOf(Magic) is >= 0 and var place; from += place + 1)
                if (Read(file, at + from + place, number + 1, orLater: true) is not null) return at + from + place;
            if (read.Length < window.Length) break;
        }
        return null;
    }

    static byte[] DigestOf(ReadOnlySpan<byte> frame)
    {
        var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (hasher)
        {
            hasher.AppendData(frame[..16]);
            hasher.AppendData(frame[HeaderLength..]);
            return hasher.GetHashAndReset();
        }
    }
}
