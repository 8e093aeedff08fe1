using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Commitments;

namespace Counterfoil.Data.Absence;

/// <summary>The absence tree: a binary prefix tree over 256-bit keys, with how often each key occurs. It can show that a key is not in it.</summary>
/// <remarks>
/// From the root, bit 0 of a key (the most significant) chooses left or right, then bit 1, and so on. A subtree without keys is
/// SHA-256(0x04); one with a single key is its leaf, SHA-256(0x02 ‖ key ‖ u64 multiplicity, big-endian), wherever that happens; any other is
/// SHA-256(0x03 ‖ left ‖ right). In a keyed tree the leaf is SHA-256(0x05 ‖ key ‖ u64 multiplicity ‖ value). The root therefore follows from the set alone.
/// Absence: the path along the key's own bits ends in an empty subtree or in another key's leaf. A root binds one node at each place of a path, and
/// leaf, node and empty have different first bytes, so under one root no key can be shown both present and absent, whoever built the tree
/// and however: where a path to the key's leaf and a path to something else part, one node would need two different inputs of one hash.
/// </remarks>
public sealed class PrefixTree
{
    const int Empty = int.MinValue; // a child is a branch (0 or more), the leaf of key ~i, or this

    readonly Sha256Digest[] keys; // ascending, distinct
    readonly long[] multiplicities;
    readonly Sha256Digest[]? values; // of a keyed tree
    readonly List<(int Left, int Right)> branches = []; // level by level from the root
    readonly Sha256Digest[] hashes; // of the branches

