using System.Collections.Concurrent;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Tiles;
using Counterfoil.Log.Witnesses;

namespace Counterfoil.Log.Http.Reading;

/// <summary>Reads a log that others serve, and believes nothing of it that a checkpoint does not commit to.</summary>
/// <remarks>
/// It remembers, in memory, the largest checkpoint it accepted: one that is smaller, has another root for that size, or is not shown to continue it, is refused by name.
/// Full tiles are kept, up to a number; they are forgotten when a proof made of them fails, so that a wrong one does not stay. Proofs may be made by several threads, updates by one at a time.
/// </remarks>
public sealed class LogClient : ITileReader
{
    const int MaxTiles = 4096; // 32 MiB
    const int MaxBundleBytes = TileId.FullWidth * (2 + EntryBundle.MaxEntryBytes);

    readonly HttpClient http;
    readonly TrustPolicy policy;
    readonly TimeProvider time;
    readonly ConcurrentDictionary<TileId, ReadOnlyMemory<byte>> kept = new();
    volatile SignedCheckpoint? latest;

    /// <summary>A client of the log under a prefix.</summary>
    /// <param name="http">Reaches it.</param>
    /// <param name="prefix">Under which <c>checkpoint</c> and <c>tile/…</c> are.</param>
    /// <param name="policy">When its checkpoints count.</param>
    /// <param name="time">The clock.</param>
    /// <param name="known">A checkpoint that was verified before, to go on from; null for none.</param>
    public LogClient(HttpClient http, Uri prefix, TrustPolicy policy, TimeProvider time, SignedCheckpoint? known = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        (this.http, Prefix, this.policy, this.time, latest) = (http, prefix, policy, time, known);
    }

    /// <summary>Where the log is served.</summary>
    public Uri Prefix { get; }

    /// <summary>The largest checkpoint accepted; null before the first.</summary>
    public SignedCheckpoint? Latest => latest;

    /// <summary>Fetches the newest checkpoint and accepts it only as a continuation of <see cref="Latest"/>.</summary>
    /// <exception cref="HttpRequestException">The server is not there.</exception>
    public async Task<(Verdict Verdict, SignedCheckpoint? Checkpoint)> UpdateAsync(CancellationToken cancellation = default)
    {
        var (verdict, fetched) = await FetchAsync(cancellation).ConfigureAwait(false);
        if (!verdict.IsAccepted) return (verdict, null);
        if (latest is { } known)
        {
            verdict = await ContinuesAsync(known.Checkpoint, fetched!.Checkpoint, cancellation).ConfigureAwait(false);
            if (!verdict.IsAccepted) return (verdict, fetched);
            if (fetched.Checkpoint.Size == known.Checkpoint.Size) return (verdict, known);
        }
        latest = fetched;
        return (verdict, fetched);
    }

    /// <summary>Fetches the newest checkpoint and verifies that it counts by the policy; says nothing of those before it.</summary>
    public async Task<(Verdict Verdict, SignedCheckpoint? Checkpoint)> FetchAsync(CancellationToken cancellation = default)
    {
        using var request = Limited.Get(Prefix, "checkpoint");
        request.Headers.CacheControl = new() { NoCache = true };
        var (status, body) = await Limited.AskAsync(http, request, SignedNote.MaxBytes, cancellation).ConfigureAwait(false);
        if (status != 200) return (Verdict.Reject(LogChecks.Served, "a checkpoint", $"status {status}"), null);
        return (policy.Verify(body, time.GetUtcNow(), out var fetched), fetched);
    }

    /// <summary>Whether <paramref name="newer"/> continues <paramref name="known"/>, by a proof made from the tiles that are served.</summary>
    public async Task<Verdict> ContinuesAsync(Checkpoint known, Checkpoint newer, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(newer);
        if (newer.Size < known.Size) return Verdict.Reject(LogChecks.MonitorRollback, $"at least the {known.Size} entries seen before", $"{newer.Size}");
        if (newer.Size == known.Size)
            return newer.Root == known.Root ? Verdict.Accept : Verdict.Reject(LogChecks.MonitorSplit, $"root {known.Root} at {known.Size}, as seen before", $"{newer.Root}");
        if (known.Size == 0) return Verdict.Accept; // anything continues nothing
        var verdict = await ProvenAsync(async () =>
            ConsistencyProof.Verify(known.Size, known.Root, newer.Size, newer.Root, await TiledTree.ConsistencyAsync(this, known.Size, newer.Size, cancellation).ConfigureAwait(false))).ConfigureAwait(false);
        return verdict is Verdict.Rejected { Reason: var reason } ? Verdict.Reject(LogChecks.MonitorConsistency, $"a tree that continues {known.Root} at {known.Size}", $"{newer.Root} at {newer.Size}: {reason}") : verdict;
    }

