using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Registration;

namespace Counterfoil.Prover.Hiding;

/// <summary>The commitment of a model, from its sizes alone: the one with the shortest proofs, or nearly so.</summary>
static class CodeChoice
{
    const int LongestRow = 16, LongestCodeword = 20;

    // In the short schedule a column is taken to be worth an eighth of a byte: it is chosen where bytes count.
    const int ShortColumnsToByte = 8;

    // There are twice as many rounds of queries as in the wide schedule, and their errors are to add up to as little.
    const double ShortBits = 1;

    /// <summary>What depends on the row's length alone: rows committed, and pads of the proof that takes the most.</summary>
    delegate (int Rows, int Pads) Sizes(RowCode code);

    /// <summary>The parameters; null if no code reaches the bits asked for.</summary>
    public static CommitmentParameters? For(NeuronSpace space, RegistrationOptions options) => For(options with { TensorBudget = 0 }, code =>
    {
        WeightLayout weights = new(space, code);
        InferenceLayout inference = new(space, code);
        return (weights.Rows + inference.Rows, Math.Max(inference.Pads(weights.AddressVariables).Pads, new RegistrationLayout(weights).Pads.Pads));
    });

    /// <inheritdoc cref="For(NeuronSpace, RegistrationOptions)"/>
    /// <param name="layout">The graph, asked one input.</param>
    /// <param name="options">How it is to be committed.</param>
    /// <param name="batch">The graph, asked as many as one proof is to be about at most; null: one.</param>
    public static CommitmentParameters? For(GraphLayout layout, RegistrationOptions options, GraphLayout? batch = null)
    {
        // Everything that a proof may be about. A graph whose rows are chosen by its input cannot hide that; its output it can.
        List<(GraphLayout Layout, int Tensors)> proofs = [];
        foreach (var asked in new[] { layout, batch }.OfType<GraphLayout>())
        {
            proofs.Add((asked, options.TensorBudget > 0 ? 1 : 0));
            if (options.TensorBudget > 0 && GraphLayout.Derive(asked.Graph, out var hiding, hidesInput: true).IsAccepted) proofs.Add((hiding!, 2));
        }
        return For(options, code =>
        {
            HiddenLayout.Derive(layout.Graph, code, out var hidden);
            int pads = proofs.Max(p => new WitnessRows(p.Layout, code).Pads(hidden!, p.Tensors).Pads);
            return (hidden!.Weights.Rows + new WitnessRows(batch ?? layout, code).Rows, Math.Max(pads, new RegistrationLayout(hidden.Weights).Pads.Pads));
        });
    }

    static CommitmentParameters? For(RegistrationOptions options, Sizes sizes)
    {
        bool hidden = options.Profile == PrivacyProfile.HiddenWeights;
        var parameters = new CommitmentParameters(options.Profile, default, hidden ? options.Budget : 0);
        int openings = Math.Max(hidden ? options.Budget + CommitmentParameters.OtherOpenings : 0, options.TensorBudget);
        if (options.Schedule == Schedule.Short) return Short(parameters, openings, options.QueryBits + ShortBits, sizes);
        var codes = openings > 0 ? WideHiding(openings, options.QueryBits, sizes) : Enumerable.Range(4, LongestRow - 3).Select(k => RowCode.WithBits(k, options.LogInverseRate, options.QueryBits));
        // Where something is hidden every proof hashes a codeword's length of leaves, and a leaf is taken to be worth a byte.
        return codes.Select(code => (RowCode?)code).MinBy(code => code!.Value.EstimateOpening(sizes(code.Value).Rows) + (openings > 0 ? code.Value.Length : 0)) is { } best
            ? parameters with { Code = best } : null;
    }

    static IEnumerable<RowCode> WideHiding(int openings, double bits, Sizes sizes) =>
        from k in Enumerable.Range(4, LongestRow - 3)
        from length in Enumerable.Range(k + 1, LongestCodeword - k)
        where length - k <= 16
        let code = RowCode.Hiding(k, length - k, openings, bits)
        where code is not null && PadsFit(code.Value, 2 * sizes(code.Value).Pads + code.Value.Queries, bits)
        select code.Value;

    // The rows of pads are queried at the same points; in a small model they are longer than any other.
    static bool PadsFit(RowCode code, int cells, double bits) => 2L * cells <= code.Length && code.QueryBitsOf(cells) >= bits;

    // Rows of a power of two of cells, masks included, and whatever rate and rounds give the fewest bytes: the rate that is asked for is the wide schedule's.
    static CommitmentParameters? Short(CommitmentParameters parameters, int openings, double bits, Sizes sizes)
    {
        bool masked = openings > 0;
        var foldings = new FoldingChoice(bits);
        (double Cost, CommitmentParameters? Parameters) best = (double.PositiveInfinity, null);
        for (int k = 4; k <= LongestRow; k++)
        {
            var (rows, pads) = sizes(new RowCode(k, 1, 1));
            for (int log = masked ? k + 1 : k; log <= (masked ? LongestRow + 1 : k); log++)
            {
                if (foldings.For(masked ? log + 1 : log) is not var (folding, foldingCost)) continue;
                // Where weights are public and tensors are not, the same rounds fold the rows of statements in the clear, without masks and pads.
                if (!parameters.WeightsHidden && folding.Fault(k) is not null) continue;
                for (int length = log + 1; length <= Math.Min(LongestCodeword, k + 16); length++)
                {
                    // Queries as for a row of all cells without masks: what a mask is, queries do not know.
                    int queries = RowCode.WithBits(log, length - log, bits).Queries;
                    var code = new RowCode(k, length - k, queries, (1 << log) - (1 << k));
                    if (queries > Math.Min(code.Length, 1024)) continue;
                    if (masked && (code.Masks < (long)queries * openings || 2 * pads + queries > code.Cells)) continue;
                    double cost = foldingCost + code.EstimateColumns(rows + (masked ? PadLayout.Rows : 0)) + code.Length / ShortColumnsToByte;
                    if (cost < best.Cost) best = (cost, parameters with { Code = code, Folding = folding });
                }
            }
        }
        return best.Parameters;
    }
}
