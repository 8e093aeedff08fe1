using System.Numerics;
using System.Text;
using F = (System.Numerics.BigInteger A, System.Numerics.BigInteger B);

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>
/// A second verifier of inference proofs, written from <c>docs/proofs.md</c> and sharing nothing with the first: big integers, hash tables, direct sums, another
/// Keccak. Slow and plain.
/// </summary>
sealed partial class ReferenceVerifier(ReferenceVerifier.Node[] nodes, ReferenceVerifier.Code code, bool hidden, byte[] modelId, byte[] weightRoot)
{
    public sealed record Node(int Read, int Columns, int Rows, int Shift, bool Relu, int BiasBits, uint[] Multipliers);

    public sealed record Code(int K, int Rho, int Queries, int Masks, (int Rho, int Fold, int Queries)[]? Rounds);

    sealed class Refused : Exception;

    public bool Accepts(sbyte[] x, sbyte[] y, byte[] context, byte[] bytes)
    {
        proof = bytes;
        try
        {
            Verify(x, y, context);
            return position == proof.Length;
        }
        catch (Refused)
        {
            return false;
        }
    }

    void Verify(sbyte[] x, sbyte[] y, byte[] context)
    {
        // §2: neurons, widths, tables.
        int count = nodes.Sum(n => n.Rows), nu = Math.Max(8, Log(count));
        var first = nodes.Select((_, l) => nodes.Take(l).Sum(n => n.Rows)).ToArray();
        var overflow = nodes.Select(OverflowBits).ToArray();
        int wLimbs = overflow.Max(o => (o + 7) / 8), rLimbs = nodes.Max(n => (n.Shift + 7) / 8);
        int[] Slots(int l) => [nodes[l].Relu ? 11 : 10, .. Limbs(overflow[l], wLimbs), .. Limbs(nodes[l].Shift, rLimbs)];
        var entries = new List<(int Table, int A, int B)>();
        foreach (int table in nodes.SelectMany((_, l) => Slots(l)).Append(0).Distinct().Order()) entries.AddRange(Entries(table));
        int lookups = 1 + wLimbs + rLimbs, tables = (entries.Count + (1 << nu) - 1) >> nu, slots = lookups + tables, columns = 2 + wLimbs + rLimbs + tables;
        int depth = nu + Log(slots);

        // §5, step 1.
        Absorb("protocol", Encoding.ASCII.GetBytes("counterfoil/inference/v2"));
        Absorb("model", modelId);
        Absorb("root", weightRoot);
        Absorb("shapes", [.. Int(x.Length), .. Int(y.Length), .. Int(columns), .. Int(depth)]);
        Absorb("input", [.. x.Select(v => (byte)v)]);
        Absorb("output", [.. y.Select(v => (byte)v)]);
        Absorb("context", context);
        var root = Take(32);
        Absorb("witness", root);

        // Step 2.
        F alpha = Draw(), beta = Draw(), gamma = Draw();
        var (leaf, p, q) = FractionalSum(depth); // claims, as is whatever depends on secrets
        F[] atNeuron = leaf[..nu], atSlot = leaf[nu..];
        F[] eqNeuron = Eq(atNeuron), eqSlot = Eq(atSlot);
        F Den(F a, F b, int table) => Add(alpha, Add(a, Add(Mul(beta, b), Mul(gamma, Of(table)))));
        // The public parts of p and q, and the columns' weights in the rest.
        F[] inP = new F[columns], inQ = new F[columns];
        Array.Fill(inP, Zero);
        Array.Fill(inQ, Zero);
        for (int s = 0; s < eqSlot.Length; s++)
        {
            if (s >= slots) q = q.Less(eqSlot[s]);
            else if (s < lookups)
            {
                p = p.Less(eqSlot[s]);
                for (int i = 0; i < 1 << nu; i++)
                {
                    int l = Array.FindLastIndex(first, f => f <= i);
                    q = q.Less(Mul(Mul(eqSlot[s], eqNeuron[i]), Den(Zero, Zero, i < count ? Slots(l)[s] : 0)));
                }
                inQ[s == 0 ? 0 : s + 1] = eqSlot[s];
                if (s == 0) inQ[1] = Mul(eqSlot[0], beta);
            }
            else
            {
                inP[2 + wLimbs + rLimbs + s - lookups] = Sub(Zero, eqSlot[s]);
                for (int i = 0; i < 1 << nu; i++)
                {
                    var (table, a, b) = entries[Math.Min(((s - lookups) << nu) + i, entries.Count - 1)];
                    q = q.Less(Mul(Mul(eqSlot[s], eqNeuron[i]), Den(Of(a), Of(b), table)));
                }
            }
        }

        // Step 3.
        var eqTau = Eq(Draws(nu));
        var sum = Claims("accumulators", 1)[0];
        var blocks = Blocks(out int matrixRows);
        int t = Math.Max(code.K, blocks.Max(b => b.Kappa + Log(b.Height)));
        var claim = sum;
        var rho = Rounds("matrix-round", t, 2, ref claim);
        var read = Claims("values-read", nodes.Length);
        var weights = Claims("weight-values", nodes.Length + 1);
        var (outside, products) = (claim.Times(Of(-1)), new List<(int, int, F)>());
        for (int l = 0; l <= nodes.Length; l++)
        {
            var (_, height, kappa) = blocks[l];
            var factor = Zero;
            for (int i = 0; i < height; i++)
            {
                int neuron = l < nodes.Length ? first[l] + i : i, node = Array.FindLastIndex(first, f => f <= neuron);
                var a = Mul(eqTau[neuron], Of(nodes[node].Multipliers[neuron - first[node]]));
                factor = Add(factor, Mul(a, EqOf(Bits(i, t - kappa), rho[kappa..])));
            }
            if (l < nodes.Length && nodes[l].Read == 0)
            {
                var own = Evaluate([.. x.Select(v => Of(v))], rho[..Log(nodes[l].Columns)]);
                Vanish(read[l].Less(own));
                factor = Mul(factor, own);
            }
            else if (l < nodes.Length)
            {
                products.Add((Factor(read[l]), Factor(weights[l]), factor));
                continue;
            }
            outside = outside.Plus(weights[l].Times(factor));
        }
        Vanish([.. products], outside);

        // Step 4.
        var atOutput = Draws(Log(y.Length));
        var output = Claims("output-value", 1)[0];
        Vanish(output.Less(Evaluate([.. y.Select(v => Of(v))], atOutput)));

        // Step 5.
        var zeta = Draws(3 + nodes.Length);
        claim = sum.Plus(p.Times(zeta[0])).Plus(q.Times(zeta[1])).Plus(output.Times(zeta[2]));
        for (int l = 0; l < nodes.Length; l++)
        {
            for (int i = 0; i < nodes[l].Rows; i++) claim = claim.Plus(Mul(eqTau[first[l] + i], Of(BigInteger.One << (nodes[l].Shift - 1))));
            if (nodes[l].Read > 0) claim = claim.Plus(read[l].Times(zeta[3 + l]));
        }
        var star = Rounds("neuron-round", nu, 3, ref claim);
        var eqStar = Eq(star);
        var value = Claims("columns", columns);
        Claim w = Join(value[2..(2 + wLimbs)]), r = Join(value[(2 + wLimbs)..(2 + wLimbs + rLimbs)]);
        F main = Zero, rest = Zero, reads = Zero;
        Claim lookedUp = Zero;
        for (int l = 0; l < nodes.Length; l++)
        {
            for (int i = first[l]; i < first[l] + nodes[l].Rows; i++)
            {
                main = Add(main, Mul(eqStar[i], Mul(eqTau[i], Of(BigInteger.One << nodes[l].Shift))));
                rest = Add(rest, Mul(eqStar[i], eqTau[i]));
            }
            if (nodes[l].Read > 0) AddReads(nodes[l].Read - 1, rho[..Log(nodes[l].Columns)], zeta[3 + l]);
        }
        AddReads(nodes.Length - 1, atOutput, zeta[2]);
        void AddReads(int l, F[] point, F challenge)
        {
            var eq = Eq(point);
            for (int i = 0; i < nodes[l].Rows; i++) reads = Add(reads, Mul(challenge, Mul(eq[i], eqStar[first[l] + i])));
        }
        for (int c = 0; c < columns; c++) lookedUp = lookedUp.Plus(value[c].Times(Add(Mul(zeta[0], inP[c]), Mul(zeta[1], inQ[c]))));
        var linear = value[0].Times(Add(main, reads)).Plus(r.Times(rest)).Plus(lookedUp.Times(EqOf(atNeuron, star))).Plus(claim.Times(Of(-1)));
        Vanish([(Factor(value[1]), Factor(w), main)], linear);

        // Step 6.
        F[] delta = Draws(Math.Max(Log(columns), code.K - nu)), psi = Draws(nodes.Length + 1), at = [.. star, .. delta];
        claim = value.Zip(Eq(delta)).Concat(weights.Zip(psi)).Aggregate((Claim)Zero, (all, term) => all.Plus(term.First.Times(term.Second)));
        var cells = Rounds("merge-round", code.K, 2, ref claim);
        F ownScale = EqOf(at[..code.K], cells), weightScale = EqOf(rho[..code.K], cells);
        var a2 = new F[matrixRows];
        Array.Fill(a2, Zero);
        for (int l = 0; l <= nodes.Length; l++)
        {
            var (row, height, kappa) = blocks[l];
            for (int h = 0; h << code.K < height << kappa; h++) a2[row + h] = Mul(weightScale, Mul(psi[l], EqOf(Bits(h, t - code.K), rho[code.K..])));
        }
        int ownRows = ((columns << nu) + (1 << code.K) - 1) >> code.K;
        var columnRows = Enumerable.Range(0, ownRows).Select(row => Mul(ownScale, EqOf(Bits(row, at.Length - code.K), at[code.K..])));
        Open([.. a2, .. columnRows], root, matrixRows, Eq(cells), claim);
    }

