using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Execution;

/// <summary>
/// All that is claimed of an execution, as one sum over cells: what each primitive demands of its cells, the two claims that the lookups left, and the output.
/// </summary>
/// <remarks>
/// Σ over cells and columns of weight·column + Σ over limb columns j of Scaled_j·σ·limb_j is <see cref="Claim"/> less what the adjoint says of products, parameters and public cells. Cell i's demands are weighted
/// by T(i) = eq(τ, i), the second and third demand of one cell by κ₁ and κ₂ more. y's weights are <see cref="Adjoint.Columns"/>; all others are T or eq of a leaf's point times a factor for each block or run, so a
/// prover asks for their vectors (<see cref="WriteWeights"/>, <see cref="WriteScaled"/>) and a verifier for their value at a point (<see cref="At"/>) without one.
/// </remarks>
sealed class ExecutionRelation
{
    readonly GraphLayout layout;
    readonly Adjoint adjoint;
    readonly RelationChallenges challenges;
    readonly Fingerprint fingerprint;
    readonly Goldilocks2[] leaf, demands, runWeights;

    public ExecutionRelation(GraphLayout layout, Adjoint adjoint, RelationChallenges challenges, Fingerprint fingerprint, FractionalSum.Leaf leaves, ReadOnlySpan<long> output)
    {
        (this.layout, this.adjoint, this.challenges, this.fingerprint, leaf) = (layout, adjoint, challenges, fingerprint, leaves.Point);
        demands = Multilinear.EqualityPrefix<Goldilocks2>(challenges.Tau, Math.Max(1, layout.Count));
        foreach (var block in layout.Blocks) Demand(block, demands.AsSpan(block.Offset, block.Count));
        runWeights = [.. layout.Runs.Select(RunWeight)];
        AddLookups(leaves);

        var equality = Multilinear.EqualityPrefix<Goldilocks2>(challenges.Output, output.Length);
        var form = adjoint.Of(layout.Graph.Output);
        var sum = Goldilocks2.Zero;
        for (int i = 0; i < output.Length; i++)
        {
            var weight = challenges.Batching[2] * equality[i];
            form[i] += weight;
            sum += weight * Goldilocks.FromInteger(output[i]);
        }
        Claim += sum;
    }

    /// <summary>What everything must sum to.</summary>
    public Claim Claim { get; private set; }

    /// <summary>How many cells of a column other than y have a weight.</summary>
    public int Weighted(int column) => column == GraphLayout.Side ? layout.Lengths[column] : Math.Max(layout.Lengths[column], layout.Runs.Where(r => r.Slot == SlotOf(column)).Select(r => r.End).DefaultIfEmpty().Max());

    /// <summary>Writes the weights of a column other than y, cell by cell.</summary>
    public void WriteWeights(int column, Span<Goldilocks2> weights)
    {
        weights.Clear();
        foreach (var (run, factor) in RunsOf(SlotOf(column), column))
            if (run.First < weights.Length)
            {
                var target = weights[run.First..Math.Min(run.End, weights.Length)];
                ExtensionRow.Scale(Multilinear.Equality<Goldilocks2>(leaf.AsSpan(0, run.Variables)).AsSpan(0, target.Length), factor, target);
            }
        foreach (var block in layout.Blocks)
            if (column == GraphLayout.Side)
            {
                if (block.Kind != CellKind.Requantised && block.Offset < weights.Length) weights.Slice(block.Offset, block.Count).Clear();
            }
            else if (SlotOf(column) <= block.Limbs.Length)
            {
                var factor = Coefficient(block, block.Limbs[SlotOf(column) - 1]);
                if (factor != Goldilocks2.Zero) ExtensionRow.AddScaled(demands.AsSpan(block.Offset, block.Count), factor, weights[block.Offset..]);
            }
    }

    /// <summary>Writes the weights of σ·limb, for one of the first columns of limbs.</summary>
    public void WriteScaled(int limb, Span<Goldilocks2> weights)
    {
        weights.Clear();
        foreach (var block in layout.Blocks)
            if (IsSideLimb(block, limb)) ExtensionRow.AddScaled(demands.AsSpan(block.Offset, block.Count), Scale(block, block.Limbs[limb]), weights[block.Offset..]);
    }

