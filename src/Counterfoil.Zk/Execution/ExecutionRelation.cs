using System.Buffers;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Execution;

/// <summary>
/// All that is claimed of an execution, as one sum over cells: what each primitive demands of its cells, the two claims that the lookups left, the output, and a hidden input.
/// </summary>
/// <remarks>
/// Σ over cells and columns of weight·column + Σ over limb columns j of Scaled_j·σ·limb_j is <see cref="Claim"/> less what the adjoint says of products, parameters and public cells. Cell i's demands are weighted
/// by T(i) = eq(τ, i), the second and third demand of one cell by κ₁ and κ₂ more. y's weights are <see cref="Adjoint.Columns"/>; all others are T or eq of a leaf's point times a factor for each block or run, so a
/// prover asks for their vectors (<see cref="WriteWeights"/>, <see cref="WriteScaled"/>) and a verifier for their value at a point (<see cref="At"/>) without one.
/// </remarks>
sealed partial class ExecutionRelation : IDisposable
{
    readonly GraphLayout layout;
    readonly Adjoint adjoint;
    readonly RelationChallenges challenges;
    readonly Fingerprint fingerprint;
    readonly Goldilocks2[] leaf, runWeights;

    // By cell: T, and what pairs weigh; lent. A prover asks for the latter's memory again, see EqualityOf.
    readonly Goldilocks2[] demands, pairs;

    public ExecutionRelation(GraphLayout layout, Adjoint adjoint, RelationChallenges challenges, Fingerprint fingerprint, FractionalSum.Leaf leaves)
    {
        (this.layout, this.adjoint, this.challenges, this.fingerprint, leaf) = (layout, adjoint, challenges, fingerprint, leaves.Point);
        (demands, pairs) = (ArrayPool<Goldilocks2>.Shared.Rent(layout.Size), ArrayPool<Goldilocks2>.Shared.Rent(layout.Size));
        runWeights = [.. layout.Runs.Select(RunWeight)];
        var entries = Goldilocks2.Zero;
        Parallel.Invoke(() => entries = Entries(), WriteTables);
        // What is said of columns and products on one thread, what is said of values on the other: the forms are not the same.
        Parallel.Invoke(() => DemandOfColumns(), () => DemandOfValues());
        AddLookups(leaves, entries);
    }

    /// <summary>Adds that the output, at its point, is a claim.</summary>
    public void AddOutput(Claim claim) => AddTensor(adjoint.Of(layout.Graph.Output), challenges.Output, challenges.Batching[2], claim);

    /// <summary>Adds that the cells of a hidden input, at its point, are a claim.</summary>
    public void AddInput(Claim claim) => AddTensor(adjoint.Of(0), challenges.Input, challenges.Batching[3], claim);

    void AddTensor(Span<Goldilocks2> form, ReadOnlySpan<Goldilocks2> point, Goldilocks2 weight, Claim claim)
    {
        var equality = Multilinear.EqualityPrefix(point, form.Length);
        for (int i = 0; i < form.Length; i++) form[i] += weight * equality[i];
        Claim += claim * weight;
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
                ExtensionRow.Scale(EqualityOf(run)[..target.Length], factor, target);
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
        var linear = columns[GraphLayout.Value] * Multilinear.Evaluate(adjoint.Columns, point) + columns[GraphLayout.Side] * SideAt(point);
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

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        ArrayPool<Goldilocks2>.Shared.Return(demands);
        ArrayPool<Goldilocks2>.Shared.Return(pairs);
    }

    void WriteTables()
    {
        Multilinear.WriteEqualityPrefix<Goldilocks2>(challenges.Tau, demands.AsSpan(0, 1 << Multilinear.VariablesFor(Math.Max(1, layout.Count))));
        pairs.AsSpan(0, layout.Count).Clear();
        for (int r = 0; r < runWeights.Length; r++)
            if (layout.Runs[r] is { Slot: 0 } run)
                Multilinear.WriteEquality<Goldilocks2>(leaf.AsSpan(0, run.Variables), challenges.Batching[1] * runWeights[r], pairs.AsSpan(run.First, run.Count));
    }

    // eq of a leaf's low coordinates, cell by cell, where the pairs' weights were: those are put down by then.
    ReadOnlySpan<Goldilocks2> EqualityOf(LeafRun run) => EqualityOf(run, pairs);

    ReadOnlySpan<Goldilocks2> EqualityOf(LeafRun run, Span<Goldilocks2> room)
    {
        Multilinear.WriteEquality<Goldilocks2>(leaf.AsSpan(0, run.Variables), room[..run.Count]);
        return room[..run.Count];
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
/// <param name="Input">A point of the input, if it is hidden.</param>
/// <param name="Batching">Of the numerators' claim, the denominators', the output's, and a hidden input's.</param>
sealed record RelationChallenges(Goldilocks2[] Tau, Goldilocks2[] Kappa, Goldilocks2[] Output, Goldilocks2[] Input, Goldilocks2[] Batching)
{
    /// <summary>Draws all but the last; hidden values are received in between.</summary>
    public static RelationChallenges DrawPoints(ExecutionPlan plan, Func<int, Goldilocks2[]> draw) =>
        new(draw(plan.Layout.Variables), draw(2), draw(plan.OutputVariables), draw(plan.InputVariables), []);

    /// <summary>Draws the last.</summary>
    public RelationChallenges DrawBatching(ExecutionPlan plan, Func<int, Goldilocks2[]> draw) => this with { Batching = draw(plan.Input is null ? 3 : 4) };
}
