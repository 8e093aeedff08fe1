using Counterfoil.Core.Digests;
using Counterfoil.Evm.Rlp;

namespace Counterfoil.Evm.Tries;

/// <summary>A node of the trie (yellow paper, appendix D), never changed once made: a new version of the trie shares what it does not touch.</summary>
abstract class TrieNode
{
    byte[]? reference;

    /// <summary>How a parent names this node: its encoding where that is below 32 bytes, else the digest of it, as one RLP item.</summary>
    public byte[] Reference
    {
        get
        {
            if (reference is not null) return reference; // a race computes the same bytes twice
            byte[] encoded = Encode();
            return reference = encoded.Length < 32 ? encoded : [0xa0, .. Keccak256.Hash(encoded).ToArray()];
        }
    }

    public abstract byte[] Encode();

    /// <summary>The node with <paramref name="value"/> at the end of <paramref name="path"/>, whose first <paramref name="at"/> steps led here.</summary>
    public abstract TrieNode Set(byte[] path, int at, byte[] value);

    /// <summary>The node without what is at the end of the path; itself where there is nothing, null where nothing else was in it.</summary>
    public abstract TrieNode? Remove(byte[] path, int at);

    /// <summary>The value at the end of the path; every node on the way, the last included, is given to <paramref name="visit"/>.</summary>
    public abstract byte[]? Get(ReadOnlySpan<byte> path, Action<TrieNode>? visit);

    /// <summary>Every path and value below, in order.</summary>
    public abstract IEnumerable<(byte[] Path, byte[] Value)> Entries(byte[] prefix);

    public sealed class Leaf(byte[] rest, byte[] value) : TrieNode
    {
        public byte[] Rest => rest;
        public byte[] Value => value;

        public override byte[] Encode() => Short(rest, leaf: true, RlpWriter.Encode(value));

        public override TrieNode Set(byte[] path, int at, byte[] newValue)
        {
            var theirs = path.AsSpan(at);
            if (theirs.SequenceEqual(rest)) return new Leaf(rest, newValue);
            int common = theirs.CommonPrefixLength(rest);
            var branch = Branch.Empty.Set(rest, common, value).Set(path, at + common, newValue);
            return Extension.Of(rest[..common], branch);
        }

        public override TrieNode? Remove(byte[] path, int at) => path.AsSpan(at).SequenceEqual(rest) ? null : this;

        public override byte[]? Get(ReadOnlySpan<byte> path, Action<TrieNode>? visit)
        {
            visit?.Invoke(this);
            return path.SequenceEqual(rest) ? value : null;
        }

        public override IEnumerable<(byte[], byte[])> Entries(byte[] prefix) => [([.. prefix, .. rest], value)];
    }

    public sealed class Extension(byte[] steps, TrieNode child) : TrieNode
    {
        public byte[] Steps => steps;
        public TrieNode Child => child;

        /// <summary>The steps before a node, merged into it where the trie has no extension there.</summary>
        public static TrieNode Of(byte[] steps, TrieNode node) => (steps.Length, node) switch
        {
            (0, _) => node,
            (_, Leaf leaf) => new Leaf([.. steps, .. leaf.Rest], leaf.Value),
            (_, Extension inner) => new Extension([.. steps, .. inner.Steps], inner.Child),
            _ => new Extension(steps, node),
        };

        public override byte[] Encode() => Short(steps, leaf: false, child.Reference);

        public override TrieNode Set(byte[] path, int at, byte[] value)
        {
            int common = path.AsSpan(at).CommonPrefixLength(steps);
            if (common == steps.Length) return new Extension(steps, child.Set(path, at + common, value));
            var branch = Branch.Empty.With(steps[common], Of(steps[(common + 1)..], child)).Set(path, at + common, value);
            return Of(steps[..common], branch);
        }

        public override TrieNode? Remove(byte[] path, int at)
        {
            if (!path.AsSpan(at).StartsWith(steps)) return this;
            var rest = child.Remove(path, at + steps.Length);
            return ReferenceEquals(rest, child) ? this : rest is null ? null : Of(steps, rest);
        }

        public override byte[]? Get(ReadOnlySpan<byte> path, Action<TrieNode>? visit)
        {
            visit?.Invoke(this);
            return path.StartsWith(steps) ? child.Get(path[steps.Length..], visit) : null;
        }

        public override IEnumerable<(byte[], byte[])> Entries(byte[] prefix) => child.Entries([.. prefix, .. steps]);
    }

    public sealed class Branch(TrieNode?[] children, byte[]? value) : TrieNode
    {
        public static Branch Empty { get; } = new(new TrieNode?[16], null);

        public Branch With(int step, TrieNode? child)
        {
            var changed = (TrieNode?[])children.Clone();
            changed[step] = child;
            return new Branch(changed, value);
        }

        public override byte[] Encode()
        {
            var rlp = new RlpWriter(560);
            rlp.BeginList();
            foreach (var child in children)
                if (child is null) rlp.Write([]);
                else rlp.WriteEncoded(child.Reference);
            rlp.Write(value ?? []);
            rlp.EndList();
            return rlp.ToArray();
        }

        public override TrieNode Set(byte[] path, int at, byte[] newValue)
        {
            if (at == path.Length) return new Branch(children, newValue);
            return With(path[at], children[path[at]]?.Set(path, at + 1, newValue) ?? new Leaf(path[(at + 1)..], newValue));
        }

        public override TrieNode? Remove(byte[] path, int at)
        {
            if (at == path.Length) return value is null ? this : new Branch(children, null).Collapsed();
            if (children[path[at]] is not { } child) return this;
            var rest = child.Remove(path, at + 1);
            return ReferenceEquals(rest, child) ? this : With(path[at], rest).Collapsed();
        }

        // A branch with one way left is no branch.
        TrieNode? Collapsed()
        {
            int count = children.Count(c => c is not null);
            if (count + (value is null ? 0 : 1) > 1) return this;
            if (value is not null) return new Leaf([], value);
            int only = Array.FindIndex(children, c => c is not null);
            return only < 0 ? null : Extension.Of([(byte)only], children[only]!);
        }

        public override byte[]? Get(ReadOnlySpan<byte> path, Action<TrieNode>? visit)
        {
            visit?.Invoke(this);
            return path.IsEmpty ? value : children[path[0]]?.Get(path[1..], visit);
        }

        public override IEnumerable<(byte[], byte[])> Entries(byte[] prefix)
        {
            if (value is not null) yield return (prefix, value);
            for (int i = 0; i < 16; i++)
                if (children[i] is { } child)
                    foreach (var entry in child.Entries([.. prefix, (byte)i])) yield return entry;
        }
    }

    static byte[] Short(byte[] steps, bool leaf, byte[] second)
    {
        var rlp = new RlpWriter(64 + second.Length);
        rlp.BeginList();
        rlp.Write(Nibbles.Encode(steps, leaf));
        rlp.WriteEncoded(second);
        rlp.EndList();
        return rlp.ToArray();
    }
}