    /// <summary>The summand at a point of the cells, given the columns there: the weights of σ·limb for each of the first limb columns, and what is linear.</summary>
    public (Goldilocks2[] Sides, Claim Linear) At(ReadOnlySpan<Goldilocks2> point, ReadOnlySpan<Claim> columns)
    {
        var linear = columns[GraphLayout.Value] * Multilinear.InnerProduct<Goldilocks2>(adjoint.Columns, Multilinear.Equality(point)) + columns[GraphLayout.Side] * SideAt(point);
        var blocks = new Goldilocks2[layout.Blocks.Length];
        for (int b = 0; b < blocks.Length; b++) blocks[b] = Overlap(challenges.Tau, point, layout.Blocks[b].Offset, layout.Blocks[b].End);
        for (int slot = 1; GraphLayout.ColumnOf(slot) < layout.Columns; slot++)
        {
            int column = GraphLayout.ColumnOf(slot);
            var weight = Goldilocks2.Zero;
            foreach (var (run, factor) in RunsOf(slot, column)) weight += factor * RunAt(run, point, run.First, run.End);
            for (int b = 0; b < blocks.Length && slot <= layout.Blocks[b].Limbs.Length; b++) weight += Coefficient(layout.Blocks[b], layout.Blocks[b].Limbs[slot - 1]) * blocks[b];
            linear += columns[column] * weight;
        }
        var sides = new Goldilocks2[layout.SideLimbs];
        for (int b = 0; b < blocks.Length; b++)
            for (int j = 0; j < sides.Length; j++)
                if (IsSideLimb(layout.Blocks[b], j)) sides[j] += Scale(layout.Blocks[b], layout.Blocks[b].Limbs[j]) * blocks[b];
        return (sides, linear);
    }

    Goldilocks2 SideAt(ReadOnlySpan<Goldilocks2> point)
    {
        var sum = Goldilocks2.Zero;
        foreach (var (run, factor) in RunsOf(0, GraphLayout.Side))
            foreach (var block in layout.Blocks)
                if (block.Kind == CellKind.Requantised && block.Offset < run.End && block.End > run.First)
                    sum += factor * RunAt(run, point, Math.Max(block.Offset, run.First), Math.Min(block.End, run.End));
        return sum;
    }

    // Σ over cells of a run, from one to before another, of eq(leaf's low coordinates, cell in the run)·eq(point, cell).
    Goldilocks2 RunAt(LeafRun run, ReadOnlySpan<Goldilocks2> point, int from, int to)
    {
        int m = run.Variables;
        var high = Goldilocks2.One;
        for (int k = m; k < point.Length; k++) high *= (run.First >> k & 1) != 0 ? point[k] : Goldilocks2.One - point[k];
        return high * (to - from == run.Count ? Multilinear.Equality<Goldilocks2>(leaf.AsSpan(0, m), point[..m]) : Overlap(leaf.AsSpan(0, m), point[..m], from - run.First, to - run.First));
    }

    // Σ over x from one to before another of eq(a, x)·eq(b, x).
    static Goldilocks2 Overlap(ReadOnlySpan<Goldilocks2> a, ReadOnlySpan<Goldilocks2> b, int from, int to)
    {
        Goldilocks2[] zeros = new Goldilocks2[a.Length], ones = new Goldilocks2[a.Length];
        for (int k = 0; k < a.Length; k++) (zeros[k], ones[k]) = ((Goldilocks2.One - a[k]) * (Goldilocks2.One - b[k]), a[k] * b[k]);
        return Multilinear.PrefixSum<Goldilocks2>(zeros, ones, to) - Multilinear.PrefixSum<Goldilocks2>(zeros, ones, from);
    }

