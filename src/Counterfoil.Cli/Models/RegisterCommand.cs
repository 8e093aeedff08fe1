using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk.Answers;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Cli.Models;

/// <summary><c>counterfoil model register</c>: quantises a model, commits it, and writes what it takes to prove and to verify its answers.</summary>
static class RegisterCommand
{
    public static Command Create()
    {
        var file = ModelFiles.File();
        var data = ModelFiles.Data();
        var output = new Option<string>("--out") { Description = "The folder to write: public.model for everyone, and private, which stays with you", Required = true };
        var profile = new Option<string>("--profile") { Description = "hidden: proofs say nothing of the weights, as many as the budget; public: they hide nothing, and there is no end to them", DefaultValueFactory = _ => "hidden" };
        profile.AcceptOnlyFromAmong("hidden", "public");
        var budget = new Option<int>("--budget") { Description = $"Of hidden weights: how many answers can be proven, 1 to {CommitmentParameters.MostBudget}; more make each proof larger", DefaultValueFactory = _ => 64 };
        var schedule = new Option<string>("--schedule") { Description = "How proofs open what is committed: wide is made faster, short is shorter", DefaultValueFactory = _ => "wide" };
        schedule.AcceptOnlyFromAmong("wide", "short");
        var batch = new Option<int>("--batch") { Description = $"The most inputs that one proof is to be about, 1 to {GraphBatch.MostInputs}: proofs of hidden weights need room for it", DefaultValueFactory = _ => 1 };
        var tensors = new Option<int?>("--tensor-budget")
        {
            Description = $"Proofs about one input or output that is hidden itself, up to {CommitmentParameters.MostBudget}; 0 makes no room for such. Unless told {TensorBudget}, or as many as the budget if that is less; of public weights 0",
        };
        var name = new Option<string?>("--name") { Description = "What the model is called; the file's name without its ending unless told" };
        var coverage = ModelFiles.Coverage();
        var bits = ModelFiles.OutputBits();
        var json = ModelFiles.Json();
        var command = new Command("register", "Quantises a model by typical inputs, commits it, and proves the commitment well-formed") { file, data, output, profile, budget, schedule, batch, tensors, name, coverage, bits, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(file)!, parsed.GetValue(data)!, parsed.GetValue(output)!,
            Options(parsed.GetValue(profile) == "hidden", parsed.GetValue(budget), parsed.GetValue(schedule) == "short" ? Schedule.Short : Schedule.Wide, parsed.GetValue(batch), parsed.GetValue(tensors)),
            parsed.GetValue(name), parsed.GetValue(coverage), parsed.GetValue(bits), parsed.GetValue(json)));
        return command;
    }

    // Hidden weights have masks for this many openings in any case.
    const int TensorBudget = 8;

    static RegistrationOptions Options(bool isHidden, int budget, Schedule schedule, int batch, int? tensors)
    {
        if (budget is < 1 or > CommitmentParameters.MostBudget) throw new UsageException($"a budget of {budget}", $"1 to {CommitmentParameters.MostBudget} proofs");
        if (batch is < 1 or > GraphBatch.MostInputs) throw new UsageException($"a batch of {batch}", $"1 to {GraphBatch.MostInputs} inputs");
        if (tensors is < 0 or > CommitmentParameters.MostBudget) throw new UsageException($"a tensor budget of {tensors}", $"0 to {CommitmentParameters.MostBudget} proofs");
        return new RegistrationOptions
        {
            Profile = isHidden ? PrivacyProfile.HiddenWeights : PrivacyProfile.PublicWeights, Budget = budget, Schedule = schedule, Batch = batch, TensorBudget = tensors ?? (isHidden ? Math.Min(TensorBudget, budget) : 0),
        };
    }

    static int Run(string path, string data, string output, RegistrationOptions options, string? name, double coverage, int bits, bool asJson)
    {
        name ??= Path.GetFileNameWithoutExtension(path);
        if (!PublishedModel.IsName(name)) throw new UsageException($"'{name}' is no name for a model", $"--name takes 1 to {PublishedModel.MostNameLength} letters, digits, '.', '_' and '-'");
        if (File.Exists(output) || (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any())) throw new UsageException($"there is something at {output}", "--out takes a folder that is new or empty");
        long start = Stopwatch.GetTimestamp();
        using var lines = new StageLines("registering");
        var (floats, integers, report) = ModelFiles.Quantise(path, data, coverage, bits);
        ModelFolder.Create(output, name, SourceModel.Of(floats, integers, report), options, out var folder, lines).Require();
        lines.Dispose();
        using (folder)
        {
            var (model, took) = (folder!.Published.Model, Stopwatch.GetElapsedTime(start));
            bool isHidden = model.Parameters.WeightsHidden;
            if (asJson)
                Console.Out.WriteLine(new JsonObject
                {
                    ["name"] = name, ["modelId"] = model.Id.ToString(), ["publishedDigest"] = folder.Published.Digest.ToString(), ["weightRoot"] = model.WeightRoot.ToString(), ["weightsHidden"] = isHidden,
                    ["budget"] = isHidden ? options.Budget : null, ["schedule"] = options.Schedule == Schedule.Short ? "short" : "wide", ["batch"] = options.Batch, ["tensorBudget"] = options.TensorBudget, ["securityBits"] = Math.Floor(model.Ledger.SecurityBits * 10) / 10, ["parameters"] = integers.Parameters, ["macs"] = integers.Macs,
                    ["rmsError"] = report.RootMeanSquareError, ["floatRange"] = report.FloatRange, ["agreement"] = report.Agreement, ["registerMillis"] = Math.Round(took.TotalMilliseconds, 1),
                    ["publicBytes"] = new FileInfo(Path.Combine(output, ModelFolder.PublicName)).Length, ["public"] = Path.Combine(output, ModelFolder.PublicName),
                    ["private"] = Path.Combine(output, ModelFolder.PrivateName),
                }.ToJsonString(new() { WriteIndented = true }));
            else
            {
                Console.Out.WriteLine($"{name}  {model.Id}");
                Console.Out.WriteLine($"published as {folder.Published.Digest}");
                foreach (string line in CalibrateCommand.Lines(report)) Console.Out.WriteLine(line);
                Console.Out.WriteLine($"{Math.Floor(model.Ledger.SecurityBits * 10) / 10:F1} bits in the weakest round; {(isHidden ? $"weights hidden, for {options.Budget} proofs" : "weights not hidden")}");
                Console.Out.WriteLine(
                    $"{(options.Schedule == Schedule.Short ? "short" : "wide")} schedule; {(isHidden ? options.Batch > 1 ? $"room for {options.Batch} inputs a proof; " : "room for one input a proof; " : "")}"
                    + (options.TensorBudget > 0 ? $"room for hidden inputs and outputs, {options.TensorBudget} proofs about each" : "no room for hidden inputs and outputs"));
                Terminal.Hint($"give {Path.Combine(output, ModelFolder.PublicName)} to whoever verifies; {Path.Combine(output, ModelFolder.PrivateName)} has the weights, stays here, and counts as spent wherever it is copied");
            }
            return ExitCode.Yes;
        }
    }
}
