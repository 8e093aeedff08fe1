using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Training;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Training;

public sealed class TrainingRecipeTests
{
    static readonly TrainingRecipe Recipe = new() { Layers = [784, 128, 10], Seed = 7 };

    [Fact]
    public void The_canonical_form_is_lines_that_anyone_can_read()
    {
        Assert.Equal("counterfoil training recipe v1\nlayers 784 128 10\ninput uint8-shift1/v1\nepochs 20\nbatch-size 64\nlearning-rate-millionths 20000\n"
            + "decay-millionths 850000\nmomentum-millionths 900000\nseed 7\n", Encoding.ASCII.GetString(Recipe.Encode()));
        Assert.Equal("a7502d1ceb3959adfbe7ece346c0f3a29f17a58672a9e82988d6c1881c58dabd", Recipe.Digest.ToString());
    }

    [Fact]
    public void A_recipe_survives_its_encoding() =>
        Gen.Select(Gen.Int[1, 300].Array[2, 16], Gen.Int[1, 10_000], Gen.Int[1, 4_096], Gen.Int[1, 10_000_000], Gen.Int[1, 1_000_000], Gen.Int[0, 999_999], Gen.ULong)
            .Sample((layers, epochs, size, rate, decay, momentum, seed) =>
            {
                var recipe = new TrainingRecipe
                {
                    Layers = [.. layers],
                    Epochs = epochs,
                    BatchSize = size,
                    LearningRateMillionths = rate,
                    DecayMillionths = decay,
                    MomentumMillionths = momentum,
                    Seed = seed,
                };
                Assert.True(TrainingRecipe.Decode(recipe.Encode(), out var decoded).IsAccepted);
                Assert.Equal(recipe, decoded);
            });

    [Fact]
    public void Every_changed_byte_is_refused_or_another_recipe() =>
        Gen.Select(Gen.Int[0, Recipe.Encode().Length - 1], Gen.Byte[1, 255]).Sample((at, flip) =>
        {
            byte[] bytes = Recipe.Encode();
            bytes[at] ^= flip;
            if (TrainingRecipe.Decode(bytes, out var decoded).IsAccepted) Assert.NotEqual(Recipe.Digest, decoded!.Digest);
            else Assert.Null(decoded);
        });

    [Fact]
    public void Random_and_truncated_bytes_are_refused()
    {
        Gen.Byte.Array[0, 300].Sample(bytes => Assert.IsType<Verdict.Rejected>(TrainingRecipe.Decode(bytes, out _)));
        byte[] whole = Recipe.Encode();
        for (int length = 0; length < whole.Length; length++) Assert.IsType<Verdict.Rejected>(TrainingRecipe.Decode(whole.AsMemory(0, length), out _));
    }

    [Theory]
    [InlineData("training.recipe.encoding", "epochs 20", "epochs 020")]
    [InlineData("training.recipe.encoding", "seed 7\n", "seed 7\n\n")]
    [InlineData("training.recipe.range", "seed 7\n", "seed 7\r\n")]
    [InlineData("training.recipe.encoding", "recipe v1", "recipe v2")]
    [InlineData("training.recipe.encoding", "epochs 20\nbatch-size 64", "batch-size 64\nepochs 20")]
    [InlineData("training.recipe.range", "epochs 20", "epochs 0")]
    [InlineData("training.recipe.range", "epochs 20", "epochs -1")]
    [InlineData("training.recipe.range", "seed 7", "seed 18446744073709551616")]
    [InlineData("training.recipe.range", "784 128 10", "784")]
    [InlineData("training.recipe.range", "784 128 10", "784 128 65536")]
    [InlineData("training.recipe.range", "784 128 10", "65535 65535 10")]
    [InlineData("training.recipe.range", "784 128 10\n", "8000 2000 2000 2000 2000 2000 2000 10\n")]
    [InlineData("training.recipe.range", "batch-size 64", "batch-size 65536")]
    [InlineData("training.recipe.range", "uint8-shift1/v1", "uint8-shift1/v9")]
    [InlineData("training.recipe.range", "momentum-millionths 900000", "momentum-millionths 1000000")]
    public void Another_spelling_or_range_is_refused_by_name(string check, string text, string instead)
    {
        string changed = Encoding.ASCII.GetString(Recipe.Encode()).Replace(text, instead, StringComparison.Ordinal);
        var refused = Assert.IsType<Verdict.Rejected>(TrainingRecipe.Decode(Encoding.ASCII.GetBytes(changed), out _));
        Assert.Equal(check, refused.Reason.Check.Id);
    }

    [Fact]
    public async Task A_batch_that_does_not_fit_the_recipe_is_the_callers_bug()
    {
        var recipe = Recipe with { Layers = [2, 3], BatchSize = 2, Epochs = 2 };
        foreach (var batches in new Batch[][]
        {
            [new(0, new byte[3], new byte[1], default)],
            [new(0, new byte[6], new byte[3], default)],
            [new(0, default, default, default)],
            [new(0, new byte[2], new byte[] { 3 }, default)],
            [new(2, new byte[2], new byte[1], default)],
            [new(1, new byte[2], new byte[1], default), new(0, new byte[2], new byte[1], default)],
        })
            await Assert.ThrowsAsync<ArgumentException>(() => Trainer.TrainAsync(recipe, batches.ToAsyncEnumerable()));
    }

    [Fact]
    public async Task A_byte_that_the_preprocessing_has_no_cell_for_is_not_trained_on()
    {
        var recipe = Recipe with { Layers = [2, 3], Input = "int8/v1" };
        Assert.Equal(1, (await Trainer.TrainAsync(recipe, new Batch[] { new(0, new byte[] { 127, 129 }, new byte[1], default) }.ToAsyncEnumerable())).Steps);
        await Assert.ThrowsAsync<ArgumentException>(() => Trainer.TrainAsync(recipe, new Batch[] { new(0, new byte[] { 127, 128 }, new byte[1], default) }.ToAsyncEnumerable()));
    }

    [Fact]
    public async Task A_run_that_diverges_says_so()
    {
        var recipe = Recipe with { Layers = [784, 64, 64, 64, 64, 10], LearningRateMillionths = 10_000_000, MomentumMillionths = 999_999, DecayMillionths = 1_000_000 };
        await Assert.ThrowsAsync<ArithmeticException>(() => Trainer.TrainAsync(recipe, FashionMnist.Sample.Batches(recipe, 2_000)));
    }

    [Fact]
    public async Task Progress_is_reported_after_every_step_and_cancellation_is_honoured_between_them()
    {
        var recipe = Recipe with { Layers = [784, 10], Epochs = 1, BatchSize = 50 };
        var reports = new List<TrainingProgress>();
        using var stop = new CancellationTokenSource();
        var progress = new Listener(p => { reports.Add(p); if (p.Step == 3) stop.Cancel(); });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Trainer.TrainAsync(recipe, FashionMnist.Sample.Batches(recipe, 500), progress, cancellationToken: stop.Token));
        Assert.Equal([1, 2, 3], reports.Select(r => r.Step));
        Assert.Equal(150, reports[^1].Records);
    }

    sealed class Listener(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
