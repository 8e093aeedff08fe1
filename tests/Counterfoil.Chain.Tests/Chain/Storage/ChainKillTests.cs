using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.DevChain;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Home;
using Counterfoil.Node.Chain.Storage;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Chain.Storage;

/// <summary>A process with a chain is killed at any moment; what it told of the chain is true of the chain that comes up again.</summary>
public sealed class ChainKillTests(ITestOutputHelper output)
{
    const string FolderVariable = "COUNTERFOIL_TEST_CHAIN_AT", SeedVariable = "COUNTERFOIL_TEST_CHAIN_SEED";

    static readonly Secp256k1PrivateKey[] Keys = [.. Enumerable.Range(0, 4).Select(i => ChainFixture.KeyOf($"survives {i}"))];
    static readonly ChainOptions Options = new() { Genesis = Keys.ToDictionary(key => key.Address, _ => ChainFixture.Ether) };

    static HomeFolder OpenHome(string folder)
    {
        var verdict = HomeFolder.OpenToWrite(folder, "a test", TimeProvider.System, [ChainStore.Schema], out var home);
        return verdict.IsAccepted ? home! : throw new InvalidOperationException(verdict.ToString());
    }

    /// <summary>This very program becomes the one that is killed when it is told a folder: no second program to build.</summary>
    [ModuleInitializer]
    internal static void LiveUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { Length: > 0 } folder) return;
        using var home = OpenHome(folder);
        using var store = ChainStore.Open(home, Options, TimeProvider.System);
        var life = new RandomLife(store.Chain, new Random(int.Parse(Environment.GetEnvironmentVariable(SeedVariable)!)), Keys, cheats: true);
        int entries = EntriesOf(folder).Count;
        store.Chain.Entered += _ => entries++;
        using var output = Console.OpenStandardOutput();
        for (; ; )
        {
            for (int i = 0; i < 1 + entries % 5; i++) life.Step();
            store.FlushAsync().GetAwaiter().GetResult();
            output.Write(Encoding.ASCII.GetBytes($"{entries} {store.Chain.Head.Number} {store.Chain.Head.Hash} {store.Chain.State.Root}\n"));
        }
    }

    [Fact]
    public async Task A_chain_survives_being_killed_at_any_moment()
    {
        int kills = Surroundings.IsCampaign ? 200 : 8, seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string folder = Directory.CreateTempSubdirectory("chain-kill").FullName;
        var promises = new Dictionary<int, string>();
        try
        {
            for (int run = 0; run < kills; run++)
            {
                foreach (string promise in await KillAsync(Path.Combine(folder, "home"), seed + run, fromFirst: run % 2 == 0, TimeSpan.FromMilliseconds(random.Next(20, 400))))
                {
                    var (entries, what) = (int.Parse(promise.Split(' ', 2)[0]), promise.Split(' ', 2)[1]);
                    Assert.True(promises.TryAdd(entries, what) || promises[entries] == what, $"after {entries} inputs it was {promises[entries]}, and now {what}");
                }
                using var home = OpenHome(Path.Combine(folder, "home"));
                using var store = ChainStore.Open(home, Options, TimeProvider.System); // replays all, and holds each block to its hash
                var kept = EntriesOf(home.Path);
                Assert.All(promises, promise => Assert.True(promise.Key == 0
                    || promise.Key <= kept.Count && promise.Value == $"{kept[promise.Key - 1].Height} {kept[promise.Key - 1].Head} {kept[promise.Key - 1].State}", $"told after {promise.Key} inputs: {promise.Value}"));
                if (kept.Count > 0) Assert.Equal((kept[^1].Head, kept[^1].State), (store.Chain.Head.Hash, store.Chain.State.Root));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        Assert.InRange(promises.Count, kills / 2, int.MaxValue);
        output.WriteLine($"{kills} kills, {promises.Count} promises");
    }

    static List<ChainEntry> EntriesOf(string home)
    {
        using var file = new JournalFile(Path.Combine(home, ChainStore.Schema.Name, "journal"));
        var entries = new List<ChainEntry>();
        ulong number = 0;
        for (long at = 0; JournalFrame.Read(file, at, number) is { } payload; at += JournalFrame.HeaderLength + payload.Length, number++)
        {
            if (number == 0) continue;
            foreach (var bytes in ChainJournal.Entries(payload)!)
            {
                Assert.True(ChainEntry.Decode(bytes.Span, out var entry).IsAccepted);
                entries.Add(entry!);
            }
        }
        return entries;
    }

    static async Task<string[]> KillAsync(string folder, int seed, bool fromFirst, TimeSpan after)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(ChainKillTests).Assembly.Location);
        start.Environment[FolderVariable] = folder;
        start.Environment[SeedVariable] = $"{seed}";
        using var process = Process.Start(start)!;
        // Every other time the moment is counted from the first promise, so that a slow machine makes promises too; else from the start, to hit the opening.
        string text = fromFirst ? await process.StandardOutput.ReadLineAsync() + "\n" : "";
        var output = process.StandardOutput.ReadToEndAsync();
        await Task.Delay(after);
        process.Kill(); // SIGKILL
        await process.WaitForExitAsync();
        text += await output;
        // What follows the last newline was cut off by the kill: it was never said.
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
