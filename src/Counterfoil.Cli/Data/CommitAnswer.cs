using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Privacy;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary>What a finished commitment answers, to people and to programs.</summary>
static class CommitAnswer
{
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    /// <summary>The most memory that this process ever held.</summary>
    public static long PeakBytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Writes the statement beside the commitment, and says what was committed to.</summary>
    public static void Show(CommitmentResult result, string folder, StatementChoice signing, long start, bool asJson, LookupKey? lookups = null)
    {
        string file = Path.Combine(folder, "statement.json");
        byte[] statement = signing.Make(result);
        File.WriteAllBytes(file, statement);
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        if (asJson)
        {
            var answer = new JsonObject
            {
                ["records"] = result.Records, ["bytes"] = result.Bytes, ["orderedRoot"] = result.OrderedRoot.ToString(), ["sortedRoot"] = result.SortedRoot.ToString(),
                ["statement"] = JsonNode.Parse(statement), ["seconds"] = seconds, ["peakBytes"] = PeakBytes,
            };
            if (lookups is not null) answer["lookupKey"] = lookups.ToString();
            Console.Out.WriteLine(answer.ToJsonString(Indented));
            return;
        }
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"records       {result.Records:N0}, {result.DistinctRecords:N0} of them distinct, {result.Bytes:N0} bytes, as {result.Canonicaliser}"));
        Console.Out.WriteLine($"ordered root  {result.OrderedRoot}");
        Console.Out.WriteLine($"absence root  {result.SortedRoot}");
        if (lookups is not null) Console.Out.WriteLine($"look-up key   {lookups}");
        Console.Out.WriteLine($"statement     {file}{(signing.Key is { } key ? $", signed by '{key.Name}'" : ", unsigned")}");
        if (lookups is not null) Terminal.Notes.WriteLine($"counterfoil: {folder}/salts and {folder}/lookup.key are secrets: keep them on an encrypted volume without snapshots, and erase their backups too");
        Terminal.Notes.WriteLine(string.Create(CultureInfo.InvariantCulture, $"counterfoil: {seconds:F1} s, {PeakBytes / 1e6:F0} MB of memory at most{(signing.Key is null ? "; --key NAME signs the statement" : "")}"));
    }
}
