using System.Collections.Immutable;
using Counterfoil.Core.Merkle;
using Counterfoil.Training.Arithmetic;

namespace Counterfoil.Training;

/// <summary>How a run is executed. Nothing here changes its result.</summary>
public sealed record TrainerOptions
{
    /// <summary>How many threads share the work, at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Which kernels to use; null is the widest that the machine has.</summary>
    public KernelPath? Path { get; init; }
}

/// <summary>Trains a network on a stream of batches, and binds the result to exactly those batches in exactly that order.</summary>
public static class Trainer
{
    /// <summary>Consumes the stream to its end.</summary>
    /// <param name="recipe">What to train, and how.</param>
    /// <param name="guardedStream">The batches, delivered by a guard that has checked every record.</param>
    /// <param name="progress">Told after every step; may be null.</param>
    /// <param name="options">Threads and kernels; null for the defaults.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <exception cref="ArgumentException">The recipe is not valid, or a batch does not fit it.</exception>
    /// <exception cref="ArithmeticException">The run diverged: a loss is not finite.</exception>
    public static async Task<TrainingResult> TrainAsync(TrainingRecipe recipe, IAsyncEnumerable<Batch> guardedStream, IProgress<TrainingProgress>? progress = null,
        TrainerOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(guardedStream);
        var verdict = recipe.Validate();
        if (!verdict.IsAccepted) throw new ArgumentException(verdict.ToString(), nameof(recipe));
        options ??= new TrainerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);

        var network = new Network(recipe, Kernels.For(options.Path ?? Kernels.Widest), options.Threads);
        var consumed = new Frontier();
        var losses = ImmutableArray.CreateBuilder<double>();
        (int epoch, int steps, long records, long ofEpoch, double sum) = (0, 0, 0, 0, 0);
        await foreach (var batch in guardedStream.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Require(recipe, batch, epoch);
            for (; epoch < batch.Epoch; epoch++)
            {
                losses.Add(ofEpoch == 0 ? 0 : sum / ofEpoch);
                (sum, ofEpoch) = (0, 0);
                network.Decay();
            }
            sum += network.Step(batch.Inputs.Span, batch.Labels.Span);
            if (!double.IsFinite(sum)) throw new ArithmeticException($"the loss is not finite at step {steps + 1}: the learning rate is too high for this data");
            consumed.Add(MerkleTree.LeafHash(batch.Root.ToArray()));
            records += batch.Labels.Length;
            ofEpoch += batch.Labels.Length;
            steps++;
            progress?.Report(new TrainingProgress(epoch, steps, records, sum / ofEpoch));
        }
        if (ofEpoch > 0) losses.Add(sum / ofEpoch);
        return new TrainingResult(network.ToModel(), consumed.Root, steps, records, losses.ToImmutable());
    }

    static void Require(TrainingRecipe recipe, Batch batch, int epoch)
    {
        int count = batch.Labels.Length;
        if (batch.Epoch < epoch || batch.Epoch >= recipe.Epochs) throw new ArgumentException($"a batch of epoch {batch.Epoch} after one of epoch {epoch}, of {recipe.Epochs}");
        if (count < 1 || count > recipe.BatchSize) throw new ArgumentException($"a batch of {count} records, of at most {recipe.BatchSize}");
        if (batch.Inputs.Length != (long)count * recipe.Layers[0]) throw new ArgumentException($"{batch.Inputs.Length} input bytes for {count} records of {recipe.Layers[0]}");
        foreach (byte label in batch.Labels.Span)
            if (label >= recipe.Layers[^1]) throw new ArgumentException($"label {label}, of {recipe.Layers[^1]} classes");
    }
}
