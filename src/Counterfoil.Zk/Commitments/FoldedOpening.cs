using Counterfoil.Core.Digests;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk.Commitments;

/// <summary>
/// Verifies that linear forms of a committed vector have claimed values without seeing the vector: WHIR's recursion (Arnon, Chiesa, Fenzi, Yogev, eprint 2024/1586) within the
/// unique-decoding radius, where no sample outside the domain is needed.
/// </summary>
/// <remarks>
/// <para>A vector V of 2^m cells is read as coefficients, encoded at the roots of unity of order n = 2^(m + ρ) and committed, a run of 2^f symbols a leaf: as symbols stand in reversed order, a run is a coset
/// of the roots of order 2^f. A sum-check over the cells binds f variables, lowest first, which folds codeword and vector alike: f(x) = E(x²) + x·O(x²) becomes (1 − r)·E + r·O. The prover commits to
/// the folded vector under the next round's code; t runs are opened, folded, and each becomes one more claim on it, Σ zⁱ·cell i at z = x^(2^f), counted with a coefficient of its own. The last vector is
/// sent, and everything left is computed from it.</para>
/// <para>Soundness, a round. By runs the word is an interleaved code of 2^f rows, length N = n / 2^f and 2^(m − f) cells (<see cref="FoldingRound.Code"/>). If it is not within e of it jointly, a bound variable leaves it so, but for
/// N / |F| (Ben-Sasson et al. 2020, theorem 4.1; Diamond and Gruen, eprint 2024/1351, for interleaved words); if it is, what it decodes to is unique, and a wrong claim on it survives a round of the sum-check with 2 / |F|.
/// After f variables the next vector is another than what the folded word decodes to, and then disagrees in all but <see cref="RowCode.MostAgreements"/> of N points; or the same, and its claim is wrong;
/// a wrong claim among many is wrong in their combination but for 1 / |F|.</para>
/// <para>Hiding: everything here follows from V and public challenges. Where weights are hidden V is the opened row and the opened row of pads, both uniform by their masks, so a simulator draws
/// V and says the rest as the prover would.</para>
/// </remarks>
static class FoldedOpening
{
    static readonly Goldilocks Half = Goldilocks.Inverse(Goldilocks.FromUInt64(2));

    /// <summary>Verifies one opening.</summary>
    /// <param name="channel">The proof.</param>
    /// <param name="folding">Its rounds.</param>
    /// <param name="root">The root of the first codeword.</param>
    /// <param name="variables">m.</param>
    /// <param name="forms">The forms, each with its coefficient. Those of later rounds are added.</param>
    /// <param name="claim">Σ of what they are claimed to be, times the coefficients.</param>
    public static void Verify(VerifierChannel channel, FoldingSchedule folding, Keccak256Digest root, int variables, List<FoldedForm> forms, Goldilocks2 claim)
    {
        var gap = Reduce(channel, folding, root, variables, forms, claim);
        channel.Require(gap == Goldilocks2.Zero, ZkChecks.FoldingValue, "a last vector with the claimed values", "another");
    }

    /// <summary>Makes every check but the last, and returns what the last vector's forms sum to beyond what is claimed.</summary>
    internal static Goldilocks2 Reduce(VerifierChannel channel, FoldingSchedule folding, Keccak256Digest root, int variables, List<FoldedForm> forms, Goldilocks2 claim)
    {
        var point = new Goldilocks2[folding.Bound];
        int bound = 0;
        for (int i = 0; i < folding.Rounds.Length; i++)
        {
            var round = folding.Rounds[i];
            var code = round.Code(variables - bound);
            for (int f = 0; f < round.LogFold; f++) point[bound++] = Bind(channel, ref claim);
            var challenges = point.AsSpan(bound - round.LogFold, round.LogFold);
            bool last = i == folding.Rounds.Length - 1;
            var next = last ? default : channel.ReceiveDigest(Labels.FoldedRoot);
            var row = last ? channel.Receive(Labels.FoldedRow, 1 << (variables - bound)) : [];
            var positions = channel.Positions(round.Queries, code.LogLength);
            if (!channel.HasLeft((16L << round.LogFold) * positions.Length)) break;
            int words = 2 << round.LogFold;
            var runs = RowOpening.TakeColumns(channel, code.LogLength, positions, words, salted: false, root, ZkChecks.FoldingPath);
            bool agrees = true;
            for (int j = 0; j < positions.Length; j++)
            {
                var (x, value) = (code.PointAt(positions[j]), Fold(runs.AsSpan(j * words, words), positions[j], code.LogLength, challenges));
                if (last)
                {
                    agrees &= PowerForm.At(row, x) == value;
                    continue;
                }
                var gamma = channel.Challenge();
                forms.Add(new PowerForm(bound, -1, x, gamma));
                claim += gamma * value;
            }
            channel.Require(agrees, ZkChecks.FoldingOpening, "a last vector that agrees with every queried run", "a difference");
            root = next;
            if (!last) continue;
            var sum = Goldilocks2.Zero;
            foreach (var form in forms) sum += form.Apply(point, row);
            return sum - claim;
        }
        return Goldilocks2.One; // refused already
    }

    static Goldilocks2 Bind(VerifierChannel channel, ref Goldilocks2 claim)
    {
        var sent = channel.Receive(Labels.FoldingRound, 2);
        var x = channel.Challenge();
        var weights = Sumcheck.Weights(2, x);
        claim = sent[0] * weights[0] + sent[1] * weights[1] + claim * weights[2];
        return x;
    }

    /// <summary>Folds a run, whose symbols are the values at x·ζ with x^(2^f) = the point of <paramref name="position"/> among 2^<paramref name="logRuns"/>, ζ over the roots of unity of order 2^f.</summary>
    internal static Goldilocks2 Fold(ReadOnlySpan<Goldilocks> run, int position, int logRuns, ReadOnlySpan<Goldilocks2> challenges)
    {
        int size = run.Length / 2;
        Span<Goldilocks2> values = stackalloc Goldilocks2[size];
        for (int s = 0; s < size; s++) values[s] = new(run[2 * s], run[2 * s + 1]);
        // 1/x of the run's first symbol, and of the pairs' first roots: 1/ζ at pair u is the same for every level, for there are half as many pairs of roots of half the order.
        var inverse = Goldilocks.Inverse(Goldilocks.RootOfUnity(logRuns + challenges.Length).Power(Reverse(position, logRuns)));
        var root = Goldilocks.Inverse(Goldilocks.RootOfUnity(challenges.Length));
        Span<Goldilocks> roots = stackalloc Goldilocks[size / 2];
        for (int u = 0; u < roots.Length; u++) roots[u] = root.Power(Reverse(u, challenges.Length - 1));
        foreach (var r in challenges)
        {
            size /= 2;
            for (int u = 0; u < size; u++)
            {
                Goldilocks2 a = values[2 * u], b = values[2 * u + 1], even = (a + b) * Half, odd = (a - b) * (Half * inverse * roots[u]);
                values[u] = even + r * (odd - even);
            }
            inverse *= inverse;
        }
        return values[0];
    }

    /// <summary>The lowest <paramref name="bits"/> bits, in reversed order.</summary>
    internal static uint Reverse(int value, int bits)
    {
        uint reversed = 0;
        for (int bit = 0; bit < bits; bit++) reversed |= (uint)(value >> bit & 1) << (bits - 1 - bit);
        return reversed;
    }
}
