using Counterfoil.Zk.Fields;

namespace Counterfoil.Zk.Commitments;

/// <summary>
/// An interleaved Reed–Solomon code and how often a proof looks at it: a row of 2^k cells, read as coefficients of a polynomial of degree
/// below 2^k, is evaluated at all 2^(k + ρ) roots of unity; a column holds one symbol of every row and is one leaf of the Merkle tree.
/// </summary>
/// <param name="LogRowLength">k.</param>
/// <param name="LogInverseRate">ρ: without masks the code has rate 2^−ρ.</param>
/// <param name="Queries">Distinct columns that a proof opens, t.</param>
/// <param name="Masks">
/// Uniform cells that follow a row's own, R. The values of Σ over the row's own cells at any R points are hidden by X^(2^k)·(a uniform polynomial of
/// degree below R), whose values there are uniform and independent, for no point is zero: any R columns say nothing of the row.
/// </param>
public readonly record struct RowCode(int LogRowLength, int LogInverseRate, int Queries, int Masks = 0)
{
    /// <summary>Cells of a row that mean something.</summary>
    public int RowLength => 1 << LogRowLength;

    /// <summary>Cells of a row, masks included: the code's dimension k′.</summary>
    public int Cells => RowLength + Masks;

    /// <summary>log₂ of the symbols of a codeword.</summary>
    public int LogLength => LogRowLength + LogInverseRate;

    /// <summary>Symbols of a codeword, n.</summary>
    public int Length => 1 << LogLength;

    /// <summary>The point at which symbol <paramref name="position"/> is the row's value: ω^rev(position).</summary>
    internal Goldilocks PointAt(int position) => Goldilocks.RootOfUnity(LogLength).Power(FoldedOpening.Reverse(position, LogLength));

    /// <summary>
    /// The most symbols in which a wrong combination can agree with the columns: n − e − 1 with the unique-decoding radius e = ⌊(n − k′) / 2⌋.
    /// </summary>
    /// <remarks>
    /// If the rows are jointly within e of codewords, those are unique, and a combination other than theirs is a codeword that differs from it
    /// in at least n − k′ + 1 symbols, of which e may be hidden by the errors: at least e + 1 remain. If they are not, a random
    /// combination is further than e from every codeword, but for the proximity term of the ledger. No conjecture is used.
    /// </remarks>
    public int MostAgreements => MostAgreementsOf(Cells);

    /// <summary>
    /// −log₂ of the chance that all queries hit agreements: positions are distinct, so it is Π (A − i) / (n − i) over the queries i.
    /// </summary>
    public double QueryBits => QueryBitsOf(Cells);

    /// <summary>As <see cref="MostAgreements"/>, for rows of <paramref name="cells"/> cells at the same points.</summary>
    internal int MostAgreementsOf(int cells) => Length - (Length - cells) / 2 - 1;

    /// <summary>As <see cref="QueryBits"/>, for rows of <paramref name="cells"/> cells at the same points.</summary>
    internal double QueryBitsOf(int cells)
    {
        double bits = 0;
        int agreements = MostAgreementsOf(cells);
        for (int i = 0; i < Queries; i++)
        {
            if (i >= agreements) return double.PositiveInfinity;
            bits += Math.Log2((double)(Length - i) / (agreements - i));
        }
        return bits;
    }

    /// <summary>The code with the fewest queries that reach <paramref name="bits"/>, without masks.</summary>
    public static RowCode WithBits(int logRowLength, int logInverseRate, double bits)
    {
        var code = new RowCode(logRowLength, logInverseRate, 0);
        int agreements = code.MostAgreements, queries = 0;
        for (double reached = 0; reached < bits; queries++) reached += queries >= agreements ? double.PositiveInfinity : Math.Log2((double)(code.Length - queries) / (agreements - queries));
        return code with { Queries = queries };
    }

    /// <summary>
    /// The code with the fewest queries that reach <paramref name="bits"/> while its masks hide as many openings as asked for; null if there is none.
    /// </summary>
    public static RowCode? Hiding(int logRowLength, int logInverseRate, int openings, double bits)
    {
        // A query is worth at most a bit and a little, for agreements are at least half of the symbols.
        for (int queries = (int)(bits / 2) + 1; queries <= 1024; queries++)
        {
            var code = new RowCode(logRowLength, logInverseRate, queries, queries * openings);
            if (2L * code.Cells > code.Length) return null;
            if (code.QueryBits >= bits) return code;
        }
        return null;
    }

    /// <summary>Bytes of an opening of two trees with so many rows in all, Merkle siblings estimated.</summary>
    public long EstimateOpening(int rows) => 16L * Cells + EstimateColumns(rows);

    /// <summary>The queried columns' share of it.</summary>
    public long EstimateColumns(int rows)
    {
        double siblings = Queries * Math.Max(0, LogLength - Math.Log2(Queries));
        return 8L * Queries * rows + (long)(2 * 32 * (siblings + (Masks == 0 ? 0 : Queries)));
    }
}
