using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Following;
using Counterfoil.Chain.Sending;
using Counterfoil.Chain.Storage;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Log;
using Counterfoil.Log.Http.Reading;
using Counterfoil.Log.Http.Serving;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Witnesses;
using Counterfoil.Node.Anchoring;

namespace Counterfoil.Chain.Tests.Chain;

/// <summary>A log's checkpoints on a chain: rarely, in order, each once, and never of another tree.</summary>
public sealed class LogAnchorTests : IAsyncLifetime
{
    readonly Signer secret = Signer.FromSeed(SignatureAlgorithm.Ed25519, Enumerable.Repeat((byte)42, 32).ToArray());
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-anchor-").FullName;
    readonly ManualTime time = new();
    TestChain chain = null!;
    Contract anchor = null!;
    Secp256k1PrivateKey key = null!;
    ChainDatabase database = null!;
    NoteSigner signer = null!;
    ulong id;

    public async ValueTask InitializeAsync()
    {
        signer = new NoteSigner("test.example/log", secret);
        chain = await TestChain.StartAsync(ChainKind.DevChain);
        anchor = await chain.DeployAsync(await chain.AccountAsync("deployer"), ContractArtifact.Anchor);
        key = TestChain.KeyOf("publisher");
        await chain.AccountAsync("publisher");
        id = await chain.Client.GetChainIdAsync();
        database = ChainDatabase.OpenSqlite(Path.Combine(folder, "outbox.db"));
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await chain.DisposeAsync();
        key.Dispose();
        secret.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A clock that stands still until it is moved.</summary>
    sealed class ManualTime : TimeProvider
    {
        long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Advance(TimeSpan by) => now += by.Ticks;
    }

    Outbox Outbox() => new(anchor.Client, key, new OutboxJournal(database, id, key.Address), new OutboxOptions { ChainId = id, Finality = new Finality { Depth = 1 }, Interval = TimeSpan.FromMilliseconds(10) });

    SignedCheckpoint At(int size, byte run = 0) => SignedCheckpoint.Sign(new(signer.Key.Name, size, MerkleTree.Root([.. Enumerable.Range(0, size).Select(i => MerkleTree.LeafHash([run, (byte)i]))])), signer);

    async Task<List<ulong>> Anchored() => [.. (await anchor.EventsAsync<AnchorContract.AnchoredEvent>()).Select(e => e.Event.Size)];

    [Fact]
    public async Task A_checkpoint_is_anchored_when_enough_time_or_enough_entries_came()
    {
        using var outbox = Outbox();
        var log = new LogAnchor(outbox, anchor, signer.Key, time, new AnchorRules { Interval = TimeSpan.FromMinutes(10), Entries = 50 });
        Assert.Null((await log.StepAsync(At(1))).Sent);
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.Null((await log.StepAsync(At(2))).Sent);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull((await log.StepAsync(At(3))).Sent);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Null((await log.StepAsync(At(3))).Sent); // nothing new
        Assert.Null((await log.StepAsync(At(4))).Sent); // the wait begins with what is new
        Assert.NotNull((await log.StepAsync(At(53))).Sent);
        Assert.Equal([3, 53], await Anchored());
    }

    [Fact]
    public async Task A_crash_between_taking_on_and_sending_anchors_once()
    {
        var (log, checkpoint) = (LogId.Of(signer.Key), At(5));
        using (var crashed = Outbox()) // it took the intent on, and died
            await crashed.SubmitAsync(SendIntent.Of($"anchor/{anchor.Address}/{log}/5", anchor.Call(new AnchorContract.AnchorCall(log.Digest.Value, 5, checkpoint.Checkpoint.Root.Value))));
        using var outbox = Outbox();
        var anchoring = new LogAnchor(outbox, anchor, signer.Key, TimeProvider.System);
        await anchoring.StepAsync(checkpoint, now: true);
        await anchoring.StepAsync(At(8), now: true);
        Assert.Equal([5, 8], await Anchored());
    }

    [Fact]
    public async Task A_log_that_is_not_the_one_that_was_anchored_is_not_gone_on_with()
    {
        using var outbox = Outbox();
        var log = new LogAnchor(outbox, anchor, signer.Key, TimeProvider.System);
        await log.StepAsync(At(5), now: true);
        await Assert.ThrowsAsync<InvalidDataException>(() => log.StepAsync(At(4), now: true)); // a restored copy
        await Assert.ThrowsAsync<InvalidDataException>(() => log.StepAsync(At(5, run: 1), now: true)); // another history
        Assert.Equal([5], await Anchored());
    }

    [Fact]
    public async Task A_reader_who_is_shown_another_tree_than_the_chain_finds_out()
    {
        await using var log = TransparencyLog.Open(Path.Combine(folder, "log"), signer);
        await using var host = await LogHost.ServeLogAsync(log);
        using var http = new HttpClient();
        using var outbox = Outbox();
        var anchoring = new LogAnchor(outbox, anchor, signer.Key, TimeProvider.System);
        for (byte i = 0; i < 9; i++)
        {
            await log.AppendAsync(new byte[] { 0, i });
            if (i % 3 == 0) await anchoring.StepAsync(log.Checkpoint, now: true);
        }
        var client = new LogClient(http, host.Address, TrustPolicy.Of(log.Key), TimeProvider.System);
        var view = new AnchoredView(anchor, key.Address, log.Key);
        Assert.Equal(Verdict.Accept, await view.HoldAsync(client, log.Checkpoint.Checkpoint));
        static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);
        Refused(LogChecks.MonitorRollback, await view.HoldAsync(client, At(6).Checkpoint));
        await anchoring.StepAsync(At(20, run: 1), now: true); // what the operator anchors from now on is another tree
        for (byte i = 9; i < 25; i++) await log.AppendAsync(new byte[] { 0, i });
        Refused(LogChecks.MonitorSplit, await view.HoldAsync(client, log.Checkpoint.Checkpoint));
    }
}
