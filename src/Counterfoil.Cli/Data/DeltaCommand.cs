using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Data.Deltas;
using Counterfoil.Data.Privacy;
using Counterfoil.Evidence.Predicates;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data delta</c>: takes records out of a commitment, by a signed statement with proof that nothing else moved.</summary>
static class DeltaCommand
{
    /// <summary>The proof, in the folder of the set as it is afterwards.</summary>
    const string DeltaFile = "delta";

    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "The folder of the commitment" };
        var what = new Argument<string[]>("record") { Description = "What goes: places, from 0, and files with a record's bytes exactly, which goes wherever it is", Arity = ArgumentArity.ZeroOrMore };
        var places = new Option<string?>("--places") { Description = "A file of places, one a line" };
        var reason = new Option<string>("--reason") { Description = $"Why: {string.Join(", ", DatasetDelta.Reasons)}", DefaultValueFactory = _ => DatasetDelta.Reasons[0] };
        var output = new Option<string?>("--out") { Description = "The folder of the set as it is afterwards; the folder's name and .delta unless given" };
        var key = new KeyOptions();
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("delta", "Takes records out of a committed set: a signed statement, with proof that nothing else moved") { folder, what, places, reason, output };
        key.AddTo(command);
        command.Add(json);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed.GetValue(folder)!, parsed.GetValue(what) ?? [], parsed.GetValue(places), parsed.GetValue(reason)!, parsed.GetValue(output), key.Read(parsed), parsed.GetValue(json), cancel)));
        return command;
    }

    static int Run(string folder, string[] what, string? placesFile, string reason, string? output, HomeKey? key, bool json, CancellationToken cancel)
    {
        if (key is null) throw new UsageException("a delta is a signed statement", "pass --key NAME: a key of the home, trusted by those who verify as 'data'");
        if (!DatasetDelta.Reasons.Contains(reason)) throw new UsageException($"'{reason}' is no reason that a statement gives", string.Join(", ", DatasetDelta.Reasons));
        if (SaltedFolder.IsOne(folder)) throw new UsageException($"{folder} holds a salted set, which has no deltas", "\"counterfoil data erase\" destroys its salts");
        output ??= Path.TrimEndingDirectorySeparator(folder) + ".delta";
        if (File.Exists(output) || Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any()) throw new UsageException($"'{output}' holds something", "--out names a new folder");
        using var committed = CommittedFolder.Open(folder);
        long[] places = [.. Places(committed, what, placesFile)];
        if (places.Length == 0) throw new UsageException("nothing is to go", "name places, files with records' bytes, or --places FILE");
        if (places.Length > DeltaProof.MaxRemoved) throw new UsageException($"{places.Length} places are more than one delta takes", $"at most {DeltaProof.MaxRemoved}: make several, each from the folder of the one before");
        if (places.FirstOrDefault(p => committed.Leaves.Leaf(p) == Tombstone.At(p), -1) is >= 0 and var gone) throw new UsageException($"the record at place {gone} is gone already");

        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)));
        var proof = DeltaProof.Make(committed.Leaves, places);
        var statement = key.Sign(signer => proof.Statement(committed.Set.Statement, reason, Product.Tool, StatementChoice.Now).Sign(name, signer));
        using (var progress = new ProgressLines()) RevisedFolder.Write(committed.Leaves, proof, output, progress.Hear, cancel);
        string file = Path.Combine(output, DeltaFile);
        byte[] bytes = (proof with { Statement = statement }).ToBytes();
        File.WriteAllBytes(file, bytes);
        File.WriteAllBytes(Path.Combine(output, CommittedFolder.StatementFile), statement.EncodeJson());
        if (json)
            Console.Out.WriteLine(new JsonObject
            {
                ["places"] = proof.Count, ["removed"] = new JsonArray([.. proof.Removed.Select(r => (JsonNode)r.Place)]), ["reason"] = reason, ["before"] = committed.Set.Statement.ToString(), ["orderedRoot"] = proof.After.Ordered.ToString(), ["sortedRoot"] = proof.After.Absence.ToString(),
                ["statement"] = statement.PayloadDigest.ToString(), ["delta"] = file, ["bytes"] = bytes.Length, ["folder"] = output,
            }.ToJsonString(CommitAnswer.Indented));
        else
        {
            Console.Out.WriteLine($"{file}  {bytes.Length} bytes: {proof.Removed.Length} of {proof.Count} places became tombstones, and nothing else moved");
            Console.Out.WriteLine($"ordered root  {proof.After.Ordered}");
            Console.Out.WriteLine($"absence root  {proof.After.Absence}");
            Terminal.Hint($"counterfoil verify {file} --policy FILE --before {Path.Combine(folder, CommittedFolder.StatementFile)}; proofs of what is left are made from {output}");
        }
        return ExitCode.Yes;
    }

    static SortedSet<long> Places(CommittedFolder committed, string[] what, string? placesFile)
    {
        if (placesFile is not null && !File.Exists(placesFile)) throw new UsageException($"there is no file {placesFile}");
        var places = new SortedSet<long>();
        foreach (string one in placesFile is null ? [] : File.ReadLines(placesFile).Select(l => l.Trim()).Where(l => l.Length > 0))
            places.Add(long.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out long place) ? place : throw new UsageException($"'{one}' in {placesFile} is no place", "a number a line, from 0"));
        foreach (string one in what)
            if (long.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out long place)) places.Add(place);
            else
            {
                var found = committed.Find(committed.Set.Leaf(InputFile.ReadRecord(one)));
                if (found.Count == 0) throw new UsageException($"the record in {one} is not in the set", "a record's bytes are those of its canonicaliser, without a line's end");
                places.UnionWith(found);
            }
        return places.Count > 0 && places.Max >= committed.Set.Records ? throw new UsageException($"there is no place {places.Max}", $"the set has the places 0 … {committed.Set.Records - 1}") : places;
    }
}
