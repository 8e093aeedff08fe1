using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Commitments.Keys;

/// <summary>Sorts keys that agree in their first bits: scattered by the bits that follow, about one key a slot, then slot by slot. Keys are hashes, so the slots are even.</summary>
/// <remarks>Whoever makes hashes that crowd one slot meets the comparison sort, and gains n·log n.</remarks>
static class KeySort
{
    const int MostBits = 16, Crowded = 24;

    /// <summary>Sorts by key, then by place.</summary>
    /// <param name="keys">The keys, in the order of their places.</param>
    /// <param name="sorted">Receives them; as long.</param>
    /// <param name="depth">In how many first bits they agree.</param>
    /// <param name="starts">Scratch, at least 2^16 + 1 long.</param>
    public static void Sort(ReadOnlySpan<PlacedKey> keys, Span<PlacedKey> sorted, int depth, int[] starts)
    {
        int bits = Math.Min(Math.Min(MostBits, 256 - depth), System.Numerics.BitOperations.Log2((uint)keys.Length + 1));
        Array.Clear(starts, 0, (1 << bits) + 1);
        foreach (ref readonly var key in keys) starts[(int)key.Key.Value.Bits(depth, bits) + 1]++;
        for (int i = 0; i < 1 << bits; i++) starts[i + 1] += starts[i];
        foreach (ref readonly var key in keys) sorted[starts[(int)key.Key.Value.Bits(depth, bits)]++] = key;
        int begin = 0;
        for (int i = 0; i < 1 << bits; i++)
        {
            int end = starts[i]; // after scattering: where the slot ends
            var slot = sorted[begin..end];
            if (slot.Length > Crowded) slot.Sort();
            else if (slot.Length > 1) Insert(slot);
            begin = end;
        }
    }

    static void Insert(Span<PlacedKey> slot)
    {
        for (int i = 1; i < slot.Length; i++)
        {
            var key = slot[i];
            int j = i;
            for (; j > 0 && slot[j - 1].Key > key.Key; j--) slot[j] = slot[j - 1]; // keys alike stay in the order of their places
            slot[j] = key;
        }
    }
}
