using System.Collections.Immutable;

namespace Counterfoil.Models;

/// <summary>Steps, and the whole numbers that stand for ratios of steps. Only the four operations of float64 and rounding to even: the same on every machine.</summary>
static class Requantising
{
    // A channel whose multiplier has fewer than 15 significant bits would lose precision against one int8 step in 2^7 … 2^14.
    const double SmallestMultiplier = 1 << 14;
    const int SmallestShift = 15, LargestShift = 46;

    /// <summary>
    /// The smallest shift that leaves every channel 15 bits of multiplier, rounded up to 16, 32 or 46 (a proof looks remainders up in 16-bit limbs, so 17 to 32 bits are one price), and less where
    /// the largest channel would overflow.
    /// </summary>
    public static bool TryChoose(long bound, double[] ratios, out ImmutableArray<uint> multipliers, out int shift)
    {
        multipliers = [];
        shift = SmallestShift;
        double least = ratios.Min(), most = ratios.Max();
        if (!(least > 0) || !double.IsFinite(most)) return false;
        while (shift < LargestShift && least * (1L << shift) < SmallestMultiplier) shift++;
        for (shift = shift <= 16 ? 16 : shift <= 32 ? 32 : LargestShift; shift >= SmallestShift; shift--)
        {
            double m = Math.Round(most * (1L << shift));
            if (m >= 1L << 31 || ((double)bound * m) + (1L << (shift - 1)) >= 1L << 60) continue;   // room for a proof, which rounds biases up to a power of two
            double power = 1L << shift;
            multipliers = [.. ratios.Select(r => (uint)Math.Max(1, Math.Round(r * power)))];
            return true;
        }
        return false;
    }

    /// <summary>The step that makes the largest magnitude 127; any step where all are zero.</summary>
    public static double StepFor(ReadOnlySpan<float> cells)
    {
        double largest = 0;
        foreach (float c in cells) largest = Math.Max(largest, Math.Abs((double)c));
        return largest == 0 ? 1.0 / 127 : largest / 127;
    }

    public static sbyte Round(double cell, double scale) => (sbyte)Math.Clamp(Math.Round(cell / scale), -127, 127);

    /// <summary>The largest weight becomes ±127, unless the bias would then reach 2^30: the step grows until it fits.</summary>
    public static double StepFor(ReadOnlySpan<float> weights, float bias, double inputScale)
    {
        double largest = 0;
        foreach (float w in weights) largest = Math.Max(largest, Math.Abs((double)w));
        double scale = Math.Max(largest / 127, Math.Abs((double)bias) / (inputScale * ((1 << 30) - 1)));
        return scale == 0 ? 1.0 / 127 : scale;
    }
}
