using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>A model in integers that today's protocol proves: what is public, what stays with its owner, and how bytes become its input.</summary>
/// <param name="Graph">Shapes, multipliers and shifts.</param>
/// <param name="Parameters">Weights and biases, one per node.</param>
/// <param name="Input">The preprocessing that is part of the model's identity.</param>
/// <param name="OutputScale">Output cell q stands for the real number q·OutputScale. Informative: no proof depends on it.</param>
public sealed record QuantisedModel(Graph Graph, ImmutableArray<GemmParameters> Parameters, Preprocessing Input, double OutputScale)
{
    /// <summary>Answers a request: preprocessing, then the integer executor.</summary>
    /// <param name="request">The request's bytes, from a stranger.</param>
    /// <param name="trace">Every number of the execution, or null unless accepted.</param>
    public Verdict Answer(ReadOnlySpan<byte> request, out ExecutionTrace? trace)
    {
        trace = null;
        if (request.Length != Graph.InputLength) return Verdict.Reject(QuantisationChecks.Request, $"{Graph.InputLength} bytes", $"{request.Length}");
        var verdict = Preprocessing.Apply(Input.Name, request, out var tensor);
        if (verdict.IsAccepted) trace = IntegerExecutor.Execute(Graph, Parameters, tensor);
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
    /// <summary>Every operator, in the place where it stands, has an integer form; for today's protocol, that of a chain of Gemm and ReLU.</summary>
    public static readonly Check Operator = new("model.quantise.operator");

    /// <summary>There is calibration data, each record of the model's input length, and every activation is finite.</summary>
    public static readonly Check Calibration = new("model.quantise.calibration");

    /// <summary>Scales exist that keep every multiplier in its range and every accumulator in 32 bits.</summary>
    public static readonly Check Range = new("model.quantise.range");

    /// <summary>A request has one byte per input cell.</summary>
    public static readonly Check Request = new("model.request.length");
}
