using System.Collections.Immutable;

namespace Counterfoil.Zk.Commitments;

/// <summary>
/// One round of the short opening: a vector of 2^m cells is encoded to 2^(m + ρ) symbols, of which runs of 2^f are leaves of a Merkle tree; f variables are bound, and t
/// runs are opened.
/// </summary>
/// <param name="LogInverseRate">ρ: the code of this round has rate 2^−ρ, folded or not.</param>
/// <param name="LogFold">f: how many variables are bound before the next vector is sent.</param>
/// <param name="Queries">t: distinct runs that are opened.</param>
public readonly record struct FoldingRound(int LogInverseRate, int LogFold, int Queries)
{
    /// <summary>The largest f: a leaf has at most 2^8 symbols.</summary>
    public const int MostLogFold = 8;

    /// <summary>
    /// The code that one part of a run is a symbol of. A run of 2^f symbols holds, up to an invertible map, one symbol of each of 2^f codewords of 2^(m − f) cells
    /// at the points x^(2^f): the round is an interleaved code, folded by a tensor combination like any other.
    /// </summary>
    /// <param name="variables">m, of the vector that is encoded.</param>
    internal RowCode Code(int variables) => new(variables - LogFold, LogInverseRate, Queries);
}

/// <summary>How the opened rows are folded until what is left is sent in the clear: the rounds of <see cref="FoldedOpening"/>, from the first.</summary>
/// <param name="Rounds">The rounds.</param>
public sealed record FoldingSchedule(ImmutableArray<FoldingRound> Rounds)
{
    /// <summary>The most rounds.</summary>
    public const int MostRounds = 8;

    /// <summary>log₂ of the longest codeword.</summary>
    public const int MostLogLength = 20;

    /// <summary>Variables bound by all rounds.</summary>
    public int Bound => Rounds.Sum(r => r.LogFold);

    /// <summary>Why this cannot fold 2^<paramref name="variables"/> cells; null if it can.</summary>
    internal string? Fault(int variables)
    {
        if (Rounds.IsDefault || Rounds.Length is < 1 or > MostRounds) return $"{(Rounds.IsDefault ? 0 : Rounds.Length)} rounds";
        foreach (var round in Rounds)
        {
            if (round.LogFold is < 1 or > FoldingRound.MostLogFold || round.LogFold >= variables) return $"{round.LogFold} of {variables} variables bound in one round";
            if (round.LogInverseRate is < 1 or > 16 || variables + round.LogInverseRate > MostLogLength) return $"2^{variables} cells at rate 2^-{round.LogInverseRate}";
            int runs = round.Code(variables).Length;
            if (round.Queries < 1 || round.Queries > Math.Min(runs, 1024)) return $"{round.Queries} queries of {runs} runs";
            variables -= round.LogFold;
        }
        return null;
    }

    /// <summary>Whether the rounds are the same.</summary>
    public bool Equals(FoldingSchedule? other) => other is not null && Rounds.SequenceEqual(other.Rounds);

    /// <inheritdoc/>
    public override int GetHashCode() => Rounds.Aggregate(0, HashCode.Combine);
}
