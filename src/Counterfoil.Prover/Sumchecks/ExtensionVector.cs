using System.Runtime.InteropServices;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Prover.Sumchecks;

/// <summary>Extension elements with their two coefficients apart, so that neighbours are computed side by side.</summary>
readonly ref struct ExtensionVector
{
    public ExtensionVector(Span<ulong> c0, Span<ulong> c1)
    {
        C0 = c0;
        C1 = c1;
    }

    public Span<ulong> C0 { get; }

    public Span<ulong> C1 { get; }

    public int Length => C0.Length;

    public Goldilocks2 this[int index]
    {
        get => new(Goldilocks.FromUInt64(C0[index]), Goldilocks.FromUInt64(C1[index]));
        set => (C0[index], C1[index]) = (value.C0.Value, value.C1.Value);
    }

    /// <summary>So many of the elements, from one on.</summary>
    public ExtensionVector Slice(int start, int count) => new(C0.Slice(start, count), C1.Slice(start, count));

    /// <summary>Makes every element one value.</summary>
    public void Fill(Goldilocks2 value)
    {
        C0.Fill(value.C0.Value);
        C1.Fill(value.C1.Value);
    }

    /// <summary>Makes every element zero.</summary>
    public void Clear() => Fill(Goldilocks2.Zero);

    /// <summary>The elements from <paramref name="index"/> on.</summary>
    public (V C0, V C1) Load<V, L>(int index) where V : struct where L : struct, IWordLanes<V> =>
        (L.Load(ref MemoryMarshal.GetReference(C0), (nuint)index), L.Load(ref MemoryMarshal.GetReference(C1), (nuint)index));

    /// <summary>Writes the elements from <paramref name="index"/> on.</summary>
    public void Store<V, L>(int index, (V C0, V C1) value) where V : struct where L : struct, IWordLanes<V>
    {
        L.Store(value.C0, ref MemoryMarshal.GetReference(C0), (nuint)index);
        L.Store(value.C1, ref MemoryMarshal.GetReference(C1), (nuint)index);
    }
}
