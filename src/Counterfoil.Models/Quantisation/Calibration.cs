using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>What the float model did on the calibration data.</summary>
sealed class Calibration
{
    readonly FloatModel model;
    readonly List<sbyte[]> inputs = [];
    readonly List<float[]> outputs = [];
    readonly float[] largest;
    // Every magnitude of a value, for those whose scale is a quantile: the largest alone needs no list.
    readonly List<float>?[] magnitudes;

    Calibration(FloatModel model, QuantiserOptions options)
    {
        this.model = model;
        largest = new float[model.Nodes.Length + 1];
        magnitudes = new List<float>?[largest.Length];
        for (int v = 1; v < magnitudes.Length; v++)
            if ((v == magnitudes.Length - 1 ? options.OutputCoverage : options.Coverage) < 1) magnitudes[v] = [];
    }

    public static Verdict Observe(FloatModel model, Preprocessing preprocessing, IReadOnlyList<ReadOnlyMemory<byte>> records, QuantiserOptions options,
        out Calibration? observed)
    {
        observed = null;
        if (records.Count == 0) return Verdict.Reject(QuantisationChecks.Calibration, "at least one record", "none");
        var calibration = new Calibration(model, options);
        for (int i = 0; i < records.Count; i++)
        {
            if (records[i].Length != model.InputLength)
                return Verdict.Reject(QuantisationChecks.Calibration, $"records of {model.InputLength} bytes", $"record {i}: {records[i].Length}");
            var verdict = Preprocessing.Apply(preprocessing.Name, records[i].Span, out var cells);
            if (!verdict.IsAccepted) return verdict;
            var values = FloatExecutor.Values(model, Array.ConvertAll(cells!, q => q / (float)preprocessing.Denominator));
            for (int v = 1; v < values.Length; v++)
            {
                foreach (float value in values[v])
                {
                    if (!float.IsFinite(value)) return Verdict.Reject(QuantisationChecks.Calibration, "finite activations", $"{value} in value {v} on record {i}");
                    float magnitude = Math.Abs(value);
                    calibration.largest[v] = Math.Max(calibration.largest[v], magnitude);
                    // Zeros say nothing about a scale, and ReLU makes most cells zero.
                    if (magnitude > 0) calibration.magnitudes[v]?.Add(magnitude);
                }
            }
            calibration.inputs.Add(cells!);
            calibration.outputs.Add(values[^1]);
        }
        foreach (var list in calibration.magnitudes) list?.Sort();
        observed = calibration;
        return Verdict.Accept;
    }

    /// <summary>The scale that brings the given share of the value's non-zero magnitudes within 127 steps.</summary>
    public double Scale(int value, double coverage)
    {
        if (coverage is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "a share in (0, 1]");
        // A tensor that is always zero has no scale of its own: any will do.
        if (largest[value] == 0) return 1.0 / IntegerExecutor.Limit;
        if (magnitudes[value] is not { } sorted) return (double)largest[value] / IntegerExecutor.Limit;
        int index = (int)Math.Min(sorted.Count - 1, Math.Ceiling(coverage * sorted.Count) - 1);
        return (double)sorted[Math.Max(0, index)] / IntegerExecutor.Limit;
    }

    public QuantisationReport Compare(QuantisedModel quantised)
    {
        double maximum = 0, sum = 0;
        long agree = 0, saturated = 0, cells = 0;
        for (int i = 0; i < inputs.Count; i++)
        {
            var output = IntegerExecutor.Execute(quantised.Graph, quantised.Parameters, inputs[i]).Output;
            for (int c = 0; c < output.Length; c++, cells++)
            {
                double error = Math.Abs((output[c] * quantised.OutputScale) - outputs[i][c]);
                maximum = Math.Max(maximum, error);
                sum += error;
                if (Math.Abs((int)output[c]) == IntegerExecutor.Limit) saturated++;
            }
            if (ArgMax.Of(output.AsSpan()) == ArgMax.Of(outputs[i])) agree++;
        }
        return new QuantisationReport(inputs.Count, maximum, sum / cells, (double)agree / inputs.Count, (double)saturated / cells);
    }
}