    // eq of a leaf's high coordinates: what all leaves of a run share.
    Goldilocks2 RunWeight(LeafRun run)
    {
        var weight = Goldilocks2.One;
        for (int k = run.Variables; k < leaf.Length; k++) weight *= (run.Place >> k & 1) != 0 ? leaf[k] : Goldilocks2.One - leaf[k];
        return weight;
    }

    // The runs of a slot, each with the factor of its cells in a column: of the denominators for what is looked up, of the numerators for what is counted.
    IEnumerable<(LeafRun Run, Goldilocks2 Factor)> RunsOf(int slot, int column)
    {
        var batching = column >= layout.FirstMultiplicity ? -challenges.Batching[0] : column == GraphLayout.Side ? challenges.Batching[1] * fingerprint.Beta : challenges.Batching[1];
        for (int r = 0; r < runWeights.Length; r++)
            if (layout.Runs[r].Slot == slot) yield return (layout.Runs[r], batching * runWeights[r]);
    }

    static int SlotOf(int column) => column == GraphLayout.Side ? 0 : column - GraphLayout.FirstLimb + 1;

    static bool IsSideLimb(ColumnBlock block, int limb) => block.Kind == CellKind.Requantised && limb < block.Limbs.Length && block.Limbs[limb].Group == 0;

    // What a block's cells owe, weighted by t; only what is said of values other than its own numbers is put down here, the numbers' weights are Coefficient and Scale.
    void Demand(ColumnBlock block, ReadOnlySpan<Goldilocks2> t)
    {
        var y = adjoint.Columns.Slice(block.Offset, block.Count);
        Goldilocks2 constant = default, second = challenges.Kappa[0], third = challenges.Kappa[1];
        switch (block.Kind)
        {
            // 2^s·(y + σ·G₀) + G₁ − x·M = 2^(s−1)
            case CellKind.Requantised:
                var r = (Requantise)layout.Graph.Nodes[block.Value - 1];
                var half = Goldilocks.FromUInt64(1UL << (r.Shift - 1));
                var x = adjoint.Of(r.Input);
                ExtensionRow.AddScaled(t, half + half, y);
                constant = half * Mass(challenges.Tau, block.Offset, block.End);
                for (int i = 0; i < t.Length;)
                    foreach (uint multiplier in r.Multipliers)
                    {
                        ExtensionRow.AddScaled(t.Slice(i, r.Inner), -Goldilocks.FromUInt64(multiplier), x[i..]);
                        i += r.Inner;
                    }
                break;
            // y − (what it is made of) = 0
            case CellKind.Exposed:
                ExtensionRow.Add(t, y);
                ExtensionRow.AddScaled(t, -Goldilocks.One, adjoint.Behind(block.Value));
                break;
            // G₀ − 2m·a − d + 2·(d·y) = 0;  G₁ + G₀ − 2d = −1;  G₂ − y = −Least
            case CellKind.Quotient:
                var q = (Quotient)layout.Graph.Nodes[block.Value - 1];
                Span<Goldilocks2> a = adjoint.Of(q.A), d = adjoint.Of(q.B);
                var products = adjoint.Products.Slice(layout.Products[layout.ProductOf[block.Value]].Offset, block.Count);
                var twice = Goldilocks.FromUInt64(2UL * (ulong)q.Multiplier);
                var least = Goldilocks.FromInteger(layout.Ranges[block.Value].Least);
                for (int i = 0, divisor = 0, left = q.Inner; i < t.Length; i++, left--)
                {
                    if (left == 0) (divisor, left) = (divisor + 1, q.Inner);
                    Goldilocks2 t1 = t[i] * second, t2 = t[i] * third;
                    y[i] -= t2;
                    a[i] -= t[i] * twice;
                    d[divisor] -= t[i] + t1 + t1;
                    products[i] += t[i] + t[i];
                    constant -= t1 + t2 * least;
                }
                break;
            // G₀ + y² − x = 0;  G₁ + G₀ − 2y = 0;  G₂ − y = 0
            case CellKind.Root:
                x = adjoint.Of(((SquareRoot)layout.Graph.Nodes[block.Value - 1]).Input);
                products = adjoint.Products.Slice(layout.Products[layout.ProductOf[block.Value]].Offset, block.Count);
                for (int i = 0; i < t.Length; i++)
                {
                    Goldilocks2 t1 = t[i] * second, t2 = t[i] * third;
                    y[i] -= t1 + t1 + t2;
                    products[i] += t[i];
                    x[i] -= t[i];
                }
                break;
            case CellKind.LookedUp or CellKind.Maximum: break; // the lookup is all there is to say
            default: throw new InvalidOperationException($"no such kind of cell: {block.Kind}");
        }
        Claim += constant;
    }

