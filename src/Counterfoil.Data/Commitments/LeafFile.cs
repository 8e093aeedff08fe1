using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Files;

namespace Counterfoil.Data.Commitments;

/// <summary>Leaf hashes on disk: a manifest (<see cref="LeafManifest"/>) that is written from front to back and read at any place.</summary>
static class LeafFile
{
    public const string FileName = "leaves";

    public static ReadOnlySpan<byte> Header => "counterfoil/leaves/v1\n"u8;

    /// <summary>Where the first leaf begins.</summary>
    public static int Start => Header.Length + 8;

    public static void WriteHeader(IDurableFile file, long count)
    {
        Span<byte> header = stackalloc byte[Start];
        Header.CopyTo(header);
        BinaryPrimitives.WriteInt64BigEndian(header[Header.Length..], count);
        file.Write(header, 0);
    }

    /// <summary>Whether the file is a whole manifest of so many leaves.</summary>
    public static bool IsWhole(IDurableFile file, long count)
    {
        Span<byte> header = stackalloc byte[Start];
        return file.Length == Start + count * Bytes32.Size && file.Read(header, 0) == Start && header.StartsWith(Header)
            && BinaryPrimitives.ReadInt64BigEndian(header[Header.Length..]) == count;
    }

    public static void ToBytes(ReadOnlySpan<Sha256Digest> digests, Span<byte> bytes)
    {
        for (int i = 0; i < digests.Length; i++) digests[i].CopyTo(bytes[(i * Bytes32.Size)..]);
    }

    public static void ToDigests(ReadOnlySpan<byte> bytes, Span<Sha256Digest> digests)
    {
        for (int i = 0; i < bytes.Length / Bytes32.Size; i++) digests[i] = new(bytes.Slice(i * Bytes32.Size, Bytes32.Size));
    }

    /// <summary>Reads hashes that lie one after another.</summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public static void Read(IDurableFile file, long offset, Span<Sha256Digest> digests)
    {
        var bytes = new byte[digests.Length * Bytes32.Size];
        file.ReadExactly(bytes, offset);
        ToDigests(bytes, digests);
    }

    /// <summary>BLAKE3 over the first leaves, by a hasher that more can be appended to.</summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public static Blake3Hasher Hash(IDurableFile file, long count, CancellationToken cancellation)
    {
        var hasher = new Blake3Hasher();
        var piece = new byte[1 << 18];
        long end = Start + count * Bytes32.Size;
        for (long at = Start; at < end; at += piece.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, end - at));
            file.ReadExactly(part, at);
            hasher.Append(part);
        }
        return hasher;
    }
}
