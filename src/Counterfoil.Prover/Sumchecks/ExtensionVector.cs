using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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

    public ExtensionVector(int length) : this(new ulong[length], new ulong[length]) { }

    /// <summary>Takes elements apart.</summary>
    public ExtensionVector(ReadOnlySpan<Goldilocks2> values) : this(values.Length)
    {
        for (int i = 0; i < values.Length; i++) this[i] = values[i];
    }

    public Span<ulong> C0 { get; }

    public Span<ulong> C1 { get; }

    public int Length => C0.Length;

    public Goldilocks2 this[int index]
    {
        get => new(Goldilocks.FromUInt64(C0[index]), Goldilocks.FromUInt64(C1[index]));
        set => (C0[index], C1[index]) = (value.C0.Value, value.C1.Value);
    }

    public ExtensionVector Slice(int start, int length) => new(C0.Slice(start, length), C1.Slice(start, length));

    /// <summary>Binds the highest variable: the lower half becomes lower + r·(upper − lower), and is returned.</summary>
    public ExtensionVector Bind(Goldilocks2 r)
    {
        int half = Length / 2;
        if (WordLanes8.IsSupported && half >= 8) Bind<Vector512<ulong>, WordLanes8>(half, r);
        else if (WordLanes4.IsSupported && half >= 4) Bind<Vector256<ulong>, WordLanes4>(half, r);
        else Bind<ulong, WordLanes1>(half, r);
        return Slice(0, half);
    }

    void Bind<V, L>(int half, Goldilocks2 r) where V : struct where L : struct, IWordLanes<V>
    {
        var point = GoldilocksLanes<V, L>.Broadcast(r);
        for (int x = 0; x < half; x += L.Count)
        {
            var low = Load<V, L>(x);
            var slope = GoldilocksLanes<V, L>.Subtract(Load<V, L>(half + x), low);
            Store<V, L>(x, GoldilocksLanes<V, L>.Add(low, GoldilocksLanes<V, L>.Multiply(point, slope)));
        }
    }

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
