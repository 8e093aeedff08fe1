using System.Collections.Immutable;
using System.Numerics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Data.Proofs;

namespace Counterfoil.Data.Deltas;

/// <summary>A leaf that is removed from the ordered tree.</summary>
/// <param name="Place">Its place.</param>
/// <param name="Leaf">The leaf hash that was there.</param>
public readonly record struct RemovedLeaf(long Place, Sha256Digest Leaf);

/// <summary>The ordered tree before and after some leaves became tombstones, from those leaves and the roots of the largest subtrees without any: one walk gives both roots, so nothing else moved.</summary>
static class OrderedRevision
{
    /// <summary>The roots of the largest subtrees without a removed leaf, left to right.</summary>
    public static ImmutableArray<Sha256Digest> Untouched(ICommittedLeaves leaves, IReadOnlyList<long> places)
    {
        var known = new Dictionary<(long, long), Sha256Digest>();
        foreach (long place in places)
        {
            var path = leaves.InclusionPath(place);
            long begin = 0, size = leaves.Count;
            for (int i = path.Length; --i >= 0;)
            {
                long split = Split(size);
                bool right = place >= begin + split;
                known[right ? (begin, split) : (begin + split, size - split)] = path[i];
                (begin, size) = right ? (begin + split, size - split) : (begin, split);
            }
        }
        var untouched = ImmutableArray.CreateBuilder<Sha256Digest>();
        Walk(0, leaves.Count, 0, places.Count);
        return untouched.DrainToImmutable();

        void Walk(long begin, long size, int from, int to)
        {
            if (from == to) untouched.Add(known[(begin, size)]);
            else if (size > 1)
            {
                long split = Split(size);
                int middle = from;
                while (middle < to && places[middle] < begin + split) middle++;
                Walk(begin, split, from, middle);
                Walk(begin + split, size - split, middle, to);
            }
        }
    }

    /// <summary>Both roots, or null where there are not exactly as many untouched subtrees as the places demand.</summary>
    /// <param name="count">Leaves in the tree, at least 1.</param>
    /// <param name="removed">By place, ascending, each within the tree; at least one.</param>
    /// <param name="untouched">Left to right.</param>
    public static (Sha256Digest Before, Sha256Digest After)? Roots(long count, ImmutableArray<RemovedLeaf> removed, ImmutableArray<Sha256Digest> untouched)
    {
        int used = 0;
        var roots = Walk(0, count, 0, removed.Length);
        return used == untouched.Length ? roots : null;

        (Sha256Digest, Sha256Digest) Walk(long begin, long size, int from, int to)
        {
            if (from == to)
            {
                var same = used < untouched.Length ? untouched[used] : default;
                used++;
                return (same, same);
            }
            if (size == 1) return (removed[from].Leaf, Tombstone.At(begin));
            long split = Split(size);
            int middle = from;
            while (middle < to && removed[middle].Place < begin + split) middle++;
            var (left, leftAfter) = Walk(begin, split, from, middle);
            var (right, rightAfter) = Walk(begin + split, size - split, middle, to);
            return (MerkleTree.NodeHash(left, right), MerkleTree.NodeHash(leftAfter, rightAfter));
        }
    }

    static long Split(long size) => 1L << BitOperations.Log2((ulong)size - 1);
}
