using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Counterfoil.Core.Digests.Lanes;
using Counterfoil.Core.Verdicts;
using static Counterfoil.Core.Digests.Lanes.Blake3Kernel;

namespace Counterfoil.Core.Digests;

/// <summary>A range of a large object, and what shows that it is the object's under its BLAKE3 digest: the range verifies while it streams, chunk by chunk.</summary>
/// <remarks>
/// Bao's slice (O'Connor, the Bao specification §2.3 "Slices"): u64 length of the object, little-endian; then the tree in pre-order, parents as the two chaining values of
/// their children, chunks as their bytes, leaving out subtrees that the range does not touch. A range of no bytes counts as one byte; a range that begins behind the end keeps the
/// last chunk, which shows the length. The length is not hashed: it is shown by the last chunk alone, so a range that has not that chunk does not show it.
/// </remarks>
public static class Blake3Range
{
    const int NodeSize = 2 * Bytes32.Size, HeaderSize = 8;

    /// <summary>Makes the proof for a range; hashes the whole object.</summary>
    /// <param name="content">The object.</param>
    /// <param name="offset">Where the range begins.</param>
    /// <param name="count">How long it is; it may reach behind the object's end.</param>
    public static byte[] Prove(ReadOnlySpan<byte> content, long offset, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var proof = new MemoryStream();
        Span<byte> header = stackalloc byte[HeaderSize];
        BinaryPrimitives.WriteInt64LittleEndian(header, content.Length);
        proof.Write(header);
        Encode(content, 0, new Range(content.Length, offset, count), new Blake3Hasher(), proof);
        return proof.ToArray();
    }

    /// <summary>Verifies a range as it comes; each chunk is written as soon as it is known to be genuine.</summary>
    /// <param name="digest">The object's BLAKE3 digest.</param>
    /// <param name="proof">What <see cref="Prove"/> made, from its first byte to its last.</param>
    /// <param name="offset">Where the range begins.</param>
    /// <param name="count">How long it is.</param>
    /// <param name="content">Receives the range's bytes, fewer where the object ends. What was written before a refusal is genuine.</param>
    /// <exception cref="IOException">A stream fails.</exception>
    public static Verdict Verify(Blake3Digest digest, Stream proof, long offset, long count, Stream content)
    {
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Span<byte> header = stackalloc byte[HeaderSize];
        if (proof.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize) return TooShort();
        long length = BinaryPrimitives.ReadInt64LittleEndian(header);
        if (length < 0) return Verdict.Reject(CoreChecks.Blake3RangeLength, $"a length of at most {long.MaxValue}", $"{(ulong)length}");
        var verdict = new Decoder(proof, new Range(length, offset, count), content).Decode(digest.Value, 0, length, Root);
        if (!verdict.IsAccepted) return verdict;
        return proof.ReadByte() < 0 ? Verdict.Accept : Verdict.Reject(CoreChecks.Blake3RangeLength, "the end of the proof", "more bytes");
    }

    static Verdict TooShort() => Verdict.Reject(CoreChecks.Blake3RangeLength, "a whole proof", "its end before that of the range");

    /// <summary>Which subtrees a range touches.</summary>
    readonly record struct Range(long Length, long Offset, long Count)
    {
        public long End => Math.Max(Count, 1) > long.MaxValue - Offset ? long.MaxValue : Offset + Math.Max(Count, 1);

        public bool Touches(long start, long length) => start < End && Offset < start + length || Offset >= Length && start + length == Length;
    }

    /// <summary>The left subtree of one of several chunks: the largest power of two of chunks that leaves some to the right.</summary>
    static long LeftLength(long length) => (long)ChunkSize << BitOperations.Log2((ulong)((length - 1) / ChunkSize));

    static void Encode(ReadOnlySpan<byte> content, long start, Range range, Blake3Hasher hasher, MemoryStream proof)
    {
        if (!range.Touches(start, content.Length)) return;
        if (content.Length <= ChunkSize)
        {
            proof.Write(content);
            return;
        }
        int left = (int)LeftLength(content.Length);
        Span<byte> node = stackalloc byte[NodeSize];
        hasher.HashSubtree(content[..left], start).CopyTo(node);
        ChainOf(content[left..], start + left, hasher).CopyTo(node[Bytes32.Size..]);
        proof.Write(node);
        Encode(content[..left], start, range, hasher, proof);
        Encode(content[left..], start + left, range, hasher, proof);
    }