    PrefixTree(Sha256Digest[] keys, long[] multiplicities, Sha256Digest[]? values = null)
    {
        (this.keys, this.multiplicities, this.values) = (keys, multiplicities, values);
        var levels = Grow();
        hashes = new Sha256Digest[branches.Count];
        HashAll(levels);
        Root = HashOf(Top);
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

    /// <summary>The tree over distinct keys, ascending, and how often each occurs.</summary>
    internal static PrefixTree Of(Sha256Digest[] distinct, long[] multiplicities) => new(distinct, multiplicities, null);

    /// <summary>The keyed tree over entries that each have a value, in any order.</summary>
    /// <exception cref="ArgumentException">A key twice, an entry without a value, or a multiplicity below 1.</exception>
    public static PrefixTree Of(IEnumerable<PrefixEntry> entries)
    {
        var sorted = entries.OrderBy(e => e.Key).ToArray();
        for (int i = 0; i < sorted.Length; i++)
            if (sorted[i].Value is null || sorted[i].Multiplicity < 1 || i > 0 && sorted[i].Key == sorted[i - 1].Key)
                throw new ArgumentException($"key {sorted[i].Key} stands twice, or lacks a value or a multiplicity", nameof(entries));
        return new([.. sorted.Select(e => e.Key)], [.. sorted.Select(e => e.Multiplicity)], [.. sorted.Select(e => e.Value!.Value)]);
    }

    /// <summary>All entries, by their keys.</summary>
    internal IEnumerable<PrefixEntry> Entries => Enumerable.Range(0, keys.Length).Select(Entry);

    /// <summary>The path along <paramref name="key"/>'s bits, and what is at its end: the key, another key, or nothing.</summary>
    public PrefixProof Prove(Sha256Digest key)
    {
        var siblings = ImmutableArray.CreateBuilder<Sha256Digest>();
        int at = Top;
        while (at >= 0)
        {
            var (left, right) = branches[at];
            if (key.Value.Bit(siblings.Count)) (left, right) = (right, left);
            siblings.Add(HashOf(right));
            at = left;
        }
        return new(siblings.ToImmutable(), at == Empty ? null : Entry(~at));
    }

    int Top => keys.Length switch { 0 => Empty, 1 => ~0, _ => 0 };

    PrefixEntry Entry(int i) => new(keys[i], multiplicities[i], values?[i]);

    Sha256Digest HashOf(int child) => child == Empty ? EmptyRoot : child < 0 ? LeafHash(Entry(~child)) : hashes[child];

    /// <summary>Makes the branches level by level; returns where each level begins. A branch is over keys that agree in as many bits as it is deep.</summary>
    List<int> Grow()
    {
        var levels = new List<int>();
        var level = new List<(int Begin, int End)>();
        if (keys.Length > 1) level.Add((0, keys.Length));
        for (int depth = 0; level.Count > 0; depth++)
        {
            levels.Add(branches.Count);
            var below = new List<(int, int)>();
            int next = branches.Count + level.Count; // the number of the next branch on the level below
            foreach (var (begin, end) in level)
            {
                int middle = Split(begin, end, depth);
                int Child(int from, int to)
                {
                    if (to - from < 2) return from == to ? Empty : ~from;
                    below.Add((from, to));
                    return next++;
                }
                branches.Add((Child(begin, middle), Child(middle, end)));
            }
            level = below;
        }
        return levels;
    }

    /// <summary>Hashes leaves, then branches from the lowest level up, many at a time.</summary>
    void HashAll(List<int> levels)
    {
        const int Many = 1024, BranchBytes = 2 * Bytes32.Size;
        int leafBytes = Bytes32.Size + 8 + (values is null ? 0 : Bytes32.Size);
        var messages = new byte[Many * Math.Max(BranchBytes, leafBytes)];
        var leaves = new Sha256Digest[keys.Length];
        for (int at = 0; at < leaves.Length; at += Many)
        {
            int count = Math.Min(Many, leaves.Length - at);
            for (int i = 0; i < count; i++)
            {
                var leaf = messages.AsSpan(i * leafBytes, leafBytes);
                keys[at + i].CopyTo(leaf);
                BinaryPrimitives.WriteInt64BigEndian(leaf[Bytes32.Size..], multiplicities[at + i]);
                values?[at + i].CopyTo(leaf[(Bytes32.Size + 8)..]);
            }
            Sha256.HashMany([values is null ? Domains.AbsenceLeaf : Domains.AbsenceKeyedLeaf], messages.AsSpan(0, count * leafBytes), leafBytes, leaves.AsSpan(at, count));
        }
        for (int level = levels.Count; --level >= 0;)
        {
            int end = level + 1 < levels.Count ? levels[level + 1] : branches.Count;
            for (int at = levels[level]; at < end; at += Many)
            {
                int count = Math.Min(Many, end - at);
                for (int i = 0; i < count; i++)
                {
                    var (left, right) = branches[at + i];
                    (left >= 0 ? hashes[left] : left == Empty ? EmptyRoot : leaves[~left]).CopyTo(messages.AsSpan(i * BranchBytes));
                    (right >= 0 ? hashes[right] : right == Empty ? EmptyRoot : leaves[~right]).CopyTo(messages.AsSpan(i * BranchBytes + Bytes32.Size));
                }
                Sha256.HashMany([Domains.AbsenceNode], messages.AsSpan(0, count * BranchBytes), BranchBytes, hashes.AsSpan(at, count));
            }
        }
    }

    internal static Sha256Digest LeafHash(PrefixEntry entry)
    {
        Span<byte> input = stackalloc byte[1 + Bytes32.Size + 8 + Bytes32.Size];
        input[0] = entry.Value is null ? Domains.AbsenceLeaf : Domains.AbsenceKeyedLeaf;
        entry.Key.CopyTo(input[1..]);
        BinaryPrimitives.WriteInt64BigEndian(input[(1 + Bytes32.Size)..], entry.Multiplicity);
        entry.Value?.CopyTo(input[(1 + Bytes32.Size + 8)..]);
        return Sha256.Hash(entry.Value is null ? input[..(1 + Bytes32.Size + 8)] : input);
    }

    internal static Sha256Digest NodeHash(Sha256Digest left, Sha256Digest right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Bytes32.Size];
        input[0] = Domains.AbsenceNode;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Bytes32.Size)..]);
        return Sha256.Hash(input);
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