    (F[] Point, Claim P, Claim Q) FractionalSum(int depth)
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

    F[] Rounds(string label, int variables, int degree, ref Claim claim)
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

    void Open(F[] a, byte[] ownRoot, int weightRows, F[] b, Claim claim)
    {
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

        int log = code.K + code.Rho;
        var positions = new SortedSet<int>();
        while (positions.Count < code.Queries) positions.Add((int)(Word() & ((1UL << log) - 1)));
        F[] combination = [.. a.Zip(eqTheta, (x, eq) => Add(eq, Mul(epsilon, x)))];
        F[] one = [One, (0, 1)], none = [Zero, Zero];
        F[] weightPart = Columns(positions, log, weightRoot, combination[..weightRows]).Single(), own = combination[weightRows..];
        var ownPart = hidden
            ? Columns(positions, log, ownRoot, [.. own, .. one, Zero, .. none], [.. own.Select(_ => Zero), .. none, padEpsilon, .. one])
            : Columns(positions, log, ownRoot, own);
        if (!wide)
        {
            F[] symbols = [.. positions.Select((_, i) => Add(weightPart[i], ownPart[0][i]))], padSymbols = hidden ? [.. positions.Select((_, i) => ownPart[1][i])] : [];
            FoldRows(positions, log, folded, b, sum, symbols, padForm, padValue, padSymbols);
            return;
        }
        foreach (var (j, i) in positions.Select((j, i) => (j, i)))
        {
            Check(Add(weightPart[i], ownPart[0][i]) == Symbol(v, j, log));
            if (hidden) Check(ownPart[1][i] == Symbol(padRow, j, log));
        }
    }

