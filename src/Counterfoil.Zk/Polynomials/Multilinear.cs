using System.Numerics;
using System.Runtime.InteropServices;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;

namespace Counterfoil.Zk.Polynomials;

/// <summary>Multilinear polynomials given by their values on the hypercube; bit k of an index is variable k.</summary>
public static class Multilinear
{
    // Tables of eq of more variables are made and used in blocks of as many, which stay in the second-level cache.
    const int BlockVariables = 12;

    /// <summary>
    /// eq(point, x) for every x of the hypercube: Π over k of (xₖ·pointₖ + (1 − xₖ)(1 − pointₖ)). The weights with which a polynomial's
    /// values sum to its value at <paramref name="point"/>.
    /// </summary>
    public static F[] Equality<F>(ReadOnlySpan<F> point) where F : struct, IField<F>
    {
        var table = new F[1 << point.Length];
        WriteEquality(point, table.AsSpan());
        return table;
    }

    /// <summary>Writes <see cref="Equality{F}(ReadOnlySpan{F})"/> to memory of its length.</summary>
    public static void WriteEquality<F>(ReadOnlySpan<F> point, Span<F> table) where F : struct, IField<F> => WriteEquality(point, F.One, table);

    /// <summary>Writes <see cref="Equality{F}(ReadOnlySpan{F})"/> times a factor to memory of its length.</summary>
    public static void WriteEquality<F>(ReadOnlySpan<F> point, F factor, Span<F> table) where F : struct, IField<F>
    {
        if (typeof(F) == typeof(Goldilocks2) && point.Length > BlockVariables)
        {
            // eq of all coordinates is eq of the low ones times eq of the high ones: one pass over memory, where doubling makes two.
            const int Block = 1 << BlockVariables;
            var all = MemoryMarshal.Cast<F, Goldilocks2>(table);
            var high = new Goldilocks2[1 << (point.Length - BlockVariables)];
            WriteEquality(point[BlockVariables..], factor, MemoryMarshal.Cast<Goldilocks2, F>(high.AsSpan()));
            WriteEquality(point[..BlockVariables], F.One, table[..Block]);
            for (int h = high.Length - 1; h >= 0; h--) ExtensionRow.Scale(all[..Block], high[h], all.Slice(h << BlockVariables, Block));
            return;
        }
        table[0] = factor;
        for (int k = 0; k < point.Length; k++)
        {
            int half = 1 << k;
            if (typeof(F) == typeof(Goldilocks2))
            {
                var elements = MemoryMarshal.Cast<F, Goldilocks2>(table);
                ExtensionRow.Split(elements[..half], (Goldilocks2)(object)point[k], elements.Slice(half, half));
                continue;
            }
            for (int x = 0; x < half; x++)
            {
                var set = table[x] * point[k];
                table[half + x] = set;
                table[x] -= set;
            }
        }
    }

    /// <summary>
    /// The first <paramref name="count"/> entries (rounded up to a power of two) of eq(point, ·): no table of the whole hypercube where
    /// only a start of it is used.
    /// </summary>
    public static F[] EqualityPrefix<F>(ReadOnlySpan<F> point, int count) where F : struct, IField<F>
    {
        var table = new F[1 << VariablesFor(count)];
        WriteEqualityPrefix(point, table.AsSpan());
        return table;
    }

    /// <summary>Writes as many entries of eq(point, ·) as there is room for, a power of two.</summary>
    public static void WriteEqualityPrefix<F>(ReadOnlySpan<F> point, Span<F> table) where F : struct, IField<F>
    {
        int variables = VariablesFor(table.Length);
        var rest = F.One;
        for (int k = variables; k < point.Length; k++) rest *= F.One - point[k];
        WriteEquality(point[..variables], rest, table);
    }

    /// <summary>⌈log₂ count⌉, count at least 1: the variables that index so many values.</summary>
    public static int VariablesFor(int count) => count <= 1 ? 0 : BitOperations.Log2((uint)(count - 1)) + 1;

    /// <summary>eq of two points.</summary>
    public static F Equality<F>(ReadOnlySpan<F> left, ReadOnlySpan<F> right) where F : struct, IField<F>
    {
        var product = F.One;
        for (int k = 0; k < left.Length; k++)
        {
            var both = left[k] * right[k];
            product *= both + both + F.One - left[k] - right[k];
        }
        return product;
    }

    /// <summary>Σ values[i]·weights[i], over the shorter of the two.</summary>
    public static F InnerProduct<F>(ReadOnlySpan<F> values, ReadOnlySpan<F> weights) where F : struct, IField<F>
    {
        int count = Math.Min(values.Length, weights.Length);
        if (typeof(F) == typeof(Goldilocks2))
            return (F)(object)ExtensionRow.InnerProduct(MemoryMarshal.Cast<F, Goldilocks2>(values[..count]), MemoryMarshal.Cast<F, Goldilocks2>(weights[..count]));
        var sum = F.Zero;
        for (int i = 0; i < count; i++) sum += values[i] * weights[i];
        return sum;
    }

    /// <summary>The polynomial with these values, then zeros, at <paramref name="point"/>.</summary>
    public static Goldilocks2 Evaluate(ReadOnlySpan<Goldilocks2> values, ReadOnlySpan<Goldilocks2> point)
    {
        int split = Math.Min(point.Length, BlockVariables), blocks = values.Length + (1 << split) - 1 >> split;
        Goldilocks2[] low = Equality(point[..split]), high = EqualityPrefix(point[split..], Math.Max(1, blocks));
        var sum = Goldilocks2.Zero;
        for (int h = 0; h < blocks; h++) sum += high[h] * InnerProduct(values[(h << split)..Math.Min(values.Length, h + 1 << split)], low);
        return sum;
    }

    /// <summary>Σ values[i]·weights[i] of an int8 tensor.</summary>
    public static Goldilocks2 InnerProduct(ReadOnlySpan<sbyte> values, ReadOnlySpan<Goldilocks2> weights)
    {
        var sum = Goldilocks2.Zero;
        for (int i = 0; i < values.Length; i++)
            if (values[i] != 0) sum += weights[i] * Goldilocks.FromInteger(values[i]);
        return sum;
    }

    /// <summary>Σ over x below <paramref name="count"/> of Π over k of (<paramref name="ones"/>ₖ where bit k of x is set, else <paramref name="zeros"/>ₖ), in as many steps as there are variables.</summary>
    public static F PrefixSum<F>(ReadOnlySpan<F> zeros, ReadOnlySpan<F> ones, int count) where F : struct, IField<F>
    {
        F sum = F.Zero, all = F.One;
        for (int k = 0; k < zeros.Length; k++)
        {
            sum = (count >> k & 1) != 0 ? zeros[k] * all + ones[k] * sum : zeros[k] * sum;
            all *= zeros[k] + ones[k];
        }
        return count == 1 << zeros.Length ? all : sum;
    }

    /// <summary>The running sums of <paramref name="weights"/>: entry i is the sum of the first i.</summary>
    public static F[] PrefixSums<F>(ReadOnlySpan<F> weights) where F : struct, IField<F>
    {
        var sums = new F[weights.Length + 1];
        for (int i = 0; i < weights.Length; i++) sums[i + 1] = sums[i] + weights[i];
        return sums;
    }

    /// <summary>The polynomial with these int8 values at <paramref name="point"/>.</summary>
    public static Goldilocks2 Evaluate(ReadOnlySpan<sbyte> tensor, ReadOnlySpan<Goldilocks2> point) => InnerProduct(tensor, Equality(point));
}
