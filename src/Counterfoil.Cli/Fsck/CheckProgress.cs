using System.Globalization;

namespace Counterfoil.Cli.Fsck;

/// <summary>Tells on stderr how far a check has come.</summary>
sealed class CheckProgress : IDisposable
{
    readonly ProgressLine line = new();

    /// <summary>Hears of one part: how much of it is done, and how much there is.</summary>
    public Action<long, long> Of(string what) => (done, total) =>
        line.Say(() => string.Create(CultureInfo.InvariantCulture, $"checking {what}: {(total > 0 ? 100.0 * done / total : 100):F0} % of {total:N0}"));

    /// <summary>Takes the line away.</summary>
    public void Dispose() => line.Dispose();
}