    // A row's polynomial at the point of symbol j.
    static F Symbol(F[] row, int j, int log)
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
    F[][] Columns(SortedSet<int> positions, int log, byte[] root, params F[][] combinations)
    {
        var leaves = new SortedDictionary<int, byte[]>();
        var sums = combinations.Select(_ => new List<F>()).ToArray();
        foreach (int j in positions)
        {
            var salt = Take(hidden ? 32 : 0);
            var column = Take(8 * combinations[0].Length);
            for (int i = 0; i < sums.Length; i++)
                sums[i].Add(combinations[i].Select((c, r) => Mul(c, Of(Element(column.AsSpan(8 * r))))).Aggregate(Zero, Add));
            leaves[j] = Keccak([.. Encoding.ASCII.GetBytes(hidden ? "cf-scolu" : "cf-colum"), .. salt, .. column]);
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

    List<(int Row, int Height, int Kappa)> Blocks(out int rows)
    {
        var blocks = new List<(int, int, int)>();
        rows = 0;
        foreach (var (height, kappa) in nodes.Select(n => (n.Rows, Log(n.Columns))).Append((nodes.Sum(n => n.Rows), 0)))
        {
            blocks.Add((rows, height, kappa));
            rows += ((height << kappa) + (1 << code.K) - 1) >> code.K;
        }
        return blocks;
    }

    static int OverflowBits(Node node)
    {
        var bound = (BigInteger)node.Columns * 127 * 127 + (BigInteger.One << (node.BiasBits - 1));
        return (int)(((bound * node.Multipliers.Max() + (BigInteger.One << (node.Shift - 1))) >> node.Shift) + 1).GetBitLength();
    }

    static IEnumerable<int> Limbs(int bits, int limbs) => Enumerable.Range(0, limbs).Select(j => Math.Clamp(bits - 8 * j, 0, 8));

    static IEnumerable<(int, int, int)> Entries(int table)
    {
        int least = table switch { 10 => -127, _ => 0 }, most = table >= 10 ? 127 : (1 << table) - 1;
        for (int v = least; v <= most; v++) yield return (table, v, 0);
        if (table < 10) yield break;
        yield return (table, 127, 1);
        yield return (table, least, -1);
    }
}
