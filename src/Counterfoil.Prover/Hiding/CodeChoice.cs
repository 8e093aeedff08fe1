using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Registration;

namespace Counterfoil.Prover.Hiding;

/// <summary>The code of a model, from its sizes alone: the one with the shortest proofs, or nearly so.</summary>
static class CodeChoice
{
    const int LongestRow = 16, LongestCodeword = 20;

    /// <summary>The code; null if none reaches the bits asked for.</summary>
    public static RowCode? For(NeuronSpace space, RegistrationOptions options) => For(options with { TensorBudget = 0 }, code =>
    {
        WeightLayout weights = new(space, code);
        InferenceLayout inference = new(space, code);
        return (weights.Rows + inference.Rows, Math.Max(inference.Pads(weights.AddressVariables).Cells, new RegistrationLayout(weights).Pads.Cells));
    });

    /// <inheritdoc cref="For(NeuronSpace, RegistrationOptions)"/>
    public static RowCode? For(GraphLayout layout, RegistrationOptions options)
    {
        // A graph whose rows are chosen by its input cannot hide that; its output it can.
        GraphLayout? hiddenInput = null;
        if (options.TensorBudget > 0) GraphLayout.Derive(layout.Graph, out hiddenInput, hidesInput: true);
        return For(options, code =>
        {
            HiddenLayout.Derive(layout.Graph, code, out var hidden);
            WitnessRows witness = new(layout, code);
            int pads = witness.Pads(hidden!, options.TensorBudget > 0 ? 1 : 0).Cells;
            if (hiddenInput is not null) pads = Math.Max(pads, new WitnessRows(hiddenInput, code).Pads(hidden!, 2).Cells);
            return (hidden!.Weights.Rows + witness.Rows, Math.Max(pads, new RegistrationLayout(hidden.Weights).Pads.Cells));
        });
    }

    static RowCode? For(RegistrationOptions options, Func<RowCode, (int Rows, int PadCells)> sizes)
    {
        bool weights = options.Profile == PrivacyProfile.HiddenWeights;
        if (!weights && options.TensorBudget == 0)
            return Enumerable.Range(4, LongestRow - 3).Select(k => RowCode.WithBits(k, options.LogInverseRate, options.QueryBits)).MinBy(code => Cost(sizes, code));
        int own = weights ? options.Budget + CommitmentParameters.OtherOpenings : 0;
        var codes =
            from k in Enumerable.Range(4, LongestRow - 3)
            from length in Enumerable.Range(k + 1, LongestCodeword - k)
            where length - k <= 16
            let code = RowCode.Hiding(k, length - k, Math.Max(own, options.TensorBudget), options.QueryBits)
            where code is not null && PadsFit(sizes, code.Value, options.QueryBits)
            orderby Cost(sizes, code.Value) + code.Value.Length
            select code;
        return codes.FirstOrDefault();
    }

    // The rows of pads are queried at the same points; in a small model they are longer than any other.
    static bool PadsFit(Func<RowCode, (int Rows, int PadCells)> sizes, RowCode code, double bits)
    {
        int cells = sizes(code).PadCells;
        return 2L * cells <= code.Length && code.QueryBitsOf(cells) >= bits;
    }

    // Bytes of a proof. Where something is hidden every proof hashes a codeword's length of leaves, and a leaf is taken to be worth a byte.
    static long Cost(Func<RowCode, (int Rows, int PadCells)> sizes, RowCode code) => code.EstimateOpening(sizes(code).Rows);
}
