using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Counterfoil.Cli.Bench;

/// <summary><c>counterfoil bench</c>: figures, the machine beside them, and the reference measured in the same run.</summary>
static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Figures of this machine, beside the reference measured in the same run");
        Add(command, "hash", "Digests and Merkle leaves", HashBench.Run);
        return command;
    }

    static void Add(Command parent, string name, string description, Func<CancellationToken, Task<IReadOnlyList<Figure>>> run)
    {
        var json = new Option<bool>("--json") { Description = "One object a figure" };
        var command = new Command(name, description) { json };
        command.SetAction(async (parsed, cancel) =>
        {
            Terminal.Notes.WriteLine($"counterfoil: {Machine}");
            var figures = await run(cancel);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(
                    figures.Select(f => new FigureDocument(f.Case, f.Value, f.Unit, f.Reference, f.ReferenceValue, f.Ratio)).ToArray(), BenchJson.Default.FigureDocumentArray));
            else Print(figures);
            return ExitCode.Yes;
        });
        parent.Add(command);
    }

    /// <summary>What the figures were measured on.</summary>
    public static string Machine { get; } =
        $"{Processor()}, {Environment.ProcessorCount} cores, {(Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : "128")}-bit vectors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    static string Processor()
    {
        const string name = "model name";
        string? line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    static void Print(IReadOnlyList<Figure> figures)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumns("case", "figure", "unit", "reference", "its figure", "ratio");
        foreach (var f in figures)
            table.AddRow(Markup.Escape(f.Case), Number(f.Value), f.Unit, Markup.Escape(f.Reference ?? "–"), f.ReferenceValue is { } r ? Number(r) : "–", f.Ratio is { } q ? $"{q:F2}×" : "–");
        Terminal.Out.Write(table);
    }

    public static string Number(double value) => value switch { >= 1000 => value.ToString("N0"), >= 10 => value.ToString("F1"), _ => value.ToString("F3") };
}

sealed record FigureDocument(string Case, double Figure, string Unit, string? Reference, double? ReferenceFigure, double? Ratio);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(FigureDocument[]))]
sealed partial class BenchJson : JsonSerializerContext;
