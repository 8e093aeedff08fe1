using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using Counterfoil.Core.Digests.Lanes;
using static Counterfoil.Core.Digests.Lanes.Blake3Kernel;

namespace Counterfoil.Core.Digests;

/// <summary>
/// BLAKE3 of a message that comes piece by piece (paper §5.1.2): large pieces go to the lanes, the rest waits in a buffer of one block.
/// </summary>
public sealed class Blake3Hasher
{
    const int MostChunks = 256; // hashed at once: enough to fill the lanes up to the fourth level of parents

    readonly Blake3Kernel kernel;
    readonly uint[] key;
    readonly uint flags;

    // The chunk at hand.
    readonly uint[] chain = new uint[ChainWords];
    readonly byte[] block = new byte[BlockSize];
    int blockLength, blocks;
    ulong chunks; // before the chunk at hand

    // Roots of finished subtrees, largest first: one for each set bit of chunks. Its last entry merges as soon as its sibling is complete.
    uint[] stack = [];
    int depth;

    /// <summary>The plain hash.</summary>
    public Blake3Hasher() : this(Blake3Compression.Iv, 0, Blake3Kernel.Chosen) { }

    internal Blake3Hasher(Blake3Kernel kernel) : this(Blake3Compression.Iv, 0, kernel) { }

    internal Blake3Hasher(ReadOnlySpan<uint> key, uint flags, Blake3Kernel kernel)
    {
        (this.key, this.flags, this.kernel) = (key.ToArray(), flags, kernel);
        this.key.CopyTo(chain, 0);
    }

    /// <summary>The keyed hash.</summary>
    /// <exception cref="ArgumentException">The key is not 32 bytes long.</exception>
    public static Blake3Hasher Keyed(ReadOnlySpan<byte> key) => Keyed(key, Blake3Kernel.Chosen);

    internal static Blake3Hasher Keyed(ReadOnlySpan<byte> key, Blake3Kernel kernel) => key.Length == Blake3.KeySize
        ? new(MemoryMarshal.Cast<byte, uint>(key), KeyedHash, kernel)
        : throw new ArgumentException($"expected {Blake3.KeySize} bytes, got {key.Length}", nameof(key));

    /// <summary>Key derivation: append the key material.</summary>
    /// <param name="context">Hard-coded, globally unique, named in <see cref="Domains"/>.</param>
    public static Blake3Hasher ForDerivation(string context) => ForDerivation(context, Blake3Kernel.Chosen);

    internal static Blake3Hasher ForDerivation(string context, Blake3Kernel kernel)
    {
        var inner = new Blake3Hasher(Blake3Compression.Iv, DeriveKeyContext, kernel);
        inner.Append(System.Text.Encoding.UTF8.GetBytes(context));
        Span<byte> contextKey = stackalloc byte[Blake3.KeySize];
        inner.Snapshot(contextKey);
        return new(MemoryMarshal.Cast<byte, uint>(contextKey), DeriveKeyMaterial, kernel);
    }

    int ChunkLength => blocks * BlockSize + blockLength;

