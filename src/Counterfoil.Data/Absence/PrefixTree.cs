using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Commitments;

namespace Counterfoil.Data.Absence;

/// <summary>The absence tree: a binary prefix tree over 256-bit keys, with how often each key occurs. It can show that a key is not in it.</summary>
/// <remarks>
/// From the root, bit 0 of a key (the most significant) chooses left or right, then bit 1, and so on. A subtree without keys is
/// SHA-256(0x04); one with a single key is its leaf, SHA-256(0x02 ‖ key ‖ u64 multiplicity, big-endian), wherever that happens; any other is
/// SHA-256(0x03 ‖ left ‖ right). The root therefore follows from the set alone.
/// Absence: the path along the key's own bits ends in an empty subtree or in another key's leaf. A root binds one node at each place of a path, and
/// leaf, node and empty have different first bytes, so under one root no key can be shown both present and absent, whoever built the tree
/// and however: where a path to the key's leaf and a path to something else part, one node would need two different inputs of one hash.
/// </remarks>
public sealed class PrefixTree
{
    readonly Sha256Digest[] keys; // ascending, distinct
    readonly long[] multiplicities;

    PrefixTree(Sha256Digest[] keys, long[] multiplicities)
    {
        (this.keys, this.multiplicities) = (keys, multiplicities);
        Root = Hash(0, keys.Length, 0);
    }

    /// <summary>The hash of a subtree without keys.</summary>
    public static Sha256Digest EmptyRoot { get; } = Sha256.Hash([Domains.AbsenceEmpty]);

    /// <summary>The root of the tree.</summary>
    public Sha256Digest Root { get; }

    /// <summary>How many distinct keys there are.</summary>
    public int Count => keys.Length;

    /// <summary>The tree over the records of a manifest.</summary>
    public static PrefixTree Of(LeafManifest leaves)
    {
        ArgumentNullException.ThrowIfNull(leaves);
        var all = new Sha256Digest[leaves.Count];
        RecordLeaf.Keys(leaves.Leaves, all);
        return Of(all);
    }

    /// <summary>The tree over keys in any order; a key that occurs more than once counts so often. Sorts the array.</summary>
    internal static PrefixTree Of(Sha256Digest[] all)
    {
        Array.Sort(all);
        var (distinct, counts) = (new List<Sha256Digest>(all.Length), new List<long>(all.Length));
        foreach (var key in all)
            if (distinct.Count > 0 && distinct[^1] == key) counts[^1]++;
            else
            {
                distinct.Add(key);
                counts.Add(1);
            }
        return new([.. distinct], [.. counts]);
    }

    /// <summary>The path along <paramref name="key"/>'s bits, and what is at its end: the key, another key, or nothing.</summary>
    /// <remarks>O(n) hashes: the tree keeps its keys, not its nodes.</remarks>
    public PrefixProof Prove(Sha256Digest key)
    {
        var siblings = ImmutableArray.CreateBuilder<Sha256Digest>();
        var (begin, end) = (0, keys.Length);
        while (end - begin > 1)
        {
            int middle = Split(begin, end, siblings.Count);
            bool right = key.Value.Bit(siblings.Count);
            siblings.Add(right ? Hash(begin, middle, siblings.Count + 1) : Hash(middle, end, siblings.Count + 1));
            (begin, end) = right ? (middle, end) : (begin, middle);
        }
        return new(siblings.ToImmutable(), begin == end ? null : new PrefixEntry(keys[begin], multiplicities[begin]));
    }

    internal static Sha256Digest LeafHash(PrefixEntry entry)
    {
        Span<byte> input = stackalloc byte[1 + Bytes32.Size + 8];
        input[0] = Domains.AbsenceLeaf;
        entry.Key.CopyTo(input[1..]);
        BinaryPrimitives.WriteInt64BigEndian(input[(1 + Bytes32.Size)..], entry.Multiplicity);
        return Sha256.Hash(input);
    }

    internal static Sha256Digest NodeHash(Sha256Digest left, Sha256Digest right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Bytes32.Size];
        input[0] = Domains.AbsenceNode;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Bytes32.Size)..]);
        return Sha256.Hash(input);
    }

    Sha256Digest Hash(int begin, int end, int depth)
    {
        if (begin == end) return EmptyRoot;
        if (end - begin == 1) return LeafHash(new(keys[begin], multiplicities[begin]));
        int middle = Split(begin, end, depth);
        return NodeHash(Hash(begin, middle, depth + 1), Hash(middle, end, depth + 1));
    }

    /// <summary>Where keys with bit <paramref name="depth"/> set begin, among sorted keys that agree in all bits before.</summary>
    int Split(int begin, int end, int depth)
    {
        while (begin < end)
        {
            int middle = begin + (end - begin) / 2;
            if (keys[middle].Value.Bit(depth)) end = middle;
            else begin = middle + 1;
        }
        return begin;
    }
}