    /// <summary>The chaining value of a subtree that is not the root, of any length.</summary>
    static Bytes32 ChainOf(ReadOnlySpan<byte> content, long start, Blake3Hasher hasher)
    {
        if (content.Length <= ChunkSize) return Chunk(content, start, 0);
        int left = (int)LeftLength(content.Length);
        Span<byte> node = stackalloc byte[NodeSize];
        hasher.HashSubtree(content[..left], start).CopyTo(node);
        ChainOf(content[left..], start + left, hasher).CopyTo(node[Bytes32.Size..]);
        return ParentOf(node, 0);
    }

    static Bytes32 Chunk(ReadOnlySpan<byte> bytes, long start, uint root)
    {
        Span<uint> chain = stackalloc uint[ChainWords], block = stackalloc uint[16];
        Blake3Compression.Iv.CopyTo(chain);
        ulong counter = (ulong)start / ChunkSize;
        int at = 0;
        do
        {
            int taken = Math.Min(BlockSize, bytes.Length - at);
            block.Clear();
            bytes.Slice(at, taken).CopyTo(MemoryMarshal.AsBytes(block));
            uint flags = (at == 0 ? ChunkStart : 0) | (at + taken == bytes.Length ? ChunkEnd | root : 0);
            at += taken;
            Blake3Compression.Compress<uint, WordLanes1>(ref chain[0], ref block[0], (uint)counter, (uint)(counter >> 32), (uint)taken, flags, ref chain[0], wide: false);
        }
        while (at < bytes.Length);
        return new(MemoryMarshal.AsBytes(chain));
    }

    static Bytes32 ParentOf(ReadOnlySpan<byte> node, uint root)
    {
        Span<uint> chain = stackalloc uint[ChainWords], block = stackalloc uint[16];
        Blake3Compression.Iv.CopyTo(chain);
        node.CopyTo(MemoryMarshal.AsBytes(block));
        Blake3Compression.Compress<uint, WordLanes1>(ref chain[0], ref block[0], 0, 0, BlockSize, Parent | root, ref chain[0], wide: false);
        return new(MemoryMarshal.AsBytes(chain));
    }

    sealed class Decoder(Stream proof, Range range, Stream content)
    {
        readonly byte[] chunk = new byte[ChunkSize];

        public Verdict Decode(Bytes32 expected, long start, long length, uint root)
        {
            // The root is hashed even if the range touches nothing of it: an empty object is one empty chunk.
            if (root == 0 && !range.Touches(start, length)) return Verdict.Accept;
            if (length <= ChunkSize)
            {
                var bytes = chunk.AsSpan(0, (int)length);
                if (proof.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) return TooShort();
                if (Chunk(bytes, start, root) is var found && found != expected) return Verdict.Reject(CoreChecks.Blake3RangeHash, $"chunk {start / ChunkSize} of {expected}", $"{found}");
                long from = Math.Clamp(range.Offset - start, 0, length), to = Math.Clamp(range.Count > long.MaxValue - range.Offset ? length : range.Offset + range.Count - start, from, length);
                content.Write(bytes[(int)from..(int)to]);
                return Verdict.Accept;
            }
            Span<byte> node = stackalloc byte[NodeSize];
            if (proof.ReadAtLeast(node, NodeSize, throwOnEndOfStream: false) < NodeSize) return TooShort();
            if (ParentOf(node, root) is var parent && parent != expected) return Verdict.Reject(CoreChecks.Blake3RangeHash, $"a parent of {expected} over bytes {start} … {start + length - 1}", $"{parent}");
            long left = LeftLength(length);
            var (l, r) = (new Bytes32(node[..Bytes32.Size]), new Bytes32(node[Bytes32.Size..]));
            var verdict = Decode(l, start, left, 0);
            return verdict.IsAccepted ? Decode(r, start + left, length - left, 0) : verdict;
        }
    }
}
