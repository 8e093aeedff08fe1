using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;

namespace Counterfoil.Log.Tiles;

/// <summary>The right edge of a tiled tree: its size and, per level, the tile that is not yet full. All that an append needs to know.</summary>
public sealed class TreeEdge
{
    readonly ImmutableArray<ImmutableArray<Sha256Digest>> partial;

    TreeEdge(long size, ImmutableArray<ImmutableArray<Sha256Digest>> partial)
    {
        (Size, this.partial) = (size, partial);
        Root = Fold(partial);
    }

    /// <summary>The tree without leaves.</summary>
    public static TreeEdge Empty { get; } = new(0, []);

    /// <summary>The number of leaves.</summary>
    public long Size { get; }

    /// <summary>The root of the tree.</summary>
    public Sha256Digest Root { get; }

    /// <summary>The hashes of the tile of a level that is not yet full; none where every tile is.</summary>
    public ImmutableArray<Sha256Digest> Partial(int level) => level < partial.Length ? partial[level] : [];

    /// <summary>Reads the edge of the tree of <paramref name="size"/> leaves back from its tiles.</summary>
    public static async ValueTask<TreeEdge> ReadAsync(ITileReader tiles, long size, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var levels = ImmutableArray.CreateBuilder<ImmutableArray<Sha256Digest>>();
        for (int level = 0; size >> (TileId.Height * level) is > 0 and var hashes; level++)
        {
            int width = (int)(hashes % TileId.FullWidth);
            var bytes = width == 0 ? default : await tiles.ReadAsync(new TileId(level, hashes / TileId.FullWidth, width), cancellation);
            if (bytes.Length != width * Bytes32.Size) throw new InvalidDataException($"tile {level}/{hashes / TileId.FullWidth} has {bytes.Length} bytes, not {width * Bytes32.Size}");
            levels.Add([.. Enumerable.Range(0, width).Select(i => new Sha256Digest(bytes.Span.Slice(i * Bytes32.Size, Bytes32.Size)))]);
            if (level + 1 == TileId.MaxLevels) break;
        }
        return new(size, levels.ToImmutable());
    }

    /// <summary>The edge after appending leaves, and what has to be written for it: tiles only ever grow at their end.</summary>
    public Growth Append(ReadOnlySpan<Sha256Digest> leafHashes)
    {
        if (leafHashes.Length > long.MaxValue - Size) throw new InvalidOperationException("the tree is full");
        var levels = partial.ToList();
        var writes = ImmutableArray.CreateBuilder<TileWrite>();
        var incoming = leafHashes;
        for (int level = 0; incoming.Length > 0; level++)
        {
            if (level == levels.Count) levels.Add([]);
            var edge = levels[level].ToBuilder();
            long index = (Size >> (TileId.Height * level)) / TileId.FullWidth;
            var full = new List<Sha256Digest>();
            while (incoming.Length > 0)
            {
                int start = edge.Count, taken = Math.Min(TileId.FullWidth - start, incoming.Length);
                writes.Add(new(level, index, start, [.. incoming[..taken]]));
                edge.AddRange(incoming[..taken]);
                incoming = incoming[taken..];
                if (edge.Count < TileId.FullWidth) continue;
                full.Add(MerkleTree.Root(edge.ToArray()));
                edge.Clear();
                index++;
            }
            levels[level] = edge.ToImmutable();
            incoming = full.ToArray();
        }
        return new(new(Size + leafHashes.Length, [.. levels]), writes.ToImmutable());
    }

    /// <summary>Hashes the perfect subtrees of the edge together from the right: those of lower levels, and in a level the smaller, lie further right.</summary>
    static Sha256Digest Fold(ImmutableArray<ImmutableArray<Sha256Digest>> levels)
    {
        Sha256Digest? root = null;
        foreach (var hashes in levels)
            for (int end = hashes.Length; end > 0;)
            {
                int count = end & -end;
                var left = MerkleTree.Root(hashes.AsSpan()[(end - count)..end]);
                root = root is { } right ? MerkleTree.NodeHash(left, right) : left;
                end -= count;
            }
        return root ?? MerkleTree.EmptyRoot;
    }
}

/// <summary>What an append comes to.</summary>
/// <param name="Edge">The edge afterwards.</param>
/// <param name="Writes">What the host writes before it lets anyone know of the new size.</param>
public sealed record Growth(TreeEdge Edge, ImmutableArray<TileWrite> Writes);

/// <summary>Hashes that a tile gains at its end.</summary>
/// <param name="Level">The tile's level.</param>
/// <param name="Index">The tile's place in its level.</param>
/// <param name="Start">How many hashes it had.</param>
/// <param name="Hashes">What follows them.</param>
public sealed record TileWrite(int Level, long Index, int Start, ImmutableArray<Sha256Digest> Hashes);
