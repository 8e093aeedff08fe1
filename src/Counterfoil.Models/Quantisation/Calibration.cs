using Counterfoil.Core.Verdicts;

namespace Counterfoil.Models;

/// <summary>What the float model did on the calibration data.</summary>
sealed class Calibration
{
    readonly FloatModel model;
    readonly float[] largest, smallest;
    // Every magnitude of a value, when scales are quantiles: the largest alone needs no list.
    readonly List<float>?[] magnitudes;

    Calibration(FloatModel model, QuantiserOptions options)
    {
        this.model = model;
        largest = new float[model.Values];
        smallest = Enumerable.Repeat(float.PositiveInfinity, model.Values).ToArray();
        Centred = new float[model.Values];
        magnitudes = new List<float>?[model.Values];
        for (int v = 0; v < magnitudes.Length; v++)
            if ((model.Outputs.Contains(v) ? options.OutputCoverage : options.Coverage) < 1) magnitudes[v] = [];
    }

    public List<float[]> Inputs { get; } = [];

    public List<float[]> Outputs { get; } = [];

    /// <summary>The largest |x − mean of the row| that each normalisation met.</summary>
    public float[] Centred { get; }

    public static Verdict Observe(FloatModel model, IReadOnlyList<float[]> records, QuantiserOptions options, out Calibration? observed)
    {
        observed = null;
        if (records.Count == 0) return Verdict.Reject(QuantisationChecks.Calibration, "at least one record", "none");
        var calibration = new Calibration(model, options);
        for (int i = 0; i < records.Count; i++)
        {
            if (records[i].Length != model.InputLength) return Verdict.Reject(QuantisationChecks.Calibration, $"records of {model.InputLength} cells", $"record {i}: {records[i].Length}");
            var values = FloatExecutor.Values(model, records[i]);
            for (int v = 0; v < values.Length; v++)
            {
                var mask = model.Writer(v) as FloatMask;
                for (int c = 0; c < values[v].Length; c++)
                {
                    if (mask is not null && mask.Masked[c]) continue;
                    float value = values[v][c];
                    if (!float.IsFinite(value)) return Verdict.Reject(QuantisationChecks.Calibration, "finite activations", $"{value} in value {v} on record {i}");
                    float magnitude = Math.Abs(value);
                    calibration.largest[v] = Math.Max(calibration.largest[v], magnitude);
                    calibration.smallest[v] = Math.Min(calibration.smallest[v], value);
                    // Zeros say nothing about a scale, and ReLU makes most cells zero.
                    if (magnitude > 0) calibration.magnitudes[v]?.Add(magnitude);
                }
                if (model.Writer(v) is FloatNormalisation normalisation) calibration.Centred[v] = Math.Max(calibration.Centred[v], LargestCentred(values[normalisation.Input], normalisation.Cells));
            }
            calibration.Inputs.Add(records[i]);
            calibration.Outputs.Add(values[model.Outputs[0]]);
        }
        foreach (var list in calibration.magnitudes) list?.Sort();
        observed = calibration;
        return Verdict.Accept;
    }

    static float LargestCentred(float[] x, int cells)
    {
        float largest = 0;
        for (int row = 0; row < x.Length; row += cells)
        {
            var part = x.AsSpan(row, cells);
            double mean = 0;
            foreach (float cell in part) mean += cell;
            mean /= cells;
            foreach (float cell in part) largest = Math.Max(largest, (float)Math.Abs(cell - mean));
        }
        return largest;
    }

    /// <summary>Whether a value was above 0 whenever it was seen.</summary>
    public bool IsPositive(int value) => smallest[value] > 0;

    /// <summary>The magnitude that covers the given share of the value's non-zero magnitudes; 1 of a value that is always zero, where any will do.</summary>
    public double Magnitude(int value, double coverage)
    {
        if (coverage is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "a share in (0, 1]");
        if (largest[value] == 0) return 1;
        if (magnitudes[value] is not { } sorted) return largest[value];
        int index = (int)Math.Min(sorted.Count - 1, Math.Ceiling(coverage * sorted.Count) - 1);
        return sorted[Math.Max(0, index)];
    }

    public QuantisationReport Compare(IntegerModel quantised)
    {
        var executor = new FastExecutor(quantised);
        double maximum = 0, sum = 0, squares = 0, low = double.PositiveInfinity, high = double.NegativeInfinity;
        long agree = 0, saturated = 0, cells = 0;
        var last = quantised.Graph.Nodes[quantised.Graph.Output - 1] as Zk.Graphs.Requantise;
        for (int i = 0; i < Inputs.Count; i++)
        {
            var output = executor.Execute(Quantiser.ToCells(Inputs[i], quantised))[quantised.Graph.Output];
            for (int c = 0; c < output.Length; c++, cells++)
            {
                double error = Math.Abs((output[c] * quantised.OutputScale) - Outputs[i][c]);
                maximum = Math.Max(maximum, error);
                sum += error;
                squares += error * error;
                (low, high) = (Math.Min(low, Outputs[i][c]), Math.Max(high, Outputs[i][c]));
                if (last is not null && (output[c] == last.Most || output[c] == last.Least)) saturated++;
            }
            if (Zk.Graphs.ArgMax.Of(output) == Zk.Graphs.ArgMax.Of(Outputs[i])) agree++;
        }
        return new QuantisationReport(Inputs.Count, maximum, sum / cells, (double)agree / Inputs.Count, (double)saturated / cells) { RootMeanSquareError = Math.Sqrt(squares / cells), FloatRange = high - low };
    }
}
