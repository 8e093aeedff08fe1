using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Merkle;

/// <summary>Shows that a leaf is at a given place of the tree that a root commits to.</summary>
/// <remarks>RFC 9162 §2.1.3.2. Not constant-time: every input is public. Differs from the RFC: nothing.</remarks>
public static class InclusionProof
{
    /// <summary>Verifies the path from a leaf to the root.</summary>
    /// <param name="root">The root of the tree.</param>
    /// <param name="size">The number of leaves in the tree.</param>
    /// <param name="index">The leaf's place, counted from 0.</param>
    /// <param name="leafHash">The leaf, hashed by <see cref="MerkleTree.LeafHash"/>.</param>
    /// <param name="path">The siblings from the leaf up.</param>
    public static Verdict Verify(Sha256Digest root, long size, long index, Sha256Digest leafHash, IReadOnlyList<Sha256Digest> path)
    {
        var verdict = RootOf(size, index, leafHash, path, out var r);
        if (!verdict.IsAccepted) return verdict;
        return r == root ? Verdict.Accept : Verdict.Reject(CoreChecks.MerkleInclusion, $"root {root}", $"root {r}"); // step 5
    }

    /// <summary>The root that a path leads to, for whoever has a signature over it and not the root itself. Shows nothing until that is verified.</summary>
    /// <param name="size">The number of leaves in the tree.</param>
    /// <param name="index">The leaf's place, counted from 0.</param>
    /// <param name="leafHash">The leaf, hashed by <see cref="MerkleTree.LeafHash"/>.</param>
    /// <param name="path">The siblings from the leaf up.</param>
    /// <param name="root">The root, when accepted: the path has the length that size and index ask for.</param>
    public static Verdict RootOf(long size, long index, Sha256Digest leafHash, IReadOnlyList<Sha256Digest> path, out Sha256Digest root)
    {
        ArgumentNullException.ThrowIfNull(path);
        root = default;
        if (index < 0 || index >= size)
            return Verdict.Reject(CoreChecks.MerkleRange, $"an index in 0 … {size - 1}", $"{index}"); // step 1
        int length = PathLength(size, index);
        if (path.Count != length)
            return Verdict.Reject(CoreChecks.MerklePathLength, $"{length} nodes for leaf {index} of {size}", $"{path.Count} nodes");

        long fn = index, sn = size - 1; // step 2
        var r = leafHash; // step 3
        for (int i = 0; i < path.Count; i++) // step 4; its test for sn = 0 is the length test above
        {
            if ((fn & 1) != 0 || fn == sn)
            {
                r = MerkleTree.NodeHash(path[i], r);
                while ((fn & 1) == 0 && fn != 0) (fn, sn) = (fn >> 1, sn >> 1);
            }
            else r = MerkleTree.NodeHash(r, path[i]);
            (fn, sn) = (fn >> 1, sn >> 1);
        }
        root = r;
        return Verdict.Accept;
    }

    /// <summary>The number of nodes that a path has for the leaf at <paramref name="index"/> of <paramref name="size"/>.</summary>
    static int PathLength(long size, long index)
    {
        int length = 0;
        for (long fn = index, sn = size - 1; sn != 0; fn >>= 1, sn >>= 1)
            if ((fn & 1) != 0 || fn < sn) length++; // an even last node has no sibling on its level
        return length;
    }
}
