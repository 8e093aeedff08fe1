using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Absence;

/// <summary>An entry of the absence tree.</summary>
/// <param name="Key">The record's key.</param>
/// <param name="Multiplicity">How often the record occurs, at least 1.</param>
public readonly record struct PrefixEntry(Sha256Digest Key, long Multiplicity);

/// <summary>A path in the absence tree along one key's bits.</summary>
/// <param name="Siblings">The hashes beside the path, from the root down: one a level.</param>
/// <param name="End">The entry at the path's end, or null where the subtree there is empty.</param>
public sealed record PrefixProof(ImmutableArray<Sha256Digest> Siblings, PrefixEntry? End)
{
    /// <summary>The deepest path there can be: one level a bit.</summary>
    public const int MaxDepth = 256;

    /// <summary>Verifies that no record has this key in the tree of <paramref name="root"/>.</summary>
    public Verdict VerifyAbsent(Sha256Digest root, Sha256Digest key)
    {
        if (Shape() is { IsAccepted: false } refused) return refused;
        if (End is { } other)
        {
            if (other.Key == key) return Verdict.Reject(DataChecks.PrefixPath, "another key, or none, at the path's end", "the key itself");
            for (int bit = 0; bit < Siblings.Length; bit++)
                if (other.Key.Value.Bit(bit) != key.Value.Bit(bit))
                    return Verdict.Reject(DataChecks.PrefixPath, $"a key on the path of {key} for {Siblings.Length} bits", $"{other.Key}, which leaves it at bit {bit}");
        }
        return LeadsTo(root, key);
    }

    /// <summary>Verifies that a record has this key in the tree of <paramref name="root"/>, and so often.</summary>
    public Verdict VerifyPresent(Sha256Digest root, Sha256Digest key, long multiplicity)
    {
        if (Shape() is { IsAccepted: false } refused) return refused;
        if (End != new PrefixEntry(key, multiplicity)) return Verdict.Reject(DataChecks.PrefixPath, $"{key}, {multiplicity} times", End is { } other ? $"{other.Key}, {other.Multiplicity} times" : "nothing");
        return LeadsTo(root, key);
    }

    /// <summary>A whole tree has no branch whose one side is empty and whose other is a leaf or empty: such a subtree is its leaf, or empty.</summary>
    Verdict Shape()
    {
        if (Siblings.Length > MaxDepth) return Verdict.Reject(DataChecks.PrefixShape, $"at most {MaxDepth} levels", $"{Siblings.Length}");
        if (End is { Multiplicity: < 1 } entry) return Verdict.Reject(DataChecks.PrefixShape, "a multiplicity of at least 1", $"{entry.Multiplicity}");
        return Siblings.Length > 0 && Siblings[^1] == PrefixTree.EmptyRoot
            ? Verdict.Reject(DataChecks.PrefixShape, "keys beside the path's end", "an empty subtree")
            : Verdict.Accept;
    }

    Verdict LeadsTo(Sha256Digest root, Sha256Digest key)
    {
        var node = End is { } entry ? PrefixTree.LeafHash(entry) : PrefixTree.EmptyRoot;
        for (int bit = Siblings.Length; --bit >= 0;)
            node = key.Value.Bit(bit) ? PrefixTree.NodeHash(Siblings[bit], node) : PrefixTree.NodeHash(node, Siblings[bit]);
        return node == root ? Verdict.Accept : Verdict.Reject(DataChecks.PrefixRoot, $"root {root}", $"root {node}");
    }
}
