using System.Diagnostics;
using System.Runtime.CompilerServices;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Log;
using Counterfoil.Log.Storage;

namespace Counterfoil.Tests.Log;

/// <summary>A process that appends is killed at any moment; whatever it was told is in the log is in the log.</summary>
public sealed class LogKillTests
{
    const string FolderVariable = "COUNTERFOIL_TEST_APPENDS_TO", RunVariable = "COUNTERFOIL_TEST_RUN";

    /// <summary>This very program becomes the appending process when it is told a folder: no second program to build.</summary>
    [ModuleInitializer]
    internal static void AppendUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { Length: > 0 } folder) return;
        int run = int.Parse(Environment.GetEnvironmentVariable(RunVariable)!);
        var book = new Logbook(folder);
        var log = book.Open();
        using var output = Console.OpenStandardOutput();
        for (int number = 0; ; )
        {
            var appends = new Task<Appended>[1 + number % 7];
            for (int i = 0; i < appends.Length; i++) appends[i] = log.AppendAsync(Logbook.Entry(run, number + i));
            Task.WaitAll(appends);
            foreach (var append in appends)
            {
                var checkpoint = append.Result.Checkpoint;
                output.Write(System.Text.Encoding.ASCII.GetBytes($"{number++} {append.Result.Index} {checkpoint.Checkpoint.Size} {checkpoint.Checkpoint.Root}\n"));
            }
        }
    }

    [Fact]
    public async Task A_log_survives_being_killed_at_any_moment()
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("COUNTERFOIL_TEST_KILLS"), out int asked) ? asked : 12;
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        using var book = new Logbook();
        var promises = new List<(int Run, int Number, long Index, long Size, string Root)>();
        int checkedSoFar = 0;
        for (int run = 0; run < kills; run++)
        {
            promises.AddRange(await Kill(book.Folder, run, TimeSpan.FromMilliseconds(random.Next(60, 450))));
            await using var log = book.Open();
            await Verify(book, log, promises.Skip(checkedSoFar));
            checkedSoFar = promises.Count;
        }
        await using (var log = book.Open()) await Verify(book, log, promises);
        Assert.NotEmpty(promises);
        Assert.All(promises.GroupBy(p => p.Size), size => Assert.Single(size.Select(p => p.Root).Distinct())); // one root a size, ever
        TestContext.Current.TestOutputHelper!.WriteLine($"{kills} kills, {promises.Count} promises");
    }

    static async Task Verify(Logbook book, TransparencyLog log, IEnumerable<(int Run, int Number, long Index, long Size, string Root)> promises)
    {
        var now = log.Checkpoint.Checkpoint;
        foreach (var (run, number, index, size, rootHex) in promises)
        {
            var entry = Logbook.Entry(run, number);
            Assert.True(log.Read(index).Span.SequenceEqual(entry));
            Assert.True(Sha256Digest.TryParse(rootHex, out var root));
            Assert.True(InclusionProof.Verify(now.Root, now.Size, index, MerkleTree.LeafHash(entry), await log.InclusionAsync(index, now.Size)).IsAccepted);
            Assert.True(InclusionProof.Verify(root, size, index, MerkleTree.LeafHash(entry), await log.InclusionAsync(index, size)).IsAccepted);
            Assert.True(ConsistencyProof.Verify(size, root, now.Size, now.Root, await log.ConsistencyAsync(size, now.Size)).IsAccepted);
        }
        Assert.Empty((await LogCheck.RunAsync(book.Folder, book.Signer.Key)).Findings);
    }

    static async Task<List<(int, int, long, long, string)>> Kill(string folder, int run, TimeSpan after)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(LogKillTests).Assembly.Location);
        start.Environment[FolderVariable] = folder;
        start.Environment[RunVariable] = $"{run}";
        using var process = Process.Start(start)!;
        // Every other time the moment is counted from the first promise, so that a slow machine makes promises too; else from the start, to hit the opening.
        string text = "";
        if (run % 2 == 0)
        {
            text = await process.StandardOutput.ReadLineAsync() + "\n";
            after /= 3;
        }
        var output = process.StandardOutput.ReadToEndAsync();
        await Task.Delay(after);
        process.Kill(); // SIGKILL
        await process.WaitForExitAsync();
        text += await output;
        // What follows the last newline was cut off by the kill: it was never said.
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .Select(p => (run, int.Parse(p[0]), long.Parse(p[1]), long.Parse(p[2]), p[3]))];
    }
}
