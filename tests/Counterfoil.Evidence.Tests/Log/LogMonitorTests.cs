using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Http.Monitoring;
using Counterfoil.Log.Http.Serving;
using Counterfoil.Log.Http.Witnessing;
using Counterfoil.Log.Monitoring;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Tiles;
using Counterfoil.Log.Witnesses;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Log;

/// <summary>A monitor against an operator who has the key, and two logs under it.</summary>
public sealed class LogMonitorTests : IAsyncLifetime
{
    readonly Logbook honest = new(), forked = new();
    readonly HttpClient http = new();
    readonly List<IAsyncDisposable> servers = [];
    readonly string memory = Directory.CreateTempSubdirectory("counterfoil-monitor-").FullName;
    TransparencyLog log = null!, fork = null!;

    public ValueTask InitializeAsync()
    {
        (log, fork) = (honest.Open(), forked.Open());
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers) await server.DisposeAsync();
        await log.DisposeAsync();
        await fork.DisposeAsync();
        http.Dispose();
        honest.Dispose();
        forked.Dispose();
        Directory.Delete(memory, recursive: true);
    }

    /// <summary>A server that shows one log, then another, at one address.</summary>
    sealed class Shown(ILog log) : ILog
    {
        public ILog Log { get; set; } = log;
        public VerifierKey Key => Log.Key;
        public SignedCheckpoint Checkpoint => Log.Checkpoint;
        public Task<System.Collections.Immutable.ImmutableArray<Appended>>? TryAppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries) => Log.TryAppendAsync(entries);
        public ValueTask<ReadOnlyMemory<byte>?> TileAsync(TileId tile, CancellationToken cancellation = default) => Log.TileAsync(tile, cancellation);
        public ValueTask<ReadOnlyMemory<byte>?> EntriesAsync(TileId tile, CancellationToken cancellation = default) => Log.EntriesAsync(tile, cancellation);
    }

    async Task<Uri> Serve(ILog shown, Func<SignedCheckpoint?>? published = null)
    {
        var host = await LogHost.ServeLogAsync(shown, published);
        servers.Add(host);
        return host.Address;
    }

    LogMonitor Monitor(Uri address, Vantage[]? vantages = null, string[]? watches = null) => new(http, address, TrustPolicy.Of(log.Key), memory, TimeProvider.System, vantages, watches);

    static async Task Fill(TransparencyLog log, int run, int from, int count) => await log.AppendAsync(Enumerable.Range(from, count).Select(i => (ReadOnlyMemory<byte>)Logbook.Entry(run, i)).ToList());

    static MonitorEvent.Caught Caught(Check check, IReadOnlyList<MonitorEvent> events)
    {
        var caught = Assert.Single(events.OfType<MonitorEvent.Caught>());
        Assert.Equal(check, Assert.IsType<Verdict.Rejected>(caught.Why).Reason.Check);
        return caught;
    }

    SplitView Portable(MonitorEvent.Caught caught)
    {
        string file = Assert.Single(Directory.GetFiles(memory, "split-view-*"));
        Assert.Equal(Verdict.Accept, SplitView.Parse(File.ReadAllBytes(file), out var view));
        Assert.Equal(caught.Evidence, view);
        Assert.Equal(Verdict.Accept, view!.Verify(log.Key));
        return view;
    }

    [Fact]
    public async Task An_honest_log_is_followed_entry_by_entry_through_restarts()
    {
        var address = await Serve(log);
        await Fill(log, 0, 0, 300);
        var grew = Assert.IsType<MonitorEvent.Grew>(Assert.Single(await Monitor(address).StepAsync()));
        Assert.Equal((0L, 300L), (grew.From, grew.Checkpoint.Checkpoint.Size));
        await Fill(log, 0, 300, 299);
        await log.AppendAsync("the dataset mnist-7 is here"u8.ToArray());
        var monitor = Monitor(address, watches: ["mnist-7", "nothing like it"]);
        Assert.Equal(300, monitor.Followed!.Checkpoint.Size);
        var events = await monitor.StepAsync();
        Assert.Equal((599L, "mnist-7"), Assert.IsType<MonitorEvent.Matched>(events[0]) is var m ? (m.Index, m.Watch) : default);
        Assert.Equal((300L, 600L), Assert.IsType<MonitorEvent.Grew>(events[1]) is var g ? (g.From, g.Checkpoint.Checkpoint.Size) : default);
        Assert.Empty(await monitor.StepAsync());
    }

    [Fact]
    public async Task A_log_that_goes_back_is_caught_after_a_restart_too()
    {
        var shown = log.Checkpoint;
        var address = await Serve(log, () => shown);
        await Fill(log, 0, 0, 10);
        var before = log.Checkpoint;
        await Fill(log, 0, 10, 10);
        shown = log.Checkpoint;
        await Monitor(address).StepAsync();
        shown = before;
        Caught(LogChecks.MonitorRollback, await Monitor(address).StepAsync());
        Assert.Equal(20, Monitor(address).Followed!.Checkpoint.Size); // not followed back
    }

    [Theory]
    [InlineData(300)]
    [InlineData(520)]
    [InlineData(257)]
    public async Task A_log_that_changes_its_history_is_caught_with_evidence(int size)
    {
        await Fill(log, 0, 0, 300);
        await Fill(fork, 0, 0, 200);
        await Fill(fork, 1, 200, size - 200);
        var shown = new Shown(log);
        var address = await Serve(shown);
        await Monitor(address).StepAsync();
        shown.Log = fork;
        var caught = Caught(size == 300 ? LogChecks.MonitorSplit : size > 300 ? LogChecks.MonitorConsistency : LogChecks.MonitorRollback, await Monitor(address).StepAsync());
        if (size < 300) return; // smaller, and our own tiles are gone with the server: what it signed is kept
        Portable(caught);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(257)]
    [InlineData(400)]
    public async Task A_split_view_is_caught_by_looking_from_elsewhere(int size)
    {
        await Fill(log, 0, 0, 300);
        await Fill(fork, 0, 0, 200);
        await Fill(fork, 1, 200, size - 200);
        var monitor = Monitor(await Serve(log), [new(await Serve(fork), IsWitness: false)]);
        var events = await monitor.StepAsync();
        if (size > 300)
        {
            Assert.Empty(events.OfType<MonitorEvent.Caught>()); // it may be ahead
            await Fill(log, 0, 300, 200);
            events = await monitor.StepAsync();
        }
        Portable(Caught(LogChecks.MonitorSplit, events));
    }

    [Fact]
    public async Task A_split_view_is_caught_by_what_a_witness_saw_and_an_honest_mirror_that_is_late_is_no_split()
    {
        var cosigner = new NoteSigner("witness.example", Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]), NoteSignatureType.Cosignature);
        using var witness = new WitnessStore(Path.Combine(memory, "witness"), [cosigner], [log.Key], TimeProvider.System);
        var witnessing = await LogHost.ServeWitnessAsync(witness);
        servers.Add(witnessing);
        await Fill(log, 0, 0, 100);
        var early = log.Checkpoint;
        await Fill(log, 0, 100, 100);
        var monitor = Monitor(await Serve(log), [new(witnessing.Address, IsWitness: true), new(await Serve(log, () => early), IsWitness: false)]);
        Assert.Empty((await monitor.StepAsync()).OfType<MonitorEvent.Caught>());
        await Fill(fork, 3, 0, 200);
        Assert.NotEmpty((await witness.AddAsync(new AddCheckpoint(0, [], fork.Checkpoint.Note).ToBytes())).Cosignatures);
        Portable(Caught(LogChecks.MonitorSplit, await monitor.StepAsync()));
    }

    sealed class OtherEntries(ILog log, ILog entries) : ILog
    {
        public VerifierKey Key => log.Key;
        public SignedCheckpoint Checkpoint => log.Checkpoint;
        public Task<System.Collections.Immutable.ImmutableArray<Appended>>? TryAppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> added) => null;
        public ValueTask<ReadOnlyMemory<byte>?> TileAsync(TileId tile, CancellationToken cancellation = default) => log.TileAsync(tile, cancellation);
        public ValueTask<ReadOnlyMemory<byte>?> EntriesAsync(TileId tile, CancellationToken cancellation = default) => entries.EntriesAsync(tile, cancellation);
    }

    [Fact]
    public async Task Entries_that_the_root_does_not_commit_to_are_caught()
    {
        await Fill(log, 0, 0, 300);
        await Fill(fork, 0, 0, 299);
        await Fill(fork, 1, 299, 1);
        Caught(LogChecks.MonitorEntries, await Monitor(await Serve(new OtherEntries(log, fork))).StepAsync());
    }

    [Fact]
    public async Task Evidence_that_shows_nothing_is_refused()
    {
        await Fill(log, 0, 0, 300);
        await Fill(fork, 1, 0, 300);
        using var other = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        var view = new SplitView(log.Checkpoint.Note, fork.Checkpoint.Note, []);
        Assert.Equal(Verdict.Accept, view.Verify(log.Key));
        static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);
        Refused(LogChecks.MonitorEvidence, (view with { Second = view.First }).Verify(log.Key)); // one and the same
        Refused(LogChecks.NoteSigners, view.Verify(new VerifierKey("test.example/log", other.PublicKey))); // another log's

        await Fill(log, 0, 300, 50);
        Refused(LogChecks.MonitorEvidence, (view with { First = log.Checkpoint.Note }).Verify(log.Key)); // two sizes, and no node
        var (hash, path) = await TiledTree.NodeAsync(new ServedTiles(log), 8, 0, 350);
        var (forkHash, forkPath) = await TiledTree.NodeAsync(new ServedTiles(fork), 8, 0, 300);
        var two = new SplitView(log.Checkpoint.Note, fork.Checkpoint.Note, [new(8, 0, hash, path), new(8, 0, forkHash, forkPath)]);
        Assert.Equal(Verdict.Accept, two.Verify(log.Key));
        Refused(LogChecks.MonitorEvidence, (two with { Nodes = [two.Nodes[0], two.Nodes[0]] }).Verify(log.Key));
        Refused(LogChecks.MonitorEvidence, (two with { Nodes = [two.Nodes[0], two.Nodes[1] with { Index = 1 }] }).Verify(log.Key));
        Refused(LogChecks.MonitorEvidence, (two with { Nodes = [two.Nodes[0] with { Level = 9 }, two.Nodes[1] with { Level = 9 }] }).Verify(log.Key)); // no whole subtree
        Refused(CoreChecks.MerkleInclusion, (two with { Nodes = [two.Nodes[0], two.Nodes[1] with { Hash = Sha256.Hash([1]) }] }).Verify(log.Key));

        byte[] file = two.ToBytes();
        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Int[0, 50], Gen.Byte.Array[0, 50]).Sample((at, cut, put) =>
        {
            byte[] mutated = [.. file[..at], .. put, .. file[Math.Min(file.Length, at + cut)..]];
            if (SplitView.Parse(mutated, out var parsed).IsAccepted)
            {
                Assert.Equal(mutated, parsed!.ToBytes());
                parsed.Verify(log.Key);
            }
        });
    }

    [Fact]
    public async Task A_damaged_memory_is_not_taken_for_an_empty_one()
    {
        await Fill(log, 0, 0, 3);
        var address = await Serve(log);
        await Monitor(address).StepAsync();
        string state = Path.Combine(memory, "state");
        byte[] bytes = File.ReadAllBytes(state);
        foreach (int at in (int[])[3, 30, bytes.Length - 5])
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 1;
            File.WriteAllBytes(state, changed);
            Assert.Throws<InvalidDataException>(() => Monitor(address));
        }
    }
}
