using System.Collections.Concurrent;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Zk.Commitments;

/// <summary>
/// Encodes a row: its cells are coefficients, symbol j is the polynomial's value at ω^rev(j), ω = 7^((p−1)/n) and rev the reversal of the
/// log₂ n bits of j.
/// </summary>
/// <remarks>
/// The symbols of one quarter (at rate 1/4) are the values on one coset of the roots of unity of order 2^k, so a codeword is 2^ρ transforms
/// of the row's length rather than one of mostly zeros. No point is zero: uniform further coefficients would hide as many columns as there
/// are of them.
/// </remarks>
static class ReedSolomon
{
    static readonly ConcurrentDictionary<(int, int, int), Goldilocks[]> Shifts = new();

    /// <summary>Writes the codeword of <paramref name="cells"/> (one row) to <paramref name="codeword"/>.</summary>
    public static void Encode(ReadOnlySpan<Goldilocks> cells, Span<Goldilocks> codeword, RowCode code)
    {
        var transform = NumberTheoreticTransform.OfSize(code.LogRowLength);
        for (int coset = 0; coset < 1 << code.LogInverseRate; coset++)
        {
            var block = codeword.Slice(coset * code.RowLength, code.RowLength);
            var powers = Shifts.GetOrAdd((code.LogLength, code.LogRowLength, coset), static key => ShiftPowers(key.Item1, key.Item2, key.Item3));
            for (int i = 0; i < cells.Length; i++) block[i] = cells[i] * powers[i];
            transform.Transform(block);
        }
    }

    /// <summary>
    /// The codeword of a row over the extension: the code is linear over the base field, so each coefficient is encoded alone.
    /// </summary>
    public static Goldilocks2[] Encode(ReadOnlySpan<Goldilocks2> cells, RowCode code)
    {
        Goldilocks[] row = new Goldilocks[cells.Length], low = new Goldilocks[code.Length], high = new Goldilocks[code.Length];
        for (int i = 0; i < row.Length; i++) row[i] = cells[i].C0;
        Encode(row, low, code);
        for (int i = 0; i < row.Length; i++) row[i] = cells[i].C1;
        Encode(row, high, code);
        var codeword = new Goldilocks2[code.Length];
        for (int i = 0; i < codeword.Length; i++) codeword[i] = new(low[i], high[i]);
        return codeword;
    }

    static Goldilocks[] ShiftPowers(int logLength, int logRowLength, int coset)
    {
        int exponent = 0;
        for (int bit = 0; bit < logLength - logRowLength; bit++) exponent |= (coset >> bit & 1) << (logLength - logRowLength - 1 - bit);
        return NumberTheoreticTransform.Powers(Goldilocks.RootOfUnity(logLength).Power((ulong)exponent), 1 << logRowLength);
    }
}
