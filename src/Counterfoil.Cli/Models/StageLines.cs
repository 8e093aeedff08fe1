using Counterfoil.Prover;

namespace Counterfoil.Cli.Models;

/// <summary>Tells on stderr which stage a long registration or proof is at, and since when it runs: by the clock, for a stage may take long without a word.</summary>
sealed class StageLines : IProgress<ProvingStage>, IDisposable
{
    readonly ProgressLine line = new();
    readonly Timer timer;
    volatile Stage stage = new(default);

    /// <param name="what">What is done, in a word.</param>
    public StageLines(string what) =>
        timer = new Timer(_ => line.Say(() => $"{what}: {stage.Words}, {line.Elapsed.TotalSeconds:F0} s"), null, ProgressLine.OnTerminal, ProgressLine.OnTerminal);

    sealed record Stage(ProvingStage Value)
    {
        public string Words => Value.Count > 0 ? $"{Value.Name} (stage {Value.Number} of {Value.Count})" : "reading";
    }

    /// <inheritdoc/>
    public void Report(ProvingStage value) => stage = new(value);

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        timer.Dispose();
        line.Dispose();
    }
}
