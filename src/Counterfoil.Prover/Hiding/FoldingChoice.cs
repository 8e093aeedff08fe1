using System.Collections.Immutable;
using Counterfoil.Zk.Commitments;

namespace Counterfoil.Prover.Hiding;

/// <summary>The rounds of the short schedule, by exhaustive search: those with the fewest bytes, or nearly so.</summary>
/// <param name="bits">What the queries of each round are to reach.</param>
sealed class FoldingChoice(double bits)
{
    // A longer run than 2^6 symbols never paid.
    const int MostLogFold = 6;

    // Every proof encodes and hashes every codeword: 32 symbols are taken to be worth a byte.
    const int SymbolsToByte = 32;

    readonly Dictionary<(int, int), Chain?> best = [];

    sealed record Chain(double Cost, FoldingRound Round, Chain? Next);

    /// <summary>The rounds for a vector of 2^<paramref name="variables"/> cells, and their cost in bytes; null if there are none.</summary>
    public (FoldingSchedule Folding, double Cost)? For(int variables)
    {
        var chain = Enumerable.Range(variables + 1, Math.Max(0, FoldingSchedule.MostLogLength - variables)).Select(log => From(variables, log)).Where(c => c is not null).MinBy(c => c!.Cost);
        if (chain is null) return null;
        var rounds = ImmutableArray.CreateBuilder<FoldingRound>();
        for (var round = chain; round is not null; round = round.Next) rounds.Add(round.Round);
        return (new FoldingSchedule(rounds.ToImmutable()), chain.Cost);
    }

    Chain? From(int variables, int logLength)
    {
        if (best.TryGetValue((variables, logLength), out var known)) return known;
        Chain? least = null;
        for (int f = 1; f <= Math.Min(MostLogFold, variables - 1); f++)
        {
            int left = variables - f;
            var code = RowCode.WithBits(left, logLength - variables, bits);
            if (code.Queries > Math.Min(code.Length, 1024)) continue;
            double siblings = code.Queries * Math.Max(0, code.LogLength - Math.Log2(code.Queries));
            double cost = 32 + 32 * f + 16.0 * code.Queries * (1 << f) + 32 * siblings + (1 << logLength) / SymbolsToByte;
            Offer(cost + 16 * (1 << left), null);
            // A codeword no longer than the one before.
            for (int log = left + 1; log < logLength; log++)
                if (From(left, log) is { } next) Offer(cost + next.Cost, next);

            void Offer(double total, Chain? next)
            {
                if (least is null || total < least.Cost) least = new Chain(total, new FoldingRound(logLength - variables, f, code.Queries), next);
            }
        }
        return best[(variables, logLength)] = least;
    }
}
