using Counterfoil.Core.Digests;

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

    const int Nowhere = int.MinValue / 2;

    /// <summary>One step: record and position are the same (matched), differ (substituted), or one is −1 (extra or missing).</summary>
    public readonly record struct Step(int Record, int Position, bool Matched);

    public static List<Step> Align(ReadOnlySpan<Sha256Digest> committed, ReadOnlySpan<Sha256Digest> found)
    {
        int target = found.Length - committed.Length; // diagonal = position − record
        var rounds = new List<int[]>(); // rounds[e][e + diagonal] = the furthest record reached there with e differences
        for (int e = 0; e <= MaxDifferences; e++)
        {
            var reach = new int[2 * e + 1];
            rounds.Add(reach);
            for (int diagonal = -e; diagonal <= e; diagonal++)
            {
                int record = e == 0 ? 0 : Best(rounds[e - 1], e - 1, diagonal, committed.Length, found.Length, out _);
                if (record < 0)
                {
                    reach[e + diagonal] = Nowhere;
                    continue;
                }
                while (record < committed.Length && record + diagonal < found.Length && committed[record] == found[record + diagonal]) record++;
                reach[e + diagonal] = record;
                if (diagonal == target && record == committed.Length) return Trace(rounds, e, target, committed.Length, found.Length);
            }
        }
        return ByPlace(committed, found);
    }

    enum Move { Substitute, Insert, Delete }

    /// <summary>The furthest record on a diagonal after one more difference, and which kind leads there.</summary>
    static int Best(int[] reach, int e, int diagonal, int records, int positions, out Move move)
    {
        int At(int d) => d < -e || d > e ? Nowhere : reach[e + d];
        int best = Nowhere;
        move = Move.Substitute;
        if (At(diagonal) is >= 0 and var same && same < records && same + diagonal < positions) best = same + 1;
        if (At(diagonal - 1) is >= 0 and var left && left + diagonal <= positions && left > best) (best, move) = (left, Move.Insert);
        if (At(diagonal + 1) is >= 0 and var right && right < records && right + 1 > best) (best, move) = (right + 1, Move.Delete);
        return best + diagonal < 0 ? Nowhere : best;
    }

    static List<Step> Trace(List<int[]> rounds, int e, int diagonal, int records, int positions)
    {
        var steps = new List<Step>();
        for (int record = records; ; e--)
        {
            var move = Move.Substitute;
            int from = e == 0 ? 0 : Best(rounds[e - 1], e - 1, diagonal, records, positions, out move);
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

    static List<Step> ByPlace(ReadOnlySpan<Sha256Digest> committed, ReadOnlySpan<Sha256Digest> found)
    {
        var steps = new List<Step>(Math.Max(committed.Length, found.Length));
        for (int i = 0; i < Math.Max(committed.Length, found.Length); i++)
            steps.Add(i >= found.Length ? new(i, -1, false) : i >= committed.Length ? new(-1, i, false) : new(i, i, committed[i] == found[i]));
        return steps;
    }
}
