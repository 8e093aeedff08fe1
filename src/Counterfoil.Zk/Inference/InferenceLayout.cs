using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Inference;

/// <summary>
/// The columns that an inference commits, one cell per neuron, and the slots of its lookups. Derived from the model alone: a proof has no
/// say in it.
/// </summary>
/// <remarks>
/// Columns: y, σ, the limbs of w, the limbs of r, then the multiplicities of the tables' entries. Slots: one lookup of (y, σ), one of each limb,
/// then the tables; slot t of the tables has the entries from t·2^ν on. A leaf of the fractional sum is (slot, neuron), slot in the high bits.
/// Limbs are of 8 bits, little-endian; what a node does not need of a limb, and every limb of a padding neuron, is looked up in the table
/// of no bits.
/// </remarks>
sealed class InferenceLayout
{
    public const int Value = 0, Side = 1, FirstLimb = 2;

    public InferenceLayout(NeuronSpace space, RowCode code)
    {
        Space = space;
        Code = code;
        OverflowLimbs = space.Nodes.Max(n => (n.OverflowBits + 7) / 8);
        RemainderLimbs = space.Nodes.Max(n => (n.RemainderBits + 7) / 8);
        var used = new List<TableId> { TableId.Range };
        foreach (var node in space.Nodes)
        {
            used.Add(Saturation(node));
            for (int k = 0; k < Limbs; k++) used.Add(LimbTable(node, k));
        }
        Tables = new TableSet(used);
        TableSlots = (Tables.Entries.Length + space.Size - 1) >> space.Variables;
    }

    public NeuronSpace Space { get; }

    /// <summary>The code of the weights' matrix and of this one.</summary>
    public RowCode Code { get; }

    public TableSet Tables { get; }

    /// <summary>Limbs of w and of r, enough for the widest node.</summary>
    public int OverflowLimbs { get; }

    /// <inheritdoc cref="OverflowLimbs"/>
    public int RemainderLimbs { get; }

    public int Limbs => OverflowLimbs + RemainderLimbs;

    public int FirstRemainder => FirstLimb + OverflowLimbs;

    public int FirstMultiplicity => FirstLimb + Limbs;

    public int TableSlots { get; }

    public int Columns => FirstMultiplicity + TableSlots;

    /// <summary>Lookups of a neuron: (y, σ) and the limbs.</summary>
    public int LookupSlots => 1 + Limbs;

    public int Slots => LookupSlots + TableSlots;

    public int SlotVariables => Multilinear.VariablesFor(Slots);

    /// <summary>Levels of the fractional sum's tree.</summary>
    public int Depth => Space.Variables + SlotVariables;

    /// <summary>Rows of the witness matrix: all columns one after the other, cell x of column c at address c·2^ν + x.</summary>
    public int Rows => (int)((((long)Columns << Space.Variables) + Code.RowLength - 1) >> Code.LogRowLength);

    /// <summary>Variables of a column's number, and more where the whole witness is shorter than a row.</summary>
    public int ColumnVariables => Math.Max(Multilinear.VariablesFor(Columns), Code.LogRowLength - Space.Variables);

    /// <summary>The pads that a hiding proof takes: one per message from the fractions to the opening, two for the products, one per factor.</summary>
    public PadLayout Pads(int addressVariables)
    {
        int nodes = Space.Nodes.Length, hidden = Space.Nodes.Count(n => n.Node.Input > 0);
        int messages = FractionalSum.Messages(Depth) + 1 + 2 * addressVariables + nodes + nodes + 1 + 1 + 3 * Space.Variables + Columns + 2 * Code.LogRowLength + 1;
        return new PadLayout(messages + 2 + FractionalSum.Factors(Depth) + 2 * hidden + 2, Code);
    }

    /// <summary>The table that decides a node's output.</summary>
    public static TableId Saturation(NodeArithmetic node) => node.Node.Relu ? TableId.SaturateRelu : TableId.Saturate;

    /// <summary>The table of a node's limb, those of w first.</summary>
    public TableId LimbTable(NodeArithmetic node, int limb) =>
        limb < OverflowLimbs ? TableSet.Limb(node.OverflowBits, limb) : TableSet.Limb(node.RemainderBits, limb - OverflowLimbs);

    /// <summary>The table of a node's lookup in a slot.</summary>
    public TableId SlotTable(NodeArithmetic node, int slot) => slot == 0 ? Saturation(node) : LimbTable(node, slot - 1);
}
