using System.CommandLine;
using Counterfoil.Evm.Secp256k1;
using Spectre.Console;

namespace Counterfoil.Cli.Bench;

/// <summary><c>counterfoil bench</c>: figures, the machine beside them, and the reference measured in the same run.</summary>
static class BenchCommand
{
    static readonly (string Name, string Description, Func<BenchRun, Task<BenchReport>> Run)[] Verbs =
    [
        ("hash", "Digests, Merkle trees and the commitment of a data set", HashBench.RunAsync),
        ("proofs", "Proofs of inference, a row a model", ProofBench.RunAsync),
        ("models", "Whole models in integers: speed, and distance from float32", ModelBench.RunAsync),
        ("log", "Durable appends to a transparency log, and proofs from it", LogBench.RunAsync),
        ("chain", "The in-process chain, secp256k1, and what the contracts' actions cost", ChainBench.RunAsync),
        ("payments", "Payments by x402 over HTTP on loopback, with and without proofs", PaymentBench.RunAsync),
    ];

    public static Command Create()
    {
        var command = new Command("bench", "Figures of this machine, beside the reference measured in the same run");
        foreach (var (name, description, run) in Verbs) Add(command, name, description, run);
        Add(command, "all", "All of them, one after the other", [.. Verbs.Select(v => v.Run)]);
        return command;
    }

    static void Add(Command parent, string name, string description, params Func<BenchRun, Task<BenchReport>>[] benches)
    {
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var quick = new Option<bool>("--quick") { Description = "Tiny sizes: shows that it runs; no figure to quote" };
        var output = new Option<string?>("--out") { Description = "Also write the tables to this Markdown file" };
        var command = new Command(name, description) { json, quick, output };
        var model = new Option<string?>("--model") { Description = "Measure this model alone: gpt2-small, which takes many minutes and ten gigabytes, is measured only so" };
        if (name == "proofs") command.Add(model);
        command.SetAction(async (parsed, cancel) =>
        {
            var run = new BenchRun(parsed.GetValue(quick), cancel, name == "proofs" ? parsed.GetValue(model) : null);
            string line = $"counterfoil bench {name}{(run.Quick ? " --quick" : "")}{(run.Model is { } only ? $" --model {only}" : "")}";
            var load = Machine.Load;
            Terminal.Notes.WriteLine($"counterfoil: {Machine.Description}{(load is { } l ? $", load {l:F1}" : "")}, secp256k1 by {Secp256k1Backend.Current.Name}");
            if (load > Environment.ProcessorCount) Terminal.Notes.WriteLine("counterfoil: others use this machine too: ratios will hold better than figures");
            var reports = new List<BenchReport>();
            foreach (var bench in benches) reports.Add(await bench(run));

            if (parsed.GetValue(output) is { } path) await File.WriteAllTextAsync(path, BenchReport.MarkdownOf(reports, line, load), cancel);
            Console.Out.WriteLine(
                !parsed.GetValue(json) ? string.Join('\n', reports)
                : benches.Length == 1 ? reports[0].Json
                : BenchReport.JsonOf(reports));
            return ExitCode.Yes;
        });
        parent.Add(command);
    }
}
