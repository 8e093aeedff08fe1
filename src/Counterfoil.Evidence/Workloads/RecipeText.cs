using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Evidence.Workloads;

/// <summary>A training recipe as its canonical text (<c>docs/models.md</c>: a line for each value), as far as a training run repeats it.</summary>
static class RecipeText
{
    /// <summary>The value that a recipe has and a training run tells otherwise; null where they agree.</summary>
    public static (string Expected, string Found)? Contradicts(ReadOnlySpan<byte> recipe, TrainingParameters told)
    {
        string[] lines = System.Text.Encoding.Latin1.GetString(recipe).Split('\n');
        (string Name, string Value)[] values =
        [
            ("layers", string.Join(' ', told.Layers)), ("epochs", $"{told.Epochs}"), ("batch-size", $"{told.BatchSize}"), ("seed", $"{told.Seed}"),
            ("learning-rate-millionths", told.LearningRate.EndsWith("e-6", StringComparison.Ordinal) ? told.LearningRate[..^3] : told.LearningRate),
        ];
        foreach (var (name, value) in values)
        {
            // A name that stands there twice says nothing.
            var said = lines.Where(l => l.StartsWith(name + " ", StringComparison.Ordinal)).ToList();
            if (said.Count != 1 || said[0] != $"{name} {value}") return (said.Count == 1 ? said[0] : $"one line '{name}'", $"{name} {value}");
        }
        return null;
    }
}
