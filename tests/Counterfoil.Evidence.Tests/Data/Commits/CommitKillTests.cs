using System.Diagnostics;
using System.Runtime.CompilerServices;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Records;
using Counterfoil.Data.Stores;

namespace Counterfoil.Tests.Data.Commits;

/// <summary>A process that commits is killed at any moment, again and again; the one that is let live gives the roots of one run.</summary>
public sealed class CommitKillTests(ITestOutputHelper output)
{
    const string DataVariable = "COUNTERFOIL_TEST_COMMIT_OF", FolderVariable = "COUNTERFOIL_TEST_COMMIT_TO";

    static readonly CommitOptions Options = new() { BatchRecords = 1000, BatchBytes = 1 << 16, CheckpointInterval = TimeSpan.Zero };

    static CommitPlan Plan(string data)
    {
        Assert.True(CommitPlan.Of(new JsonLinesFormat(), new FolderStore(data).ListAsync().AsTask().GetAwaiter().GetResult(), out var plan).IsAccepted);
        return plan!;
    }

    /// <summary>This very program becomes the one that is killed when it is told what to commit to: no second program to build.</summary>
    [ModuleInitializer]
    internal static void CommitUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(DataVariable) is not { Length: > 0 } data) return;
        string folder = Environment.GetEnvironmentVariable(FolderVariable)!, checkpoint = Path.Combine(folder, ShardCheckpoint.FileName);
        using var told = Console.OpenStandardOutput();
        long from = File.Exists(checkpoint) && ShardCheckpoint.Decode(File.ReadAllBytes(checkpoint), out var read).IsAccepted ? read!.Records : 0;
        told.Write(System.Text.Encoding.ASCII.GetBytes($"from {from}\n"));
        // Nothing of this assembly runs in the commit's own threads: they would wait for this initializer, and it for them.
        var verdict = FolderCommit.Run(Plan(data), folder, out var result, Options);
        told.Write(System.Text.Encoding.ASCII.GetBytes($"{(verdict.IsAccepted ? "done" : verdict.ToString())} {result?.OrderedRoot} {result?.SortedRoot}\n"));
        Environment.Exit(0);
    }

    [Fact]
    public async Task A_commit_survives_being_killed_at_any_moment()
    {
        int most = Surroundings.IsCampaign ? 200 : 6, seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string folder = Directory.CreateTempSubdirectory("commit-kill").FullName, data = Path.Combine(folder, "data"), to = Path.Combine(folder, "commitment");
        try
        {
            var records = Lines.Make(Surroundings.IsCampaign ? 1_000_000 : 100_000);
            Directory.CreateDirectory(data);
            for (int part = 0; part < 2; part++)
                File.WriteAllBytes(Path.Combine(data, $"{part}.jsonl"), [.. records.Skip(part * records.Length / 2).Take(records.Length / 2).SelectMany(r => (byte[])[.. r, (byte)'\n'])]);
            long furthest = 0;
            int kills = 0;
            double patience = 1; // a machine that is busy with others gets longer before it is killed, until a run has left something
            for (; kills < most || (furthest == 0 && kills < 10 * most); kills++, patience *= furthest == 0 ? 1.5 : 1)
            {
                string told = await RunAsync(data, to, TimeSpan.FromMilliseconds(patience * random.Next(10, 250)));
                if (told.Contains("done", StringComparison.Ordinal)) break;
                if (told.StartsWith("from ", StringComparison.Ordinal)) furthest = Math.Max(furthest, long.Parse(told.Split('\n')[0]["from ".Length..]));
            }
            string last = await RunAsync(data, to, null);
            output.WriteLine($"{kills} kills, a run began at record {furthest:N0}; the last: {last}");
            var expected = Lines.Expected(records);
            Assert.Contains($"{expected.OrderedRoot} {expected.SortedRoot}", last, StringComparison.Ordinal);
            Assert.True(furthest > 0, "no run went on where another was killed");
            Assert.True(CommitmentFolder.Open(to, out var opened).IsAccepted);
            using (opened) Assert.True(opened!.Inclusion(random.Next(records.Length), out _).IsAccepted);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<string> RunAsync(string data, string to, TimeSpan? killAfter)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(CommitKillTests).Assembly.Location);
        start.Environment[DataVariable] = data;
        start.Environment[FolderVariable] = to;
        using var process = Process.Start(start)!;
        // The moment is counted from the first word, so that a slow machine works too before it is killed.
        string text = await process.StandardOutput.ReadLineAsync() + "\n";
        var rest = process.StandardOutput.ReadToEndAsync();
        if (killAfter is { } time)
        {
            await Task.Delay(time);
            process.Kill(); // SIGKILL
        }
        await process.WaitForExitAsync();
        return text + await rest;
    }
}
