using System.Runtime.CompilerServices;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Models.Zoo;
using Counterfoil.Training;

namespace Counterfoil.Cli.Bench;

/// <summary>A model whose proofs are measured.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Weights">Where its weights come from. Times do not depend on it; what a reader believes does.</param>
/// <param name="Model">Its integers.</param>
/// <param name="Input">An input.</param>
/// <param name="IsLarge">Whether registering it takes more than a few seconds.</param>
sealed record ProvenModel(string Name, string Weights, IntegerModel Model, int[] Input, bool IsLarge);

/// <summary>The models that are measured: the same for every run of a commit.</summary>
static class ProvenModels
{
    public static async IAsyncEnumerable<ProvenModel> AllAsync(BenchRun run, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        if (run.Model is null)
        {
            yield return await PerceptronAsync(run);
            if (!run.Quick)
                yield return await TrainedAsync(run, "LeNet-5", 1, new TrainingRecipe { Layers = [784, 120, 84, 10], Image = new(1, 28, 28), Convolutions = [new(6, 5, 2), new(16, 5, 0)], LearningRateMillionths = 10_000, Seed = 1 });
        }
        else if (ZooModel.All.All(m => m.Name != run.Model)) throw new UsageException($"no such model: {run.Model}", $"one of {string.Join(", ", ZooModel.All.Select(m => m.Name))}");
        // The two that are trained stand above; what takes many minutes is measured only if it is asked for.
        foreach (var zoo in ZooModel.All.Where(m => run.Model is { } only ? m.Name == only : run.Quick ? m.Name is "lenet5" : m.Name is not ("mlp" or "lenet5" or "gpt2-small")))
        {
            cancel.ThrowIfCancellationRequested();
            yield return Made(zoo);
        }
    }

    // A method of its own: the file and its numbers in floating point, gigabytes of a large model, are gone when it returns.
    static ProvenModel Made(ZooModel zoo)
    {
        OnnxReader.Read(zoo.Build(), out var read, zoo.Limits).Require();
        var inputs = ZooModel.Inputs(read!, zoo.IsLarge ? 1 : 4);
        Quantiser.Quantise(read!, inputs, new QuantiserOptions(), out var model, out _).Require();
        return new ProvenModel(zoo.Name, "from a seed", model!, Quantiser.ToCells(inputs[0], model!), zoo.IsLarge);
    }

    /// <summary>The demo's shape, as the demo trains it.</summary>
    public static Task<ProvenModel> PerceptronAsync(BenchRun run) => TrainedAsync(run, "MLP 784-128-10", 3, new TrainingRecipe { Layers = [784, 128, 10], Seed = 1 });

    static async Task<ProvenModel> TrainedAsync(BenchRun run, string name, int epochs, TrainingRecipe recipe)
    {
        run.Next($"training of {name}");
        recipe = recipe with { Epochs = run.Quick ? 1 : epochs };
        var (result, images) = await TrainedImages.TrainAsync(run, recipe);
        List<float[]> inputs = [.. images.Take(100).Select(image => Array.ConvertAll(image, p => (p >> 1) / 127f))];
        Quantiser.Quantise(result.Model, inputs, new QuantiserOptions { InputScale = 1.0 / 127 }, out var model, out _).Require();
        return new ProvenModel(name, $"trained, {recipe.Epochs} {(recipe.Epochs == 1 ? "epoch" : "epochs")} of Fashion-MNIST's test images", model!, Quantiser.ToCells(inputs[0], model!), false);
    }
}
