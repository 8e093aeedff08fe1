using System.Buffers;
using System.IO.MemoryMappedFiles;
using Counterfoil.Core.Digests;
using Microsoft.Win32.SafeHandles;

namespace Counterfoil.Data.Files;

/// <summary>How a file's bytes come to the hasher.</summary>
public enum FileAccessBy
{
    /// <summary>They are read into memory of our own: a file that others change while it is read gives some digest, or an exception.</summary>
    Reading,

    /// <summary>They are hashed where the system holds them, uncopied. A file that others cut shorter meanwhile ends the process: only for files that nobody hostile can write.</summary>
    Mapping,
}

/// <summary>BLAKE3 of a file, by as many threads as are given: pieces are hashed apart, as subtrees, and joined in order.</summary>
public static class FileDigest
{
    // Reading: a buffer that stays in the second-level cache between the copy and the lanes. Mapping: a window that the system maps at once, small beside any address space.
    const int Piece = 1 << 19, Window = 1 << 28;

    /// <summary>The digest of the bytes that the file has while it is read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="by">How it is read.</param>
    /// <param name="threads">How many threads read and hash; at least one.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="IOException">The file cannot be read, or became shorter meanwhile.</exception>
    public static Blake3Digest Blake3(string path, FileAccessBy by = FileAccessBy.Reading, int threads = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var hasher = new Blake3Hasher();
        long length = RandomAccess.GetLength(file), done = 0;
        if (by == FileAccessBy.Mapping && length > Piece) done = AppendMapped(file, hasher, length, threads, cancellationToken);
        // All pieces but the last, which more must follow.
        else if (threads > 1 && length > 2 * Piece) done = AppendApart(file, hasher, (length - 1) / Piece, threads, cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            // To the end of the file and not to the length of a moment ago: some files have none.
            for (; ; )
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = RandomAccess.Read(file, buffer.AsSpan(0, Piece), done);
                if (read == 0) return hasher.Finish();
                hasher.Append(buffer.AsSpan(0, read));
                done += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static long AppendApart(SafeFileHandle file, Blake3Hasher hasher, long pieces, int threads, CancellationToken cancellationToken)
    {
        var subtrees = new Bytes32[checked((int)pieces)];
        Parallel.For(0, subtrees.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken },
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
        return pieces * Piece;
    }

    /// <summary>Appends whole pieces, all but the last, window by window.</summary>
    static unsafe long AppendMapped(SafeFileHandle file, Blake3Hasher hasher, long length, int threads, CancellationToken cancellationToken)
    {
        long end = (length - 1) / Piece * Piece;
        using var mapped = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        for (long at = 0; at < end; at += Window)
        {
            int size = (int)Math.Min(Window, end - at);
            using var view = mapped.CreateViewAccessor(at, size, MemoryMappedFileAccess.Read);
            byte* pointer = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            try
            {
                byte* first = pointer + view.PointerOffset;
                if (threads == 1)
                    for (int piece = 0; piece < size; piece += Piece)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        hasher.Append(new ReadOnlySpan<byte>(first + piece, Piece));
                    }
                else AppendApart(first, hasher, at, size / Piece, threads, cancellationToken);
            }
            finally
            {
                view.SafeMemoryMappedViewHandle.ReleasePointer();
            }
        }
        return end;
    }

    static unsafe void AppendApart(byte* first, Blake3Hasher hasher, long at, int pieces, int threads, CancellationToken cancellationToken)
    {
        var subtrees = new Bytes32[pieces];
        Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken },
            piece => subtrees[piece] = hasher.HashSubtree(new ReadOnlySpan<byte>(first + (long)piece * Piece, Piece), at + (long)piece * Piece));
        foreach (var subtree in subtrees) hasher.AppendSubtree(subtree, Piece);
    }
}
