using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk.Registration;

/// <summary>
/// The slots of a registration's lookups, each as long as a row of the weights' matrix: one per row of the matrix, one per row of a limb of the
/// biases, then the tables.
/// </summary>
/// <remarks>
/// A weight is looked up among −127 … 127, a cell of padding in the table of no bits, which forces it to zero; the cell of a bias is not
/// looked up itself (its numerator is zero), but is tied to four limbs that are. The registration's own matrix holds limb 0 of all biases,
/// limb 1, 2, 3, then the multiplicities.
/// </remarks>
sealed class RegistrationLayout
{
    /// <summary>Limbs of a bias.</summary>
    public const int Limbs = 4;

    public RegistrationLayout(WeightLayout weights)
    {
        Weights = weights;
        var used = new List<TableId> { TableId.Range, TableId.Weight };
        foreach (var group in weights.BiasGroups)
            for (int k = 0; k < Limbs; k++) used.Add(TableSet.Limb(group.Bits, k));
        Tables = new TableSet(used);
        TableSlots = (Tables.Entries.Length + weights.Code.RowLength - 1) >> weights.Code.LogRowLength;
    }

    public WeightLayout Weights { get; }

    public TableSet Tables { get; }

    public int TableSlots { get; }

    /// <summary>Rows of one limb: as many as the biases have.</summary>
    public int LimbRows => Weights.Biases.Rows;

    public int FirstLimbSlot => Weights.Rows;

    public int FirstTableSlot => FirstLimbSlot + Limbs * LimbRows;

    public int Slots => FirstTableSlot + TableSlots;

    /// <summary>Rows of the registration's own matrix.</summary>
    public int WitnessRows => Limbs * LimbRows + TableSlots;

    /// <summary>The pads that a hiding registration takes: the fractions, the weights, the own rows, the opening; two for the products, one per factor.</summary>
    public PadLayout Pads => new(FractionalSum.Messages(Depth) + 1 + WitnessRows + 1 + 2 + FractionalSum.Factors(Depth), Weights.Code);

    public int SlotVariables => Multilinear.VariablesFor(Slots);

    /// <summary>Leaves in use: a row's cells each slot.</summary>
    public long Leaves => (long)Slots << Weights.Code.LogRowLength;

    /// <summary>Levels of the fractional sum's tree.</summary>
    public int Depth => Weights.Code.LogRowLength + SlotVariables;
}
