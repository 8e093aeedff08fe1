using Counterfoil.Core.Digests;

namespace Counterfoil.Training;

/// <summary>What one step of training consumes, as the guarded stream delivers it.</summary>
/// <param name="Epoch">Which pass over the data this is part of, from 0; never less than that of the batch before.</param>
/// <param name="Inputs">The records' input bytes, one after the other: <c>Labels.Length × Layers[0]</c> bytes.</param>
/// <param name="Labels">The records' classes.</param>
/// <param name="Root">What the batch is bound to: the root over its records' leaf hashes, computed by the stream.</param>
public sealed record Batch(int Epoch, ReadOnlyMemory<byte> Inputs, ReadOnlyMemory<byte> Labels, Sha256Digest Root);

/// <summary>How far a run is.</summary>
/// <param name="Epoch">The epoch of the last step, from 0.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Records">Records consumed.</param>
/// <param name="Loss">The mean cross-entropy of this epoch so far, in nats.</param>
public readonly record struct TrainingProgress(int Epoch, int Step, long Records, double Loss);
