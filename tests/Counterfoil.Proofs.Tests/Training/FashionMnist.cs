using System.Collections.Immutable;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using Counterfoil.Core.Digests;
using Counterfoil.Tests;
using Counterfoil.Training;

namespace Counterfoil.Proofs.Tests.Training;

/// <summary>The sample images, split as the demo splits them: a shuffle, of which the last 1,000 are held back.</summary>
sealed class FashionMnist
{
    public const int Pixels = 784, HeldBack = 1_000;
    readonly byte[] images, labels;
    readonly int[] order;

    public static FashionMnist Sample { get; } = new();

    FashionMnist()
    {
        images = Inflate("t10k-images-idx3-ubyte.gz", 16);
        labels = Inflate("t10k-labels-idx1-ubyte.gz", 8);
        order = TrainingOrder.Shuffle(labels.Length, default, -1);
    }

    public int TrainingRecords => labels.Length - HeldBack;

    public IEnumerable<(ReadOnlyMemory<byte> Image, int Label)> Test() => order.Skip(TrainingRecords).Select(i => (Image(i), (int)labels[i]));

    public IReadOnlyList<ReadOnlyMemory<byte>> Calibration(int count) => [.. order.Take(count).Select(Image)];

    ReadOnlyMemory<byte> Image(int i) => images.AsMemory(i * Pixels, Pixels);

    /// <summary>The guarded stream's place in these tests: batches in the recipe's order, each with a root that names its records.</summary>
    public async IAsyncEnumerable<Batch> Batches(TrainingRecipe recipe, int records, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var (epoch, indices) in TrainingOrder.Batches(recipe, records, default))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Batch(epoch, indices);
        }
        await Task.CompletedTask;
    }

    public Batch Batch(int epoch, ImmutableArray<int> indices)
    {
        var inputs = new byte[indices.Length * Pixels];
        var classes = new byte[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            int record = order[indices[i]];
            Image(record).CopyTo(inputs.AsMemory(i * Pixels));
            classes[i] = labels[record];
        }
        return new Batch(epoch, inputs, classes, Sha256.Hash([.. classes, .. inputs]));
    }

    static byte[] Inflate(string file, int header)
    {
        using var gzip = new GZipStream(File.OpenRead(Path.Combine(Surroundings.Root, "samples", "fashion-mnist", file)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        gzip.CopyTo(bytes);
        return bytes.ToArray()[header..];
    }
}
