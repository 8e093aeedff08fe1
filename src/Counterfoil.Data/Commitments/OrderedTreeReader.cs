using System.Collections.Immutable;
using System.Numerics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Data.Files;

namespace Counterfoil.Data.Commitments;

/// <summary>Finds paths in an ordered tree by a few reads of the files that <see cref="OrderedTreeWriter"/> left.</summary>
/// <param name="leaves">Reads the leaf hashes from a place on.</param>
/// <param name="nodes">The file of the nodes at a level.</param>
/// <param name="size">How many leaves there are.</param>
sealed class OrderedTreeReader(Action<long, Span<Sha256Digest>> leaves, Func<int, IDurableFile> nodes, long size)
{
    const int TileLevels = OrderedTreeWriter.TileLevels;

    /// <summary>PATH of RFC 9162 §2.1.3.1.</summary>
    public ImmutableArray<Sha256Digest> Path(long place)
    {
        var path = ImmutableArray.CreateBuilder<Sha256Digest>(64);
        long begin = 0, end = size;
        while (end - begin > 1)
        {
            // The largest power of two smaller than the number of leaves is where the tree splits.
            long middle = begin + (1L << BitOperations.Log2((ulong)(end - begin - 1)));
            path.Add(place < middle ? Root(middle, end) : Root(begin, middle));
            (begin, end) = place < middle ? (begin, middle) : (middle, end);
        }
        path.Reverse();
        return path.DrainToImmutable();
    }

    /// <summary>The root over leaves begin … end − 1, where begin is a multiple of the power of two that holds them.</summary>
    Sha256Digest Root(long begin, long end)
    {
        var perfect = new List<Sha256Digest>();
        while (begin < end)
        {
            int level = BitOperations.Log2((ulong)(end - begin));
            perfect.Add(Perfect(level, begin >> level));
            begin += 1L << level;
        }
        var root = perfect[^1];
        for (int i = perfect.Count - 1; --i >= 0;) root = MerkleTree.NodeHash(perfect[i], root);
        return root;
    }

    /// <summary>The root of a perfect subtree of 2^level leaves, made from the level that is kept.</summary>
    Sha256Digest Perfect(int level, long index)
    {
        int below = level % TileLevels, kept = level - below;
        Span<Sha256Digest> digests = new Sha256Digest[1 << below];
        long first = index << below;
        if (kept == 0) leaves(first, digests);
        else LeafFile.Read(nodes(kept), first * Bytes32.Size, digests);
        return MerkleTree.Root(digests);
    }
}
