namespace Counterfoil.Cli.Bench;

/// <summary>One measured figure, beside the reference that was measured in the same run.</summary>
/// <param name="Case">What was measured.</param>
/// <param name="Value">The median.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Reference">What it is compared with, or null where nothing comparable is installed.</param>
/// <param name="ReferenceValue">The reference's median in the same run and unit.</param>
/// <param name="LessIsBetter">Whether a smaller figure is the better one.</param>
sealed record Figure(string Case, double Value, string Unit, string? Reference = null, double? ReferenceValue = null, bool LessIsBetter = false)
{
    /// <summary>How many times better than the reference; null without one.</summary>
    public double? Ratio => ReferenceValue is { } r && r > 0 && Value > 0 ? LessIsBetter ? r / Value : Value / r : null;

    /// <summary>A duration of <paramref name="seconds"/> as a rate of <paramref name="amount"/> a second, and the reference's likewise.</summary>
    public static Figure Rate(string name, double amount, string unit, double seconds, string? reference = null, double? referenceSeconds = null) =>
        new(name, amount / seconds, unit, reference, amount / referenceSeconds);
}
