using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Lineage;
using Counterfoil.Data.Lineage.Transformations;
using Counterfoil.Data.Records;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data transform</c>: makes a dataset from others, commits to it, and signs what was done: what <c>data remake</c> checks and <c>data lineage</c> draws.</summary>
static class TransformCommand
{
    /// <summary>The signed statement of the transformation, in the folder of the output's commitment.</summary>
    const string TransformationFile = "transformation.json";

    /// <summary>What an operation is asked to do, and of whom.</summary>
    sealed record Asked(string Operation, string Parameters, string? Program, string[] Inputs, string[] Commitments, string[] Signers, string Output, StatementChoice Signing);

    public static Command Create()
    {
        var operation = new Argument<string>("operation") { Description = "filter/v1, deduplicate/v1, canonical-json/v1, concatenate/v1, shuffle/v1, sample/v1 or command/v1 (docs/lineage.md)" };
        var parameters = new Option<string>("--parameters") { Description = "The operation's own: a filter, seed=…, a command's arguments", DefaultValueFactory = _ => "" };
        var program = new Option<string?>("--program") { Description = "The program of a command/v1" };
        var inputs = new Option<string[]>("--input") { Description = "The inputs' data, JSON lines, in order, as \"data commit\" was given it", Required = true };
        var commitments = new Option<string[]>("--commitment") { Description = "The inputs' signed commitments, in order: their folders, or the statements", Required = true };
        var signers = LineageCommand.Signers();
        var output = new Option<string>("--out") { Description = "The file of JSON lines to write; its commitment is written beside it", Required = true };
        var signing = new StatementOptions();
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("transform", "Makes a dataset from others by a known operation, commits to it, and signs what was done") { operation, parameters, program, inputs, commitments, signers, output };
        signing.AddTo(command);
        command.Add(json);
        command.SetAction((parsed, cancel) => RunAsync(new(parsed.GetValue(operation)!, parsed.GetValue(parameters)!, parsed.GetValue(program), parsed.GetValue(inputs)!, parsed.GetValue(commitments)!, parsed.GetValue(signers) ?? [],
            parsed.GetValue(output)!, signing.Read(parsed)), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(Asked asked, bool json, CancellationToken cancel)
    {
        string folder = asked.Output + ".commitment";
        if (asked.Signing.Key is null) throw new UsageException("what was done is a signed statement", "pass --key NAME: a key of the home");
        if (asked.Inputs.Length != asked.Commitments.Length) throw new UsageException($"{asked.Inputs.Length} inputs with {asked.Commitments.Length} commitments", "pass --input and --commitment once for each, in one order");
        if (File.Exists(asked.Output) || Directory.Exists(folder)) throw new UsageException($"'{asked.Output}' or its commitment is there", "--out names a new file");
        Operations.Find(asked.Operation, asked.Parameters, out var transformation, asked.Program).Require();
        var datasets = StatementFiles.Read(asked.Commitments, asked.Signers).Datasets;
        if (datasets.Length != asked.Commitments.Length) throw new UsageException("a statement is no commitment to a dataset", "counterfoil data commit writes them");
        if (datasets.FirstOrDefault(d => d.Commitment.Canonicaliser != Canonicaliser.JsonLines.Id && d.Commitment.Canonicaliser != Canonicaliser.CanonicalJsonLines.Id) is { } other)
            throw new UsageException($"'{other.Commitment.Name}' has records of {other.Commitment.Canonicaliser}, which are no lines of text", "inputs are committed to as jsonl or jsonl-jcs");

        var ins = datasets.Select(d => new TransformedDataset(d.Statement, d.Commitment.OrderedRoot, d.Commitment.Records)).ToList();
        var sources = new List<SpooledRecords>();
        try
        {
            for (int i = 0; i < asked.Inputs.Length; i++)
            {
                Canonicaliser.Parse(datasets[i].Commitment.Canonicaliser, out var rule).Require();
                sources.Add(await DataSource.SpoolAsync(asked.Inputs[i], rule!, cancel));
                await RemakeCommand.LeavesAsync(sources[i], asked.Inputs[i], ins[i], cancel);
            }
            Write(asked.Output, transformation!, sources, cancel);
        }
        finally
        {
            foreach (var source in sources) source.Dispose();
        }
        var (result, statement) = await CommitAsync(asked, folder, [.. ins.Select(i => i.Statement)], cancel);
        var made = new DataTransformation([.. ins], new(statement.PayloadDigest, result.OrderedRoot, result.Records), transformation!.Operation, transformation.Parameters, transformation.ToolDigest, Product.Tool);
        string file = Path.Combine(folder, TransformationFile);
        File.WriteAllBytes(file, asked.Signing.Key.Sign(signer => made.Sign(Name(asked), signer)).EncodeJson());
        if (json) Console.Out.WriteLine(new JsonObject { ["operation"] = made.Operation, ["inputs"] = ins.Sum(i => i.Records), ["records"] = result.Records, ["orderedRoot"] = result.OrderedRoot.ToString(), ["sortedRoot"] = result.SortedRoot.ToString(), ["output"] = asked.Output, ["commitment"] = folder, ["transformation"] = file }.ToJsonString(LineageCommand.Indented));
        else
        {
            Console.Out.WriteLine($"{asked.Output}  {result.Records} records, made by {made.Operation} from {ins.Sum(i => i.Records)}");
            Console.Out.WriteLine($"ordered root  {result.OrderedRoot}");
            Console.Out.WriteLine($"statements    {Path.Combine(folder, CommittedFolder.StatementFile)} and {file}, signed by '{asked.Signing.Key.Name}'");
            Terminal.Hint($"counterfoil data remake {file} makes samples of it again, once a block has anchored the statement");
        }
        return ExitCode.Yes;
    }

    static string Name(Asked asked) => asked.Signing.Name ?? Path.GetFileName(asked.Output);

    /// <summary>Writes the output's records as lines; the file is there when all are.</summary>
    static void Write(string path, Transformation transformation, List<SpooledRecords> sources, CancellationToken cancel)
    {
        string fresh = path + ".new";
        try
        {
            using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 18))
                TransformationRun.Run(transformation, sources, record =>
                {
                    if (record.IsEmpty || record.Span.Contains((byte)'\n')) throw new UsageException($"{transformation.Operation} made a record that is no line of text", "what it makes goes to a file of JSON lines: no record is empty, none holds a newline");
                    file.Write(record.Span);
                    file.WriteByte((byte)'\n');
                }, out _, cancel).Require();
            File.Move(fresh, path);
        }
        finally
        {
            File.Delete(fresh);
        }
    }

    static async Task<(CommitmentResult, Core.Attestation.Envelope)> CommitAsync(Asked asked, string folder, IReadOnlyList<Core.Digests.Sha256Digest> parents, CancellationToken cancel)
    {
        using var source = await DataSource.ListAsync([asked.Output], cancel);
        CommitmentResult? result;
        using (var progress = new ProgressLines()) FolderCommit.Run(source.Plan(Canonicaliser.JsonLines.Id), folder, out result, new CommitOptions { Progress = progress.Hear }, cancel).Require();
        byte[] statement = (asked.Signing with { Name = Name(asked), Parents = [.. parents] }).Make(result!);
        File.WriteAllBytes(Path.Combine(folder, CommittedFolder.StatementFile), statement);
        Core.Attestation.Envelope.DecodeJson(statement, out var envelope).Require();
        return (result!, envelope!);
    }
}
