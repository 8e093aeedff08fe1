using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Market.Challenges;

/// <summary>The tree that commits to a device's product: what a provider posts the root of, and opens chunks of.</summary>
/// <remarks>
/// docs/market.md, "Hardware challenges". A cell is four bytes, two's complement, big-endian. Leaf row · n/32 + chunk is Keccak-256 of 0x00 and 32 cells; a node is Keccak-256 of 0x01
/// and its two children. All counts are powers of two: the tree is full, and a row's root is one of its nodes.
/// </remarks>
public sealed class ProductTree
{
    /// <summary>Bytes of a chunk.</summary>
    public const int ChunkBytes = 4 * ChallengeMatrices.Chunk;

    readonly int[] cells;
    readonly int size;
    readonly Keccak256Digest[] nodes; // a heap: the root is 1, the children of i are 2i and 2i + 1

    /// <summary>The tree over a product, row by row.</summary>
    /// <param name="cells">n · n cells. The tree keeps the array.</param>
    /// <param name="size">n.</param>
    /// <exception cref="ArgumentException">Not n · n cells, or a size that no challenge has.</exception>
    public ProductTree(int[] cells, int size)
    {
        ArgumentNullException.ThrowIfNull(cells);
        if (!ChallengeMatrices.IsSize(size) || cells.Length != (long)size * size) throw new ArgumentException($"{cells.Length} cells are no product of {size} × {size}", nameof(cells));
        (this.cells, this.size) = (cells, size);
        int leaves = cells.Length / ChallengeMatrices.Chunk;
        nodes = new Keccak256Digest[2 * leaves];
        Span<byte> chunk = stackalloc byte[ChunkBytes];
        for (int i = 0; i < leaves; i++)
        {
            Encode(cells.AsSpan(i * ChallengeMatrices.Chunk, ChallengeMatrices.Chunk), chunk);
            nodes[leaves + i] = Leaf(chunk);
        }
        for (int i = leaves; --i > 0;) nodes[i] = Node(nodes[2 * i], nodes[2 * i + 1]);
    }

    /// <summary>What is posted.</summary>
    public Keccak256Digest Root => nodes[1];

    /// <summary>The chunk that has a cell, and what shows that it is under the root.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such cell.</exception>
    public ChunkOpening Open(int row, int column)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, size);
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, size);
        int leaf = (row * size + column) / ChallengeMatrices.Chunk;
        var path = ImmutableArray.CreateBuilder<Keccak256Digest>();
        for (int i = nodes.Length / 2 + leaf; i > 1; i /= 2) path.Add(nodes[i ^ 1]);
        return new ChunkOpening(row, column / ChallengeMatrices.Chunk, [.. cells.AsSpan(leaf * ChallengeMatrices.Chunk, ChallengeMatrices.Chunk)], path.ToImmutable());
    }

    internal static void Encode(ReadOnlySpan<int> cells, Span<byte> chunk)
    {
        for (int i = 0; i < cells.Length; i++) BinaryPrimitives.WriteInt32BigEndian(chunk[(4 * i)..], cells[i]);
    }

    internal static Keccak256Digest Leaf(ReadOnlySpan<byte> chunk)
    {
        Span<byte> input = stackalloc byte[1 + ChunkBytes];
        input[0] = Domains.MerkleLeaf;
        chunk.CopyTo(input[1..]);
        return Keccak256.Hash(input);
    }

    internal static Keccak256Digest Node(Keccak256Digest left, Keccak256Digest right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Bytes32.Size];
        input[0] = Domains.MerkleNode;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Bytes32.Size)..]);
        return Keccak256.Hash(input);
    }
}

/// <summary>32 cells of a row, and the siblings up to the root. Unverified until <see cref="Verify"/>.</summary>
/// <param name="Row">The row.</param>
/// <param name="Chunk">The cells are those of columns 32 · chunk to 32 · chunk + 31.</param>
/// <param name="Cells">The cells.</param>
/// <param name="Path">The siblings, lowest first: 2·log2(n) − 5 of them.</param>
public sealed record ChunkOpening(int Row, int Chunk, ImmutableArray<int> Cells, ImmutableArray<Keccak256Digest> Path)
{
    /// <summary>Whether the cells are at their place under a root of n × n cells.</summary>
    /// <exception cref="ArgumentOutOfRangeException">n is no size of a challenge.</exception>
    public Verdict Verify(Keccak256Digest root, int size)
    {
        if (!ChallengeMatrices.IsSize(size)) throw new ArgumentOutOfRangeException(nameof(size), size, "n is a power of two from 32 to 65,536");
        int height = 2 * BitOperations.Log2((uint)size) - 5, chunks = size / ChallengeMatrices.Chunk;
        if (Row < 0 || Row >= size || Chunk < 0 || Chunk >= chunks)
            return Verdict.Reject(MarketChecks.ChallengeForm, $"a row below {size} and a chunk below {chunks}", $"row {Row}, chunk {Chunk}");
        if (Cells.IsDefault || Path.IsDefault || Cells.Length != ChallengeMatrices.Chunk || Path.Length != height)
            return Verdict.Reject(MarketChecks.ChallengeForm, $"32 cells and {height} siblings", $"{(Cells.IsDefault ? 0 : Cells.Length)} and {(Path.IsDefault ? 0 : Path.Length)}");
        Span<byte> chunk = stackalloc byte[ProductTree.ChunkBytes];
        ProductTree.Encode(Cells.AsSpan(), chunk);
        var node = ProductTree.Leaf(chunk);
        long index = (long)Row * chunks + Chunk;
        foreach (var sibling in Path)
        {
            node = (index & 1) == 0 ? ProductTree.Node(node, sibling) : ProductTree.Node(sibling, node);
            index >>= 1;
        }
        return node == root ? Verdict.Accept : Verdict.Reject(MarketChecks.ChallengeOpening, $"root {root}", node.ToString());
    }
}
