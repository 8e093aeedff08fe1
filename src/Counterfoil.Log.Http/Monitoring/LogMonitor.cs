using System.Collections.Immutable;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Http.Reading;
using Counterfoil.Log.Http.Witnessing;
using Counterfoil.Log.Monitoring;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Tiles;
using Counterfoil.Log.Witnesses;

namespace Counterfoil.Log.Http.Monitoring;

/// <summary>What a monitor has to say.</summary>
public abstract record MonitorEvent
{
    MonitorEvent() { }

    /// <summary>The log grew, and every entry is accounted for.</summary>
    /// <param name="Checkpoint">The tree now.</param>
    /// <param name="From">Entries before.</param>
    public sealed record Grew(SignedCheckpoint Checkpoint, long From) : MonitorEvent;

    /// <summary>An entry that was watched for.</summary>
    /// <param name="Index">Its place.</param>
    /// <param name="Watch">What it matched.</param>
    /// <param name="LeafHash">Its leaf hash.</param>
    public sealed record Matched(long Index, string Watch, Sha256Digest LeafHash) : MonitorEvent;

    /// <summary>The log, or who serves it, did what it must not.</summary>
    /// <param name="Where">Whose answer it was.</param>
    /// <param name="Why">The check that failed.</param>
    /// <param name="Evidence">A file that proves it to others; null where nothing more than the answer is at hand.</param>
    public sealed record Caught(Uri Where, Verdict Why, SplitView? Evidence) : MonitorEvent;
}

/// <summary>Where else the log's checkpoints are seen.</summary>
/// <param name="Address">A mirror's prefix, or with <paramref name="IsWitness"/> a witness's monitoring prefix.</param>
/// <param name="IsWitness">Whether it has checkpoints alone, and no tiles.</param>
public sealed record Vantage(Uri Address, bool IsWitness);

/// <summary>Follows a log: holds every checkpoint to the one before, reads every entry, and compares what others are shown.</summary>
/// <remarks>
/// What it has seen is durable before anyone is told, so a restart does not make it forget. A checkpoint that fails is not followed; the next round looks again. It takes one log;
/// run one for each.
/// </remarks>
public sealed class LogMonitor
{
    const string StateFile = "state";

    readonly HttpClient http;
    readonly TrustPolicy policy;
    readonly VerifierKey log;
    readonly TimeProvider time;
    readonly LogClient client;
    readonly ImmutableArray<Vantage> vantages;
    readonly ImmutableArray<(string Name, byte[] Bytes)> watches;
    readonly DurableWholeFile files;
    readonly string folder;
    readonly Dictionary<Uri, SignedCheckpoint> waiting = [];
    MonitorState? state;