    /// <summary>Appends a piece; how a message is cut up does not matter.</summary>
    public void Append(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            if (ChunkLength == ChunkSize) FinishChunk(); // not before there is more: the last chunk may be the root
            if (ChunkLength == 0 && piece.Length > ChunkSize)
            {
                // Whole chunks, all but what may be the last.
                int count = Math.Min(MostChunks, (piece.Length - 1) / ChunkSize);
                AppendChunks(piece[..(count * ChunkSize)], count);
                piece = piece[(count * ChunkSize)..];
                continue;
            }
            if (blockLength == BlockSize) CompressBlock();
            int taken = Math.Min(BlockSize - blockLength, piece.Length);
            piece[..taken].CopyTo(block.AsSpan(blockLength));
            blockLength += taken;
            piece = piece[taken..];
        }
    }

    /// <summary>
    /// The chaining value of a subtree: a part of the message that several threads, each with its own part, can hash apart from the rest and in any order.
    /// Reads nothing of what was appended.
    /// </summary>
    /// <param name="part">A power of two of chunks: 1024·2^k bytes.</param>
    /// <param name="position">Where in the message it begins: a multiple of its length.</param>
    public Bytes32 HashSubtree(ReadOnlySpan<byte> part, long position)
    {
        int count = part.Length / ChunkSize;
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        if (part.Length % ChunkSize != 0 || !BitOperations.IsPow2(count)) throw new ArgumentException($"{part.Length} bytes are not a power of two of chunks", nameof(part));
        if (position % part.Length != 0) throw new ArgumentException($"{position} is not a multiple of the part's {part.Length} bytes", nameof(position));
        uint[] chains = ArrayPool<uint>.Shared.Rent(count * ChainWords);
        kernel.HashChunks(part, (ulong)(position / ChunkSize), key, flags, chains);
        for (int n = count; n > 1; n /= 2) kernel.HashParents(chains.AsSpan(0, n * ChainWords), key, flags, chains);
        var root = new Bytes32(MemoryMarshal.AsBytes(chains.AsSpan(0, ChainWords)));
        ArrayPool<uint>.Shared.Return(chains);
        return root;
    }

    /// <summary>Appends a part by its chaining value. More of the message must follow, for only then is the part not the whole and not its right half.</summary>
    /// <param name="chainingValue">What <see cref="HashSubtree"/> gave for the part that begins where the message ends now.</param>
    /// <param name="length">The part's length in bytes.</param>
    public void AppendSubtree(Bytes32 chainingValue, int length)
    {
        int count = length / ChunkSize;
        if (length % ChunkSize != 0 || !BitOperations.IsPow2(count)) throw new ArgumentException($"{length} bytes are not a power of two of chunks", nameof(length));
        if (ChunkLength == ChunkSize) FinishChunk();
        if (ChunkLength != 0 || chunks % (uint)count != 0) throw new InvalidOperationException($"a subtree of {length} bytes cannot begin here");
        Span<uint> chain = stackalloc uint[ChainWords];
        chainingValue.CopyTo(MemoryMarshal.AsBytes(chain));
        Push(chain, (uint)count);
    }

    /// <summary>The digest of everything appended so far. More may be appended afterwards.</summary>
    /// <exception cref="InvalidOperationException">A subtree was appended last.</exception>
    public Blake3Digest Snapshot()
    {
        Span<byte> digest = stackalloc byte[Bytes32.Size];
        Snapshot(digest);
        return new Blake3Digest(digest);
    }

    /// <summary>Fills <paramref name="output"/>, of any length, from everything appended so far. More may be appended afterwards.</summary>
    /// <exception cref="InvalidOperationException">A subtree was appended last.</exception>
    public void Snapshot(Span<byte> output)
    {
        if (ChunkLength == 0 && chunks != 0) throw new InvalidOperationException("more must follow a subtree");
        // The node at hand, first the last chunk and then each parent on the way up, is compressed only once it is known whether it is the root.
        Span<uint> nodeChain = stackalloc uint[ChainWords], nodeBlock = stackalloc uint[16], wide = stackalloc uint[16];
        chain.CopyTo(nodeChain);
        nodeBlock.Clear();
        block.AsSpan(0, blockLength).CopyTo(MemoryMarshal.AsBytes(nodeBlock));
        ulong counter = chunks;
        uint length = (uint)blockLength, nodeFlags = flags | ChunkEnd | (blocks == 0 ? ChunkStart : 0);
        for (int i = depth; --i >= 0;)
        {
            Compress(nodeChain, nodeBlock, counter, length, nodeFlags, wide);
            stack.AsSpan(i * ChainWords, ChainWords).CopyTo(nodeBlock);
            wide[..ChainWords].CopyTo(nodeBlock[ChainWords..]);
            key.CopyTo(nodeChain);
            (counter, length, nodeFlags) = (0, BlockSize, flags | Parent);
        }
        for (counter = depth > 0 ? 0 : counter; !output.IsEmpty; counter++) // §2.6: a root's counter counts blocks of output
        {
            Compress(nodeChain, nodeBlock, counter, length, nodeFlags | Root, wide, wideOutput: true);
            int taken = Math.Min(BlockSize, output.Length);
            MemoryMarshal.AsBytes(wide)[..taken].CopyTo(output);
            output = output[taken..];
        }
    }

    /// <summary>The digest of everything appended; afterwards the hasher is as new.</summary>
    public Blake3Digest Finish()
    {
        var digest = Snapshot();
        Reset();
        return digest;
    }

    /// <summary>Forgets everything appended. Key and mode stay.</summary>
    public void Reset()
    {
        key.CopyTo(chain, 0);
        (blockLength, blocks, chunks, depth) = (0, 0, 0, 0);
    }

    /// <summary>An independent hasher with the same bytes appended.</summary>
    public Blake3Hasher Clone()
    {
        var copy = new Blake3Hasher(key, flags, kernel) { blockLength = blockLength, blocks = blocks, chunks = chunks, depth = depth, stack = (uint[])stack.Clone() };
        chain.CopyTo(copy.chain, 0);
        block.CopyTo(copy.block, 0);
        return copy;
    }

    void CompressBlock()
    {
        Compress(chain, MemoryMarshal.Cast<byte, uint>(block.AsSpan()), chunks, BlockSize, flags | (blocks == 0 ? ChunkStart : 0), chain);
        blocks++;
        blockLength = 0;
    }

    void FinishChunk()
    {
        Compress(chain, MemoryMarshal.Cast<byte, uint>(block.AsSpan()), chunks, BlockSize, flags | ChunkEnd, chain);
        Push(chain, 1);
        key.CopyTo(chain, 0);
        (blockLength, blocks) = (0, 0);
    }

    void AppendChunks(ReadOnlySpan<byte> bytes, int count)
    {
        Span<uint> chains = stackalloc uint[MostChunks * ChainWords];
        kernel.HashChunks(bytes, chunks, key, flags, chains);
        while (count > 0)
        {
            // The largest subtree that fits and may start here.
            int size = 1 << BitOperations.Log2((uint)count);
            if (chunks != 0) size = (int)Math.Min((uint)size, chunks & (~chunks + 1));
            for (int n = size; n > 1; n /= 2) kernel.HashParents(chains[..(n * ChainWords)], key, flags, chains);
            Push(chains[..ChainWords], (uint)size);
            chains = chains[(size * ChainWords)..];
            count -= size;
        }
    }

    // A finished subtree of that many chunks. It merges with its left sibling, as often as the number of such subtrees is even; more input is known to follow.
    void Push(Span<uint> subtree, uint count)
    {
        chunks += count;
        Span<uint> parent = stackalloc uint[16];
        for (ulong subtrees = chunks / count; (subtrees & 1) == 0; subtrees >>= 1)
        {
            stack.AsSpan(--depth * ChainWords, ChainWords).CopyTo(parent);
            subtree.CopyTo(parent[ChainWords..]);
            Compress(key, parent, 0, BlockSize, flags | Parent, subtree);
        }
        if (stack.Length == depth * ChainWords) Array.Resize(ref stack, Math.Max(64, 2 * stack.Length));
        subtree.CopyTo(stack.AsSpan(depth++ * ChainWords));
    }

    static void Compress(Span<uint> chain, Span<uint> block, ulong counter, uint length, uint flags, Span<uint> output, bool wideOutput = false) =>
        Blake3Compression.Compress<uint, WordLanes1>(ref chain[0], ref block[0], (uint)counter, (uint)(counter >> 32), length, flags, ref output[0], wideOutput);
}
