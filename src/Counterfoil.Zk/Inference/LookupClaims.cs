using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Inference;

/// <summary>
/// What the fractional sum leaves: a value of its numerators and one of its denominators, each a known linear combination of the witness
/// columns at one neuron point. The public part (ones, table numbers, table entries) is taken off here.
/// </summary>
sealed class LookupClaims
{
    public LookupClaims(InferenceLayout layout, Fingerprint fingerprint, FractionalSum.Leaf claim)
    {
        var space = layout.Space;
        Equality = Multilinear.Equality<Goldilocks2>(claim.Point.AsSpan(0, space.Variables));
        var slots = Multilinear.Equality<Goldilocks2>(claim.Point.AsSpan(space.Variables));
        var sums = Multilinear.PrefixSums<Goldilocks2>(Equality);
        NumeratorWeights = new Goldilocks2[layout.Columns];
        DenominatorWeights = new Goldilocks2[layout.Columns];
        Numerator = claim.Numerator;
        Denominator = claim.Denominator;

        for (int slot = 0; slot < slots.Length; slot++)
        {
            var weight = slots[slot];
            if (slot < layout.LookupSlots)
            {
                DenominatorWeights[slot == 0 ? InferenceLayout.Value : InferenceLayout.Side + slot] = weight;
                if (slot == 0) DenominatorWeights[InferenceLayout.Side] = weight * fingerprint.Beta;
                Numerator -= weight;
                Denominator -= weight * (fingerprint.Alpha + fingerprint.Gamma * TableNumber(layout, slot, sums));
            }
            else if (slot < layout.Slots)
            {
                int table = slot - layout.LookupSlots;
                NumeratorWeights[layout.FirstMultiplicity + table] = -weight;
                var entries = Goldilocks2.Zero;
                for (int x = 0; x < Equality.Length; x++) entries += Equality[x] * fingerprint.Of(layout.Tables[(table << space.Variables) + x]);
                Denominator -= weight * entries;
            }
            else Denominator -= weight;
        }
    }

    /// <summary>eq of the neuron point.</summary>
    public Goldilocks2[] Equality { get; }

    /// <summary>Column weights of the numerators' claim.</summary>
    public Goldilocks2[] NumeratorWeights { get; }

    /// <summary>Column weights of the denominators' claim.</summary>
    public Goldilocks2[] DenominatorWeights { get; }

    /// <summary>What the columns must sum to with <see cref="NumeratorWeights"/>.</summary>
    public Claim Numerator { get; }

    /// <summary>What the columns must sum to with <see cref="DenominatorWeights"/>.</summary>
    public Claim Denominator { get; }

    // The number of the table looked up in one slot, as a polynomial over neurons: constant on each node, that of padding (zero) after the last.
    static Goldilocks2 TableNumber(InferenceLayout layout, int slot, Goldilocks2[] sums)
    {
        var number = Goldilocks2.Zero;
        foreach (NodeArithmetic node in layout.Space.Nodes)
            number += (sums[node.Neurons.End] - sums[node.Neurons.Start]) * Goldilocks.FromInteger((long)layout.SlotTable(node, slot));
        return number;
    }
}
