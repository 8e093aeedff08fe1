using System.Diagnostics.CodeAnalysis;
using Counterfoil.Core.Digests;

namespace Counterfoil.DevChain.State;

/// <summary>What a trie holds: anything that can write itself as the RLP that the trie's hash covers.</summary>
interface ITrieValue
{
    /// <summary>Writes the RLP of the value, at most 120 bytes, and returns its length.</summary>
    int WriteRlp(Span<byte> destination);
}

/// <summary>A Merkle Patricia trie of values keyed by hashes (Yellow Paper, appendix D), immutable: a change makes a new trie that shares all but one path with the old.</summary>
/// <remarks>
/// Immutability is what makes a snapshot of the chain's whole state, and the state of every earlier block, cost one reference. Hashes are found
/// when first asked for and kept in the nodes, so a block pays for the paths that it changed. <see cref="Evm.Tries.MerklePatriciaTrie"/> is the trie
/// of proofs, of any keys and of bytes; this one is what every SLOAD of a cold slot walks, so it holds values as they are used and paths as four
/// words. A law holds the two to the same roots.
/// </remarks>
sealed partial class Trie<T> where T : ITrieValue
{
    readonly Node? root;
    Keccak256Digest? hash;

    public static Trie<T> Empty { get; } = new(null);

    Trie(Node? root) => this.root = root;

    public bool IsEmpty => root is null;

    /// <summary>The root hash; that of the empty trie is Keccak-256 of the RLP of an empty string.</summary>
    public Keccak256Digest Hash => hash ??= HashRoot(root);

    public bool TryGet(in TriePath path, [MaybeNullWhen(false)] out T value)
    {
        var node = root;
        for (int depth = 0; ;)
        {
            switch (node)
            {
                case Leaf leaf when leaf.Path.Equals(path):
                    value = leaf.Value;
                    return true;
                case Extension extension when extension.Path.CommonFrom(depth, path) >= extension.Length:
                    depth += extension.Length;
                    node = extension.Child;
                    break;
                case Branch branch:
                    node = branch.Children[path[depth++]];
                    break;
                default:
                    value = default;
                    return false;
            }
        }
    }

    public Trie<T> Set(in TriePath path, T value) => new(Set(root, 0, path, value));

    public Trie<T> Remove(in TriePath path)
    {
        var rest = Remove(root, 0, path);
        return ReferenceEquals(rest, root) ? this : rest is null ? Empty : new(rest);
    }

    static Node Set(Node? node, int depth, in TriePath path, T value)
    {
        switch (node)
        {
            case null:
                return new Leaf(path, value);
            case Leaf leaf:
                int common = leaf.Path.CommonFrom(depth, path);
                if (depth + common == TriePath.Nibbles) return new Leaf(path, value);
                return Prefixed(path, depth, common, Fork(leaf.Path[depth + common], new Leaf(leaf.Path, leaf.Value), path[depth + common], new Leaf(path, value)));
            case Extension extension:
                int shared = Math.Min(extension.Path.CommonFrom(depth, path), extension.Length);
                if (shared == extension.Length) return new Extension(path, shared, Set(extension.Child, depth + shared, path, value));
                int rest = extension.Length - shared - 1;
                Node old = rest == 0 ? extension.Child : new Extension(extension.Path, rest, extension.Child);
                return Prefixed(path, depth, shared, Fork(extension.Path[depth + shared], old, path[depth + shared], new Leaf(path, value)));
            default:
                var children = (Node?[])((Branch)node).Children.Clone();
                ref var child = ref children[path[depth]];
                child = Set(child, depth + 1, path, value);
                return new Branch(children);
        }
    }

    static Node? Remove(Node? node, int depth, in TriePath path)
    {
        switch (node)
        {
            case Leaf leaf:
                return leaf.Path.Equals(path) ? null : leaf;
            case Extension extension:
                if (extension.Path.CommonFrom(depth, path) < extension.Length) return extension;
                var below = Remove(extension.Child, depth + extension.Length, path);
                return ReferenceEquals(below, extension.Child) ? extension : Prefixed(path, depth, extension.Length, below!);
            case Branch branch:
                int nibble = path[depth];
                var rest = Remove(branch.Children[nibble], depth + 1, path);
                if (ReferenceEquals(rest, branch.Children[nibble])) return branch;
                var children = (Node?[])branch.Children.Clone();
                children[nibble] = rest;
                return rest is not null ? new Branch(children) : Collapsed(children, depth, path);
            default:
                return null;
        }
    }

    // A branch with one child left is no branch: its nibble goes to the child's own path.
    static Node Collapsed(Node?[] children, int depth, in TriePath path)
    {
        int only = -1;
        for (int i = 0; i < 16; i++)
        {
            if (children[i] is null) continue;
            if (only >= 0) return new Branch(children);
            only = i;
        }
        return Prefixed(path.With(depth, only), depth, 1, children[only]!);
    }

    // The node under `length` more nibbles of path, with leaf and extension absorbing them: hashes below depend on depth, hence the copies.
    static Node Prefixed(in TriePath path, int depth, int length, Node below) => (length, below) switch
    {
        (0, _) => below,
        (_, Leaf leaf) => new Leaf(leaf.Path, leaf.Value),
        (_, Extension extension) => new Extension(extension.Path, length + extension.Length, extension.Child),
        _ => new Extension(path, length, below),
    };

    static Branch Fork(int oneNibble, Node one, int otherNibble, Node other)
    {
        var children = new Node?[16];
        children[oneNibble] = one;
        children[otherNibble] = other;
        return new Branch(children);
    }
}
