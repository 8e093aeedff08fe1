using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Records;

/// <summary>BLAKE3 of content that streams by: what stands in a record for bytes that may not fit in memory.</summary>
sealed class ContentDigest
{
    readonly Blake3Hasher hasher = new();
    readonly byte[] piece = new byte[1 << 17];

    /// <summary>Reads as many bytes and digests them.</summary>
    /// <returns>False when there are fewer.</returns>
    public bool TryRead(Stream stream, long length, out Blake3Digest digest)
    {
        hasher.Reset();
        while (length > 0)
        {
            int read = stream.Read(piece.AsSpan(0, (int)Math.Min(piece.Length, length)));
            if (read == 0) break;
            hasher.Append(piece.AsSpan(0, read));
            length -= read;
        }
        digest = length == 0 ? hasher.Snapshot() : default;
        return length == 0;
    }

    /// <summary>Reads to the end.</summary>
    public Blake3Digest ReadToEnd(Stream stream, out long length)
    {
        hasher.Reset();
        length = 0;
        for (int read; (read = stream.Read(piece)) > 0; length += read) hasher.Append(piece.AsSpan(0, read));
        return hasher.Snapshot();
    }
}
