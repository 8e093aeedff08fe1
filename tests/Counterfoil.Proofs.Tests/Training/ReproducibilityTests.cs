using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models.Onnx;
using Counterfoil.Training;
using Counterfoil.Training.Arithmetic;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Training;

public sealed class ReproducibilityTests
{
    // Two hidden layers, widths that fill no vector, a last batch that fills no tile.
    static readonly TrainingRecipe Recipe = new() { Layers = [784, 37, 21, 10], Epochs = 2, BatchSize = 27, Seed = 42 };
    const int Records = 150;

    static Task<TrainingResult> Train(TrainingRecipe recipe, KernelPath? path = null, int threads = 1) =>
        Trainer.TrainAsync(recipe, FashionMnist.Sample.Batches(recipe, Records), options: new TrainerOptions { Path = path, Threads = threads });

    // Both digests come from known-answer.mjs beside this file, which shares no code with the product.
    [Theory]
    [InlineData(KernelPath.Scalar, 1)]
    [InlineData(KernelPath.Vector128, 1)]
    [InlineData(KernelPath.Vector256, 1)]
    [InlineData(KernelPath.Vector512, 1)]
    [InlineData(KernelPath.Scalar, 2)]
    [InlineData(KernelPath.Vector512, 2)]
    [InlineData(KernelPath.Vector256, 3)]
    public async Task A_short_run_ends_in_the_known_weights_on_every_path_and_number_of_threads(KernelPath path, int threads)
    {
        var result = await Train(Recipe, path, threads);
        Assert.Equal("4e8ef60a663af23e480c20e7be4f8fd73851fc0fad76d67bcabaca06b8f0084c", result.WeightsDigest.ToString());
        Assert.Equal("38d14d16529df4b4e6570b4f4266ae0bc0f9e5efb753e5eb302c9d6f81fa6941", result.BatchesRoot.ToString());
        Assert.Equal((12, 300L, 2), (result.Steps, result.Records, result.Losses.Length));
    }

    [Fact]
    public void A_product_has_the_bits_of_its_plain_sums_on_every_path() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 20], Gen.Int[1, 70], Gen.Float[-1e3f, 1e3f].Array[200], Gen.Bool).Sample((rows, inner, columns, values, transposed) =>
        {
            var a = Fill(transposed ? inner : rows, transposed ? rows : inner, values, 3);
            var b = Fill(inner, columns, values, 7);
            var initial = Fill(1, columns, values, 11);
            foreach (var path in Enum.GetValues<KernelPath>())
            {
                var c = new Matrix(rows, columns);
                Multiply(path, a, transposed, b, initial, c);
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < columns; j++)
                    {
                        float sum = initial[0, j];
                        for (int t = 0; t < inner; t++) sum += (transposed ? a[t, i] : a[i, t]) * b[t, j];
                        Assert.Equal(BitConverter.SingleToInt32Bits(sum), BitConverter.SingleToInt32Bits(c[i, j]));
                    }
                }
            }
        }, iter: 60);

    static unsafe void Multiply(KernelPath path, Matrix a, bool transposed, Matrix b, Matrix initial, Matrix c)
    {
        fixed (float* pa = a.Cells, pb = b.Cells, pi = initial.Cells, pc = c.Cells)
            Kernels.For(path).Multiply(pa, transposed ? a.Stride : 1, transposed ? 1 : a.Stride, b.Rows, pb, pi, pc, c.Stride, 0, c.Rows);
    }

    static Matrix Fill(int rows, int columns, float[] values, int step)
    {
        var matrix = new Matrix(rows, columns);
        for (int i = 0, at = step; i < rows; i++)
            for (int j = 0; j < columns; j++, at += step) matrix[i, j] = values[at % values.Length];
        return matrix;
    }

    [Fact]
    public async Task Another_seed_is_another_model()
    {
        var (one, other) = (await Train(Recipe), await Train(Recipe with { Seed = 43 }));
        Assert.NotEqual(one.WeightsDigest, other.WeightsDigest);
        Assert.Equal(one.BatchesRoot, other.BatchesRoot);
    }

    [Fact]
    public async Task The_result_is_bound_to_the_batches_in_their_order()
    {
        List<Batch> batches = [];
        await foreach (var batch in FashionMnist.Sample.Batches(Recipe, Records)) batches.Add(batch);
        var result = await Trainer.TrainAsync(Recipe, batches.ToAsyncEnumerable());
        Assert.Equal(MerkleTree.Root([.. batches.Select(b => MerkleTree.LeafHash(b.Root.ToArray()))]), result.BatchesRoot);

        (batches[0], batches[1]) = (batches[1], batches[0]);
        var swapped = await Trainer.TrainAsync(Recipe, batches.ToAsyncEnumerable());
        Assert.NotEqual(result.BatchesRoot, swapped.BatchesRoot);
        Assert.NotEqual(result.WeightsDigest, swapped.WeightsDigest);
    }

    [Fact]
    public async Task Doing_a_run_again_convicts_whoever_claims_other_batches_or_other_weights()
    {
        var result = await Train(Recipe);
        Task<Verdict> Again(TrainingRecipe recipe, Sha256Digest batches, Sha256Digest weights) =>
            Reexecution.VerifyAsync(recipe, FashionMnist.Sample.Batches(recipe, Records), batches, weights, new TrainerOptions { Path = KernelPath.Vector256 });
        async Task<string> Refusal(TrainingRecipe recipe, Sha256Digest batches, Sha256Digest weights) =>
            Assert.IsType<Verdict.Rejected>(await Again(recipe, batches, weights)).Reason.Check.Id;

        Assert.Equal(Verdict.Accept, await Again(Recipe, result.BatchesRoot, result.WeightsDigest));
        Assert.Equal("training.reexecution.batches", await Refusal(Recipe, result.WeightsDigest, result.WeightsDigest));
        Assert.Equal("training.reexecution.weights", await Refusal(Recipe, result.BatchesRoot, result.BatchesRoot));
        Assert.Equal("training.reexecution.weights", await Refusal(Recipe with { LearningRateMillionths = 20_001 }, result.BatchesRoot, result.WeightsDigest));
        Assert.Equal("training.recipe.range", await Refusal(Recipe with { Epochs = 0 }, result.BatchesRoot, result.WeightsDigest));
    }

    [Fact]
    public void Every_epoch_takes_every_record_once_in_an_order_of_its_own()
    {
        var plan = TrainingOrder.Batches(Recipe, Records, default).ToList();
        var epochs = plan.GroupBy(b => b.Epoch).Select(e => e.SelectMany(b => b.Records).ToArray()).ToList();
        Assert.Equal(2, epochs.Count);
        Assert.All(epochs, e => Assert.Equal(Enumerable.Range(0, Records), e.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.All(plan, b => Assert.InRange(b.Records.Length, 1, Recipe.BatchSize));
    }

    [Fact]
    public async Task The_trained_model_comes_back_from_onnx_with_every_bit()
    {
        var result = await Train(Recipe);
        Assert.True(OnnxReader.Read(OnnxWriter.Write(result.Model), out var read).IsAccepted);
        Assert.Equal(result.WeightsDigest, (result with { Model = read! }).WeightsDigest);
    }
}
