using System.Security.Cryptography;
using System.Text.Json;
using Counterfoil.Chain.Storage;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.DevChain;
using Counterfoil.Home;
using Counterfoil.Log;
using Counterfoil.Log.Http.Serving;
using Counterfoil.Log.Http.Witnessing;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Witnesses;
using Counterfoil.Node.Chain.Storage;
using Counterfoil.Payments.AspNetCore.Storage;
using Counterfoil.Prover;
using Microsoft.Data.Sqlite;

namespace Counterfoil.Story.Tests;

/// <summary><c>counterfoil fsck</c> as people type it: everything that a home and other folders hold, each with a verdict; and a fault put into each.</summary>
public sealed class FsckCommandTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-fsck-command-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Home => Path.Combine(folder, "home");

    string Beside => Path.Combine(folder, "beside");

    string BudgetFile => Path.Combine(Beside, "budgets", $"{Root}{FileProofBudget.FileSuffix}");

    static Keccak256Digest Root { get; } = Keccak256.Hash("weights"u8);

    /// <summary>A home with everything, and beside it a commitment, budgets and a journal of payments.</summary>
    async Task FillAsync()
    {
        Core.Verdicts.Verdict opened = HomeFolder.OpenToWrite(Home, "test", TimeProvider.System, [KeyStore.Schema, TransparencyLog.Schema, ChainStore.Schema, new("log-serving", 1), new("witness", 1), new("chains", 1)], out var home);
        Assert.True(opened.IsAccepted, opened.ToString());
        using (home)
        {
            Assert.True(KeyStore.Open(home!, "", RandomNumberGenerator.Create(), out var store).IsAccepted);
            using var keys = store!;
            Assert.True(keys.OpenOrCreateSigner("log", SignatureAlgorithm.Ed25519, out var logKey).IsAccepted);
            Assert.True(keys.OpenOrCreateSigner("witness", SignatureAlgorithm.Ed25519, out var witnessKey).IsAccepted);
            Assert.True(keys.Create("chain-deployer", KeyKind.Secret32, out _).IsAccepted);
            using (logKey)
            using (witnessKey)
            {
                var (signer, witness) = (new NoteSigner("example.com/log", logKey!), new NoteSigner("example.com/witness", witnessKey!, NoteSignatureType.Cosignature));
                await using var log = TransparencyLog.Open(home!.FolderOf("log"), signer);
                await log.AppendAsync([.. Enumerable.Range(0, 300).Select(i => (ReadOnlyMemory<byte>)BitConverter.GetBytes(i))]);
                using var memory = new WitnessStore(home.FolderOf("witness"), [witness], [signer.Key], TimeProvider.System);
                var (_, cosignatures) = await memory.AddAsync(new AddCheckpoint(0, [], log.Checkpoint.Note).ToBytes());
                PrivateFiles.Write(Path.Combine(home.FolderOf("log-serving"), "checkpoint.witnessed"), log.Checkpoint.With(cosignatures[0]).Note.Span);
                PrivateFiles.Write(Path.Combine(home.FolderOf("log-serving"), "writer-token"), System.Text.Encoding.ASCII.GetBytes(WriterTokens.Make() + "\n"));
            }
            using (var chain = ChainStore.Open(home!, new ChainOptions(), TimeProvider.System))
                for (int i = 0; i < 4; i++)
                {
                    chain.Chain.Mine();
                    await chain.FlushAsync();
                }
            await using (ChainDatabase.OpenSqlite(Path.Combine(home!.FolderOf("chains"), "31337-0.db"))) { }
            PrivateFiles.Write(Path.Combine(home.FolderOf("chains"), "31337-0.json"), System.Text.Encoding.UTF8.GetBytes(new Chain.Contracts.AddressBook(31337, []).ToJson()));
        }
        Directory.CreateDirectory(Beside);
        await File.WriteAllLinesAsync(Path.Combine(folder, "set.jsonl"), Enumerable.Range(0, 2000).Select(i => $$"""{"id":{{i % 1990}}}"""));
        var commit = await TheCommand.RunAsync("data", "commit", Path.Combine(folder, "set.jsonl"), "--out", Path.Combine(Beside, "data", "set"), "--name", "set");
        Assert.True(commit.Exit == 0, commit.Error);
        new FileProofBudget(Path.Combine(Beside, "budgets")).Create(Root, 12);
        await using (PaymentDatabase.Open(Path.Combine(Beside, "payments.db"))) { }
    }

    static Task<Ran> FsckAsync(params string[] arguments) => TheCommand.RunAsync(["fsck", .. arguments]);

    static List<(string Kind, string Verdict, string Checks)> Parts(Ran ran)
    {
        using var json = JsonDocument.Parse(ran.Out);
        return [.. json.RootElement.GetProperty("parts").EnumerateArray().Select(p => (p.GetProperty("kind").GetString()!, p.GetProperty("verdict").GetString()!,
            string.Join(' ', p.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("check").GetString()).Distinct())))];
    }

    static void Flip(string file, long at)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = at < 0 ? stream.Length + at : at;
        int was = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(was ^ 1));
    }

    [Fact]
    public async Task Everything_is_checked_by_one_command_and_a_fault_in_each_is_found_by_its_name()
    {
        await FillAsync();
        var sound = await FsckAsync(Beside, "--home", Home, "--json");
        Assert.True(sound.Exit == 0, sound.Out + sound.Error);
        string[] kinds = ["home", "keys", "chain", "contracts", "database", "log", "tokens", "witness", "budget", "commitment", "database"];
        Assert.Equal(kinds.Order(), Parts(sound).Select(p => p.Kind).Order());
        Assert.All(Parts(sound), p => Assert.Equal(("ACCEPT", ""), (p.Verdict, p.Checks)));
        var told = await FsckAsync("--home", Home);
        Assert.Equal(0, told.Exit);
        Assert.Contains("example.com/log, 300 entries", told.Out, StringComparison.Ordinal);
        Assert.EndsWith("sound: 8 parts\n", told.Out, StringComparison.Ordinal);

        // One fault in each part, wherever a byte of it says something.
        Flip(Path.Combine(Home, "keys", "log.key"), -3);
        Flip(Path.Combine(Home, "log", "tile", "0", "000"), 70);
        File.WriteAllText(Path.Combine(Home, "log-serving", "writer-token"), "guess me\n");
        Flip(Path.Combine(Home, "chain", "journal"), new FileInfo(Path.Combine(Home, "chain", "journal")).Length / 2);
        Flip(Path.Combine(Home, "chains", "31337-0.json"), 3);
        Flip(Directory.GetFiles(Path.Combine(Home, "witness")).Single(f => Path.GetFileName(f).Length == 64), 20);
        foreach (string database in (string[])[Path.Combine(Home, "chains", "31337-0.db"), Path.Combine(Beside, "payments.db")])
            using (var stream = new FileStream(database, FileMode.Open, FileAccess.ReadWrite))
            {
                stream.Position = 4096; // the second page: a table's or an index's root
                stream.Write(new byte[200]);
            }
        Flip(Path.Combine(Beside, "data", "set", "keys"), 4000);
        // A copy that was made before and put back: its account counts as spent.
        File.Copy(BudgetFile, BudgetFile + "-copy");
        File.Delete(BudgetFile);
        File.Move(BudgetFile + "-copy", BudgetFile);

        var harmed = await FsckAsync(Beside, "--home", Home, "--json");
        Assert.True(harmed.Exit == 1, harmed.Out + harmed.Error);
        (string, string, string)[] expected =
        [
            ("home", "ACCEPT", ""), ("keys", "REJECT", "home.key.seal"), ("chain", "REJECT", "fsck.chain"), ("contracts", "REJECT", "chain.address-book"), ("database", "REJECT", "fsck.database"),
            ("log", "REJECT", "log.fsck.tiles"), ("tokens", "REJECT", "fsck.tokens"), ("witness", "REJECT", "log.note.signature"), ("budget", "REJECT", "proof.budget.record"),
            ("commitment", "REJECT", "data.folder.root"), ("database", "REJECT", "fsck.database"),
        ];
        Assert.Equal(expected.Order(), Parts(harmed).Order());
        var report = await FsckAsync(Beside, "--home", Home);
        Assert.Equal(1, report.Exit);
        Assert.EndsWith("NOT SOUND: 10 of 11 parts refused, 0 could not be checked\n", report.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_seen_is_said_to_be_uncertain_and_not_sound()
    {
        Assert.True(HomeFolder.OpenToWrite(Home, "test", TimeProvider.System, [KeyStore.Schema, new("novelties", 1)], out var home).IsAccepted);
        using (home)
        {
            Assert.True(KeyStore.Open(home!, "correct horse", RandomNumberGenerator.Create(), out var keys, new Argon2Cost(64, 1, 1)).IsAccepted);
            keys!.Dispose();
            File.WriteAllText(Path.Combine(home!.FolderOf("novelties"), "new"), "of a later program");
        }
        var ran = await FsckAsync("--home", Home, "--json");
        Assert.Equal(3, ran.Exit);
        Assert.Equal([("home", "ACCEPT", ""), ("keys", "UNVERIFIABLE", "home.unlock"), ("store", "UNVERIFIABLE", "fsck.known")], Parts(ran));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
            Assert.Equal([("home", "REJECT", "home.permissions")], Parts(await FsckAsync("--home", Home, "--json")));
        }
        Directory.CreateDirectory(Beside);
        var nothing = await FsckAsync(Beside);
        Assert.Equal(2, nothing.Exit);
        Assert.Contains("nothing of ours", nothing.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await FsckAsync("--home", Path.Combine(folder, "nowhere"))).Exit);
    }

    [Fact]
    public async Task A_log_that_others_signed_for_or_that_forgot_what_it_showed_is_found()
    {
        await FillAsync();
        // The key of another home, and a checkpoint that was shown and is no tree of this log.
        string key = Path.Combine(Home, "keys", "log.key"), shown = Path.Combine(Home, "log-serving", "checkpoint.witnessed");
        Assert.True(HomeFolder.OpenToRead(Home, [KeyStore.Schema], out var home).IsAccepted);
        using (home)
        {
            Assert.True(KeyStore.Open(home!, "", RandomNumberGenerator.Create(), out var keys).IsAccepted);
            using (keys)
            {
                Assert.True(keys!.OpenSigner("log", out var secret).IsAccepted);
                using (secret) await File.WriteAllBytesAsync(shown, SignedCheckpoint.Sign(new("example.com/log", 999, MerkleTree.LeafHash([1])), new NoteSigner("example.com/log", secret!)).Note.ToArray(), TestContext.Current.CancellationToken);
            }
        }
        Assert.Contains(("log", "REJECT", "log.fsck.checkpoint"), Parts(await FsckAsync("--home", Home, "--json")));
        File.Delete(key);
        Assert.True(HomeFolder.OpenToWrite(Home, "test", TimeProvider.System, [KeyStore.Schema], out home).IsAccepted);
        using (home)
        {
            Assert.True(KeyStore.Open(home!, "", RandomNumberGenerator.Create(), out var keys).IsAccepted);
            using (keys) Assert.True(keys!.Create("log", KeyKind.Ed25519, out _).IsAccepted);
        }
        Assert.Contains(("log", "REJECT", "log.fsck.checkpoint fsck.log-key"), Parts(await FsckAsync("--home", Home, "--json")));
    }
}
