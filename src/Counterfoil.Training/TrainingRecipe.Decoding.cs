using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Training;

public sealed partial record TrainingRecipe
{
    const string FirstLine = "counterfoil training recipe v1";

    /// <summary>The most weights of a network, and the most activations of a batch: 2^25.</summary>
    public const int MaximumCells = 1 << 25;

    /// <summary>The longest canonical form: 1,024 bytes.</summary>
    public const int MaximumBytes = 1024;

    /// <summary>Reads a canonical form: any other spelling of the same recipe is refused.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out TrainingRecipe? recipe)
    {
        recipe = null;
        if (bytes.Length is 0 or > MaximumBytes) return Verdict.Reject(TrainingChecks.RecipeEncoding, $"1 to {MaximumBytes} bytes", $"{bytes.Length}");
        string[] lines = Encoding.Latin1.GetString(bytes.Span).Split('\n');
        string[] names = ["layers", "input", "epochs", "batch-size", "learning-rate-millionths", "decay-millionths", "momentum-millionths", "seed"];
        // A line of its own, where there are any; a perceptron's recipe is what it always was.
        string? convolutions = lines.Length > 2 && lines[2].StartsWith("convolutions ", StringComparison.Ordinal) ? lines[2]["convolutions ".Length..] : null;
        if (convolutions is not null) lines = [.. lines[..2], .. lines[3..]];
        if (lines.Length != names.Length + 2 || lines[0] != FirstLine || lines[^1].Length != 0)
            return Verdict.Reject(TrainingChecks.RecipeEncoding, $"'{FirstLine}' and {names.Length} lines", $"{lines.Length - 1} lines");

        var values = new string[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (!lines[i + 1].StartsWith(names[i] + " ", StringComparison.Ordinal))
                return Verdict.Reject(TrainingChecks.RecipeEncoding, $"line {i + 2} to say {names[i]}", "something else");
            values[i] = lines[i + 1][(names[i].Length + 1)..];
        }
        var layers = values[0].Split(' ').Select(Number).ToImmutableArray();
        if (!ulong.TryParse(values[7], NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
            return Verdict.Reject(TrainingChecks.RecipeRange, "a seed below 2^64", "something else");
        var (image, stages) = convolutions is null ? (default, []) : Stages(convolutions);
        var candidate = new TrainingRecipe
        {
            Image = image,
            Convolutions = stages,
            Layers = layers,
            Input = values[1],
            Epochs = Number(values[2]),
            BatchSize = Number(values[3]),
            LearningRateMillionths = Number(values[4]),
            DecayMillionths = Number(values[5]),
            MomentumMillionths = Number(values[6]),
            Seed = seed,
        };
        var verdict = candidate.Validate();
        if (!verdict.IsAccepted) return verdict;
        if (!candidate.Encode().AsSpan().SequenceEqual(bytes.Span)) return Verdict.Reject(TrainingChecks.RecipeEncoding, "the canonical spelling", "another");
        recipe = candidate;
        return Verdict.Accept;
    }

    /// <summary>Whether every value is in its range.</summary>
    public Verdict Validate()
    {
        if (Layers.IsDefault || Layers.Length is < 2 or > 16) return Verdict.Reject(TrainingChecks.RecipeRange, "2 to 16 layers", Layers.IsDefault ? "none" : $"{Layers.Length}");
        for (int i = 0; i < Layers.Length; i++)
        {
            if (Layers[i] is < 1 or > 65_535) return Verdict.Reject(TrainingChecks.RecipeRange, "layers of 1 to 65,535 cells", $"{Layers[i]}");
            if (i > 0 && (long)Layers[i] * Layers[i - 1] > 1 << 24) return Verdict.Reject(TrainingChecks.RecipeRange, "at most 2^24 weights a layer", $"{(long)Layers[i] * Layers[i - 1]}");
        }
        var shape = ShapeOfConvolutions();
        if (!shape.IsAccepted) return shape;
        if (!Preprocessing.TryFind(Input, out _)) return Verdict.Reject(TrainingChecks.RecipeRange, "a known input preprocessing", $"'{Input}'");
        return InRange("epochs", Epochs, 1, 10_000)
            .Then(() => InRange("batch-size", BatchSize, 1, 65_536))
            .Then(() => InRange("learning-rate-millionths", LearningRateMillionths, 1, 10_000_000))
            .Then(() => InRange("decay-millionths", DecayMillionths, 1, 1_000_000))
            .Then(() => InRange("momentum-millionths", MomentumMillionths, 0, 999_999))
            .Then(Memory);
    }

    // A provider runs a tenant's recipe: it must not ask for more memory than a small network needs.
    Verdict Memory()
    {
        long weights = 0, cells = 0;
        var image = Image;
        foreach (var stage in Convolutions)
        {
            // Rows of windows, their gradients, and the two of sums.
            long positions = (image.Height + (2L * stage.Padding) - stage.Kernel + 1) * (image.Width + (2L * stage.Padding) - stage.Kernel + 1), columns = (long)image.Channels * stage.Kernel * stage.Kernel;
            cells += BatchSize * positions * (columns + stage.Outputs);
            weights += columns * stage.Outputs;
            image = image.After(stage);
        }
        if (!Convolutions.IsEmpty) weights += (image.Cells - Layers[0]) * Layers[1];
        for (int i = 0; i < Layers.Length; i++)
        {
            cells += (long)BatchSize * Layers[i];
            if (i > 0) weights += (long)Layers[i] * Layers[i - 1];
        }
        return weights <= MaximumCells && cells <= MaximumCells
            ? Verdict.Accept
            : Verdict.Reject(TrainingChecks.RecipeRange, $"at most {MaximumCells} weights, and as many activations of a batch", $"{weights} and {cells}");
    }

    Verdict ShapeOfConvolutions()
    {
        if (Convolutions.IsDefault || Convolutions.Length > 8) return Verdict.Reject(TrainingChecks.RecipeRange, "at most 8 convolutions", Convolutions.IsDefault ? "none" : $"{Convolutions.Length}");
        if (Convolutions.IsEmpty) return Image == default ? Verdict.Accept : Verdict.Reject(TrainingChecks.RecipeRange, "an image only before convolutions", $"{Image}");
        var image = Image;
        if (image.Channels < 1 || image.Height < 1 || image.Width < 1 || image.Cells != Layers[0]) return Verdict.Reject(TrainingChecks.RecipeRange, $"an image of {Layers[0]} cells", $"{image}");
        foreach (var stage in Convolutions)
        {
            if (stage.Outputs is < 1 or > 1024 || stage.Kernel is < 1 or > 11 || stage.Padding < 0 || stage.Padding >= stage.Kernel)
                return Verdict.Reject(TrainingChecks.RecipeRange, "1 to 1,024 outputs, a kernel of 1 to 11 and less padding", $"{stage}");
            image = image.After(stage);
            if (image.Height < 1 || image.Width < 1) return Verdict.Reject(TrainingChecks.RecipeRange, "an image that the convolutions leave something of", $"{image}");
        }
        return image.Cells * Layers[1] <= 1 << 24 ? Verdict.Accept : Verdict.Reject(TrainingChecks.RecipeRange, "at most 2^24 weights a layer", $"{image.Cells * Layers[1]}");
    }

    static (ImageShape, ImmutableArray<ConvolutionStage>) Stages(string line)
    {
        string[] words = line.Split(' ');
        int[] image = [.. words[0].Split('x').Select(Number)];
        if (image.Length != 3 || words.Length > 9) return (new(-1, -1, -1), [default]);
        var stages = words[1..].Select(w => w.Split('x', 'p') is [var outputs, var kernel, var padding] ? new ConvolutionStage(Number(outputs), Number(kernel), Number(padding)) : default);
        return (new(image[0], image[1], image[2]), [.. stages]);
    }

    static Verdict InRange(string name, int value, int from, int to) =>
        value >= from && value <= to ? Verdict.Accept : Verdict.Reject(TrainingChecks.RecipeRange, $"{name} from {from} to {to}", $"{value}");

    // −1 is in no range.
    static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : -1;
}

/// <summary>The checks of this room.</summary>
public static class TrainingChecks
{
    /// <summary>A recipe is in its canonical form.</summary>
    public static readonly Check RecipeEncoding = new("training.recipe.encoding");

    /// <summary>Every value of a recipe is in its range, and the run fits in memory.</summary>
    public static readonly Check RecipeRange = new("training.recipe.range");

    /// <summary>The run consumed the batches it is said to have consumed, in that order.</summary>
    public static readonly Check Batches = new("training.reexecution.batches");

    /// <summary>The run, done again, ends in the same weights.</summary>
    public static readonly Check Weights = new("training.reexecution.weights");
}
