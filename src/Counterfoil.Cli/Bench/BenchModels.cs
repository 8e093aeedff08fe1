using System.Collections.Immutable;
using Counterfoil.Cli.Demo;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Guarding;
using Counterfoil.Data.Idx;
using Counterfoil.Models;
using Counterfoil.Training;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Cli.Bench;

/// <summary>A model to measure.</summary>
/// <param name="Name">Its shape.</param>
/// <param name="Weights">Where its weights come from. Times do not depend on it; what a reader believes does.</param>
/// <param name="Graph">The operators.</param>
/// <param name="Parameters">Weights and biases.</param>
/// <param name="Input">An input.</param>
sealed record BenchModel(string Name, string Weights, Graph Graph, ImmutableArray<GemmParameters> Parameters, sbyte[] Input)
{
    public long ParameterCount => Parameters.Sum(p => (long)p.Weights.Length + p.Biases.Length);

    /// <summary>Multiplications of one inference: every weight of these models is used once.</summary>
    public long Macs => Parameters.Sum(p => (long)p.Weights.Length);
}

/// <summary>The models that are measured: the same for every run of a commit.</summary>
static class BenchModels
{
    /// <summary>A perceptron trained on the sample images for a few epochs, as the demo trains one.</summary>
    public static async Task<BenchModel> TrainedAsync(BenchRun run, params int[] layers)
    {
        var recipe = new TrainingRecipe { Layers = [.. layers], Epochs = run.Quick ? 1 : 3, Seed = 1 };
        var (trained, images) = await TrainAsync(run, recipe);
        Quantiser.Quantise(trained.Model, Preprocessing.Uint8Shift1, [.. images.Take(200).Select(r => (ReadOnlyMemory<byte>)r)], new QuantiserOptions(), out var quantised, out _).Require();
        Preprocessing.Apply(Preprocessing.Uint8Shift1.Name, images[0], out var input).Require();
        return new BenchModel($"MLP {string.Join('-', layers)}", $"trained, {recipe.Epochs} epochs of Fashion-MNIST's test images", quantised!.Graph, quantised.Parameters, input!);
    }

    /// <summary>Trains by a recipe on the sample images; what was learned, and the images.</summary>
    public static async Task<(TrainingResult Result, List<byte[]> Images)> TrainAsync(BenchRun run, TrainingRecipe recipe)
    {
        var (result, records, _) = await TrainAsync(run, recipe, held: 0);
        return (result, [.. records.Select(r => r[1..])]);
    }

    /// <summary>Trains by a recipe on all but the last of the sample images; what was learned, the records, label first, that it was learned from, and those held back.</summary>
    public static async Task<(TrainingResult Result, List<byte[]> Records, List<byte[]> Held)> TrainAsync(BenchRun run, TrainingRecipe recipe, int held)
    {
        using var source = Samples.FashionMnist();
        var records = await RecordsAsync(source, run.Quick ? 640 : source.Count, run.Cancel);
        var learned = records[..^held];
        return (await Trainer.TrainAsync(recipe, Batches(recipe, learned), cancellationToken: run.Cancel), learned, records[^held..]);
    }

    static async Task<List<byte[]>> RecordsAsync(IdxLabelled source, int count, CancellationToken cancel)
    {
        var records = new List<byte[]>();
        for (int i = 0; i < count; i++)
        {
            var record = new byte[source.MaxRecordBytes];
            await source.ReadAsync(i, record, cancel);
            records.Add(record);
        }
        return records;
    }

    // No guard stands here: what is measured is the proof, and the roots bind what was read all the same.
    static async IAsyncEnumerable<Batch> Batches(TrainingRecipe recipe, List<byte[]> records)
    {
        await Task.CompletedTask;
        var order = HeldBackSplit.Choose(default, records.Count, count: 0);
        for (int epoch = 0; epoch < recipe.Epochs; epoch++)
            foreach (int[] places in order.EpochOrder(epoch).Chunk(recipe.BatchSize))
            {
                byte[] labels = [.. places.Select(p => records[p][0])], inputs = [.. places.SelectMany(p => records[p].AsSpan(1).ToArray())];
                yield return new Batch(epoch, inputs, labels, Sha256.Hash([.. labels, .. inputs]));
            }
    }
}
