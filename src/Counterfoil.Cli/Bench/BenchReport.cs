using System.Text.Json;
using System.Text.Json.Serialization;

namespace Counterfoil.Cli.Bench;

/// <summary>What a bench found, for people and for programs.</summary>
/// <param name="Verb">Which bench: <c>hash</c>.</param>
/// <param name="Tables">For people.</param>
/// <param name="Notes">How to read them: what was compared with what, and what was not.</param>
/// <param name="Json">The same facts for programs, an array.</param>
sealed record BenchReport(string Verb, IReadOnlyList<MarkdownTable> Tables, IReadOnlyList<string> Notes, string Json)
{
    /// <summary>A report of figures beside their references.</summary>
    public static BenchReport Of(string verb, IReadOnlyList<Figure> figures, params IReadOnlyList<string> notes)
    {
        var table = new MarkdownTable(null, "case", "figure", "unit", "reference", "its figure", "times better");
        foreach (var f in figures)
            table.Add(f.Case, MarkdownTable.Number(f.Value), f.Unit, f.Reference ?? "–", f.ReferenceValue is { } r ? MarkdownTable.Number(r) : "–", f.Ratio is { } q ? $"{q:F2}" : "–");
        return new BenchReport(verb, [table], notes, JsonSerializer.Serialize(
            figures.Select(f => new FigureDocument(f.Case, f.Value, f.Unit, f.Reference, f.ReferenceValue, f.Ratio)).ToArray(), BenchJson.Default.FigureDocumentArray));
    }

    /// <summary>A report of proofs, a row a model.</summary>
    public static BenchReport Of(IReadOnlyList<ProofDocument> rows, IReadOnlyList<MarkdownTable> tables, params IReadOnlyList<string> notes) =>
        new("proofs", tables, notes, JsonSerializer.Serialize([.. rows], BenchJson.Default.ProofDocumentArray));

    /// <summary>Tables and notes, as they are printed.</summary>
    public override string ToString() => string.Join('\n', Tables) + (Notes.Count == 0 ? "" : $"\n{string.Concat(Notes.Select(n => $"- {n}\n"))}");

    /// <summary>Several reports as one object for programs.</summary>
    public static string JsonOf(IEnumerable<BenchReport> reports) => $"{{\n{string.Join(",\n", reports.Select(r => $"\"{r.Verb}\": {r.Json}"))}\n}}";

    /// <summary>Reports as a Markdown file, with the machine, the commit and the command beside them.</summary>
    /// <param name="reports">The reports.</param>
    /// <param name="command">The command that measured.</param>
    /// <param name="load">The machine's load when the run began.</param>
    public static string MarkdownOf(IReadOnlyList<BenchReport> reports, string command, double? load)
    {
        string head = $"`{command}` · commit {Machine.Commit} · {Machine.Description}{(load is { } l ? $" · load {l:F1} when it began" : "")}\n";
        return head + string.Concat(reports.Select(r => $"\n{(reports.Count > 1 ? $"## {r.Verb}\n\n" : "")}{r}"));
    }
}

sealed record FigureDocument(string Case, double Figure, string Unit, string? Reference, double? ReferenceFigure, double? Ratio);

/// <summary>One model, asked <c>batch</c> inputs at once. Times are medians of warm runs and for all inputs together; <c>peakBytes</c> is the process's peak resident set while it proves, model and registration included; <c>schedule</c> is wide or short.</summary>
sealed record ProofDocument(
    string Model, int Batch, long Parameters, long Macs, double ExecuteMillis, double RegisterMillis, double ProveMillis, double VerifyMillis, long ProofBytes, long PeakBytes, bool WeightsHidden, double SecurityBits, string Schedule);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(FigureDocument[]))]
[JsonSerializable(typeof(ProofDocument[]))]
sealed partial class BenchJson : JsonSerializerContext;
