using System.Collections.Immutable;
using System.Numerics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;

namespace Counterfoil.Log.Tiles;

/// <summary>Proofs and roots of a tree that lies in tiles. It reads the tiles it needs, each once, and trusts none: a wrong tile makes a proof that fails.</summary>
public static class TiledTree
{
    /// <summary>PATH of RFC 9162 §2.1.3.1: shows the leaf at <paramref name="index"/> in the tree of <paramref name="size"/> leaves.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not that of a leaf.</exception>
    public static ValueTask<ImmutableArray<Sha256Digest>> InclusionAsync(ITileReader tiles, long index, long size, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var ranges = new List<Range>();
        long begin = 0, end = size;
        while (end - begin > 1)
        {
            long middle = begin + Split(end - begin);
            ranges.Add(index < middle ? new(middle, end) : new(begin, middle));
            (begin, end) = index < middle ? (begin, middle) : (middle, end);
        }
        ranges.Reverse();
        return HashAsync(tiles, ranges, size, cancellation);
    }

    /// <summary>The root of the <paramref name="index"/>-th 2^<paramref name="level"/> leaves, and its path to the root of the tree of <paramref name="size"/>, which has all of them.</summary>
    public static async ValueTask<(Sha256Digest Hash, ImmutableArray<Sha256Digest> Path)> NodeAsync(ITileReader tiles, int level, long index, long size, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)level, 62u, nameof(level));
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size >> level);
        long begin = index << level;
        var path = await InclusionAsync(tiles, begin, size, cancellation);
        // The path of its first leaf goes through it: what lies below is within.
        return ((await HashAsync(tiles, [new(begin, begin + (1L << level))], size, cancellation))[0], path[level..]);
    }

    /// <summary>PROOF of RFC 9162 §2.1.4.1: shows the tree of <paramref name="oldSize"/> leaves to be a prefix of that of <paramref name="newSize"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 ≤ old ≤ new.</exception>
    public static ValueTask<ImmutableArray<Sha256Digest>> ConsistencyAsync(ITileReader tiles, long oldSize, long newSize, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        var ranges = new List<Range>();
        long begin = 0, end = newSize;
        bool whole = true; // the verifier holds this subtree's root as the old root
        while (oldSize < end)
        {
            long middle = begin + Split(end - begin);
            if (oldSize <= middle)
            {
                ranges.Add(new(middle, end));
                end = middle;
            }
            else
            {
                ranges.Add(new(begin, middle));
                begin = middle;
                whole = false;
            }
        }
        if (!whole) ranges.Add(new(begin, end));
        ranges.Reverse();
        return HashAsync(tiles, ranges, newSize, cancellation);
    }

    /// <summary>The root of the tree's first <paramref name="size"/> leaves.</summary>
    public static async ValueTask<Sha256Digest> RootAsync(ITileReader tiles, long size, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        return size == 0 ? MerkleTree.EmptyRoot : (await HashAsync(tiles, [new(0, size)], size, cancellation))[0];
    }

    static async ValueTask<ImmutableArray<Sha256Digest>> HashAsync(ITileReader tiles, List<Range> ranges, long size, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        var read = new Dictionary<(int, long), ReadOnlyMemory<byte>>();
        foreach (var subtree in ranges.SelectMany(Perfect))
        {
            if (read.ContainsKey(subtree.Tile)) continue;
            var id = TileId.Of(subtree.Tile.Level, subtree.Tile.Index, size);
            var bytes = await tiles.ReadAsync(id, cancellation);
            if (bytes.Length != id.Width * Bytes32.Size) throw new InvalidDataException($"{id.Path} has {bytes.Length} bytes, not {id.Width * Bytes32.Size}");
            read.Add(subtree.Tile, bytes);
        }
        return [.. ranges.Select(range => Perfect(range).Select(s => s.Root(read[s.Tile].Span)).Aggregate((right, left) => MerkleTree.NodeHash(left, right)))];
    }

    /// <summary>The perfect subtrees that make up a range, the rightmost first: the order in which they are hashed together.</summary>
    static IEnumerable<Subtree> Perfect(Range range)
    {
        for (long end = range.End; end > range.Begin;)
        {
            // A range of a proof begins at a multiple of its largest subtree, so its length in binary is its subtrees.
            int height = BitOperations.TrailingZeroCount(end - range.Begin);
            end -= 1L << height;
            yield return new(end, height);
        }
    }

    /// <summary>The largest power of two below <paramref name="leaves"/>: where RFC 9162 splits a tree.</summary>
    static long Split(long leaves) => 1L << BitOperations.Log2((ulong)leaves - 1);

    readonly record struct Range(long Begin, long End);

    readonly record struct Subtree(long Begin, int Height)
    {
        long First => Begin >> (Height & -TileId.Height);

        public (int Level, long Index) Tile => (Height / TileId.Height, First / TileId.FullWidth);

        public Sha256Digest Root(ReadOnlySpan<byte> tile)
        {
            Span<Sha256Digest> hashes = new Sha256Digest[1 << (Height % TileId.Height)];
            int first = (int)(First % TileId.FullWidth);
            for (int i = 0; i < hashes.Length; i++) hashes[i] = new(tile.Slice((first + i) * Bytes32.Size, Bytes32.Size));
            return MerkleTree.Root(hashes);
        }
    }
}
