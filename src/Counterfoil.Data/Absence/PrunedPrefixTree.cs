using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Absence;

/// <summary>A part of an absence tree with hashes in place of the rest: proves many keys at once, and what the tree is when some of them are removed.</summary>
/// <remarks>
/// File: an array of tokens in pre-order. null: an empty subtree; 32 bytes: a subtree that is not revealed; [key, multiplicity] or [key, multiplicity, value]: a leaf;
/// true: a branch, whose left and right subtree follow.
/// </remarks>
public sealed partial class PrunedPrefixTree
{
    /// <summary>The most tokens that are read.</summary>
    public const int MaxTokens = 1 << 22;

    /// <summary>A subtree: one of four kinds.</summary>
    abstract record Node(Sha256Digest Hash);
    sealed record Empty() : Node(PrefixTree.EmptyRoot);
    sealed record Leaf(PrefixEntry Entry) : Node(PrefixTree.LeafHash(Entry));
    sealed record Branch(Node Left, Node Right) : Node(PrefixTree.NodeHash(Left.Hash, Right.Hash));
    sealed record Hidden(Sha256Digest Hidden_) : Node(Hidden_);

    static readonly Empty Nothing = new();

    readonly Node top;

    PrunedPrefixTree(Node top) => this.top = top;

    /// <summary>The root that what is revealed and what is not add up to.</summary>
    public Sha256Digest Root => top.Hash;

    /// <summary>Reveals the paths of some keys.</summary>
    /// <param name="prove">The path along a key's bits in the whole tree.</param>
    /// <param name="keys">The keys.</param>
    public static PrunedPrefixTree Make(Func<Sha256Digest, PrefixProof> prove, IEnumerable<Sha256Digest> keys)
    {
        ArgumentNullException.ThrowIfNull(prove);
        ArgumentNullException.ThrowIfNull(keys);
        Node? top = null;
        foreach (var key in keys)
        {
            var proof = prove(key);
            top = Reveal(top, proof, Chain(proof, key), key, 0, PrefixProof.MaxDepth);
        }
        return new(top ?? throw new ArgumentException("no keys", nameof(keys)));
    }

    /// <summary>What is at the end of a key's path: its entry, another's, null for nothing.</summary>
    /// <param name="key">The key.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>A refusal where the path is not revealed to its end.</returns>
    public Verdict Find(Sha256Digest key, out PrefixEntry? entry)
    {
        var node = top;
        for (int depth = 0; node is Branch branch; depth++) node = key.Value.Bit(depth) ? branch.Right : branch.Left;
        entry = (node as Leaf)?.Entry;
        return node is Hidden ? Verdict.Reject(DataChecks.PrunedTree, $"the path of {key} to its end", "a part that is not revealed") : Verdict.Accept;
    }

    /// <summary>The hashes along a path, the root first.</summary>
    static Sha256Digest[] Chain(PrefixProof proof, Sha256Digest key)
    {
        var chain = new Sha256Digest[proof.Siblings.Length + 1];
        chain[^1] = proof.End is { } end ? PrefixTree.LeafHash(end) : PrefixTree.EmptyRoot;
        for (int bit = proof.Siblings.Length; --bit >= 0;)
            chain[bit] = key.Value.Bit(bit) ? PrefixTree.NodeHash(proof.Siblings[bit], chain[bit + 1]) : PrefixTree.NodeHash(chain[bit + 1], proof.Siblings[bit]);
        return chain;
    }

    /// <summary>Replaces what is hidden along a path, down to a depth, by what it is.</summary>
    static Node Reveal(Node? known, PrefixProof proof, Sha256Digest[] chain, Sha256Digest key, int depth, int until)
    {
        if (known is Empty or Leaf) return known;
        if (depth == proof.Siblings.Length) return proof.End is { } end ? new Leaf(end) : Nothing;
        if (depth > until) return known ?? Conceal(chain[depth]);
        bool right = key.Value.Bit(depth);
        var (on, off) = known is Branch b ? (right ? (b.Right, b.Left) : (b.Left, b.Right)) : ((Node?)null, Conceal(proof.Siblings[depth]));
        var below = Reveal(on, proof, chain, key, depth + 1, until);
        return right ? new Branch(off, below) : new Branch(below, off);
    }

