using System.Buffers;
using Counterfoil.Core.Digests;
using Microsoft.Win32.SafeHandles;

namespace Counterfoil.Data.Files;

/// <summary>BLAKE3 of a file, by as many threads as are given: pieces are read and hashed apart, as subtrees, and joined in order.</summary>
public static class FileDigest
{
    // One thread alone: a buffer that stays in the second-level cache between the copy and the lanes. Several: pieces large enough that handing them out costs nothing.
    const int Piece = 1 << 19;

    /// <summary>The digest of the bytes that the file has while it is read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="threads">How many threads read and hash; at least one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">The file cannot be read, or became shorter meanwhile.</exception>
    public static Blake3Digest Blake3(string path, int threads = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var hasher = new Blake3Hasher();
        long length = RandomAccess.GetLength(file);
        // All pieces but the last, which more must follow.
        int pieces = threads == 1 ? 0 : checked((int)Math.Max(0, (length - 1) / Piece));
        if (pieces > 1) AppendApart(file, hasher, pieces, threads, cancellationToken);
        else pieces = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            // To the end of the file and not to the length of a moment ago: some files have none.
            for (long at = (long)pieces * Piece; ;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = RandomAccess.Read(file, buffer.AsSpan(0, Piece), at);
                if (read == 0) return hasher.Finish();
                hasher.Append(buffer.AsSpan(0, read));
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static void AppendApart(SafeFileHandle file, Blake3Hasher hasher, int pieces, int threads, CancellationToken cancellationToken)
    {
        var subtrees = new Bytes32[pieces];
        Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken },
            () => ArrayPool<byte>.Shared.Rent(Piece),
            (piece, _, buffer) =>
            {
                long start = (long)piece * Piece;
                for (int done = 0; done < Piece;)
                {
                    int read = RandomAccess.Read(file, buffer.AsSpan(done, Piece - done), start + done);
                    if (read == 0) throw new EndOfStreamException($"the file ended after {start + done} bytes, and was longer before");
                    done += read;
                }
                subtrees[piece] = hasher.HashSubtree(buffer.AsSpan(0, Piece), start);
                return buffer;
            },
            buffer => ArrayPool<byte>.Shared.Return(buffer));
        foreach (var subtree in subtrees) hasher.AppendSubtree(subtree, Piece);
    }
}
