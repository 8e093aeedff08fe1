using Counterfoil.Data.Proofs;

namespace Counterfoil.Data.Guarding;

/// <summary>Lays found records beside committed ones with the fewest differences, so that one record missing does not make all after it look wrong.</summary>
/// <remarks>
/// Edit distance with substitution, insertion and deletion at cost 1 each, by furthest-reaching points on diagonals (Ukkonen 1985): O(n + d²) for d
/// differences. Of equal alternatives the substitution is taken: a changed record is likelier than one cut out and another put in.
/// </remarks>
static class Alignment
{
    /// <summary>Beyond so many differences records are compared place by place: the source is another data set, and nothing is to be gained by aligning it.</summary>
    public const int MaxDifferences = 2048;

    const long Nowhere = long.MinValue / 2;

    /// <summary>One step: record and position are the same (matched), differ (substituted), or one is −1 (extra or missing).</summary>
    public readonly record struct Step(long Record, long Position, bool Matched);

    public static List<Step> Align(ILeafSequence committed, ILeafSequence found)
    {
        long target = found.Count - committed.Count; // diagonal = position − record
        var rounds = new List<long[]>(); // rounds[e][e + diagonal] = the furthest record reached there with e differences
        for (int e = 0; e <= MaxDifferences; e++)
        {
            var reach = new long[2 * e + 1];
            rounds.Add(reach);
            for (int diagonal = -e; diagonal <= e; diagonal++)
            {
                long record = e == 0 ? 0 : Best(rounds[e - 1], e - 1, diagonal, committed.Count, found.Count, out _);
                if (record < 0)
                {
                    reach[e + diagonal] = Nowhere;
                    continue;
                }
                while (record < committed.Count && record + diagonal < found.Count && committed[record] == found[record + diagonal]) record++;
                reach[e + diagonal] = record;
                if (diagonal == target && record == committed.Count) return Trace(rounds, e, target, committed.Count, found.Count);
            }
        }
        return ByPlace(committed, found);
    }

    enum Move { Substitute, Insert, Delete }

    /// <summary>The furthest record on a diagonal after one more difference, and which kind leads there.</summary>
    static long Best(long[] reach, int e, long diagonal, long records, long positions, out Move move)
    {
        long At(long d) => d < -e || d > e ? Nowhere : reach[e + d];
        long best = Nowhere;
        move = Move.Substitute;
        if (At(diagonal) is >= 0 and var same && same < records && same + diagonal < positions) best = same + 1;
        if (At(diagonal - 1) is >= 0 and var left && left + diagonal <= positions && left > best) (best, move) = (left, Move.Insert);
        if (At(diagonal + 1) is >= 0 and var right && right < records && right + 1 > best) (best, move) = (right + 1, Move.Delete);
        return best + diagonal < 0 ? Nowhere : best;
    }

    static List<Step> Trace(List<long[]> rounds, int e, long diagonal, long records, long positions)
    {
        var steps = new List<Step>();
        for (long record = records; ; e--)
        {
            var move = Move.Substitute;
            long from = e == 0 ? 0 : Best(rounds[e - 1], e - 1, diagonal, records, positions, out move);
            while (record > from) steps.Add(new(--record, record + diagonal, true));
            if (e == 0) break;
            switch (move)
            {
                case Move.Substitute:
                    steps.Add(new(--record, record + diagonal, false));
                    break;
                case Move.Insert:
                    steps.Add(new(-1, record + --diagonal, false));
                    break;
                default:
                    steps.Add(new(--record, -1, false));
                    diagonal++;
                    break;
            }
        }
        steps.Reverse();
        return steps;
    }

    static List<Step> ByPlace(ILeafSequence committed, ILeafSequence found)
    {
        var steps = new List<Step>();
        for (long i = 0; i < Math.Max(committed.Count, found.Count); i++)
            steps.Add(i >= found.Count ? new(i, -1, false) : i >= committed.Count ? new(-1, i, false) : new(i, i, committed[i] == found[i]));
        return steps;
    }
}