    static Node Conceal(Sha256Digest hash) => hash == PrefixTree.EmptyRoot ? Nothing : new Hidden(hash);

    internal void WriteTo(CborWriter writer)
    {
        writer.BeginArray(Count(top));
        Write(writer, top);
        writer.EndArray();
    }

    static int Count(Node node) => node is Branch b ? 1 + Count(b.Left) + Count(b.Right) : 1;

    static void Write(CborWriter writer, Node node)
    {
        switch (node)
        {
            case Empty:
                writer.WriteNull();
                break;
            case Leaf leaf:
                PrefixProof.WriteEntry(writer, leaf.Entry);
                break;
            case Hidden:
                writer.WriteBytes(node.Hash.ToArray());
                break;
            case Branch branch:
                writer.WriteBool(true);
                Write(writer, branch.Left);
                Write(writer, branch.Right);
                break;
        }
    }

    /// <summary>Reads one and checks that it is a part of a whole tree. After a failure, which the reader keeps, the value is null.</summary>
    internal static PrunedPrefixTree? ReadFrom(ref CborReader reader)
    {
        int left = reader.BeginArray(1, MaxTokens);
        var top = Read(ref reader, ref left, new byte[Bytes32.Size], 0);
        if (!reader.Failed && left != 0) reader.Fail(DataChecks.PrunedTree, "one tree", $"{left} tokens more");
        reader.EndArray();
        return reader.Failed ? null : new(top);
    }

    static Node Read(ref CborReader reader, ref int left, byte[] prefix, int depth)
    {
        if (reader.Failed || left-- == 0)
        {
            reader.Fail(DataChecks.PrunedTree, "a subtree", "no more tokens");
            return Nothing;
        }
        switch (reader.Peek())
        {
            case CborKind.Null:
                reader.TryReadNull();
                return Nothing;
            case CborKind.Bytes:
                var hash = new Sha256Digest(reader.ReadBytes32());
                if (hash == PrefixTree.EmptyRoot) reader.Fail(DataChecks.PrunedTree, "an empty subtree as null", "its hash"); // one encoding
                return new Hidden(hash);
            case CborKind.Array:
                var entry = PrefixProof.ReadEntry(ref reader);
                for (int bit = 0; bit < depth; bit++)
                    if (entry.Key.Value.Bit(bit) != (prefix[bit >> 3] >> (7 - (bit & 7)) & 1) > 0)
                    {
                        reader.Fail(DataChecks.PrunedTree, $"an entry on its own path for {depth} bits", $"{entry.Key}, which leaves it at bit {bit}");
                        break;
                    }
                return new Leaf(entry);
            default:
                if (!reader.ReadBool()) reader.Fail(DataChecks.PrunedTree, "true, null, a hash or an entry", "something else");
                if (depth == PrefixProof.MaxDepth) reader.Fail(DataChecks.PrunedTree, $"at most {PrefixProof.MaxDepth} levels", "one more");
                if (reader.Failed) return Nothing;
                var first = Read(ref reader, ref left, prefix, depth + 1);
                prefix[depth >> 3] |= (byte)(0x80 >> (depth & 7));
                var second = Read(ref reader, ref left, prefix, depth + 1);
                prefix[depth >> 3] &= (byte)~(0x80 >> (depth & 7));
                if (first is Empty && second is Empty or Leaf || second is Empty && first is Empty or Leaf)
                    reader.Fail(DataChecks.PrunedTree, "keys on both sides of a branch, or a branch on one", "a branch that a whole tree would not have");
                return new Branch(first, second);
        }
    }
}