    // Of a limb, beside t: where it stands in its number, and what the demands weigh the number with.
    Goldilocks2 Coefficient(ColumnBlock block, Limb limb)
    {
        var weight = (block.Kind, limb.Group) switch
        {
            (CellKind.Requantised, 0) => Goldilocks2.Zero, // it is multiplied by σ
            (CellKind.Requantised, _) => Goldilocks2.One,
            (_, 0) => Goldilocks2.One + challenges.Kappa[0],
            (_, 1) => challenges.Kappa[0],
            _ => challenges.Kappa[1],
        };
        return weight * Radix(limb);
    }

    // Of σ·limb, beside t.
    Goldilocks Scale(ColumnBlock block, Limb limb) => Radix(limb) * Goldilocks.FromUInt64(1UL << ((Requantise)layout.Graph.Nodes[block.Value - 1]).Shift);

    Goldilocks Radix(Limb limb) => Goldilocks.FromUInt64(1UL << (layout.LimbBits * limb.Index));

    // The fractional sum's last claims: every leaf's numerator and denominator are known forms in columns and in the values that are looked up; the public part is taken off.
    void AddLookups(FractionalSum.Leaf leaves)
    {
        Goldilocks2 numerators = challenges.Batching[0], denominators = challenges.Batching[1];
        Goldilocks2 numerator = default, denominator = default, unused = Goldilocks2.One;
        for (int r = 0; r < runWeights.Length; r++)
        {
            var (run, weight) = (layout.Runs[r], runWeights[r]);
            unused -= weight;
            if (run.Slot > layout.Limbs)
            {
                denominator += weight * Entries(run);
                continue;
            }
            numerator += weight;
            denominator += weight * (fingerprint.Alpha + fingerprint.Gamma * TableNumbers(run));
            if (run.Slot == 0) AddPairs(run, denominators * weight);
        }
        Claim += (leaves.Numerator - numerator) * numerators + (leaves.Denominator - (denominator + unused)) * denominators;
    }

    // Σ over a run's cells of eq·(the number of the cell's table).
    Goldilocks2 TableNumbers(LeafRun run)
    {
        var sum = Goldilocks2.Zero;
        foreach (var block in layout.Blocks)
        {
            int number = layout.TableOf(block, run.Slot);
            if (number == 0 || block.End <= run.First || block.Offset >= run.End) continue;
            var mass = Mass(leaf.AsSpan(0, run.Variables), Math.Max(block.Offset, run.First) - run.First, Math.Min(block.End, run.End) - run.First);
            sum += mass * Goldilocks.FromInteger(number);
        }
        return sum;
    }

    void AddPairs(LeafRun run, Goldilocks2 weight)
    {
        var equality = Multilinear.Equality<Goldilocks2>(leaf.AsSpan(0, run.Variables));
        foreach (var block in layout.Blocks)
        {
            int from = Math.Max(block.Offset, run.First), to = Math.Min(block.End, run.End);
            if (from < to) AddPairs(block, from - block.Offset, equality.AsSpan(from - run.First, to - from), weight);
        }
    }

