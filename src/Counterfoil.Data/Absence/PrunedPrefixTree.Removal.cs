using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Absence;

public sealed partial class PrunedPrefixTree
{
    /// <summary>Reveals what removing keys needs: their paths, and of what would be left alone beside one whether it is a leaf.</summary>
    /// <param name="prove">The path along a key's bits in the whole tree.</param>
    /// <param name="removed">How many occurrences of each key go.</param>
    /// <exception cref="ArgumentException">A key is not there so often.</exception>
    public static PrunedPrefixTree ForRemoval(Func<Sha256Digest, PrefixProof> prove, IReadOnlyDictionary<Sha256Digest, long> removed)
    {
        ArgumentNullException.ThrowIfNull(removed);
        var tree = Make(prove, removed.Keys.Order());
        while (true)
        {
            var removal = new Removal(removed);
            removal.Without(tree.top, 0);
            if (removal.Flaw(removed) is { } flaw) throw new ArgumentException(flaw.ToString(), nameof(removed));
            if (removal.Lone.Count == 0) return tree;
            foreach (var (key, depth) in removal.Lone)
            {
                var proof = prove(key);
                tree = new(Reveal(tree.top, proof, Chain(proof, key), key, 0, depth));
            }
        }
    }

    /// <summary>The root of the tree with some occurrences of some keys removed, and nothing else changed.</summary>
    /// <param name="removed">How many occurrences of each key go, each at least 1.</param>
    /// <param name="root">The root, when accepted.</param>
    public Verdict Remove(IReadOnlyDictionary<Sha256Digest, long> removed, out Sha256Digest root)
    {
        ArgumentNullException.ThrowIfNull(removed);
        root = default;
        var removal = new Removal(removed);
        var after = removal.Without(top, 0);
        if (removal.Flaw(removed) is { } flaw) return new Verdict.Rejected(flaw);
        if (removal.Lone.Count > 0) return Verdict.Reject(DataChecks.PrunedTree, $"what is left alone at depth {removal.Lone[0].Depth} shown to be a leaf or a branch", "a hash");
        root = after.Hash;
        return Verdict.Accept;
    }

    sealed class Removal(IReadOnlyDictionary<Sha256Digest, long> removed)
    {
        readonly HashSet<Sha256Digest> seen = [];
        readonly byte[] prefix = new byte[Bytes32.Size];
        Reason? flaw;

        /// <summary>Subtrees that would be alone beside nothing and are hidden: a key of the path of each, and its depth.</summary>
        public List<(Sha256Digest Key, int Depth)> Lone { get; } = [];

        public Reason? Flaw(IReadOnlyDictionary<Sha256Digest, long> all)
        {
            if (flaw is not null || seen.Count == all.Count) return flaw;
            var missing = all.Keys.First(k => !seen.Contains(k));
            return new(DataChecks.DeltaRemoved, $"key {missing} in the revealed tree", "no such entry");
        }

        public Node Without(Node node, int depth)
        {
            if (node is Leaf { Entry: var entry } && removed.TryGetValue(entry.Key, out long count))
            {
                seen.Add(entry.Key);
                if (count > entry.Multiplicity || entry.Value is not null)
                    flaw ??= new(DataChecks.DeltaRemoved, $"at most {entry.Multiplicity} occurrences of {entry.Key} in an unkeyed tree", $"{count}");
                return count == entry.Multiplicity ? Nothing : new Leaf(entry with { Multiplicity = entry.Multiplicity - count });
            }
            if (node is not Branch branch) return node;
            var left = Without(branch.Left, depth + 1);
            prefix[depth >> 3] |= (byte)(0x80 >> (depth & 7));
            var right = Without(branch.Right, depth + 1);
            prefix[depth >> 3] &= (byte)~(0x80 >> (depth & 7));
            if (ReferenceEquals(left, branch.Left) && ReferenceEquals(right, branch.Right)) return branch;
            // A subtree with one key is its leaf, at whatever depth that happens: the leaf moves up.
            if (left is Empty && right is Empty or Leaf) return right;
            if (right is Empty && left is Leaf) return left;
            if (left is Empty && right is Hidden || right is Empty && left is Hidden)
            {
                var key = (byte[])prefix.Clone();
                if (left is Empty) key[depth >> 3] |= (byte)(0x80 >> (depth & 7));
                Lone.Add((new(key), depth + 1));
            }
            return new Branch(left, right);
        }
    }
}
