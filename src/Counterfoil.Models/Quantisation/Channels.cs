using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>One layer's integers, channel by channel.</summary>
static class Channels
{
    // A channel whose multiplier has fewer than 15 significant bits would lose precision against one int8 step in 2^7 … 2^14.
    const double SmallestMultiplier = 1 << 14;
    const int SmallestShift = 15, LargestShift = 46;

    public static Verdict Quantise(int index, Layer layer, double inputScale, double outputScale, out Gemm? node, out GemmParameters? parameters)
    {
        (node, parameters) = (null, null);
        var gemm = layer.Gemm;
        if ((long)gemm.InputLength << 14 >= 1L << 30)
            return Verdict.Reject(QuantisationChecks.Range, $"node {index}: fewer than 65,536 columns", $"{gemm.InputLength}");

        var weights = new sbyte[gemm.Weights.Length];
        var biases = new int[gemm.OutputLength];
        var ratios = new double[gemm.OutputLength];
        for (int row = 0; row < gemm.OutputLength; row++)
        {
            var w = gemm.Weights.AsSpan(row * gemm.InputLength, gemm.InputLength);
            double scale = WeightScale(w, gemm.Biases[row], inputScale);
            if (!double.IsFinite(scale) || scale <= 0) return Verdict.Reject(QuantisationChecks.Range, $"node {index}, channel {row}: finite weights", $"scale {scale}");
            for (int k = 0; k < w.Length; k++)
                weights[(row * gemm.InputLength) + k] = (sbyte)Math.Clamp(Math.Round(w[k] / scale), -IntegerExecutor.Limit, IntegerExecutor.Limit);
            biases[row] = (int)Math.Round(gemm.Biases[row] / (inputScale * scale));
            ratios[row] = inputScale * scale / outputScale;
        }
        if (!TryShift(gemm.InputLength, biases, ratios, out int shift))
            return Verdict.Reject(QuantisationChecks.Range, $"node {index}: one shift from 15 to 46 for all channels", $"ratios from {ratios.Min():g3} to {ratios.Max():g3}");
        double power = 1L << shift;
        ImmutableArray<uint> multipliers = [.. ratios.Select(r => (uint)Math.Max(1, Math.Round(r * power)))];
        node = new Gemm(layer.Input, gemm.InputLength, gemm.OutputLength, new Requantisation(multipliers, shift), layer.Relu);
        parameters = new GemmParameters([.. weights], [.. biases]);
        return Verdict.Accept;
    }

    /// <summary>The largest weight becomes ±127, unless the bias would then pass 2^30: the step grows until it fits.</summary>
    static double WeightScale(ReadOnlySpan<float> weights, float bias, double inputScale)
    {
        double largest = 0;
        foreach (float w in weights) largest = Math.Max(largest, Math.Abs((double)w));
        double forBias = Math.Abs((double)bias) / (inputScale * (1 << 30));
        double scale = Math.Max(largest / IntegerExecutor.Limit, forBias);
        // A channel of zeros without a bias: any step describes it.
        return scale == 0 ? 1.0 / IntegerExecutor.Limit : scale;
    }

    /// <summary>
    /// The smallest shift that leaves every channel 15 bits of multiplier, rounded up to 32 where that costs nothing (a proof decomposes
    /// the remainder into 16-bit limbs, so 17 to 32 bits are one price), and less where the largest channel would overflow.
    /// </summary>
    static bool TryShift(int inputLength, int[] biases, double[] ratios, out int shift)
    {
        shift = SmallestShift;
        while (shift < LargestShift && ratios.Min() * (1L << shift) < SmallestMultiplier) shift++;
        int rounded = shift <= 16 ? 16 : shift <= 32 ? 32 : LargestShift;
        for (shift = rounded; shift >= SmallestShift; shift--)
            if (Fits(inputLength, biases, ratios, shift)) return true;
        return false;
    }

    static bool Fits(int inputLength, int[] biases, double[] ratios, int shift)
    {
        for (int row = 0; row < ratios.Length; row++)
        {
            double m = Math.Round(ratios[row] * (1L << shift));
            double bound = ((double)inputLength * (1 << 14)) + Math.Abs((double)biases[row]);
            if (m >= 1L << 31 || (bound * m) + (1L << (shift - 1)) >= 1L << 60) return false;   // room for a proof, which rounds biases up to a power of two
        }
        return true;
    }
}
