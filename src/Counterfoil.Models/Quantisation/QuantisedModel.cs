using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>A model in integers and how bytes become its input. Safe for concurrent use.</summary>
/// <param name="model">The model.</param>
/// <param name="input">The preprocessing that its users repeat.</param>
/// <exception cref="ArgumentException">The model fails <see cref="IntegerModel.Validate"/>.</exception>
public sealed class QuantisedModel(IntegerModel model, Preprocessing input)
{
    readonly FastExecutor executor = new(model);

    /// <summary>The graph, and what stays with its owner.</summary>
    public IntegerModel Model { get; } = model;

    /// <summary>How a request's bytes become the graph's input.</summary>
    public Preprocessing Input { get; } = input;

    /// <summary>Answers a request: preprocessing, then the integer executor.</summary>
    /// <param name="request">The request's bytes, from a stranger.</param>
    /// <param name="output">The output's cells, or null unless accepted.</param>
    public Verdict Answer(ReadOnlySpan<byte> request, out long[]? output)
    {
        output = null;
        if (request.Length != Model.Graph.Input.Length) return Verdict.Reject(QuantisationChecks.Request, $"{Model.Graph.Input.Length} bytes", $"{request.Length}");
        var verdict = Preprocessing.Apply(Input.Name, request, out var cells);
        if (verdict.IsAccepted) output = executor.Execute(cells)[Model.Graph.Output];
        return verdict;
    }
}

/// <summary>How far the integers are from the floats, on the calibration data.</summary>
/// <param name="Samples">How many inputs were compared.</param>
/// <param name="MaximumError">The largest |integer output·scale − float output| of any cell.</param>
/// <param name="MeanError">Its mean over all cells.</param>
/// <param name="Agreement">The share of inputs whose largest output is at the same index, the first of equals, 0 to 1.</param>
/// <param name="Saturated">The share of output cells at the ends of their range, whose true value may lie beyond.</param>
public sealed record QuantisationReport(int Samples, double MaximumError, double MeanError, double Agreement, double Saturated)
{
    /// <summary>The root of the mean square of the errors.</summary>
    public double RootMeanSquareError { get; init; }

    /// <summary>The largest float output less the least: what the errors are to be compared with.</summary>
    public double FloatRange { get; init; }
}

/// <summary>What a quantiser may choose.</summary>
public sealed record QuantiserOptions
{
    /// <summary>The share of magnitudes that a hidden activation's scale covers, (0, 1]: 1 is the maximum, less clips rare outliers for finer steps.</summary>
    public double Coverage { get; init; } = 1;

    /// <summary>The same for the output, where a clipped value is a wrong answer.</summary>
    public double OutputCoverage { get; init; } = 1;

    /// <summary>Bits of an output cell, 8 or 16.</summary>
    public int OutputBits { get; init; } = 8;

    /// <summary>What one step of the input stands for; null takes it from the calibration data.</summary>
    public double? InputScale { get; init; }
}

/// <summary>The checks of the quantiser.</summary>
public static class QuantisationChecks
{
    /// <summary>Every operator, in the place where it stands, has an integer form.</summary>
    public static readonly Check Operator = new("model.quantise.operator");

    /// <summary>There is calibration data, each record of the model's input length, and every activation is finite.</summary>
    public static readonly Check Calibration = new("model.quantise.calibration");

    /// <summary>Scales exist that keep every multiplier in its range and every accumulator in 32 bits.</summary>
    public static readonly Check Range = new("model.quantise.range");

    /// <summary>A request has one byte per input cell.</summary>
    public static readonly Check Request = new("model.request.length");
}
