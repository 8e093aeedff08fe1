using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Commitments.Keys;

/// <summary>One bucket's keys sorted in memory, with their subtree's hashes. A thread has one and fills it again and again.</summary>
/// <param name="pageDepth">The depth down to which hashes are kept.</param>
sealed class SortedBucket(int pageDepth)
{
    readonly PrefixSubtree subtree = new();
    readonly int[] starts = new int[(1 << 16) + 1];
    readonly List<(int Depth, int Branch)> upper = []; // branches that have a slot
    PlacedKey[] loaded = [], sorted = [];
    Sha256Digest[] keys = [], slots = [];
    long[] multiplicities = [];
    int[] firsts = []; // where in sorted each distinct key begins

    /// <summary>Distinct keys.</summary>
    public int Count { get; private set; }

    /// <summary>In how many bits the keys agree.</summary>
    public int Depth { get; private set; }

    /// <summary>The hash of the subtree.</summary>
    public Sha256Digest Root { get; private set; }

    public Sha256Digest Key(int i) => keys[i];

    /// <summary>The places of a key, ascending.</summary>
    public ReadOnlySpan<PlacedKey> Places(int i) => sorted.AsSpan(firsts[i], (int)multiplicities[i]);

    /// <summary>The hashes at a depth of the whole tree, from this bucket's first to its last; zeros below leaves and empty subtrees.</summary>
    public ReadOnlySpan<Sha256Digest> Slots(int depth) => slots.AsSpan(1 << (depth - Depth), 1 << (depth - Depth));

    public void Fill(KeySpill.Bucket bucket, int depth)
    {
        int n = checked((int)bucket.Count);
        Depth = depth;
        if (sorted.Length < n)
            (loaded, sorted, keys, multiplicities, firsts) = (new PlacedKey[n], new PlacedKey[n], new Sha256Digest[n], new long[n], new int[n]);
        bucket.CopyTo(loaded.AsSpan(0, n));
        KeySort.Sort(loaded.AsSpan(0, n), sorted.AsSpan(0, n), depth, starts);
        Count = 0;
        for (int i = 0; i < n; i++)
            if (Count > 0 && keys[Count - 1] == sorted[i].Key) multiplicities[Count - 1]++;
            else (keys[Count], multiplicities[Count], firsts[Count++]) = (sorted[i].Key, 1, i);
        upper.Clear();
        int top = subtree.Build(keys, multiplicities, Count, depth, depth <= pageDepth ? NoteUpper : null);
        Root = subtree.HashOf(top);
        if (depth <= pageDepth) FillSlots();
    }

    void NoteUpper(int depth, int branch)
    {
        if (depth <= pageDepth) upper.Add((depth, branch));
    }

    void FillSlots()
    {
        int length = 2 << (pageDepth - Depth);
        if (slots.Length < length) slots = new Sha256Digest[length];
        slots.AsSpan(0, length).Clear();
        slots[1] = Root;
        foreach (var (depth, branch) in upper)
        {
            int slot = 1 << (depth - Depth) | (int)subtree.KeyUnder(branch).Value.Bits(Depth, depth - Depth);
            slots[slot] = subtree.HashOf(branch);
            if (depth == pageDepth) continue;
            var (left, right) = subtree.Children(branch);
            if (left < 0) slots[2 * slot] = subtree.HashOf(left);
            if (right < 0) slots[2 * slot + 1] = subtree.HashOf(right);
        }
    }
}
