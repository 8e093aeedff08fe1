using System.Collections.Immutable;

namespace Counterfoil.Prover;

/// <summary>An answer and its proof.</summary>
/// <param name="Output">The graph's output, as the integer executor computes it.</param>
/// <param name="Proof">What <see cref="Zk.InferenceProof"/> verifies.</param>
/// <param name="Timings">Where the proving time went, in order.</param>
public sealed record ProvenInference(ImmutableArray<sbyte> Output, byte[] Proof, ImmutableArray<StageTiming> Timings)
{
    /// <summary>The whole proving time.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Timings.Sum(t => t.Elapsed.Ticks));
}

/// <summary>How long a stage of proving took.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Elapsed">Wall-clock time.</param>
public readonly record struct StageTiming(string Stage, TimeSpan Elapsed);

/// <summary>A stage that begins.</summary>
/// <param name="Name">Its name, as <see cref="StageTiming"/> has it.</param>
/// <param name="Number">Which of them it is, from 1.</param>
/// <param name="Count">How many there are.</param>
public readonly record struct ProvingStage(string Name, int Number, int Count);
