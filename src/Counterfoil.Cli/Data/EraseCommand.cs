using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Privacy;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data erase</c>: destroys salts of a salted commitment, so that nobody can link those leaves to their records.</summary>
static class EraseCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "The folder of a salted commitment" };
        var what = new Argument<string[]>("record") { Description = "Whose salts go: places, from 0, and files with a record's bytes exactly, whose salts go wherever it is", Arity = ArgumentArity.ZeroOrMore };
        var secret = new Option<bool>("--lookup-key") { Description = "Destroys the secret of look-ups too: from then on no look-up is answered, and nobody can test a guess" };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("erase", "Destroys records' salts, for good: their leaves can no longer be linked to them") { folder, what, secret, json };
        command.SetAction(parsed => Run(parsed.GetValue(folder)!, parsed.GetValue(what) ?? [], parsed.GetValue(secret), parsed.GetValue(json)));
        return command;
    }

    static int Run(string folder, string[] what, bool secret, bool json)
    {
        if (what.Length == 0 && !secret) throw new UsageException("nothing is to be erased", "name places or files with records' bytes, or --lookup-key");
        var salted = SaltedCommands.Open(folder);
        var places = new SortedSet<long>();
        foreach (string one in what) places.UnionWith(Places(salted, folder, one));
        SaltFile.Open(salted.SaltsPath, out var opened).Require();
        int erased = 0;
        using (var salts = opened!)
            foreach (long place in places)
            {
                // A salt that is gone already is erased: the command can be given again.
                if (salts.Read(place, out _) is not Verdict.Rejected { Reason.Check: var check } || check != DataChecks.SaltErased) erased++;
                salts.Erase(place);
            }
        bool hadSecret = secret && File.Exists(salted.SecretPath);
        if (hadSecret) LookupSecret.Erase(salted.SecretPath);
        if (json) Console.Out.WriteLine(new JsonObject { ["places"] = new JsonArray([.. places.Select(p => (JsonNode)p)]), ["erased"] = erased, ["lookupKeyErased"] = hadSecret }.ToJsonString(CommitAnswer.Indented));
        else
        {
            if (what.Length > 0) Console.Out.WriteLine($"{erased} salts destroyed{(erased < places.Count ? $", {places.Count - erased} were gone already" : "")}: those leaves can no longer be linked to their records");
            if (secret) Console.Out.WriteLine(hadSecret ? "the secret of look-ups is destroyed" : "the secret of look-ups was gone already");
        }
        if (!secret && File.Exists(salted.SecretPath)) Terminal.Notes.WriteLine("counterfoil: whoever holds lookup.key can still test whether a record that they think of is in the set; --lookup-key destroys it");
        Terminal.Notes.WriteLine("counterfoil: copies elsewhere are out of reach: backups, snapshots, a solid-state disk's spare cells (docs/data.md)");
        return ExitCode.Yes;
    }

    static List<long> Places(SaltedFolder salted, string folder, string what)
    {
        if (!long.TryParse(what, NumberStyles.None, CultureInfo.InvariantCulture, out long place))
        {
            salted.Find(InputFile.ReadRecord(what), out var places).Require();
            return places.Count > 0 ? places : throw new UsageException($"no leaf of {folder} that has its salt is of the record in {what}", "name its place, if you know it; a record's bytes are those of its canonicaliser, without a line's end");
        }
        return place < salted.Set.Leaves.Count ? [place] : throw new UsageException($"there is no place {place}", $"the set has the places 0 … {salted.Set.Leaves.Count - 1}");
    }
}
