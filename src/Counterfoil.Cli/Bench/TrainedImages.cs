using Counterfoil.Cli.Demo;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Guarding;
using Counterfoil.Data.Idx;
using Counterfoil.Training;

namespace Counterfoil.Cli.Bench;

/// <summary>What the measured models are trained on: the sample images, as they are.</summary>
static class TrainedImages
{
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
