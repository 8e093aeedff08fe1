using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Registration;

namespace Counterfoil.Prover.Hiding;

/// <summary>The code of a model, from its sizes alone: the one with the shortest proofs, or nearly so.</summary>
static class CodeChoice
{
    const int LongestRow = 16, LongestCodeword = 20;

    /// <summary>The code; null if none reaches the bits asked for.</summary>
    public static RowCode? For(NeuronSpace space, RegistrationOptions options) => options.Profile == PrivacyProfile.PublicWeights
        ? Enumerable.Range(4, LongestRow - 3).Select(k => RowCode.WithBits(k, options.LogInverseRate, options.QueryBits)).MinBy(code => Cost(space, code))
        : (from k in Enumerable.Range(4, LongestRow - 3)
           from length in Enumerable.Range(k + 1, LongestCodeword - k)
           where length - k <= 16
           let code = RowCode.Hiding(k, length - k, options.Budget + CommitmentParameters.OtherOpenings, options.QueryBits)
           where code is not null && PadsFit(space, code.Value, options.QueryBits)
           orderby Cost(space, code.Value) + code.Value.Length
           select code).FirstOrDefault();

    // The rows of pads are queried at the same points; in a small model they are longer than any other.
    static bool PadsFit(NeuronSpace space, RowCode code, double bits)
    {
        var weights = new WeightLayout(space, code);
        int cells = Math.Max(new InferenceLayout(space, code).Pads(weights.AddressVariables).Cells, new RegistrationLayout(space, weights).Pads.Cells);
        return 2L * cells <= code.Length && code.QueryBitsOf(cells) >= bits;
    }

    // Bytes of a proof. Where something is hidden every proof hashes a codeword's length of leaves, and a leaf is taken to be worth a byte.
    static long Cost(NeuronSpace space, RowCode code) => code.EstimateOpening(new WeightLayout(space, code).Rows + new InferenceLayout(space, code).Rows);
}
