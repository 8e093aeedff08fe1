using System.Buffers;
using System.Collections.Concurrent;
using System.Numerics;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Commitments;

/// <summary>
/// Encodes a row: its cells are coefficients, symbol j is the polynomial's value at ω^rev(j), ω = 7^((p−1)/n) and rev the reversal of the
/// log₂ n bits of j.
/// </summary>
/// <remarks>
/// The row is continued with zeros to 2^m cells. A run of 2^m symbols are the values on one coset of the roots of unity of order 2^m, so a codeword is n / 2^m
/// transforms of the row's length rather than one of mostly zeros; and a shorter run of them is one transform of its own length. No point is zero: see <see cref="RowCode.Masks"/>.
/// </remarks>
static class ReedSolomon
{
    static readonly ConcurrentDictionary<(int, int, int), Goldilocks[]> Shifts = new();

    /// <summary>Writes the codeword of <paramref name="cells"/> (one row) to <paramref name="codeword"/>, a power of two symbols.</summary>
    public static void Encode(ReadOnlySpan<Goldilocks> cells, Span<Goldilocks> codeword) => EncodeStretch(cells, BitOperations.Log2((uint)codeword.Length), 0, codeword);

    /// <summary>Writes the <paramref name="stretch"/>-th stretch of a codeword of 2^<paramref name="logLength"/> symbols to <paramref name="symbols"/>, which are a power of two.</summary>
    public static void EncodeStretch(ReadOnlySpan<Goldilocks> cells, int logLength, int stretch, Span<Goldilocks> symbols)
    {
        int logStretch = BitOperations.Log2((uint)symbols.Length), log = Math.Min(logStretch, Multilinear.VariablesFor(cells.Length)), size = 1 << log, cosets = symbols.Length >> log;
        var transform = NumberTheoreticTransform.OfSize(log);
        for (int c = 0; c < cosets; c++)
        {
            var block = symbols.Slice(c << log, size);
            Shift(cells, block, logLength, log, stretch * cosets + c);
            transform.Transform(block);
        }
    }

    /// <summary>
    /// Symbols of the codeword of a row over the extension: the code is linear over the base field, so each coefficient is encoded alone, on a thread of its own, and no further than the symbols need it.
    /// </summary>
    /// <param name="cells">The row.</param>
    /// <param name="logLength">log₂ of the codeword's length.</param>
    /// <param name="positions">Ascending.</param>
    public static Goldilocks2[] SymbolsAt(Goldilocks2[] cells, int logLength, int[] positions)
    {
        var coefficients = new Goldilocks[2][];
        Parallel.For(0, 2, k => coefficients[k] = SymbolsAt(cells, k, logLength, positions));
        return [.. coefficients[0].Zip(coefficients[1], (c0, c1) => new Goldilocks2(c0, c1))];
    }

    static Goldilocks[] SymbolsAt(ReadOnlySpan<Goldilocks2> cells, int coefficient, int logLength, ReadOnlySpan<int> positions)
    {
        int log = Multilinear.VariablesFor(cells.Length), size = 1 << log;
        Goldilocks[] row = ArrayPool<Goldilocks>.Shared.Rent(cells.Length), coset = ArrayPool<Goldilocks>.Shared.Rent(size), symbols = new Goldilocks[positions.Length];
        for (int i = 0; i < cells.Length; i++) row[i] = coefficient == 0 ? cells[i].C0 : cells[i].C1;
        for (int first = 0, last; first < positions.Length; first = last)
        {
            int start = positions[first] >> log << log;
            for (last = first; last < positions.Length && positions[last] - start < size;) last++;
            Shift(row.AsSpan(0, cells.Length), coset.AsSpan(0, size), logLength, log, start >> log);
            NumberTheoreticTransform.TransformAt(coset.AsSpan(0, size), positions[first..last], start);
            for (int i = first; i < last; i++) symbols[i] = coset[positions[i] - start];
        }
        ArrayPool<Goldilocks>.Shared.Return(row);
        ArrayPool<Goldilocks>.Shared.Return(coset);
        return symbols;
    }

    // The coefficients from which a transform gives the values on a coset. Where x^size is the same everywhere, cells that many apart are coefficients of one power.
    static void Shift(ReadOnlySpan<Goldilocks> cells, Span<Goldilocks> block, int logLength, int log, int coset)
    {
        var powers = Shifts.GetOrAdd((logLength, log, coset), static key => ShiftPowers(key.Item1, key.Item2, key.Item3));
        if (cells.Length <= block.Length)
        {
            FieldVector.Multiply(cells, powers.AsSpan(0, cells.Length), block);
            block[cells.Length..].Clear();
            return;
        }
        Goldilocks step = log == 0 ? Goldilocks.RootOfUnity(logLength).Power(FoldedOpening.Reverse(coset, logLength)) : powers[1].Power((ulong)block.Length), factor = step;
        cells[..block.Length].CopyTo(block);
        for (int from = block.Length; from < cells.Length; from += block.Length, factor *= step)
            FieldVector.AddScaled(cells.Slice(from, Math.Min(block.Length, cells.Length - from)), factor, block);
        FieldVector.Multiply(block, powers, block);
    }

    static Goldilocks[] ShiftPowers(int logLength, int logRowLength, int coset)
    {
        int exponent = 0;
        for (int bit = 0; bit < logLength - logRowLength; bit++) exponent |= (coset >> bit & 1) << (logLength - logRowLength - 1 - bit);
        return NumberTheoreticTransform.Powers(Goldilocks.RootOfUnity(logLength).Power((ulong)exponent), 1 << logRowLength);
    }
}
