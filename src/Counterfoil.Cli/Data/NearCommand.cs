using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterfoil.Data.NearDuplicates;
using Counterfoil.Data.Proofs;
using Counterfoil.Data.Records;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data near</c>: which committed records are most like a text, and evidence of it.</summary>
static class NearCommand
{
    public static Command Create() => new("near", "Near-duplicates: an index that is committed to, and who is in it") { Index(), Find(), Verify() };

    static Command Index()
    {
        var data = new Argument<string[]>("data") { Description = DataSource.PathHelp, Arity = ArgumentArity.OneOrMore };
        var format = new Option<string?>("--format") { Description = DataSource.FormatHelp };
        var index = new Option<string>("--index") { Description = "The folder to write", Required = true };
        var parameters = new Option<string?>("--parameters") { Description = $"What decides signatures; {new MinHashParameters()} unless told" };
        var against = new Option<string?>("--against") { Description = "A signed statement about the index: it is made again by the same parameters and compared" };
        var commitment = new Option<string?>("--commitment") { Description = "With --key: the signed commitment to the data (its folder, or the statement), which the index's statement names" };
        var key = new KeyOptions();
        var json = Json();
        var command = new Command("index", "Makes the index of a data set, and a signed statement of the root that it commits to") { data, format, index, parameters, against, commitment };
        key.AddTo(command);
        command.Add(json);
        command.SetAction((parsed, cancel) => BuildAsync(parsed.GetValue(data)!, parsed.GetValue(format), parsed.GetValue(index)!, parsed.GetValue(parameters), parsed.GetValue(against), parsed.GetValue(commitment), key.Read(parsed), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> BuildAsync(string[] data, string? format, string folder, string? text, string? against, string? commitment, HomeKey? key, bool json, CancellationToken cancel)
    {
        if ((key is null) != (commitment is null)) throw new UsageException("--key and --commitment go together", "the statement that --key signs names the commitment to the data: \"counterfoil data commit DATA --key NAME\" makes it");
        MinHashParameters? parameters = new();
        if (text is not null) MinHashParameters.Parse(text, out parameters).Require();
        var committed = against is null ? null : Committed(against);
        if (committed is not null) parameters = committed.Parameters;
        var dataset = commitment is null ? null : CommittedFolder.ReadSet(commitment);
        using var source = await DataSource.ListAsync(data, cancel);
        var plan = source.Plan(format ?? committed?.Canonicaliser.Id ?? dataset?.Canonicaliser.Id);
        long start = Stopwatch.GetTimestamp();
        NearDuplicateIndexFacts facts;
        using (var progress = new ProgressLines())
        using (var writer = new NearDuplicateIndexWriter(folder, plan.Format.Canonicaliser, parameters!))
        {
            PlanRecords.Read(plan, (_, record) =>
            {
                writer.Add(record);
                return true;
            }, progress.Hear, cancel).Require();
            facts = writer.Finish();
        }
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string? statement = key is null ? null : Sign(facts, dataset!, commitment!, folder, key);
        if (json) Console.Out.WriteLine(new JsonObject { ["records"] = facts.Records, ["orderedRoot"] = facts.OrderedRoot.ToString(), ["signaturesRoot"] = facts.SignaturesRoot.ToString(), ["parameters"] = facts.Parameters.ToString(), ["statement"] = statement, ["seconds"] = Math.Round(seconds, 3) }.ToJsonString(LineageCommand.Indented));
        else
        {
            Console.Out.WriteLine($"{facts.Records} records under {facts.OrderedRoot}");
            Console.Out.WriteLine($"signatures root {facts.SignaturesRoot}");
            Console.Out.WriteLine($"parameters {facts.Parameters}");
            if (statement is not null) Console.Out.WriteLine($"statement {statement}, signed by '{key!.Name}'");
        }
        Terminal.Notes.WriteLine($"counterfoil: {seconds:F1} s. The index identifies records to whoever has a candidate: keep it as private as the data");
        if (OfDigests.Contains(facts.Canonicaliser)) Terminal.Notes.WriteLine($"counterfoil: a record of {facts.Canonicaliser} holds the digest of its content: records are alike here by their names alone; --format files/v1 takes the content in");
        if (committed is null) return ExitCode.Yes;
        var verdict = committed.Audit(facts);
        Terminal.Notes.WriteLine($"counterfoil: against the statement: {verdict}");
        return ExitCode.Of(verdict);
    }

    /// <summary>Rules whose records hold digests where the content would be.</summary>
    static readonly Canonicaliser[] OfDigests = [Canonicaliser.FileDigests, Canonicaliser.Tar, Canonicaliser.WebDataset, Canonicaliser.ImageFolder, Canonicaliser.Safetensors];

    static string Sign(NearDuplicateIndexFacts facts, CommittedSet dataset, string commitment, string folder, HomeKey key)
    {
        if ((facts.Canonicaliser, facts.Records, facts.OrderedRoot) != (dataset.Canonicaliser, dataset.Records, dataset.OrderedRoot))
            throw new UsageException($"the data is not what {commitment} is about: {facts.Records} records of {facts.Canonicaliser} under {facts.OrderedRoot}, and not {dataset.Records} of {dataset.Canonicaliser} under {dataset.OrderedRoot}", "name the paths that \"counterfoil data commit\" was given");
        string path = Path.Combine(folder, CommittedFolder.StatementFile);
        File.WriteAllBytes(path, key.Sign(signer => NearDuplicateStatement.Of(dataset.Statement, facts, Product.Tool).Sign(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), signer)).EncodeJson());
        return path;
    }

    static Command Find()
    {
        var query = new Argument<string>("record") { Description = "A file with the text, or - for standard input; of a table's row, its values" };
        var index = new Option<string>("--index") { Description = "The folder of the index", Required = true };
        var data = new Option<string[]>("--data") { Description = $"The data itself: then the similarity is exact. {DataSource.PathHelp}; may be given again" };
        var all = new Option<bool>("--all") { Description = "Compares with every record's signature, and not only those that share a band" };
        var most = new Option<int>("--most") { Description = "How many at most", DefaultValueFactory = _ => 5 };
        var evidence = new Option<string?>("--evidence") { Description = "Writes evidence of the closest one to this file" };
        var json = Json();
        var command = new Command("find", "Finds the committed records that are most like a record; exit 1 where none is") { query, index, data, all, most, evidence, json };
        command.SetAction((parsed, cancel) => SearchAsync(parsed.GetValue(query)!, parsed.GetValue(index)!, parsed.GetValue(data) ?? [], parsed.GetValue(all), parsed.GetValue(most), parsed.GetValue(evidence), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> SearchAsync(string queryPath, string folder, string[] data, bool all, int most, string? evidencePath, bool json, CancellationToken cancel)
    {
        if (most < 1) throw new UsageException($"{most} records at most are none");
        byte[] query = Query(queryPath);
        using var index = Open(folder);
        var found = (all ? index.ClosestOfAll(query, most) : index.Closest(query, most)).Where(f => f.Estimate.Matches > 0).ToList();
        var records = data.Length == 0 ? [] : await ReadAsync(data, index.Facts.Canonicaliser, [.. found.Select(f => f.Place)], cancel);
        var answers = new JsonArray();
        foreach (var near in found)
        {
            double? exact = records.TryGetValue(near.Place, out byte[]? record) ? index.Prove(near.Place).Exact(query, record) : null;
            answers.Add((JsonNode)new JsonObject { ["place"] = near.Place, ["estimate"] = near.Estimate.Value, ["low95"] = near.Estimate.Low, ["high95"] = near.Estimate.High, ["exact"] = exact });
            if (!json) Console.Out.WriteLine($"record {near.Place}: similarity {near.Estimate}{(exact is { } j ? $", exactly {j:F4}" : "")}");
        }
        if (evidencePath is not null && found.Count > 0) File.WriteAllBytes(evidencePath, index.Prove(found[0].Place).ToBytes());
        if (json) Console.Out.WriteLine(new JsonObject { ["signaturesRoot"] = index.Facts.SignaturesRoot.ToString(), ["orderedRoot"] = index.Facts.OrderedRoot.ToString(), ["closest"] = answers }.ToJsonString(LineageCommand.Indented));
        else if (found.Count == 0)
        {
            Console.Out.WriteLine(all ? "no record has anything in common with it" : $"no record shares a band with it; one of similarity 0.8 would be found with probability {index.Facts.Parameters.Recall(0.8):F4}");
            if (!all) Terminal.Hint("--all compares with every signature");
        }
        return found.Count > 0 ? ExitCode.Yes : ExitCode.No;
    }

    /// <summary>Some records of the data, by one pass over it.</summary>
    static async Task<Dictionary<long, byte[]>> ReadAsync(string[] data, Canonicaliser rule, HashSet<long> places, CancellationToken cancel)
    {
        var records = new Dictionary<long, byte[]>();
        using var source = await DataSource.ListAsync(data, cancel);
        using var progress = new ProgressLines();
        PlanRecords.Read(source.Plan(rule.Id), (place, record) =>
        {
            if (places.Contains(place)) records.Add(place, record.ToArray());
            return records.Count < places.Count;
        }, progress.Hear, cancel).Require();
        return records.Count == places.Count ? records : throw new UsageException($"'{data[0]}' has no record {places.Except(records.Keys).Min()}", "name the data that the index was made of");
    }

    static Command Verify()
    {
        var evidence = new Argument<string>("evidence") { Description = "The evidence" };
        var statement = new Option<string>("--statement") { Description = "The signed statement about the index", Required = true };
        var record = new Option<string?>("--committed-record") { Description = "The committed record itself: shows that the signature is its own, or that it is not" };
        var query = new Option<string?>("--query") { Description = "What it is like" };
        var json = Json();
        var command = new Command("verify", "Verifies evidence against the statement about its index") { evidence, statement, record, query, json };
        command.SetAction(parsed => Check(parsed.GetValue(evidence)!, parsed.GetValue(statement)!, parsed.GetValue(record), parsed.GetValue(query), parsed.GetValue(json)));
        return command;
    }

    static int Check(string evidencePath, string statementPath, string? recordPath, string? queryPath, bool json)
    {
        var facts = Committed(statementPath);
        NearDuplicateEvidence.Decode(StatementFiles.ReadFile(evidencePath), out var evidence).Require();
        byte[]? record = recordPath is null ? null : StatementFiles.ReadFile(recordPath), query = queryPath is null ? null : Query(queryPath);
        var verdict = record is null ? evidence!.Verify(facts) : evidence!.VerifyRecord(facts, record);
        JaccardEstimate? estimate = query is null ? null : evidence.Estimate(query);
        double? exact = query is null || record is null || !verdict.IsAccepted ? null : evidence.Exact(query, record);
        if (json) Console.Out.WriteLine(new JsonObject { ["verdict"] = verdict.ToString().Split(' ')[0], ["reason"] = verdict.IsAccepted ? null : verdict.ToString(), ["place"] = evidence.Place, ["estimate"] = estimate?.Value, ["low95"] = estimate?.Low, ["high95"] = estimate?.High, ["exact"] = exact }.ToJsonString(LineageCommand.Indented));
        else
        {
            Console.Out.WriteLine(verdict.ToString());
            if (verdict.IsAccepted) Console.Out.WriteLine($"record {evidence.Place} of {facts.Records} has this signature in the index{(record is null ? "; that it is the record's own only the record shows" : ", and it is the record's own")}");
            if (estimate is { } e) Console.Out.WriteLine($"similarity {e}{(exact is { } j ? $", exactly {j:F4}" : "")}");
        }
        return ExitCode.Of(verdict);
    }

    static NearDuplicateIndexFacts Committed(string statementPath)
    {
        NearDuplicateStatement.Decode(CommittedFolder.ReadStatement(statementPath), out _, out var facts).Require();
        return facts!;
    }

    static NearDuplicateIndex Open(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "index"))) throw new UsageException($"{folder} holds no index", "counterfoil data near index DATA --index FOLDER makes one");
        NearDuplicateIndex.Open(folder, out var index).Require();
        return index!;
    }

    static byte[] Query(string path)
    {
        if (path != "-") return StatementFiles.ReadFile(path);
        using var bytes = new MemoryStream();
        using var input = Console.OpenStandardInput();
        input.CopyTo(bytes);
        return bytes.ToArray();
    }

    static Option<bool> Json() => new("--json") { Description = "The same facts as JSON" };
}
