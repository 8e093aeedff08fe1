using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk.Answers;
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
        var name = new Option<string?>("--name") { Description = "What the model is called; the file's name without its ending unless told" };
        var coverage = ModelFiles.Coverage();
        var bits = ModelFiles.OutputBits();
        var json = ModelFiles.Json();
        var command = new Command("register", "Quantises a model by typical inputs, commits it, and proves the commitment well-formed") { file, data, output, profile, budget, name, coverage, bits, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(file)!, parsed.GetValue(data)!, parsed.GetValue(output)!, parsed.GetValue(profile) == "hidden" ? PrivacyProfile.HiddenWeights : PrivacyProfile.PublicWeights, parsed.GetValue(budget),
            parsed.GetValue(name), parsed.GetValue(coverage), parsed.GetValue(bits), parsed.GetValue(json)));
        return command;
    }

    static int Run(string path, string data, string output, PrivacyProfile profile, int budget, string? name, double coverage, int bits, bool asJson)
    {
        if (budget is < 1 or > CommitmentParameters.MostBudget) throw new UsageException($"a budget of {budget}", $"1 to {CommitmentParameters.MostBudget} proofs");
        name ??= Path.GetFileNameWithoutExtension(path);
        if (!PublishedModel.IsName(name)) throw new UsageException($"'{name}' is no name for a model", $"--name takes 1 to {PublishedModel.MostNameLength} letters, digits, '.', '_' and '-'");
        if (File.Exists(output) || (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any())) throw new UsageException($"there is something at {output}", "--out takes a folder that is new or empty");
        long start = Stopwatch.GetTimestamp();
        using var lines = new StageLines("registering");
        var (floats, integers, report) = ModelFiles.Quantise(path, data, coverage, bits);
        ModelFolder.Create(output, name, SourceModel.Of(floats, integers, report), new RegistrationOptions { Profile = profile, Budget = budget }, out var folder, lines).Require();
        lines.Dispose();
        using (folder)
        {
            var (model, took) = (folder!.Published.Model, Stopwatch.GetElapsedTime(start));
            bool isHidden = model.Parameters.WeightsHidden;
            if (asJson)
                Console.Out.WriteLine(new JsonObject
                {
                    ["name"] = name, ["modelId"] = model.Id.ToString(), ["publishedDigest"] = folder.Published.Digest.ToString(), ["weightRoot"] = model.WeightRoot.ToString(), ["weightsHidden"] = isHidden,
                    ["budget"] = isHidden ? budget : null, ["securityBits"] = Math.Floor(model.Ledger.SecurityBits * 10) / 10, ["parameters"] = integers.Parameters, ["macs"] = integers.Macs,
                    ["rmsError"] = report.RootMeanSquareError, ["floatRange"] = report.FloatRange, ["agreement"] = report.Agreement, ["registerMillis"] = Math.Round(took.TotalMilliseconds, 1),
                    ["publicBytes"] = new FileInfo(Path.Combine(output, ModelFolder.PublicName)).Length, ["public"] = Path.Combine(output, ModelFolder.PublicName),
                    ["private"] = Path.Combine(output, ModelFolder.PrivateName),
                }.ToJsonString(new() { WriteIndented = true }));
            else
            {
                Console.Out.WriteLine($"{name}  {model.Id}");
                Console.Out.WriteLine($"published as {folder.Published.Digest}");
                foreach (string line in CalibrateCommand.Lines(report)) Console.Out.WriteLine(line);
                Console.Out.WriteLine($"{Math.Floor(model.Ledger.SecurityBits * 10) / 10:F1} bits in the weakest round; {(isHidden ? $"weights hidden, for {budget} proofs" : "weights not hidden")}");
                Terminal.Hint($"give {Path.Combine(output, ModelFolder.PublicName)} to whoever verifies; {Path.Combine(output, ModelFolder.PrivateName)} has the weights, stays here, and counts as spent wherever it is copied");
            }
            return ExitCode.Yes;
        }
    }
}
