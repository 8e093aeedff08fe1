using System.Text;
using F = (System.Numerics.BigInteger A, System.Numerics.BigInteger B);

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>The short schedule, again from the documentation: §3, "Folding". The form is written out in full.</summary>
abstract partial class ReferenceProtocol
{
    void FoldRows(SortedSet<int> positions, int log, byte[] root, F[] b, F y, F[] symbols, F[] padForm, F padValue, F[] padSymbols)
    {
        int cells = (1 << code.K) + code.Masks, size = hidden ? 2 * cells : cells;
        var w = Enumerable.Repeat(Zero, size).ToArray();
        b.CopyTo(w, 0);
        var sigma = y;
        void Count(F value, Action<F> add)
        {
            var gamma = Draw();
            sigma = Add(sigma, Mul(gamma, value));
            add(gamma);
        }
        void Powers(F[] values, int offset)
        {
            foreach (var (j, i) in positions.Select((j, i) => (j, i))) Count(values[i], gamma => AddPowers(w.AsSpan(offset, cells), PointOf(j, log), gamma));
        }
        if (hidden)
            Count(padValue, gamma =>
            {
                for (int i = 0; i < padForm.Length; i++) w[cells + i] = Mul(gamma, padForm[i]);
            });
        Powers(symbols, 0);
        if (hidden) Powers(padSymbols, cells);

        int m = Log(size);
        for (int i = 0; i < code.Rounds!.Length; i++)
        {
            var (rho, fold, queries) = code.Rounds[i];
            var drawn = new F[fold];
            for (int f = 0; f < fold; f++)
            {
                var c = Receive("folding-round", 2);
                var r = drawn[f] = Draw();
                var linear = Sub(Sub(Sub(sigma, c[0]), c[0]), c[1]);
                sigma = Add(c[0], Mul(r, Add(linear, Mul(r, c[1]))));
                w = [.. Enumerable.Range(0, w.Length / 2).Select(x => Add(Mul(Sub(One, r), w[2 * x]), Mul(r, w[2 * x + 1])))];
            }
            m -= fold;
            bool last = i == code.Rounds.Length - 1;
            byte[] next = [];
            F[] vector = [];
            if (last) vector = Receive("folded-row", 1 << m);
            else Absorb("folded-root", next = Take(32));

            int runs = m + rho;
            var queried = new SortedSet<int>();
            while (queried.Count < queries) queried.Add((int)(Word() & ((1UL << runs) - 1)));
            var leaves = new SortedDictionary<int, byte[]>();
            var values = new List<F>();
            foreach (int j in queried)
            {
                var run = Take(16 << fold);
                leaves[j] = Keccak([.. Encoding.ASCII.GetBytes("cf-colum"), .. run]);
                values.Add(FoldRun([.. Enumerable.Range(0, 1 << fold).Select(s => (Element(run.AsSpan(16 * s)), Element(run.AsSpan(16 * s + 8))))], j << fold, runs + fold, drawn));
            }
            Climb(leaves, runs, root);
            root = next;
            foreach (var (j, value) in queried.Zip(values))
            {
                if (last) Check(Symbol(vector, j, runs) == value);
                else Count(value, gamma => AddPowers(w, PointOf(j, runs), gamma));
            }
            if (last) Check(vector.Zip(w, Mul).Aggregate(Zero, Add) == sigma);
        }
    }

    // Values at the points of symbols first, first + 1 … of 2^log.
    static F FoldRun(F[] run, int first, int log, F[] drawn)
    {
        foreach (var r in drawn)
        {
            var half = new F[run.Length / 2];
            for (int u = 0; u < half.Length; u++)
            {
                var x = PointOf(first + 2 * u, log);
                Check(Add(x, PointOf(first + 2 * u + 1, log)) == Zero);
                F Over(F value, F divisor) => Mul(value, (System.Numerics.BigInteger.ModPow(divisor.A, P - 2, P), 0));
                half[u] = Add(Mul(Sub(One, r), Over(Add(run[2 * u], run[2 * u + 1]), Of(2))), Mul(r, Over(Sub(run[2 * u], run[2 * u + 1]), Add(x, x))));
            }
            (run, first, log) = (half, first / 2, log - 1);
        }
        return run[0];
    }

    static void AddPowers(Span<F> w, F x, F gamma)
    {
        for (int c = 0; c < w.Length; c++, gamma = Mul(gamma, x)) w[c] = Add(w[c], gamma);
    }
}
