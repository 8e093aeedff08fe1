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
            var powers = Shifts.GetOrAdd((logLength, log, stretch * cosets + c), static key => ShiftPowers(key.Item1, key.Item2, key.Item3));
            if (cells.Length <= size)
            {
                FieldVector.Multiply(cells, powers.AsSpan(0, cells.Length), block);
                block[cells.Length..].Clear();
            }
            else
            {
                // Where x^size is the same everywhere, cells that many apart are coefficients of one power.
                Goldilocks step = log == 0 ? Goldilocks.RootOfUnity(logLength).Power(FoldedOpening.Reverse(stretch, logLength)) : powers[1].Power((ulong)size), factor = step;
                cells[..size].CopyTo(block);
                for (int from = size; from < cells.Length; from += size, factor *= step) FieldVector.AddScaled(cells.Slice(from, Math.Min(size, cells.Length - from)), factor, block);
                FieldVector.Multiply(block, powers, block);
            }
            transform.Transform(block);
        }
    }

    /// <summary>
    /// Symbols of the codeword of a row over the extension: the code is linear over the base field, so each coefficient is encoded alone.
    /// </summary>
    public static Goldilocks2[] SymbolsAt(ReadOnlySpan<Goldilocks2> cells, int logLength, ReadOnlySpan<int> positions)
    {
        var row = ArrayPool<Goldilocks>.Shared.Rent(cells.Length);
        var codeword = ArrayPool<Goldilocks>.Shared.Rent(1 << logLength);
        var symbols = new Goldilocks2[positions.Length];
        for (int i = 0; i < cells.Length; i++) row[i] = cells[i].C0;
        Encode(row.AsSpan(0, cells.Length), codeword.AsSpan(0, 1 << logLength));
        for (int i = 0; i < symbols.Length; i++) symbols[i] = codeword[positions[i]];
        for (int i = 0; i < cells.Length; i++) row[i] = cells[i].C1;
        Encode(row.AsSpan(0, cells.Length), codeword.AsSpan(0, 1 << logLength));
        for (int i = 0; i < symbols.Length; i++) symbols[i] = new(symbols[i].C0, codeword[positions[i]]);
        ArrayPool<Goldilocks>.Shared.Return(row);
        ArrayPool<Goldilocks>.Shared.Return(codeword);
        return symbols;
    }

    static Goldilocks[] ShiftPowers(int logLength, int logRowLength, int coset)
    {
        int exponent = 0;
        for (int bit = 0; bit < logLength - logRowLength; bit++) exponent |= (coset >> bit & 1) << (logLength - logRowLength - 1 - bit);
        return NumberTheoreticTransform.Powers(Goldilocks.RootOfUnity(logLength).Power((ulong)exponent), 1 << logRowLength);
    }
}
