using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Execution;

/// <summary>
/// All that is claimed of an execution, as one sum over cells: what each primitive demands of its cells, the two claims that the lookups left, the output, and a hidden input.
/// </summary>
/// <remarks>
/// Σ over x of Scaled·σ·G₀ + Weights₀·G₀ + Weights₁·G₁ + Weights₂·G₂ + Sides·σ + y·(<see cref="Adjoint.Columns"/>) + Lookups·Σ LookupWeights·columns, with G_g the number in a group of limbs, is
/// <see cref="Claim"/> less what the adjoint says of products, parameters and public cells. Cell i's demands are weighted by T(i) = eq(τ, i), the second and third demand of one cell by κ₁ and κ₂ more.
/// </remarks>
sealed class ExecutionRelation
{
    readonly GraphLayout layout;
    readonly Adjoint adjoint;
    readonly RelationChallenges challenges;

    public ExecutionRelation(GraphLayout layout, Adjoint adjoint, RelationChallenges challenges, Fingerprint fingerprint, FractionalSum.Leaf leaves)
    {
        (this.layout, this.adjoint, this.challenges) = (layout, adjoint, challenges);
        Scaled = new Goldilocks2[layout.Size];
        Sides = new Goldilocks2[layout.Size];
        Weights = [new Goldilocks2[layout.Size], new Goldilocks2[layout.Size], new Goldilocks2[layout.Size]];
        Lookups = Multilinear.Equality<Goldilocks2>(leaves.Point.AsSpan(0, layout.Variables));
        LookupWeights = new Goldilocks2[layout.Columns];
        var t = Multilinear.Equality<Goldilocks2>(challenges.Tau);
        foreach (var block in layout.Blocks) Demand(block, t.AsSpan(block.Offset, block.Count));
        AddLookups(fingerprint, leaves);
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

    /// <summary>Of σ·G₀.</summary>
    public Goldilocks2[] Scaled { get; }

    /// <summary>Of σ.</summary>
    public Goldilocks2[] Sides { get; }

    /// <summary>Of the number in each group of limbs.</summary>
    public Goldilocks2[][] Weights { get; }

    /// <summary>eq of the point at which the lookups left the columns.</summary>
    public Goldilocks2[] Lookups { get; }

    /// <summary>Of each column there.</summary>
    public Goldilocks2[] LookupWeights { get; }

    /// <summary>What everything must sum to.</summary>
    public Claim Claim { get; private set; }

    /// <summary>The columns' summand at the point whose eq is <paramref name="equality"/>, given the columns there: side·group₀ times the first, plus the second.</summary>
    public (Goldilocks2 Product, Claim Linear) At(ReadOnlySpan<Goldilocks2> equality, ReadOnlySpan<Claim> columns)
    {
        var rest = columns[GraphLayout.Value] * Multilinear.InnerProduct(adjoint.Columns, equality)
            + columns[GraphLayout.Side] * Multilinear.InnerProduct(Sides, equality)
            + Zk.Claims.Claim.InnerProduct(columns, LookupWeights) * Multilinear.InnerProduct(Lookups, equality);
        for (int g = 0; g < GraphLayout.Groups; g++) rest += Group(layout, g, columns) * Multilinear.InnerProduct(Weights[g], equality);
        return (Multilinear.InnerProduct(Scaled, equality), rest);
    }

    /// <summary>The number in a group of limbs: Σ 2^(B·k)·limb k.</summary>
    public static Claim Group(GraphLayout layout, int group, ReadOnlySpan<Claim> columns)
    {
        var powers = new Goldilocks2[layout.GroupLimbs[group]];
        for (int k = 0; k < powers.Length; k++) powers[k] = Goldilocks.FromUInt64(1UL << (layout.LimbBits * k));
        return Zk.Claims.Claim.InnerProduct(columns.Slice(GraphLayout.FirstLimb + layout.GroupStart(group), powers.Length), powers);
    }

    void Demand(ColumnBlock block, ReadOnlySpan<Goldilocks2> t)
    {
        var y = adjoint.Columns.AsSpan(block.Offset, block.Count);
        Span<Goldilocks2> first = Weights[0].AsSpan(block.Offset, block.Count), second = Weights[1].AsSpan(block.Offset, block.Count), third = Weights[2].AsSpan(block.Offset, block.Count);
        var constant = Goldilocks2.Zero;
        switch (block.Kind)
        {
            // 2^s·(y + σ·G₀) + G₁ − x·M = 2^(s−1)
            case CellKind.Requantised:
                var r = (Requantise)layout.Graph.Nodes[block.Value - 1];
                var half = Goldilocks.FromUInt64(1UL << (r.Shift - 1));
                var scaled = Scaled.AsSpan(block.Offset, block.Count);
                var x = adjoint.Of(r.Input);
                for (int i = 0; i < t.Length;)
                    foreach (uint multiplier in r.Multipliers)
                    {
                        var m = Goldilocks.FromUInt64(multiplier);
                        for (int end = i + r.Inner; i < end; i++)
                        {
                            var rounding = t[i] * half;
                            constant += rounding;
                            scaled[i] = rounding + rounding;
                            y[i] += scaled[i];
                            second[i] += t[i];
                            x[i] -= t[i] * m;
                        }
                    }
                break;
            // y − (what it is made of) = 0
            case CellKind.Exposed:
                x = adjoint.Behind(block.Value);
                for (int i = 0; i < t.Length; i++)
                {
                    y[i] += t[i];
                    x[i] -= t[i];
                }
                break;
            // G₀ − 2m·a − d + 2·(d·y) = 0;  G₁ + G₀ − 2d = −1;  G₂ − y = −Least
            case CellKind.Quotient:
                var q = (Quotient)layout.Graph.Nodes[block.Value - 1];
                Goldilocks2[] a = adjoint.Of(q.A), d = adjoint.Of(q.B);
                var products = adjoint.Products.AsSpan(layout.Products[layout.ProductOf[block.Value]].Offset, block.Count);
                var twice = Goldilocks.FromUInt64(2UL * (ulong)q.Multiplier);
                var least = Goldilocks.FromInteger(layout.Ranges[block.Value].Least);
                for (int i = 0, divisor = 0, left = q.Inner; i < t.Length; i++, left--)
                {
                    if (left == 0) (divisor, left) = (divisor + 1, q.Inner);
                    Goldilocks2 t1 = t[i] * challenges.Kappa[0], t2 = t[i] * challenges.Kappa[1];
                    first[i] += t[i] + t1;
                    second[i] += t1;
                    third[i] += t2;
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
                products = adjoint.Products.AsSpan(layout.Products[layout.ProductOf[block.Value]].Offset, block.Count);
                for (int i = 0; i < t.Length; i++)
                {
                    Goldilocks2 t1 = t[i] * challenges.Kappa[0], t2 = t[i] * challenges.Kappa[1];
                    first[i] += t[i] + t1;
                    second[i] += t1;
                    third[i] += t2;
                    y[i] -= t1 + t1 + t2;
                    products[i] += t[i];
                    x[i] -= t[i];
                }
                break;
            case CellKind.LookedUp or CellKind.Maximum or CellKind.Input: break; // the lookup is all there is to say
            default: throw new InvalidOperationException($"no such kind of cell: {block.Kind}");
        }
        Claim += constant;
    }

    // The fractional sum's last claims: every leaf's numerator and denominator are known forms in columns and in the values that are looked up; the public part is taken off.
    void AddLookups(Fingerprint fingerprint, FractionalSum.Leaf leaves)
    {
        var slots = Multilinear.Equality<Goldilocks2>(leaves.Point.AsSpan(layout.Variables));
        var sums = Multilinear.PrefixSums<Goldilocks2>(Lookups);
        Goldilocks2 numerators = challenges.Batching[0], denominators = challenges.Batching[1];
        Goldilocks2 numerator = default, denominator = default;
        for (int slot = 0; slot < slots.Length; slot++)
        {
            var weight = slots[slot];
            if (slot < layout.LookupSlots)
            {
                if (slot > 0) LookupWeights[GraphLayout.FirstLimb + slot - 1] = denominators * weight;
                numerator -= weight;
                denominator -= weight * fingerprint.Alpha;
            }
            else if (slot < layout.Slots)
            {
                LookupWeights[layout.FirstMultiplicity + slot - layout.LookupSlots] = -(numerators * weight);
                denominator -= weight * TableSlot(fingerprint, slot - layout.LookupSlots);
            }
            else denominator -= weight;
        }
        foreach (var block in layout.Blocks)
        {
            var number = Goldilocks2.Zero;
            var numbers = layout.SlotTables(block);
            for (int slot = 0; slot < numbers.Length; slot++) number += slots[slot] * Goldilocks.FromInteger(numbers[slot]);
            denominator -= number * (sums[block.End] - sums[block.Offset]) * fingerprint.Gamma;
            AddPair(block, denominators * slots[0], fingerprint.Beta);
        }
        Claim += (leaves.Numerator + numerator) * numerators + (leaves.Denominator + denominator) * denominators;
    }

    void AddPair(ColumnBlock block, Goldilocks2 weight, Goldilocks2 beta)
    {
        var e = Lookups.AsSpan(block.Offset, block.Count);
        var y = adjoint.Columns.AsSpan(block.Offset, block.Count);
        switch (block.Kind)
        {
            case CellKind.Requantised: // (y, σ)
                for (int i = 0; i < e.Length; i++)
                {
                    var first = weight * e[i];
                    y[i] += first;
                    Sides[block.Offset + i] += first * beta;
                }
                break;
            case CellKind.Input: // (y, 0)
                for (int i = 0; i < e.Length; i++) y[i] += weight * e[i];
                break;
            case CellKind.LookedUp: // (x, y)
                var x = adjoint.Of(((Lookup)layout.Graph.Nodes[block.Value - 1]).Input);
                for (int i = 0; i < e.Length; i++)
                {
                    var first = weight * e[i];
                    x[i] += first;
                    y[i] += first * beta;
                }
                break;
            case CellKind.Maximum: // (a − b, y − b)
                var pairs = layout.Pairs[block.Value];
                x = adjoint.Of(((WindowMaximum)layout.Graph.Nodes[block.Value - 1]).Input);
                for (int i = 0; i < e.Length; i++)
                {
                    Goldilocks2 first = weight * e[i], second = first * beta;
                    if (pairs.First[i] >= 0) x[pairs.First[i]] += first;
                    else y[i - 1] += first;
                    x[pairs.Second[i]] -= first + second;
                    y[i] += second;
                }
                break;
        }
    }

    Goldilocks2 TableSlot(Fingerprint fingerprint, int slot)
    {
        int start = slot << layout.Variables, table = 0;
        var sum = Goldilocks2.Zero;
        Goldilocks2 entry = default;
        for (int i = 0; i < Lookups.Length; i++)
        {
            // Past the end, the last entry repeats, where a multiplicity does no harm.
            if (start + i < layout.Tables.Entries)
            {
                while (layout.Tables.Starts[table + 1] <= start + i) table++;
                var (first, second) = layout.Tables.Tables[table][start + i - layout.Tables.Starts[table]];
                entry = fingerprint.Of(table, first, second);
            }
            else if (i == 0) entry = Last(fingerprint);
            sum += Lookups[i] * entry;
        }
        return sum;
    }

    Goldilocks2 Last(Fingerprint fingerprint)
    {
        var (first, second) = layout.Tables.Tables[^1][layout.Tables.Tables[^1].Count - 1];
        return fingerprint.Of(layout.Tables.Tables.Length - 1, first, second);
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
