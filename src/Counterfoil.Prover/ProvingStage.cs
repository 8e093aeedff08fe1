namespace Counterfoil.Prover;

/// <summary>How long a stage of proving took.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Elapsed">Wall-clock time.</param>
public readonly record struct StageTiming(string Stage, TimeSpan Elapsed);

/// <summary>A stage that begins.</summary>
/// <param name="Name">Its name, as <see cref="StageTiming"/> has it.</param>
/// <param name="Number">Which of them it is, from 1.</param>
/// <param name="Count">How many there are.</param>
public readonly record struct ProvingStage(string Name, int Number, int Count);
