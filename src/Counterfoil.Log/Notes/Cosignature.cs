using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Log.Notes;

/// <summary>A witness's statement: at this time, the largest consistent tree it had seen of this log was this checkpoint.</summary>
/// <remarks>
/// C2SP tlog-cosignature: a u64 of POSIX seconds, then the signature. Ed25519's is over a header, the time and the checkpoint's text. ML-DSA-44's is over a structure with the witness's name,
/// the time, and the checkpoint's origin, size and root (as the subtree from 0): what lines a checkpoint has beyond these, no such witness vouches for.
/// </remarks>
public static class Cosignature
{
    /// <summary>Bytes of a cosignature of Ed25519: its time, and the signature.</summary>
    public const int Size = 8 + 64;

    /// <summary>Bytes of a cosignature of ML-DSA-44.</summary>
    public const int MlDsa44Size = 8 + MlDsa44.SignatureSize;

    const int MaxOrigin = 255;

    /// <summary>The time that a cosignature states, in POSIX seconds; false when it does not have a cosignature's length and range.</summary>
    public static bool TryReadTime(ReadOnlySpan<byte> signature, out long time)
    {
        time = 0;
        if (signature.Length is not (Size or MlDsa44Size)) return false;
        ulong seconds = BinaryPrimitives.ReadUInt64BigEndian(signature);
        time = (long)seconds;
        return seconds <= long.MaxValue;
    }

    internal static byte[] Message(string text, long time) =>
        Encoding.UTF8.GetBytes($"cosignature/v1\ntime {time.ToString(CultureInfo.InvariantCulture)}\n{text}");

    /// <summary><c>cosigned_message</c>; refused where the origin is longer than the structure can say.</summary>
    internal static Verdict Message(string name, Checkpoint checkpoint, long time, out byte[] message)
    {
        byte[] cosigner = Encoding.UTF8.GetBytes(name), origin = Encoding.UTF8.GetBytes(checkpoint.Origin);
        message = [];
        if (origin.Length > MaxOrigin) return Verdict.Reject(LogChecks.CheckpointOrigin, $"an origin of at most {MaxOrigin} bytes", $"{origin.Length}");
        Span<byte> numbers = stackalloc byte[3 * 8];
        BinaryPrimitives.WriteInt64BigEndian(numbers, time);
        BinaryPrimitives.WriteInt64BigEndian(numbers[8..], 0); // start
        BinaryPrimitives.WriteInt64BigEndian(numbers[16..], checkpoint.Size); // end
        message = [.. "subtree/v1\n\0"u8, (byte)cosigner.Length, .. cosigner, .. numbers[..8], (byte)origin.Length, .. origin, .. numbers[8..], .. checkpoint.Root.ToArray()];
        return Verdict.Accept;
    }

    internal static byte[] Encode(long time, byte[] signature)
    {
        var bytes = new byte[8 + signature.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, time);
        signature.CopyTo(bytes, 8);
        return bytes;
    }
}
