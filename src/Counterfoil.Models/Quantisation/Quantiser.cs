using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>
/// From float32 to integers: symmetric int8 weights with a scale per output channel, int8 activations with a scale per tensor found on
/// calibration data, int32 biases in the accumulator's scale. The input's scale is the preprocessing's, exactly.
/// </summary>
/// <remarks>
/// Scales are computed in float64 with the four operations alone, so one model and one calibration set give one quantised model on every machine.
/// Rounding to integers is to the nearest, halves to even.
/// </remarks>
public static class Quantiser
{
    /// <summary>Quantises a model.</summary>
    /// <param name="model">The float model, perhaps a stranger's.</param>
    /// <param name="preprocessing">How requests become inputs.</param>
    /// <param name="calibration">Typical requests: they set the scales, and the report is about them.</param>
    /// <param name="options">How much of the activations the scales cover.</param>
    /// <param name="quantised">The model in integers, or null unless accepted.</param>
    /// <param name="report">Its distance from the float model, or null unless accepted.</param>
    public static Verdict Quantise(FloatModel model, Preprocessing preprocessing, IReadOnlyList<ReadOnlyMemory<byte>> calibration, QuantiserOptions options,
        out QuantisedModel? quantised, out QuantisationReport? report)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(preprocessing);
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(options);
        (quantised, report) = (null, null);

        var verdict = Fusion.Fuse(model, out var layers);
        if (!verdict.IsAccepted) return verdict;
        verdict = Calibration.Observe(model, preprocessing, calibration, options, out var observed);
        if (!verdict.IsAccepted) return verdict;

        // scales[v] belongs to the integer graph's value v.
        var scales = new double[layers!.Count + 1];
        scales[0] = 1.0 / preprocessing.Denominator;
        var nodes = ImmutableArray.CreateBuilder<Node>(layers.Count);
        var parameters = ImmutableArray.CreateBuilder<GemmParameters>(layers.Count);
        for (int i = 0; i < layers.Count; i++)
        {
            var layer = layers[i];
            bool last = i == layers.Count - 1;
            scales[i + 1] = observed!.Scale(layer.Value, last ? options.OutputCoverage : options.Coverage);
            verdict = Channels.Quantise(i, layer, scales[layer.Input], scales[i + 1], out var node, out var weights);
            if (!verdict.IsAccepted) return verdict;
            nodes.Add(node!);
            parameters.Add(weights!);
        }
        var result = new QuantisedModel(new Graph(model.InputLength, nodes.ToImmutable()), parameters.ToImmutable(), preprocessing, scales[^1]);
        verdict = IntegerExecutor.Validate(result.Graph, result.Parameters);
        if (!verdict.IsAccepted) return verdict;
        (quantised, report) = (result, observed!.Compare(result));
        return verdict;
    }
}
