namespace Counterfoil.Data.NearDuplicates;

/// <summary>What two signatures say of two records' Jaccard similarity.</summary>
/// <param name="Matches">Places in which the signatures agree.</param>
/// <param name="Permutations">Places that they have.</param>
/// <remarks>
/// Matches are binomial: each place agrees with the probability of the similarity. The interval is the exact one of Clopper and Pearson (1934): whatever the similarity is, it lies inside
/// in at least 95 of 100 families of functions. The family is fixed by the seed, so that it must be drawn after the records for this to speak of records somebody chose.
/// </remarks>
public readonly record struct JaccardEstimate(int Matches, int Permutations)
{
    const double Tail = 0.025;

    /// <summary>The likeliest similarity, 0 … 1.</summary>
    public double Value => (double)Matches / Permutations;

    /// <summary>The lower end of the 95 % interval.</summary>
    public double Low => Bisect(Matches, Permutations, Tail);

    /// <summary>The upper end of the 95 % interval.</summary>
    public double High => Bisect(Matches + 1, Permutations, 1 - Tail);

    /// <inheritdoc/>
    public override string ToString() => $"{Value:F3} (95 %: {Low:F3} … {High:F3})";

    /// <summary>The probability of at least <paramref name="least"/> matches of <paramref name="of"/> where each has probability <paramref name="p"/>.</summary>
    static double AtLeast(int least, int of, double p)
    {
        double sum = 0, logP = Math.Log(p), logQ = Math.Log(1 - p), logChoose = 0;
        for (int k = 0; k <= of; k++)
        {
            if (k > 0) logChoose += Math.Log(of - k + 1) - Math.Log(k);
            if (k >= least) sum += Math.Exp(logChoose + k * logP + (of - k) * logQ);
        }
        return sum;
    }

    /// <summary>The p at which <see cref="AtLeast"/>, which rises with it, reaches a value; 0 where none are needed, 1 where more are needed than there are.</summary>
    static double Bisect(int least, int of, double value)
    {
        if (least == 0) return 0;
        if (least > of) return 1;
        double low = 0, high = 1;
        for (int i = 0; i < 40; i++)
        {
            double middle = (low + high) / 2;
            if (AtLeast(least, of, middle) < value) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }
}
