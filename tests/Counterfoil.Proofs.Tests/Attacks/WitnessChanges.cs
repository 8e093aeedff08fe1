using Counterfoil.Prover.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Layout;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>Columns changed with everything that a careful liar changes along: each lookup is counted where it is made.</summary>
static class WitnessChanges
{
    /// <summary>One lookup more, or fewer, of a pair in a table.</summary>
    public static void Count(this ExecutionWitness witness, GraphLayout layout, int table, long first, long second, int by)
    {
        int index = layout.Tables.IndexOf(table, first, second);
        witness.Column(layout.FirstMultiplicity + (index >> layout.Variables))[index & layout.Size - 1] += Goldilocks.FromInteger(by);
    }

    /// <summary>A requantised cell's (y, σ), counted in its own table or in another.</summary>
    public static void SetPair(this ExecutionWitness witness, GraphLayout layout, ColumnBlock block, int cell, long value, int side, int? table = null)
    {
        ref var y = ref witness.Column(GraphLayout.Value)[block.Offset + cell];
        ref var sigma = ref witness.Column(GraphLayout.Side)[block.Offset + cell];
        witness.Count(layout, block.Table, Signed(y), Signed(sigma), -1);
        (y, sigma) = (Goldilocks.FromInteger(value), Goldilocks.FromInteger(side));
        witness.Count(layout, table ?? block.Table, value, side, +1);
    }

    /// <summary>A limb, counted as long as it is one.</summary>
    public static void SetLimb(this ExecutionWitness witness, GraphLayout layout, ColumnBlock block, int limb, int cell, long value)
    {
        int bits = block.Limbs[limb].Bits;
        ref var at = ref witness.Column(GraphLayout.FirstLimb + limb)[block.Offset + cell];
        witness.Count(layout, layout.LimbNumbers[bits], (long)at.Value, 0, -1);
        at = Goldilocks.FromInteger(value);
        if (value >= 0 && value < 1L << bits) witness.Count(layout, layout.LimbNumbers[bits], value, 0, +1);
    }

    /// <summary>The limbs of one of a cell's numbers.</summary>
    public static IEnumerable<int> LimbsOf(this ColumnBlock block, int group) => Enumerable.Range(0, block.Limbs.Length).Where(j => block.Limbs[j].Group == group);

    static long Signed(Goldilocks value) => value.Value > Goldilocks.Modulus / 2 ? -(long)(Goldilocks.Modulus - value.Value) : (long)value.Value;
}
