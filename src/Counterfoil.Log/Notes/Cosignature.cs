using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Counterfoil.Log.Notes;

/// <summary>A witness's statement: at this time, the largest consistent tree it had seen of this log was this checkpoint.</summary>
/// <remarks>C2SP tlog-cosignature, Ed25519: a u64 of POSIX seconds, then the signature over a header, the time and the checkpoint's text.</remarks>
public static class Cosignature
{
    const int Size = 8 + 64;

    /// <summary>The time that a cosignature states, in POSIX seconds; false when it does not have a cosignature's length and range.</summary>
    public static bool TryReadTime(ReadOnlySpan<byte> signature, out long time)
    {
        time = 0;
        if (signature.Length != Size) return false;
        ulong seconds = BinaryPrimitives.ReadUInt64BigEndian(signature);
        time = (long)seconds;
        return seconds <= long.MaxValue;
    }

    internal static byte[] Message(string text, long time) =>
        Encoding.UTF8.GetBytes($"cosignature/v1\ntime {time.ToString(CultureInfo.InvariantCulture)}\n{text}");

    internal static byte[] Encode(long time, byte[] signature)
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time);
        signature.CopyTo(bytes, 8);
        return bytes;
    }
}
