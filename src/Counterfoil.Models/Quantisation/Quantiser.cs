using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>
/// From float32 to integers: symmetric int8 weights with a scale per output channel, activations with a scale per tensor found on calibration data, int32 biases in the accumulator's
/// scale.
/// </summary>
/// <remarks>
/// Scales are computed in float64 with the four operations and the square root alone; the entries of a table are the platform's functions rounded to 16 bits, which is why the table and not the
/// function is part of the graph. Rounding to integers is to the nearest, halves to even.
/// </remarks>
public static class Quantiser
{
    /// <summary>Quantises a model of one input and one output.</summary>
    /// <param name="model">The float model, perhaps a stranger's.</param>
    /// <param name="calibration">Typical inputs: they set the scales, and the report is about them.</param>
    /// <param name="options">What may be chosen.</param>
    /// <param name="quantised">The model in integers, or null unless accepted.</param>
    /// <param name="report">Its distance from the float model, or null unless accepted.</param>
    public static Verdict Quantise(FloatModel model, IReadOnlyList<float[]> calibration, QuantiserOptions options, out IntegerModel? quantised, out QuantisationReport? report)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(options);
        (quantised, report) = (null, null);
        if (model.Inputs.Length != 1 || model.Outputs.Length != 1) return Verdict.Reject(QuantisationChecks.Operator, "one input and one output", $"{model.Inputs.Length} and {model.Outputs.Length}");
        if (model.Outputs[0] == 0) return Verdict.Reject(QuantisationChecks.Operator, "at least one operator", "none");
        var verdict = Calibration.Observe(model, calibration, options, out var observed);
        if (!verdict.IsAccepted) return verdict;
        IntegerModel lowered;
        try
        {
            lowered = new Lowering(model, observed!, options).Lower();
        }
        catch (NoIntegerFormException none)
        {
            return none.Verdict;
        }
        verdict = lowered.Validate(out _);
        if (!verdict.IsAccepted) return verdict;
        (quantised, report) = (lowered, observed!.Compare(lowered));
        return verdict;
    }

    /// <summary>Quantises a model of one input of real numbers, from requests as they come.</summary>
    /// <param name="model">The float model, perhaps a stranger's.</param>
    /// <param name="preprocessing">How requests become inputs; the input's scale is its own, exactly.</param>
    /// <param name="calibration">Typical requests.</param>
    /// <param name="options">What may be chosen.</param>
    /// <param name="quantised">The model in integers, or null unless accepted.</param>
    /// <param name="report">Its distance from the float model, or null unless accepted.</param>
    public static Verdict Quantise(FloatModel model, Preprocessing preprocessing, IReadOnlyList<ReadOnlyMemory<byte>> calibration, QuantiserOptions options,
        out QuantisedModel? quantised, out QuantisationReport? report)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(options);
        (quantised, report) = (null, null);
        var records = new List<float[]>();
        foreach (var record in calibration)
        {
            var applied = Preprocessing.Apply(preprocessing.Name, record.Span, out var cells);
            if (!applied.IsAccepted) return applied;
            records.Add(Array.ConvertAll(cells!, q => q / (float)preprocessing.Denominator));
        }
        var verdict = Quantise(model, records, options with { InputScale = 1.0 / preprocessing.Denominator }, out var integers, out var about);
        if (!verdict.IsAccepted) return verdict;
        if (integers!.Graph.Input is not { Least: <= -127, Most: >= 127 }) return Verdict.Reject(QuantisationChecks.Operator, "an input of real numbers", $"{integers.Graph.Input}");
        (quantised, report) = (new QuantisedModel(integers, preprocessing), about);
        return verdict;
    }

    /// <summary>Real inputs as the cells of a model: to the nearest step, halves to even, within the input's range.</summary>
    public static int[] ToCells(ReadOnlySpan<float> input, IntegerModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var cells = new int[input.Length];
        for (int i = 0; i < cells.Length; i++) cells[i] = Zk.Answers.TensorSpec.ToCell(input[i], model.InputScale, model.Graph.Input.Least, model.Graph.Input.Most);
        return cells;
    }
}
