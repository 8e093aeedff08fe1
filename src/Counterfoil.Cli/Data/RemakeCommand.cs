using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Lineage;
using Counterfoil.Data.Lineage.Transformations;
using Counterfoil.Data.Records;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data remake</c>: makes records of a transformation again, chosen by a seed that came after it, and compares them with what was committed.</summary>
static class RemakeCommand
{
    public static Command Create()
    {
        var statement = new Argument<string>("transformation") { Description = "The signed statement of the transformation" };
        var commitments = new Option<string[]>("--commitment") { Description = "The signed commitments of its inputs and its output; may be given again", Required = true };
        var signers = LineageCommand.Signers();
        var inputs = new Option<string[]>("--input") { Description = "The inputs' data, in order, as \"data commit\" was given it: to take samples from" };
        var output = new Option<string?>("--output") { Description = "The output's data, as \"data commit\" was given it: to take samples from" };
        var seed = new Option<string>("--seed") { Description = "The hash of the block that anchored the statement", Required = true };
        var samples = new Option<int>("--samples") { Description = "How many records of each kind", DefaultValueFactory = _ => 100 };
        var file = new Option<string>("--samples-file") { Description = "The file of samples: written when --input is given, read when it is not", Required = true };
        var program = new Option<string?>("--program") { Description = "The program of a command/v1" };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("remake", "Makes sampled records of a transformation again and compares") { statement, commitments, signers, inputs, output, seed, samples, file, program, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(statement)!, parsed.GetValue(commitments)!, parsed.GetValue(signers) ?? [], parsed.GetValue(inputs) ?? [], parsed.GetValue(output), parsed.GetValue(seed)!,
            parsed.GetValue(samples), parsed.GetValue(file)!, parsed.GetValue(program), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string statementPath, string[] commitments, string[] signers, string[] inputs, string? output, string seedText, int samples, string file, string? program, bool json, CancellationToken cancel)
    {
        string digits = seedText.StartsWith("0x", StringComparison.Ordinal) ? seedText[2..] : seedText;
        if (!Bytes32.TryParseHex(digits, out var seed)) throw new UsageException($"'{seedText}' is not a seed", "a block hash: 64 hexadecimal digits");
        if (samples is < 1 or > SampledReexecution.MaxSamples) throw new UsageException($"{samples} samples", $"1 to {SampledReexecution.MaxSamples}");
        var statements = StatementFiles.Read([statementPath, .. commitments], signers);
        if (statements.Transformations.Length != 1) throw new UsageException($"{statements.Transformations.Length} transformations, where one is asked about", "pass its statement first, and commitments with --commitment");
        var graph = statements.Graph();
        var made = statements.Transformations[0];
        var rules = made.Inputs.Select(i => Rule(graph[i.Statement].Commitment.Canonicaliser)).ToList();
        var outputRule = Rule(graph[made.Output.Statement].Commitment.Canonicaliser);
        if (inputs.Length > 0) File.WriteAllBytes(file, (await TakeAsync(made, inputs, rules, output, outputRule, seed, samples, program, cancel)).ToBytes());
        if (!File.Exists(file)) throw new UsageException($"there is no file {file}", "pass --input and --output to take samples from data at hand");

        SampledReexecution.Decode(File.ReadAllBytes(file), out var reexecution).Require();
        var verdict = reexecution!.Verify(made, rules, outputRule, seed, samples, program);
        double escape = SampledReexecution.Escape(0.01, samples);
        if (json) Console.Out.WriteLine(new JsonObject { ["verdict"] = verdict.ToString().Split(' ')[0], ["reason"] = verdict.IsAccepted ? null : verdict.ToString(), ["samples"] = reexecution.Samples.Length, ["operation"] = made.Operation, ["escapeAtOnePercent"] = escape }.ToJsonString(LineageCommand.Indented));
        else
        {
            Console.Out.WriteLine(verdict.ToString());
            if (verdict.IsAccepted) Console.Out.WriteLine($"{reexecution.Samples.Length} records of {made.Operation} made again as committed; had one in a hundred been altered, all samples would miss it with probability {escape:G3}");
        }
        return ExitCode.Of(verdict);
    }

    static async Task<SampledReexecution> TakeAsync(DataTransformation made, string[] inputs, List<Canonicaliser> rules, string? output, Canonicaliser outputRule, Bytes32 seed, int samples, string? program, CancellationToken cancel)
    {
        if (output is null) throw new UsageException("--input needs --output", "pass the data that was made");
        if (inputs.Length != made.Inputs.Length) throw new UsageException($"{inputs.Length} inputs, where the transformation has {made.Inputs.Length}");
        Operations.Find(made.Operation, made.Parameters, out var transformation, program).Require();
        var sources = new List<SpooledRecords>();
        try
        {
            var leaves = new List<LeafManifest>();
            for (int i = 0; i < inputs.Length; i++)
            {
                sources.Add(await DataSource.SpoolAsync(inputs[i], rules[i], cancel));
                leaves.Add(await LeavesAsync(sources[i], inputs[i], made.Inputs[i], cancel));
            }
            using var outputRecords = await DataSource.SpoolAsync(output, outputRule, cancel);
            var outputLeaves = await LeavesAsync(outputRecords, output, made.Output, cancel);
            TransformationRun.Run(transformation!, sources, _ => { }, out var origins, cancel).Require();
            if (origins.Length != made.Output.Records) throw new RefusedException(new Reason(LineageChecks.Count, $"{origins.Length} records out of {made.Operation}", $"{made.Output.Records}"));
            return SampledReexecution.Make(made, sources, leaves, outputLeaves, origins, outputRule, transformation!, seed, samples);
        }
        finally
        {
            foreach (var source in sources) source.Dispose();
        }
    }

    /// <summary>The leaves of data at hand, which must be the data that was committed.</summary>
    public static async Task<LeafManifest> LeavesAsync(SpooledRecords records, string path, TransformedDataset stated, CancellationToken cancel)
    {
        var (_, leaves) = await DatasetCommitment.BuildAsync(records, null, cancel);
        return leaves.Root == stated.OrderedRoot ? leaves : throw new UsageException($"{path} is not the data that was committed: its ordered root is {leaves.Root}, not {stated.OrderedRoot}", "name the paths that \"counterfoil data commit\" was given");
    }

    static Canonicaliser Rule(string name)
    {
        Canonicaliser.Parse(name, out var rule).Require();
        return rule!;
    }
}