    /// <summary>A proof that the log holds an entry, under <see cref="Latest"/>, verified.</summary>
    /// <exception cref="InvalidOperationException">There is no checkpoint yet.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The checkpoint does not reach that far.</exception>
    public async Task<(Verdict Verdict, EntryProof? Proof)> ProveAsync(long index, Sha256Digest leafHash, CancellationToken cancellation = default)
    {
        var checkpoint = latest ?? throw new InvalidOperationException("no checkpoint was fetched yet");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)index, (ulong)checkpoint.Checkpoint.Size, nameof(index));
        ImmutableArray<Sha256Digest> path = [];
        var verdict = await ProvenAsync(async () =>
        {
            path = await TiledTree.InclusionAsync(this, index, checkpoint.Checkpoint.Size, cancellation).ConfigureAwait(false);
            return InclusionProof.Verify(checkpoint.Checkpoint.Root, checkpoint.Checkpoint.Size, index, leafHash, path);
        }).ConfigureAwait(false);
        return (verdict, verdict.IsAccepted ? new EntryProof(index, path, checkpoint.Note) : null);
    }

    /// <summary>The entry at a place, verified under <see cref="Latest"/>, with its proof.</summary>
    public async Task<(Verdict Verdict, ReadOnlyMemory<byte> Entry, EntryProof? Proof)> ReadEntryAsync(long index, CancellationToken cancellation = default)
    {
        var checkpoint = latest ?? throw new InvalidOperationException("no checkpoint was fetched yet");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)index, (ulong)checkpoint.Checkpoint.Size, nameof(index));
        var (verdict, entries) = await ReadBundleAsync(TileId.Of(0, index / TileId.FullWidth, checkpoint.Checkpoint.Size), cancellation).ConfigureAwait(false);
        if (!verdict.IsAccepted) return (verdict, default, null);
        var entry = entries[(int)(index % TileId.FullWidth)];
        (verdict, var proof) = await ProveAsync(index, MerkleTree.LeafHash(entry.Span), cancellation).ConfigureAwait(false);
        return (verdict, verdict.IsAccepted ? entry : default, proof);
    }

    /// <summary>The entries under a tile of level 0, as they are served: not verified.</summary>
    public async Task<(Verdict Verdict, ImmutableArray<ReadOnlyMemory<byte>> Entries)> ReadBundleAsync(TileId tile, CancellationToken cancellation = default)
    {
        var (verdict, bytes) = await FetchAsync(tile, entries: true, cancellation).ConfigureAwait(false);
        if (!verdict.IsAccepted) return (verdict, []);
        verdict = EntryBundle.Read(bytes, tile.Width, out var entries, out int consumed);
        if (verdict.IsAccepted && consumed != bytes.Length && tile.Width == TileId.FullWidth) verdict = Verdict.Reject(LogChecks.EntryBundle, $"{consumed} bytes", $"{bytes.Length}");
        return (verdict, verdict.IsAccepted ? entries : []);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The server does not have it, or has something else in its place.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellation = default)
    {
        if (kept.TryGetValue(tile with { Width = TileId.FullWidth }, out var known)) return known[..(tile.Width * Bytes32.Size)];
        var (verdict, bytes) = await FetchAsync(tile, entries: false, cancellation).ConfigureAwait(false);
        if (!verdict.IsAccepted) throw new InvalidDataException(verdict.ToString());
        if (bytes.Length == TileId.FullWidth * Bytes32.Size)
        {
            if (kept.Count >= MaxTiles) kept.Clear();
            kept[tile with { Width = TileId.FullWidth }] = bytes;
        }
        return bytes[..(tile.Width * Bytes32.Size)];
    }

    /// <summary>A tile or bundle; of one that is partial, the full one where the log has no longer the other.</summary>
    async Task<(Verdict, ReadOnlyMemory<byte>)> FetchAsync(TileId tile, bool entries, CancellationToken cancellation)
    {
        foreach (int width in (int[])(tile.Width == TileId.FullWidth ? [tile.Width] : [tile.Width, TileId.FullWidth]))
        {
            var asked = tile with { Width = width };
            string path = entries ? asked.EntriesPath : asked.Path;
            using var request = Limited.Get(Prefix, path);
            var (status, body) = await Limited.AskAsync(http, request, entries ? MaxBundleBytes : TileId.FullWidth * Bytes32.Size, cancellation).ConfigureAwait(false);
            if (status == 404 && width != TileId.FullWidth) continue;
            if (status != 200) return (Verdict.Reject(LogChecks.Served, path, $"status {status}"), default);
            if (!entries && body.Length != width * Bytes32.Size) return (Verdict.Reject(LogChecks.Served, $"{width * Bytes32.Size} bytes in {path}", $"{body.Length}"), default);
            return (Verdict.Accept, body);
        }
        throw new InvalidOperationException("a full tile was asked for last");
    }

    /// <summary>Proves from tiles; where that fails, no tile that is kept is trusted any more.</summary>
    async Task<Verdict> ProvenAsync(Func<Task<Verdict>> prove)
    {
        Verdict verdict;
        try
        {
            verdict = await prove().ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            verdict = Verdict.Reject(LogChecks.Served, "the tiles of the tree that the checkpoint names", e.Message);
        }
        if (!verdict.IsAccepted) kept.Clear();
        return verdict;
    }
}
