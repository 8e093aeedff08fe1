using System.Numerics;
using System.Text;
using F = (System.Numerics.BigInteger A, System.Numerics.BigInteger B);

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>
/// What second verifiers have in common, written from <c>docs/proofs.md</c> and sharing nothing with the first: big integers, hash tables, direct sums, another Keccak. Slow and plain.
/// </summary>
abstract partial class ReferenceProtocol(ReferenceProtocol.Code parameters, bool isHidden)
{
    protected readonly Code code = parameters;
    protected readonly bool hidden = isHidden;

    public sealed record Code(int K, int Rho, int Queries, int Masks, (int Rho, int Fold, int Queries)[]? Rounds);

    sealed class Refused : Exception;

    protected bool Accepts(byte[] bytes, Action verify)
    {
        proof = bytes;
        try
        {
            verify();
            return position == proof.Length;
        }
        catch (Refused)
        {
            return false;
        }
    }

    protected (F[] Point, Claim P, Claim Q) FractionalSum(int depth)
    {
        var ends = Claims("fraction-root", 4);
        var f = ends.Select(Factor).ToArray();
        Vanish([(f[0], f[3], One), (f[1], f[2], One)], Zero);
        if (hidden)
        {
            var inverses = Claims("fraction-inverse", 2);
            for (int i = 0; i < 2; i++) Vanish([(f[2 + i], Factor(inverses[i]), One)], Of(-1));
        }
        else Check(ends[2].Constant != Zero && ends[3].Constant != Zero);
        var mu = Draw();
        F[] point = [mu];
        Claim p = Line(ends[0], ends[1], mu), q = Line(ends[2], ends[3], mu);
        for (int layer = 1; layer < depth; layer++)
        {
            var lambda = Draw();
            var claim = p.Plus(q.Times(lambda));
            var z = Rounds("fraction-round", layer, 3, ref claim);
            ends = Claims("fraction-layer", 4);
            f = [.. ends.Select(Factor)];
            var eq = EqOf(point, z);
            Vanish([(f[0], f[3], eq), (f[1], f[2], eq), (f[2], f[3], Mul(eq, lambda))], claim.Times(Of(-1)));
            mu = Draw();
            point = [.. z, mu];
            (p, q) = (Line(ends[0], ends[1], mu), Line(ends[2], ends[3], mu));
        }
        return (point, p, q);
    }

    protected F[] Rounds(string label, int variables, int degree, ref Claim claim)
    {
        var point = new F[variables];
        for (int k = variables - 1; k >= 0; k--)
        {
            var sent = Claims(label, degree);
            var r = Draw();
            var linear = claim.Plus(sent[0].Times(Of(-2)));
            foreach (var c in sent[1..]) linear = linear.Plus(c.Times(Of(-1)));
            var power = r;
            var value = sent[0].Plus(linear.Times(r));
            foreach (var c in sent[1..])
            {
                power = Mul(power, r);
                value = value.Plus(c.Times(power));
            }
            (point[k], claim) = (r, value);
        }
        return point;
    }

    // Matrices in order, the proof's own last.
    protected void Open((F[] A, byte[] Root, bool Salted)[] matrices, F[] b, Claim claim)
    {
        F[] a = [.. matrices.SelectMany(m => m.A)];
        var eqTheta = Eq(Draws(Log(hidden ? a.Length + 1 : a.Length)));
        var u = Claims("opening-value", 1)[0];
        var epsilon = Draw();
        bool wide = code.Rounds is null;
        var v = wide ? Receive("opening-row", (1 << code.K) + code.Masks) : [];
        var sum = wide ? v.Zip(b, Mul).Aggregate(Add) : Receive("opening-sum", 1)[0];
        Vanish(u.Plus(claim.Times(epsilon)).Less(sum));
        var (padRow, padEpsilon, padForm, padValue) = hidden ? OpenPads() : ([], Zero, [], Zero);
        byte[] folded = [];
        if (!wide) Absorb("folded-root", folded = Take(32));

        int log = code.K + code.Rho, first = 0;
        var positions = new SortedSet<int>();
        while (positions.Count < code.Queries) positions.Add((int)(Word() & ((1UL << log) - 1)));
        F[] combination = [.. a.Zip(eqTheta, (x, eq) => Add(eq, Mul(epsilon, x)))];
        F[] one = [One, (0, 1)], none = [Zero, Zero], sums = [.. positions.Select(_ => Zero)], padSums = [];
        foreach (var ((rows, root, salted), m) in matrices.Select((matrix, m) => (matrix, m)))
        {
            F[] part = combination[first..(first += rows.Length)];
            var symbols = hidden && m == matrices.Length - 1
                ? Columns(positions, log, root, salted, [.. part, .. one, Zero, .. none], [.. part.Select(_ => Zero), .. none, padEpsilon, .. one])
                : Columns(positions, log, root, salted, part);
            sums = [.. sums.Zip(symbols[0], Add)];
            padSums = symbols[^1];
        }
        if (!wide)
        {
            FoldRows(positions, log, folded, b, sum, sums, padForm, padValue, padSums);
            return;
        }
        foreach (var (j, i) in positions.Select((j, i) => (j, i)))
        {
            Check(sums[i] == Symbol(v, j, log));
            if (hidden) Check(padSums[i] == Symbol(padRow, j, log));
        }
    }

    // A row's polynomial at the point of symbol j.
    protected static F Symbol(F[] row, int j, int log)
    {
        F point = PointOf(j, log), symbol = Zero;
        for (int i = row.Length; --i >= 0;) symbol = Add(Mul(symbol, point), row[i]);
        return symbol;
    }

    // ω^rev(j).
    static F PointOf(int j, int log)
    {
        int reversed = 0;
        for (int bit = 0; bit < log; bit++) reversed |= (j >> bit & 1) << (log - 1 - bit);
        return (BigInteger.ModPow(BigInteger.ModPow(7, (P - 1) >> log, P), reversed, P), 0);
    }

    // The columns of one tree, each in one combination or several.
    protected F[][] Columns(SortedSet<int> positions, int log, byte[] root, bool salted, params F[][] combinations)
    {
        var leaves = new SortedDictionary<int, byte[]>();
        var sums = combinations.Select(_ => new List<F>()).ToArray();
        foreach (int j in positions)
        {
            var salt = Take(salted ? 32 : 0);
            var column = Take(8 * combinations[0].Length);
            for (int i = 0; i < sums.Length; i++)
                sums[i].Add(combinations[i].Select((c, r) => Mul(c, Of(Element(column.AsSpan(8 * r))))).Aggregate(Zero, Add));
            leaves[j] = Keccak([.. Encoding.ASCII.GetBytes(salted ? "cf-scolu" : "cf-colum"), .. salt, .. column]);
        }
        Climb(leaves, log, root);
        return [.. sums.Select(list => list.ToArray())];
    }

    void Climb(SortedDictionary<int, byte[]> known, int log, byte[] root)
    {
        for (int level = 0; level < log; level++)
        {
            var parents = new SortedDictionary<int, byte[]>();
            foreach (int j in known.Keys)
            {
                if (parents.ContainsKey(j / 2)) continue;
                byte[] sibling = known.TryGetValue(j ^ 1, out var other) ? other : Take(32);
                var (left, right) = j % 2 == 0 ? (known[j], sibling) : (sibling, known[j]);
                parents[j / 2] = Keccak([.. Encoding.ASCII.GetBytes("cf-node\0"), .. left, .. right]);
            }
            known = parents;
        }
        Check(known[0].SequenceEqual(root));
    }
}
