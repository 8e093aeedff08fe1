using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using Counterfoil.Zk.Graphs;
using F = (System.Numerics.BigInteger A, System.Numerics.BigInteger B);

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>
/// A second verifier of executions, for graphs of any shape, weights, input and output hidden or not, written from <c>docs/proofs.md</c>. It shares the graph and its ranges (models.md) with the first and nothing else: forms in
/// cells are hash tables, every weight of every leaf is added up by itself.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="ranges">The range of every value.</param>
/// <param name="model">The model's code.</param>
/// <param name="weightsHidden">Profile 1.</param>
/// <param name="modelId">The model's name.</param>
/// <param name="weightRoot">Its root.</param>
/// <param name="input">The input's cells; empty if it is hidden.</param>
/// <param name="output">The output's cells; empty if it is hidden.</param>
/// <param name="hiddenInput">The input's commitment, or nothing.</param>
/// <param name="hiddenOutput">The output's commitment, or nothing.</param>
sealed partial class ExecutionReference(
    IntegerGraph graph, ImmutableArray<CellRange> ranges, ReferenceProtocol.Code model, bool weightsHidden, byte[] modelId, byte[] weightRoot, int[] input, long[] output, byte[] hiddenInput, byte[] hiddenOutput)
    : ReferenceProtocol(weightsHidden || hiddenInput.Length + hiddenOutput.Length > 0 ? model : model with { Masks = 0 }, weightsHidden || hiddenInput.Length + hiddenOutput.Length > 0)
{
    readonly bool hidesInput = hiddenInput.Length > 0, hidesOutput = hiddenOutput.Length > 0;

    public bool Accepts(byte[] context, byte[] bytes) => Accepts(bytes, () => Verify(context));

    void Verify(byte[] context)
    {
        LayOut();
        int inputs = graph.Input.Length, outputs = Length(graph.Output), depth = Log(leaves);

        // Step 1.
        Absorb("protocol", Encoding.ASCII.GetBytes("counterfoil/execution/v2"));
        Absorb("model", modelId);
        Absorb("root", weightRoot);
        Absorb("shapes", [.. Int(inputs), .. Int(outputs), .. Int(ColumnCount), .. Int(depth)]);
        if (hidesInput) Absorb("hidden-input", hiddenInput);
        else Absorb("input", [.. input.SelectMany(Int)]);
        if (hidesOutput) Absorb("hidden-output", hiddenOutput);
        else Absorb("output", [.. output.SelectMany(y => (byte[])[.. Int((int)(y >> 32)), .. Int((int)y)])]);
        Absorb("context", context);
        var root = Take(32);
        Absorb("witness", root);

        // Step 2.
        F alpha = Draw(), beta = Draw(), gamma = Draw();
        var (leaf, p, q) = FractionalSum(depth);

        // Step 3.
        F[] tau = Draws(nu), kappa = Draws(2), r0 = Draws(hidesOutput ? Math.Max(code.K, Log(outputs)) : Log(outputs)), r1 = Draws(hidesInput ? Math.Max(code.K, Log(inputs)) : 0);
        int tensors = (hidesInput ? 1 : 0) + (hidesOutput ? 1 : 0);
        var tensorValues = tensors > 0 ? Claims("hidden-values", tensors) : [];
        var zeta = Draws(hidesInput ? 4 : 3);
        var total = new Form();
        F[][] linear = Table(ColumnCount), scaled = Table(sideLimbs);
        var constant = Demand(Eq(tau), kappa, total, linear, scaled);
        var claim = LookUp(Eq(leaf), p, q, (alpha, beta, gamma), zeta, total, linear).Plus(constant);
        for (int i = 0; i < outputs; i++) total.Plus(seen[graph.Output][i], Mul(zeta[2], EqOf(Bits(i, r0.Length), r0)));
        Claim y = hidesOutput ? tensorValues[^1] : output.Select((cell, i) => Mul(Of(cell), EqOf(Bits(i, r0.Length), r0))).Aggregate(Zero, Add);
        claim = claim.Plus(y.Times(zeta[2]));
        for (int i = 0; hidesInput && i < inputs; i++) total.Plus(seen[0][i], Mul(zeta[3], EqOf(Bits(i, r1.Length), r1)));
        if (hidesInput) claim = claim.Plus(tensorValues[0].Times(zeta[3]));

        // Step 4.
        var sum = Claims("products", 1)[0];
        var part = sum;
        var rho1 = Rounds("product-round", omega, 2, ref part);
        var v = Claims("product-value", 1)[0];
        var eqProduct = Eq(rho1);
        Vanish(v.Times(total.Where(t => t.Key.Kind == 'p').Aggregate(Zero, (s, t) => Add(s, Mul(t.Value, eqProduct[t.Key.A])))).Plus(part.Times(Of(-1))));

        // Step 5.
        var accumulators = Claims("accumulators", 1)[0];
        part = v.Plus(accumulators.Times(Of(-1)));
        var atFactor = Rounds("factor-round", phi, 2, ref part);
        var pair = Claims("factors", 2);
        Vanish([(Factor(pair[0]), Factor(pair[1]), One)], part.Times(Of(-1)));
        var drawn = Draws(2);
        AddFactors(total, rho1, eqProduct, Eq(atFactor), drawn);
        claim = claim.Plus(pair[0].Times(drawn[0])).Plus(pair[1].Times(drawn[1]));

        // Step 6.
        var parameters = Claims("parameters", 1)[0];
        var xi = Draw();
        var matrix = Matrix();
        int t = Math.Max(code.K, matrix.Max(b => b.Kappa + Log(b.Height)));
        part = accumulators.Plus(parameters.Times(xi));
        var rho = Rounds("matrix-round", t, 2, ref part);
        var read = Claims("values-read", matrix.Count(b => b.Map is not null));
        var weights = Claims("weight-values", matrix.Count);
        var (rest, multiplied) = (part.Times(Of(-1)), new List<(int, int, F)>());
        for (int l = 0, r = 0; l < matrix.Count; l++)
        {
            var a = RowWeights(matrix[l], total, rho1).Select((w, i) => Mul(w, EqOf(Bits(i, t - matrix[l].Kappa), rho[matrix[l].Kappa..]))).Aggregate(Zero, Add);
            if (matrix[l].Map is not null) multiplied.Add((Factor(read[r++]), Factor(weights[l]), a));
            else rest = rest.Plus(weights[l].Times(matrix[l].Value > 0 ? Mul(xi, a) : a));
        }
        Vanish([.. multiplied], rest);
        var drawnReads = Draws(read.Length);
        foreach (var (block, r) in matrix.Where(b => b.Map is not null).Select((b, r) => (b, r)))
        {
            AddRead(total, block, rho1, rho, drawnReads[r]);
            claim = claim.Plus(read[r].Times(drawnReads[r]));
        }

        // Step 7.
        claim = claim.Plus(sum.Times(Of(-1))).Plus(parameters.Times(Of(-1))).Less(total.At(Number));
        var star = Rounds("cell-round", nu, 3, ref claim);
        var eqStar = Eq(star);
        var columns = Claims("columns", ColumnCount);
        rest = claim.Times(Of(-1)).Plus(columns[0].Times(total.Where(f => f.Key.Kind == 'y').Aggregate(Zero, (s, f) => Add(s, Mul(f.Value, eqStar[f.Key.A])))));
        for (int c = 1; c < ColumnCount; c++) rest = rest.Plus(columns[c].Times(linear[c].Zip(eqStar, Mul).Aggregate(Add)));
        int side = Factor(columns[1]);
        Vanish([.. scaled.Select((weight, j) => (side, Factor(columns[2 + j]), weight.Zip(eqStar, Mul).Aggregate(Add)))], rest);

        // Step 8.
        int k = code.K;
        F[] delta = Draws(Math.Max(Log(ColumnCount), k - nu)), psi = Draws(matrix.Count + tensors);
        claim = columns.Zip(Eq(delta)).Concat(weights.Concat(tensorValues).Zip(psi)).Aggregate((Claim)Zero, (all, term) => all.Plus(term.First.Times(term.Second)));
        var s = Rounds("merge-round", k, 2, ref claim);
        F[] Scaled(IEnumerable<F> rows, F[] point) => [.. rows.Select(row => Mul(row, EqOf(point, s)))];
        F[] Rows(int cells, F[] point) => [.. Enumerable.Range(0, (cells + (1 << k) - 1) >> k).Select(row => EqOf(Bits(row, point.Length - k), point[k..]))];
        var opened = new List<(F[], byte[], bool)>
        {
            (Scaled(matrix.SelectMany((b, l) => Rows(b.Height << b.Kappa, rho).Select(row => Mul(row, psi[l]))), rho[..k]), weightRoot, weightsHidden),
        };
        if (hidesInput) opened.Add((Scaled(Rows(inputs, r1).Select(row => Mul(row, psi[matrix.Count])), r1[..k]), hiddenInput[12..], true));
        if (hidesOutput) opened.Add((Scaled(Rows(outputs, r0).Select(row => Mul(row, psi[^1])), r0[..k]), hiddenOutput[12..], true));
        if (nu >= k)
        {
            var perColumn = Eq(delta);
            opened.Add((Scaled(lengths.SelectMany((length, c) => Rows(length, star).Select(row => Mul(row, perColumn[c]))), star[..k]), root, hidden));
        }
        else opened.Add((Scaled(Rows(ColumnCount << nu, [.. star, .. delta]), [.. star, .. delta[..(k - nu)]]), root, hidden));
        Open([.. opened], Eq(s), claim);
    }

    F[][] Table(int columns) => [.. Enumerable.Range(0, columns).Select(_ => Enumerable.Repeat(Zero, 1 << nu).ToArray())];

    // What every cell owes; returns the right side.
    F Demand(F[] eqTau, F[] kappa, Form total, F[][] linear, F[][] scaled)
    {
        var constant = Zero;
        foreach (var block in blocks)
            for (int i = 0; i < block.Count; i++)
            {
                int x = block.Offset + i;
                F t = eqTau[x], t1 = Mul(t, kappa[0]), t2 = Mul(t, kappa[1]);
                Form own = Form.Of(new('y', x));
                var node = block.Kind is Kind.Exposed or Kind.Input ? null : graph.Nodes[block.Value - 1];
                foreach (var ((group, index, _), j) in block.Limbs(limbBits).Select((l, j) => (l, j)))
                {
                    var radix = Of(BigInteger.One << (limbBits * index));
                    if (node is Requantise requantise && group == 0) scaled[j][x] = Mul(Mul(t, radix), Of(BigInteger.One << requantise.Shift));
                    else linear[2 + j][x] = Mul(node is Requantise ? t : group == 0 ? Add(t, t1) : group == 1 ? t1 : t2, radix);
                }
                switch (node)
                {
                    case null when block.Kind == Kind.Exposed:
                        total.Plus(own, t);
                        total.Plus(made[block.Value][i], Sub(Zero, t));
                        break;
                    case Requantise r:
                        total.Plus(own, Mul(t, Of(BigInteger.One << r.Shift)));
                        total.Plus(seen[r.Input][i], Mul(t, Of(-(BigInteger)r.Multipliers[i / r.Inner % r.Multipliers.Length])));
                        constant = Add(constant, Mul(t, Of(BigInteger.One << (r.Shift - 1))));
                        break;
                    case Quotient quotient:
                        total.Plus(seen[quotient.A][i], Mul(t, Of(-2 * (BigInteger)quotient.Multiplier)));
                        total.Plus(seen[quotient.B][i / quotient.Inner], Sub(Mul(t1, Of(-2)), t));
                        total.Plus(PlacesOf(block.Value)[i], Add(t, t));
                        total.Plus(own, Sub(Zero, t2));
                        constant = Sub(constant, Add(t1, Mul(t2, Of(ranges[block.Value].Least))));
                        break;
                    case SquareRoot s:
                        total.Plus(seen[s.Input][i], Sub(Zero, t));
                        total.Plus(PlacesOf(block.Value)[i], t);
                        total.Plus(own, Sub(Mul(t1, Of(-2)), t2));
                        break;
                }
            }
        return constant;
    }

    // Every leaf, one by one; returns what p and q leave of the claim.
    Claim LookUp(F[] eqLeaf, Claim p, Claim q, (F Alpha, F Beta, F Gamma) drawn, F[] zeta, Form total, F[][] linear)
    {
        F inP = Zero, inQ = Zero;
        foreach (var run in runs)
            for (int x = run.First, at = run.Place; x < run.First + (1 << run.M); x++, at++)
            {
                var e = eqLeaf[at];
                int column = 1 + run.Slot;
                if (run.Slot > limbColumns)
                {
                    var (number, first, second) = entries[Math.Min(((run.Slot - 1 - limbColumns) << nu) + x, entries.Count - 1)];
                    inQ = Add(inQ, Mul(e, Add(Add(drawn.Alpha, Of(first)), Add(Mul(drawn.Beta, Of(second)), Mul(drawn.Gamma, Of(number))))));
                    linear[column][x] = Sub(linear[column][x], Mul(zeta[0], e));
                    continue;
                }
                inP = Add(inP, e);
                var block = blocks.FirstOrDefault(b => x >= b.Offset && x < b.Offset + b.Count);
                var limbs = block?.Limbs(limbBits) ?? [];
                var table = run.Slot == 0 ? block?.Table : run.Slot <= limbs.Count ? ((int, int, int)?)(0, limbs[run.Slot - 1].Bits, 0) : null;
                inQ = Add(inQ, Mul(e, Add(drawn.Alpha, Mul(drawn.Gamma, Of(tables.IndexOf(table ?? (0, 0, 0)))))));
                if (run.Slot > 0) linear[column][x] = Add(linear[column][x], Mul(zeta[1], e));
                else if (block?.Table is not null) AddPair(block, x - block.Offset, Mul(zeta[1], e), drawn.Beta, total, linear[1]);
            }
        for (int at = leaves; at < eqLeaf.Length; at++) inQ = Add(inQ, eqLeaf[at]);
        return p.Less(inP).Times(zeta[0]).Plus(q.Less(inQ).Times(zeta[1]));
    }

    void AddPair(Block block, int i, F weight, F beta, Form total, F[] sides)
    {
        Form own = Form.Of(new('y', block.Offset + i));
        var second = Mul(weight, beta);
        switch (block.Kind)
        {
            case Kind.Requantised:
                total.Plus(own, weight);
                sides[block.Offset + i] = Add(sides[block.Offset + i], second);
                break;
            case Kind.Input: total.Plus(own, weight); break;
            case Kind.LookedUp:
                total.Plus(seen[((Lookup)graph.Nodes[block.Value - 1]).Input][i], weight);
                total.Plus(own, second);
                break;
            case Kind.Maximum:
                var (first, other) = maxima[block.Value].Pairs[i];
                var x = seen[((WindowMaximum)graph.Nodes[block.Value - 1]).Input];
                total.Plus(first >= 0 ? x[first] : Form.Of(new('y', block.Offset + i - 1)), weight);
                total.Plus(x[other], Sub(Sub(Zero, weight), second));
                total.Plus(own, second);
                break;
        }
    }

    // eq of each dimension of a product with weights or of matrices; the first takes along the bits above the block.
    static F[][] Dimensions(Products block, F[] rho1)
    {
        var tensor = new F[block.Dimensions.Length][];
        int from = 0;
        for (int d = tensor.Length - 1; d >= 0; d--) tensor[d] = Eq(rho1[from..(from += Log(block.Dimensions[d]))]);
        var above = EqOf(Bits(block.Offset >> from, rho1.Length - from), rho1[from..]);
        tensor[0] = [.. tensor[0].Select(e => Mul(e, above))];
        return tensor;
    }

    void AddFactors(Form total, F[] rho1, F[] eqProduct, F[] eqFactor, F[] drawn)
    {
        foreach (var block in products)
        {
            var node = graph.Nodes[block.Value - 1];
            if (node is MatrixProduct p)
            {
                var e = Dimensions(block, rho1);
                for (int i = 0; i < p.Batch * p.K; i++)
                {
                    int pair = i / p.K, k = i % p.K;
                    F left = Mul(Mul(drawn[0], eqFactor[block.Factors + i]), e[0][pair]), right = Mul(drawn[1], eqFactor[block.Factors + i]);
                    for (int m = 0; m < p.M; m++) total.Plus(seen[p.A][(pair * p.M + m) * p.K + k], Mul(left, e[1][m]));
                    for (int n = 0; n < p.N; n++) total.Plus(seen[p.B][(pair * p.K + k) * p.N + n], Mul(right, e[2][n]));
                }
                continue;
            }
            for (int i = 0; node is not LinearMap && i < node.Length; i++)
            {
                var (a, b) = node switch
                {
                    CellProduct c => (seen[c.A][i], seen[c.B][i]),
                    Quotient q => (seen[q.B][i / q.Inner], made[block.Value][i]),
                    _ => (made[block.Value][i], made[block.Value][i]),
                };
                total.Plus(a, Mul(Mul(drawn[0], eqFactor[block.Factors + i]), eqProduct[block.Place(i)]));
                total.Plus(b, Mul(drawn[1], eqFactor[block.Factors + i]));
            }
        }
    }

    // The blocks of hidden cells: a linear map's, a parameter's, the biases (value 0).
    List<(int Value, LinearMap? Map, int Height, int Kappa)> Matrix()
    {
        var matrix = new List<(int, LinearMap?, int, int)>();
        for (int v = 1; v <= graph.Nodes.Length; v++)
            if (graph.Nodes[v - 1] is LinearMap m) matrix.Add((v, m, m.Outputs / m.Groups, Log(m.Groups * m.Columns)));
            else if (graph.Nodes[v - 1] is Parameter p) matrix.Add((v, null, p.Cells, 0));
        matrix.Add((0, null, Math.Max(1, graph.Nodes.OfType<LinearMap>().Sum(m => m.Outputs)), 0));
        return matrix;
    }

    IEnumerable<F> RowWeights((int Value, LinearMap? Map, int Height, int Kappa) block, Form total, F[] rho1)
    {
        if (block.Map is not null) return Dimensions(products.Single(p => p.Value == block.Value), rho1)[2].Take(block.Height);
        if (block.Value > 0) return Enumerable.Range(0, block.Height).Select(i => total.At(new('h', block.Value, i)));
        return graph.Nodes.Select((node, l) => (node, l)).Where(n => n.node is LinearMap).SelectMany(n =>
        {
            var e = Dimensions(products.Single(p => p.Value == n.l + 1), rho1);
            var (map, shared) = ((LinearMap)n.node, Mul(e[0].Take(((LinearMap)n.node).Window.N).Aggregate(Add), e[3].Take(((LinearMap)n.node).Window.Positions).Aggregate(Add)));
            return Enumerable.Range(0, map.Outputs).Select(o => Mul(shared, Mul(e[1][o / (map.Outputs / map.Groups)], e[2][o % (map.Outputs / map.Groups)])));
        });
    }

    void AddRead(Form total, (int Value, LinearMap? Map, int Height, int Kappa) block, F[] rho1, F[] rho, F drawn)
    {
        var (map, w) = (block.Map!, block.Map!.Window);
        var e = Dimensions(products.Single(p => p.Value == block.Value), rho1);
        var columns = Eq(rho[..block.Kappa]);
        int channels = w.C / map.Groups;
        for (int g = 0; g < map.Groups; g++)
            for (int k = 0; k < map.Columns; k++)
                for (int n = 0; n < w.N; n++)
                    for (int at = 0; at < w.Positions; at++)
                        if (w.Cell(n, g * channels + k / w.KernelLength, at / w.OW, at % w.OW, k % w.KernelLength / w.KW, k % w.KW) is >= 0 and var cell)
                            total.Plus(seen[map.Input][cell], Mul(Mul(drawn, columns[g * map.Columns + k]), Mul(e[1][g], Mul(e[0][n], e[3][at]))));
    }
}