    void AddPairs(ColumnBlock block, int start, ReadOnlySpan<Goldilocks2> e, Goldilocks2 weight)
    {
        var y = adjoint.Columns.Slice(block.Offset, block.Count);
        var beta = fingerprint.Beta;
        switch (block.Kind)
        {
            case CellKind.Requantised: // (y, σ), of which σ is a column's weight
                ExtensionRow.AddScaled(e, weight, y[start..]);
                break;
            case CellKind.LookedUp: // (x, y)
                var x = adjoint.Of(((Lookup)layout.Graph.Nodes[block.Value - 1]).Input);
                ExtensionRow.AddScaled(e, weight, x[start..]);
                ExtensionRow.AddScaled(e, weight * beta, y[start..]);
                break;
            case CellKind.Maximum: // (a − b, y − b)
                var pairs = layout.Pairs[block.Value];
                x = adjoint.Of(((WindowMaximum)layout.Graph.Nodes[block.Value - 1]).Input);
                for (int i = 0; i < e.Length; i++)
                {
                    int cell = start + i;
                    Goldilocks2 first = weight * e[i], second = first * beta;
                    if (pairs.First[cell] >= 0) x[pairs.First[cell]] += first;
                    else y[cell - 1] += first;
                    x[pairs.Second[cell]] -= first + second;
                    y[cell] += second;
                }
                break;
        }
    }

    // Σ over a run's table entries of eq·(what the entry is looked up as); past the end, the last entry repeats, where a multiplicity does no harm.
    Goldilocks2 Entries(LeafRun run)
    {
        var equality = Multilinear.Equality<Goldilocks2>(leaf.AsSpan(0, run.Variables));
        int start = (run.Slot - layout.LookupSlots << layout.Variables) + run.First, count = Math.Min(equality.Length, layout.Tables.Entries - start);
        ReadOnlySpan<int> firsts = layout.Tables.Firsts.Slice(start, count), seconds = layout.Tables.Seconds.Slice(start, count);
        Goldilocks2 first = default, second = default, number = default, rest = Goldilocks2.One;
        for (int i = 0; i < count; i++)
        {
            first += equality[i] * Goldilocks.FromInteger(firsts[i]);
            if (seconds[i] != 0) second += equality[i] * Goldilocks.FromInteger(seconds[i]);
        }
        for (int t = 0; t < layout.Tables.Tables.Length; t++)
        {
            int from = Math.Max(layout.Tables.Starts[t], start), to = Math.Min(layout.Tables.Starts[t + 1], start + count);
            if (from >= to) continue;
            var mass = Mass(leaf.AsSpan(0, run.Variables), from - start, to - start);
            number += mass * Goldilocks.FromInteger(t);
            rest -= mass;
        }
        if (count < equality.Length)
        {
            first += rest * Goldilocks.FromInteger(firsts[^1]);
            second += rest * Goldilocks.FromInteger(seconds[^1]);
            number += rest * Goldilocks.FromInteger(layout.Tables.Tables.Length - 1);
        }
        return fingerprint.Alpha + first + fingerprint.Beta * second + fingerprint.Gamma * number;
    }

    // Σ over x from one to before another of eq(point, x).
    static Goldilocks2 Mass(ReadOnlySpan<Goldilocks2> point, int from, int to)
    {
        var zeros = new Goldilocks2[point.Length];
        for (int k = 0; k < zeros.Length; k++) zeros[k] = Goldilocks2.One - point[k];
        return Multilinear.PrefixSum(zeros, point, to) - Multilinear.PrefixSum(zeros, point, from);
    }
}

/// <summary>What is drawn once the lookups are settled.</summary>
/// <param name="Tau">τ: one per variable of a column.</param>
/// <param name="Kappa">κ₁ and κ₂.</param>
/// <param name="Output">A point of the output.</param>
/// <param name="Batching">Of the numerators' claim, the denominators' and the output's.</param>
sealed record RelationChallenges(Goldilocks2[] Tau, Goldilocks2[] Kappa, Goldilocks2[] Output, Goldilocks2[] Batching)
{
    /// <summary>Draws them.</summary>
    public static RelationChallenges Draw(GraphLayout layout, Func<int, Goldilocks2[]> draw) =>
        new(draw(layout.Variables), draw(2), draw(Multilinear.VariablesFor(layout.Graph.Length(layout.Graph.Output))), draw(3));
}
