using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>What the float model did on the calibration data.</summary>
sealed class Calibration
{
    readonly FloatModel model;
    readonly List<sbyte[]> inputs = [];
    readonly List<float[]> outputs = [];
    readonly List<float>[] magnitudes;

    Calibration(FloatModel model)
    {
        this.model = model;
        magnitudes = new List<float>[model.Nodes.Length + 1];
        for (int v = 0; v < magnitudes.Length; v++) magnitudes[v] = [];
    }

    public static Verdict Observe(FloatModel model, Preprocessing preprocessing, IReadOnlyList<ReadOnlyMemory<byte>> records, out Calibration? observed)
    {
        observed = null;
        if (records.Count == 0) return Verdict.Reject(QuantisationChecks.Calibration, "at least one record", "none");
        var calibration = new Calibration(model);
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
                    // Zeros say nothing about a scale, and ReLU makes most cells zero.
                    if (value != 0) calibration.magnitudes[v].Add(Math.Abs(value));
                }
            }
            calibration.inputs.Add(cells!);
            calibration.outputs.Add(values[^1]);
        }
        foreach (var list in calibration.magnitudes) list.Sort();
        observed = calibration;
        return Verdict.Accept;
    }

    /// <summary>The scale that brings the given share of the value's non-zero magnitudes within 127 steps.</summary>
    public double Scale(int value, double coverage)
    {
        if (coverage is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "a share in (0, 1]");
        var sorted = magnitudes[value];
        // A tensor that is always zero has no scale of its own: any will do.
        if (sorted.Count == 0) return 1.0 / IntegerExecutor.Limit;
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
