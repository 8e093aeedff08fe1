using System.Collections.Immutable;
using System.Text.Json;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Auditing;
using Counterfoil.Evidence.Verification;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary>Differences, for people and for programs.</summary>
static class DifferenceOutput
{
    const int Shown = 50;

    public static void Write(Verdict verdict, ImmutableArray<Difference> differences, bool json, string before, string after)
    {
        var (word, reason) = VerificationReportJson.Words(verdict);
        if (json)
        {
            using var output = Console.OpenStandardOutput();
            using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
            writer.WriteStartObject();
            writer.WriteString("verdict", word);
            writer.WriteString("check", reason?.Check.Id);
            writer.WriteString("expected", reason?.Expected);
            writer.WriteString("found", reason?.Found);
            writer.WriteStartArray("differences");
            foreach (var d in differences)
            {
                writer.WriteStartObject();
                writer.WriteString("kind", Word(d.Kind));
                if (d.Place is { } place) writer.WriteNumber("place", place);
                else writer.WriteNull("place");
                if (d.Position is { } position) writer.WriteNumber("position", position);
                else writer.WriteNull("position");
                writer.WriteString("expected", d.Expected?.ToString());
                writer.WriteString("found", d.Found?.ToString());
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
            return;
        }
        foreach (var d in differences.Take(Shown)) Terminal.Out.WriteLine(Sentence(d));
        if (differences.Length > Shown) Terminal.Out.WriteLine($"and {differences.Length - Shown:N0} more: --json lists all");
        if (differences.Length > 0)
            Terminal.Out.WriteLine(string.Join(", ", differences.GroupBy(d => d.Kind).OrderBy(g => g.Key).Select(g => $"{g.Count():N0} {Word(g.Key)}")));
        Terminal.Out.WriteLine(reason is null ? $"{word}: {after} is {before}" : $"{word} {reason.Check}: expected {reason.Expected}, found {reason.Found}");
    }

    static string Word(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Altered => "altered",
        DifferenceKind.Moved => "moved",
        DifferenceKind.Duplicated => "duplicated",
        DifferenceKind.Missing => "missing",
        _ => "extra",
    };

    static string Sentence(Difference d) => d.Kind switch
    {
        DifferenceKind.Altered => $"altered     place {d.Place}: expected {d.Expected}, found {d.Found} at {d.Position}",
        DifferenceKind.Moved => $"moved       place {d.Place}: {d.Found} is at {d.Position}",
        DifferenceKind.Duplicated => $"duplicated  place {d.Place}: {d.Found} is at {d.Position} too",
        DifferenceKind.Missing => $"missing     place {d.Place}: {d.Expected} is nowhere",
        _ => $"extra       {d.Found} at {d.Position} was never committed",
    };
}
