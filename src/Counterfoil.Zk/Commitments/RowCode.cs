namespace Counterfoil.Zk.Commitments;

/// <summary>
/// An interleaved Reed–Solomon code and how often a proof looks at it: a row of 2^k cells, read as coefficients of a polynomial of degree
/// below 2^k, is evaluated at all 2^(k + ρ) roots of unity; a column holds one symbol of every row and is one leaf of the Merkle tree.
/// </summary>
/// <param name="LogRowLength">k.</param>
/// <param name="LogInverseRate">ρ: the code has rate 2^−ρ.</param>
/// <param name="Queries">Distinct columns that a proof opens.</param>
public readonly record struct RowCode(int LogRowLength, int LogInverseRate, int Queries)
{
    /// <summary>Cells of a row.</summary>
    public int RowLength => 1 << LogRowLength;

    /// <summary>log₂ of the symbols of a codeword.</summary>
    public int LogLength => LogRowLength + LogInverseRate;

    /// <summary>Symbols of a codeword, n.</summary>
    public int Length => 1 << LogLength;

    /// <summary>
    /// The most symbols in which a wrong combination can agree with the columns: n − e − 1 with the unique-decoding radius e = ⌊(n − 2^k) / 2⌋.
    /// </summary>
    /// <remarks>
    /// If the rows are jointly within e of codewords, those are unique, and a combination other than theirs is a codeword that differs from it
    /// in at least n − 2^k + 1 symbols, of which e may be hidden by the errors: at least e + 1 remain. If they are not, a random
    /// combination is further than e from every codeword, but for the proximity term of the ledger. No conjecture is used.
    /// </remarks>
    public int MostAgreements => Length - (Length - RowLength) / 2 - 1;

    /// <summary>
    /// −log₂ of the chance that all queries hit agreements: positions are distinct, so it is Π (A − i) / (n − i) over the queries i.
    /// </summary>
    public double QueryBits
    {
        get
        {
            double bits = 0;
            for (int i = 0; i < Queries; i++)
            {
                if (i >= MostAgreements) return double.PositiveInfinity;
                bits += Math.Log2((double)(Length - i) / (MostAgreements - i));
            }
            return bits;
        }
    }

    /// <summary>The code with the fewest queries that reach <paramref name="bits"/>.</summary>
    public static RowCode WithBits(int logRowLength, int logInverseRate, double bits)
    {
        var code = new RowCode(logRowLength, logInverseRate, 1);
        while (code.QueryBits < bits) code = code with { Queries = code.Queries + 1 };
        return code;
    }

    /// <summary>Bytes of an opening of a matrix of <paramref name="rows"/> rows, its Merkle siblings estimated.</summary>
    public long EstimateOpening(int rows) =>
        16L * RowLength + 8L * Queries * rows + (long)(32 * Queries * Math.Max(0, LogLength - Math.Log2(Queries)));

    /// <summary>Whether the code is one that a model may have.</summary>
    internal Core.Verdicts.Verdict Check(string name, int longestRow)
    {
        if (LogRowLength < 4 || LogRowLength > longestRow)
            return Core.Verdicts.Verdict.Reject(ZkChecks.ModelEncoding, $"rows of the {name} of 2^4 to 2^{longestRow} cells", $"2^{LogRowLength}");
        if (LogInverseRate is < 1 or > 4)
            return Core.Verdicts.Verdict.Reject(ZkChecks.ModelEncoding, $"a rate of the {name} of 2^−1 to 2^−4", $"2^−{LogInverseRate}");
        if (Queries < 1 || Queries > Math.Min(Length, 1024))
            return Core.Verdicts.Verdict.Reject(ZkChecks.ModelEncoding, $"1 to {Math.Min(Length, 1024)} queries of the {name}", $"{Queries}");
        return Core.Verdicts.Verdict.Accept;
    }
}
