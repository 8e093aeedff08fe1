using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using CsCheck;
using static Counterfoil.Core.Tests.VerdictReading;

namespace Counterfoil.Core.Tests.Merkle;

public sealed class MerkleLaws
{
    static Sha256Digest[] Leaves(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        var leaf = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(leaf, i);
        return MerkleTree.LeafHash(leaf);
    })];

    // The definition of RFC 9162 §2.1.1 word for word: the oracle for the level-by-level computation.
    static Sha256Digest Definition(ReadOnlySpan<Sha256Digest> d)
    {
        if (d.Length == 0) return Sha256.Hash([]);
        if (d.Length == 1) return d[0];
        int k = 1;
        while (2 * k < d.Length) k *= 2;
        return MerkleTree.NodeHash(Definition(d[..k]), Definition(d[k..]));
    }

    [Fact]
    public void A_leaf_and_a_node_of_the_same_bytes_differ()
    {
        var (left, right) = (Sha256.Hash("l"u8), Sha256.Hash("r"u8));
        Assert.Equal(Sha256.Hash([1, .. left.ToArray(), .. right.ToArray()]), MerkleTree.NodeHash(left, right));
        Assert.NotEqual(MerkleTree.LeafHash([.. left.ToArray(), .. right.ToArray()]), MerkleTree.NodeHash(left, right));
        foreach (int length in new[] { 0, 1, 1022, 1023, 1024, 5000 })
            Assert.Equal(Sha256.Hash([0, .. new byte[length]]), MerkleTree.LeafHash(new byte[length]));
    }

    [Fact]
    public void The_root_is_that_of_the_definition_and_the_frontier_agrees_at_every_size()
    {
        var leaves = Leaves(300);
        var frontier = new Frontier();
        for (int n = 0; n <= leaves.Length; n++)
        {
            var root = Definition(leaves.AsSpan(0, n));
            Assert.Equal(root, MerkleTree.Root(leaves.AsSpan(0, n)));
            Assert.Equal((n, root), (frontier.Size, frontier.Root));
            if (n < leaves.Length) frontier.Add(leaves[n]);
        }
    }

    [Fact]
    public void Every_path_verifies_and_no_other_leaf_index_or_size_does()
    {
        for (int n = 1; n <= 40; n++)
        {
            var leaves = Leaves(n);
            var root = MerkleTree.Root(leaves);
            for (int i = 0; i < n; i++)
            {
                var path = MerkleTree.InclusionPath(leaves, i);
                Assert.Equal(Verdict.Accept, InclusionProof.Verify(root, n, i, leaves[i], path));
                for (int j = 0; j < n; j++)
                    if (j != i)
                    {
                        Assert.False(InclusionProof.Verify(root, n, j, leaves[i], path).IsAccepted);
                        Assert.False(InclusionProof.Verify(root, n, i, leaves[j], path).IsAccepted);
                    }
            }
        }
    }

    [Fact]
    public void Every_prefix_is_consistent_and_no_other_pair_of_sizes_is()
    {
        var leaves = Leaves(40);
        for (int n = 1; n <= 40; n++)
            for (int m = 1; m <= n; m++)
            {
                var path = MerkleTree.ConsistencyPath(leaves.AsSpan(0, n), m);
                Sha256Digest old = MerkleTree.Root(leaves.AsSpan(0, m)), current = MerkleTree.Root(leaves.AsSpan(0, n));
                Assert.Equal(Verdict.Accept, ConsistencyProof.Verify(m, old, n, current, path));
                if (m < n) Assert.False(ConsistencyProof.Verify(m + 1, old, n, current, path).IsAccepted);
                if (m < n) Assert.False(ConsistencyProof.Verify(m, current, n, old, path).IsAccepted);
            }
    }

    [Fact]
    public void A_frontier_filled_in_pieces_equals_one_filled_leaf_by_leaf() =>
        Gen.Int[0, 70].Array[0, 8].Sample(pieces =>
        {
            var leaves = Leaves(pieces.Sum());
            var (together, single) = (new Frontier(), new Frontier());
            int at = 0;
            foreach (int piece in pieces)
            {
                together.AddRange(leaves.AsSpan(at, piece));
                at += piece;
            }
            foreach (var leaf in leaves) single.Add(leaf);
            Assert.Equal(single.Nodes, together.Nodes);
            Assert.Equal(Verdict.Accept, Frontier.Restore(single.Size, [.. single.Nodes], out var restored));
            Assert.Equal((single.Size, single.Root), (restored!.Size, restored.Root));
        });

    [Fact]
    public void Shards_merge_by_the_roots_of_their_subtrees_and_only_where_they_fit()
    {
        var leaves = Leaves(22);
        var frontier = new Frontier();
        frontier.AddSubtree(MerkleTree.Root(leaves.AsSpan(0, 16)), 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => frontier.AddSubtree(leaves[0], 5));
        frontier.AddSubtree(MerkleTree.Root(leaves.AsSpan(16, 4)), 2);
        frontier.Add(leaves[20]);
        Assert.Throws<ArgumentOutOfRangeException>(() => frontier.AddSubtree(leaves[0], 1));
        frontier.Add(leaves[21]);
        Assert.Equal((22L, MerkleTree.Root(leaves)), (frontier.Size, frontier.Root));
    }

    [Fact]
    public void A_clone_is_a_snapshot()
    {
        var frontier = new Frontier();
        frontier.AddRange(Leaves(7));
        var (snapshot, root) = (frontier.Clone(), frontier.Root);
        frontier.AddRange(Leaves(9));
        Assert.Equal((7L, root), (snapshot.Size, snapshot.Root));
    }

    [Fact]
    public void A_frontier_of_the_wrong_shape_is_refused()
    {
        Assert.Equal(CoreChecks.MerkleFrontier, Refusal(Frontier.Restore(5, Leaves(3), out _)));
        Assert.Equal(CoreChecks.MerkleRange, Refusal(Frontier.Restore(-1, Leaves(64), out _)));
    }

    [Fact]
    public void Each_damage_is_refused_by_its_own_check()
    {
        var leaves = Leaves(13);
        var root = MerkleTree.Root(leaves);
        var path = MerkleTree.InclusionPath(leaves, 5);
        Assert.Equal(CoreChecks.MerkleRange, Refusal(InclusionProof.Verify(root, 13, 13, leaves[5], path)));
        Assert.Equal(CoreChecks.MerkleRange, Refusal(InclusionProof.Verify(root, 0, 0, leaves[5], [])));
        Assert.Equal(CoreChecks.MerkleRange, Refusal(InclusionProof.Verify(root, 13, -1, leaves[5], path)));
        Assert.Equal(CoreChecks.MerklePathLength, Refusal(InclusionProof.Verify(root, 13, 5, leaves[5], path.RemoveAt(0))));
        Assert.Equal(CoreChecks.MerkleInclusion, Refusal(InclusionProof.Verify(root, 13, 5, leaves[6], path)));
        Assert.Equal(CoreChecks.MerkleInclusion, Refusal(InclusionProof.Verify(leaves[0], 13, 5, leaves[5], path)));

        var old = MerkleTree.Root(leaves.AsSpan(0, 6));
        var growth = MerkleTree.ConsistencyPath(leaves, 6);
        Assert.Equal(CoreChecks.MerkleRange, Refusal(ConsistencyProof.Verify(0, MerkleTree.EmptyRoot, 13, root, [])));
        Assert.Equal(CoreChecks.MerkleRange, Refusal(ConsistencyProof.Verify(14, old, 13, root, growth)));
        Assert.Equal(CoreChecks.MerklePathLength, Refusal(ConsistencyProof.Verify(6, old, 13, root, growth.Add(root))));
        Assert.Equal(CoreChecks.MerkleOldRoot, Refusal(ConsistencyProof.Verify(6, leaves[0], 13, root, growth)));
        Assert.Equal(CoreChecks.MerkleNewRoot, Refusal(ConsistencyProof.Verify(6, old, 13, leaves[0], growth)));
    }

    [Fact]
    public void Any_sizes_and_any_path_give_a_verdict() =>
        Gen.Select(Gen.Long, Gen.Long, Gen.Byte.Array[32].Array[0, 70]).Sample((a, b, path) =>
        {
            Sha256Digest[] nodes = [.. path.Select(p => new Sha256Digest(p))];
            Assert.False(InclusionProof.Verify(MerkleTree.EmptyRoot, a, b, MerkleTree.EmptyRoot, nodes).IsAccepted);
            Assert.False(ConsistencyProof.Verify(a, MerkleTree.EmptyRoot, b, MerkleTree.NodeHash(default, default), nodes).IsAccepted);
        });

}
