using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Absence;

namespace Counterfoil.Data.Commitments.Keys;

/// <summary>The part of the absence tree over keys that agree in their first bits, its nodes hashed many at a time. Used again and again, it allocates little.</summary>
/// <remarks>The tree's rules are those of <see cref="PrefixTree"/>.</remarks>
sealed class PrefixSubtree
{
    // A child is a node (0 or more), the leaf of key ~i, or this.
    const int Empty = int.MinValue;

    int[] left = [], right = [], order = [];
    ushort[] heights = []; // 1 … 256
    Sha256Digest[] leaves = [], nodes = [];
    readonly Sha256Digest[] pairs = new Sha256Digest[2 * Many], hashed = new Sha256Digest[Many];
    readonly byte[] entries = new byte[Many * (Bytes32.Size + 8)];
    const int Many = 512;
    int count;
    Action<int, int>? visit;
    Sha256Digest[] keys = [];

    /// <summary>Builds the subtree; then <see cref="HashOf"/> has its hashes.</summary>
    /// <param name="sorted">Distinct keys, ascending.</param>
    /// <param name="multiplicities">How often each occurs.</param>
    /// <param name="n">How many keys of the arrays there are.</param>
    /// <param name="depth">In how many first bits they agree.</param>
    /// <param name="branch">Told of every branch, before any hash is known: its depth, its number, in the order of keys from the lowest up.</param>
    /// <returns>The subtree's top, for <see cref="HashOf"/>.</returns>
    public int Build(Sha256Digest[] sorted, long[] multiplicities, int n, int depth, Action<int, int>? branch = null)
    {
        (keys, visit, count) = (sorted, branch, 0);
        int top = Grow(0, n, depth);
        HashLeaves(multiplicities, n);
        HashNodes();
        return top;
    }

    public Sha256Digest HashOf(int child) => child == Empty ? PrefixTree.EmptyRoot : child < 0 ? leaves[~child] : nodes[child];

    /// <summary>A branch's children.</summary>
    public (int Left, int Right) Children(int branch) => (left[branch], right[branch]);

    /// <summary>Some key under a branch.</summary>
    public Sha256Digest KeyUnder(int child)
    {
        while (child >= 0) child = left[child] != Empty ? left[child] : right[child];
        return keys[~child];
    }

    int Grow(int begin, int end, int depth)
    {
        if (end - begin < 2) return begin == end ? Empty : ~begin;
        int middle = Split(begin, end, depth);
        int l = Grow(begin, middle, depth + 1), r = Grow(middle, end, depth + 1);
        if (count == left.Length) Enlarge();
        (left[count], right[count]) = (l, r);
        heights[count] = (ushort)(Math.Max(l < 0 ? 0 : heights[l], r < 0 ? 0 : heights[r]) + 1);
        visit?.Invoke(depth, count);
        return count++;
    }

    void Enlarge()
    {
        int size = Math.Max(1 << 12, 2 * left.Length);
        Array.Resize(ref left, size);
        Array.Resize(ref right, size);
        Array.Resize(ref heights, size);
    }

    /// <summary>Where keys with this bit set begin.</summary>
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

    void HashLeaves(long[] multiplicities, int n)
    {
        const int EntryBytes = Bytes32.Size + 8;
        if (leaves.Length < n) leaves = new Sha256Digest[n];
        for (int at = 0; at < n; at += Many)
        {
            int some = Math.Min(Many, n - at);
            for (int i = 0; i < some; i++)
            {
                keys[at + i].CopyTo(entries.AsSpan(i * EntryBytes));
                BinaryPrimitives.WriteInt64BigEndian(entries.AsSpan(i * EntryBytes + Bytes32.Size), multiplicities[at + i]);
            }
            Sha256.HashMany([Domains.AbsenceLeaf], entries.AsSpan(0, some * EntryBytes), EntryBytes, leaves.AsSpan(at, some));
        }
    }

    /// <summary>Those of one height depend only on lower ones, and go together.</summary>
    void HashNodes()
    {
        if (nodes.Length < count) (nodes, order) = (new Sha256Digest[left.Length], new int[left.Length]);
        Span<int> starts = stackalloc int[258];
        starts.Clear();
        for (int i = 0; i < count; i++) starts[heights[i] + 1]++;
        for (int h = 0; h < 257; h++) starts[h + 1] += starts[h];
        for (int i = 0; i < count; i++) order[starts[heights[i]]++] = i;
        int begin = 0;
        for (int h = 1; h <= 256 && begin < count; h++)
        {
            int end = starts[h];
            for (int at = begin; at < end; at += Many)
            {
                int some = Math.Min(Many, end - at);
                for (int i = 0; i < some; i++)
                {
                    int node = order[at + i];
                    (pairs[2 * i], pairs[2 * i + 1]) = (HashOf(left[node]), HashOf(right[node]));
                }
                Sha256.HashPairs(Domains.AbsenceNode, pairs.AsSpan(0, 2 * some), hashed.AsSpan(0, some));
                for (int i = 0; i < some; i++) nodes[order[at + i]] = hashed[i];
            }
            begin = end;
        }
    }
}
