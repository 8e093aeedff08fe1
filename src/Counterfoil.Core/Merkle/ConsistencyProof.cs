using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Merkle;

/// <summary>Shows that a tree is an earlier tree with leaves appended: nothing before was changed, removed or reordered.</summary>
/// <remarks>
/// RFC 9162 §2.1.4.2. Not constant-time: every input is public. Every old size but 0 is meaningful; an empty tree is a prefix of anything,
/// and a proof of it proves nothing.
/// </remarks>
public static class ConsistencyProof
{
    /// <summary>Verifies that the tree of <paramref name="oldRoot"/> is a prefix of the tree of <paramref name="newRoot"/>.</summary>
    /// <param name="oldSize">Leaves in the old tree, at least 1.</param>
    /// <param name="oldRoot">Root of the old tree.</param>
    /// <param name="newSize">Leaves in the new tree, at least <paramref name="oldSize"/>.</param>
    /// <param name="newRoot">Root of the new tree.</param>
    /// <param name="path">The nodes of §2.1.4.1; none when the sizes are equal.</param>
    public static Verdict Verify(long oldSize, Sha256Digest oldRoot, long newSize, Sha256Digest newRoot, IReadOnlyList<Sha256Digest> path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (oldSize < 1 || oldSize > newSize)
            return Verdict.Reject(CoreChecks.MerkleRange, $"an old size in 1 … {newSize}", $"{oldSize}");
        int length = PathLength(oldSize, newSize);
        if (path.Count != length)
            return Verdict.Reject(CoreChecks.MerklePathLength, $"{length} nodes from {oldSize} to {newSize} leaves", $"{path.Count} nodes");
        if (oldSize == newSize)
            return oldRoot == newRoot ? Verdict.Accept : Verdict.Reject(CoreChecks.MerkleNewRoot, $"root {oldRoot}", $"root {newRoot}");

        // Steps 2 to 4: a whole old tree is itself the first node of the path.
        bool whole = (oldSize & (oldSize - 1)) == 0;
        long fn = oldSize - 1, sn = newSize - 1;
        while ((fn & 1) != 0) (fn, sn) = (fn >> 1, sn >> 1);
        var fr = whole ? oldRoot : path[0]; // step 5
        var sr = fr;
        for (int i = whole ? 0 : 1; i < path.Count; i++) // step 6
        {
            var c = path[i];
            if ((fn & 1) != 0 || fn == sn)
            {
                fr = MerkleTree.NodeHash(c, fr);
                sr = MerkleTree.NodeHash(c, sr);
                while ((fn & 1) == 0 && fn != 0) (fn, sn) = (fn >> 1, sn >> 1);
            }
            else sr = MerkleTree.NodeHash(sr, c);
            (fn, sn) = (fn >> 1, sn >> 1);
        }
        // Step 7.
        if (fr != oldRoot) return Verdict.Reject(CoreChecks.MerkleOldRoot, $"root {oldRoot}", $"root {fr}");
        return sr == newRoot ? Verdict.Accept : Verdict.Reject(CoreChecks.MerkleNewRoot, $"root {newRoot}", $"root {sr}");
    }

    static int PathLength(long oldSize, long newSize)
    {
        if (oldSize == newSize) return 0;
        long fn = oldSize - 1, sn = newSize - 1;
        int length = (oldSize & (oldSize - 1)) == 0 ? 0 : 1;
        while ((fn & 1) != 0) (fn, sn) = (fn >> 1, sn >> 1);
        for (; sn != 0; fn >>= 1, sn >>= 1)
            if ((fn & 1) != 0 || fn < sn) length++;
        return length;
    }
}