    /// <summary>A monitor of the policy's one log.</summary>
    /// <param name="http">Reaches log and vantages.</param>
    /// <param name="address">The log's prefix.</param>
    /// <param name="policy">When its checkpoints count.</param>
    /// <param name="folder">What the monitor remembers, and evidence that it found.</param>
    /// <param name="time">The clock.</param>
    /// <param name="vantages">Where else to look.</param>
    /// <param name="watches">Texts: an entry that has one of them is called out.</param>
    /// <exception cref="InvalidDataException">What is remembered is damaged, or another log's.</exception>
    public LogMonitor(HttpClient http, Uri address, TrustPolicy policy, string folder, TimeProvider time, IEnumerable<Vantage>? vantages = null, IEnumerable<string>? watches = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.Logs is not [var only]) throw new ArgumentException($"a monitor follows one log, and the policy has {policy.Logs.Length}", nameof(policy));
        (this.http, this.policy, log, this.time, this.folder) = (http, policy, only.Key, time, folder);
        this.vantages = [.. vantages ?? []];
        this.watches = [.. (watches ?? []).Select(w => (w, Encoding.UTF8.GetBytes(w)))];
        Directory.CreateDirectory(folder);
        files = new DurableWholeFile(folder);
        if (files.Read(StateFile) is { } bytes) state = MonitorState.Parse(bytes, log);
        client = new LogClient(http, address, policy, time, state?.Checkpoint);
    }

    /// <summary>The checkpoint followed to; null before the first.</summary>
    public SignedCheckpoint? Followed => state?.Checkpoint;

    /// <summary>Looks once at the log and at every vantage.</summary>
    /// <returns>What there is to say, nothing where nothing changed.</returns>
    public async Task<IReadOnlyList<MonitorEvent>> StepAsync(CancellationToken cancellation = default)
    {
        var events = new List<MonitorEvent>();
        await FollowAsync(events, cancellation).ConfigureAwait(false);
        foreach (var vantage in vantages) await CompareAsync(vantage, events, cancellation).ConfigureAwait(false);
        return events;
    }

    async Task FollowAsync(List<MonitorEvent> events, CancellationToken cancellation)
    {
        var (verdict, fetched) = await client.FetchAsync(cancellation).ConfigureAwait(false);
        if (!verdict.IsAccepted)
        {
            events.Add(new MonitorEvent.Caught(client.Prefix, verdict, null));
            return;
        }
        var now = fetched!.Checkpoint;
        if (state is { } known)
        {
            verdict = await client.ContinuesAsync(known.Checkpoint.Checkpoint, now, cancellation).ConfigureAwait(false);
            if (!verdict.IsAccepted)
            {
                events.Add(await CatchAsync(client.Prefix, verdict, fetched, client, cancellation).ConfigureAwait(false));
                return;
            }
            if (now.Size == known.Checkpoint.Checkpoint.Size) return;
        }
        var found = new List<MonitorEvent>();
        var frontier = state?.Frontier.Clone() ?? new Frontier();
        long from = frontier.Size;
        verdict = await ReadAsync(frontier, now, found, cancellation).ConfigureAwait(false);
        if (!verdict.IsAccepted)
        {
            events.Add(new MonitorEvent.Caught(client.Prefix, verdict, null));
            return;
        }
        state = MonitorState.Of(fetched, frontier);
        files.Replace(StateFile, state.ToBytes());
        events.AddRange(found);
        events.Add(new MonitorEvent.Grew(fetched, from));
    }

    /// <summary>Reads the entries that came, and recomputes the root from them.</summary>
    async Task<Verdict> ReadAsync(Frontier frontier, Checkpoint now, List<MonitorEvent> found, CancellationToken cancellation)
    {
        while (frontier.Size < now.Size)
        {
            int skip = (int)(frontier.Size % TileId.FullWidth);
            var (verdict, entries) = await client.ReadBundleAsync(TileId.Of(0, frontier.Size / TileId.FullWidth, now.Size), cancellation).ConfigureAwait(false);
            if (!verdict.IsAccepted) return Verdict.Reject(LogChecks.MonitorEntries, $"the entries from {frontier.Size}", verdict.ToString());
            foreach (var entry in entries.AsSpan()[skip..])
            {
                var leafHash = MerkleTree.LeafHash(entry.Span);
                foreach (var (name, bytes) in watches)
                    if (entry.Span.IndexOf(bytes) >= 0) found.Add(new MonitorEvent.Matched(frontier.Size, name, leafHash));
                frontier.Add(leafHash);
            }
        }
        return frontier.Root == now.Root ? Verdict.Accept : Verdict.Reject(LogChecks.MonitorEntries, $"entries of root {now.Root} at {now.Size}", $"root {frontier.Root}");
    }

    async Task CompareAsync(Vantage vantage, List<MonitorEvent> events, CancellationToken cancellation)
    {
        string path = vantage.IsWitness ? $"{Convert.ToHexStringLower(Sha256.Hash(Encoding.UTF8.GetBytes(log.Name)).ToArray())}/checkpoint" : "checkpoint";
        using var request = Limited.Get(vantage.Address, path);
        var (status, body) = await Limited.AskAsync(http, request, SignedNote.MaxBytes, cancellation).ConfigureAwait(false);
        if (status == 404 && vantage.IsWitness) return; // it has not cosigned this log yet
        SignedCheckpoint? fetched = null;
        var verdict = status == 200 ? SignedCheckpoint.VerifyFrom(body, log, out fetched) : Verdict.Reject(LogChecks.Served, "a checkpoint", $"status {status}");
        if (fetched is null)
        {
            events.Add(new MonitorEvent.Caught(vantage.Address, verdict, null));
            return;
        }
        // Larger than what the log shows here: its turn comes when the log has grown that far, whatever the vantage says then.
        if (state is null || fetched.Checkpoint.Size > state.Checkpoint.Checkpoint.Size) waiting.TryAdd(vantage.Address, fetched);
        else verdict = await HoldAsync(fetched, cancellation).ConfigureAwait(false);
        if (verdict.IsAccepted && state is not null && waiting.TryGetValue(vantage.Address, out var earlier) && earlier.Checkpoint.Size <= state.Checkpoint.Checkpoint.Size)
        {
            waiting.Remove(vantage.Address);
            (fetched, verdict) = (earlier, await HoldAsync(earlier, cancellation).ConfigureAwait(false));
        }
        if (verdict.IsAccepted) return;
        var mirror = vantage.IsWitness ? null : new LogClient(http, vantage.Address, policy, time);
        events.Add(await CatchAsync(vantage.Address, verdict, fetched, mirror, cancellation).ConfigureAwait(false));
    }

    /// <summary>Whether another's checkpoint, not larger than ours, is of our tree.</summary>
    async Task<Verdict> HoldAsync(SignedCheckpoint other, CancellationToken cancellation)
    {
        var verdict = await client.ContinuesAsync(other.Checkpoint, state!.Checkpoint.Checkpoint, cancellation).ConfigureAwait(false);
        return verdict is Verdict.Rejected { Reason: var reason } ? Verdict.Reject(LogChecks.MonitorSplit, $"a tree that {state.Checkpoint.Checkpoint} continues", $"{other.Checkpoint}: {reason}") : verdict;
    }

    /// <summary>Makes evidence of a checkpoint that contradicts ours, where that can be shown, and keeps it.</summary>
    /// <param name="where">Who showed it.</param>
    /// <param name="why">The check that failed.</param>
    /// <param name="other">The checkpoint.</param>
    /// <param name="tiles">The tiles of its tree; null for none.</param>
    /// <param name="cancellation">Stops it.</param>
    async Task<MonitorEvent> CatchAsync(Uri where, Verdict why, SignedCheckpoint other, ITileReader? tiles, CancellationToken cancellation)
    {
        var ours = state!;
        SplitView? evidence = null;
        if (other.Checkpoint.Size == ours.Checkpoint.Checkpoint.Size && other.Checkpoint.Root != ours.Checkpoint.Checkpoint.Root) evidence = new(ours.Checkpoint.Note, other.Note, []);
        else if (other.Checkpoint.Size != ours.Checkpoint.Checkpoint.Size && tiles is not null)
            try
            {
                evidence = await ContradictionAsync(ours, other, tiles, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidDataException or HttpRequestException)
            {
                // Who hides the tiles of what was signed leaves nothing to show to others.
            }
        if (evidence is not null)
        {
            var bytes = evidence.ToBytes();
            files.Replace($"split-view-{Convert.ToHexStringLower(Sha256.Hash(bytes).ToArray())[..16]}", bytes);
        }
        else files.Replace($"unexplained-{Convert.ToHexStringLower(Sha256.Hash(other.Note.Span).ToArray())[..16]}", other.Note.Span);
        return new MonitorEvent.Caught(where, why, evidence);
    }

    async Task<SplitView?> ContradictionAsync(MonitorState ours, SignedCheckpoint other, ITileReader tiles, CancellationToken cancellation)
    {
        foreach (var node in SmallerSide(ours, other))
        {
            var (hash, path) = await TiledTree.NodeAsync(tiles, node.Level, node.Index, other.Checkpoint.Size, cancellation).ConfigureAwait(false);
            var (own, ownPath) = node.Path.IsDefault ? await TiledTree.NodeAsync(client, node.Level, node.Index, ours.Checkpoint.Checkpoint.Size, cancellation).ConfigureAwait(false) : (node.Hash, node.Path);
            if (own == hash) continue;
            var view = new SplitView(ours.Checkpoint.Note, other.Note, [new(node.Level, node.Index, own, ownPath), new(node.Level, node.Index, hash, path)]);
            if (view.Verify(log).IsAccepted) return view;
        }
        return null;
    }

    /// <summary>Whole subtrees that both trees have: those that make up the smaller of them. Ours are at hand where ours is the smaller.</summary>
    static IEnumerable<ProvenNode> SmallerSide(MonitorState ours, SignedCheckpoint other)
    {
        if (ours.Frontier.Size <= other.Checkpoint.Size) return ours.Nodes();
        var shapes = new List<ProvenNode>();
        long begin = 0;
        for (int level = 62; level >= 0; level--)
            if ((other.Checkpoint.Size >> level & 1) != 0)
            {
                shapes.Add(new(level, begin >> level, default, default));
                begin += 1L << level;
            }
        return shapes;
    }
}
