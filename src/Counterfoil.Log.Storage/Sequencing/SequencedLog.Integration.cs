using System.Collections.Immutable;
using System.Data.Common;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage.Sequencing;

public sealed partial class SequencedLog
{
    const string CheckpointKey = "checkpoint", Octets = "application/octet-stream", Forever = "public, max-age=31536000, immutable", Text = "text/plain; charset=utf-8", Fresh = "no-cache";

    static readonly TimeSpan Idle = TimeSpan.FromSeconds(1), Busy = TimeSpan.FromMilliseconds(20);

    /// <summary>Entries that arrive while others get their places get theirs together.</summary>
    async Task SequenceAsync()
    {
        var batch = new List<Request>();
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            for (int entries = 0; entries < MaxBatch && queue.Reader.TryRead(out var request); batch.Add(request)) entries += request.Entries.Length;
            try
            {
                var places = await sequencer.SequenceAsync([.. batch.SelectMany(r => r.Entries)], CancellationToken.None).ConfigureAwait(false);
                int at = 0;
                lock (waiting)
                    foreach (var request in batch)
                    {
                        waiting.Add((request, places.Slice(at, request.Entries.Length)));
                        at += request.Entries.Length;
                    }
                news.Release();
            }
            catch (Exception e)
            {
                foreach (var request in batch) request.Done.TrySetException(Failed(e));
            }
            foreach (var request in batch) Interlocked.Add(ref queuedBytes, -request.Bytes);
            batch.Clear();
        }
    }

    async Task IntegrateAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                bool more = await RoundAsync(closing.Token).ConfigureAwait(false);
                if (!more) await news.WaitAsync(Waiters() ? Busy : Idle, closing.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The entries that wait here have their places: they are integrated later, and appending them again finds them.
                edge = TreeEdge.Empty;
                (Request Request, ImmutableArray<(long, bool)>)[] told;
                lock (waiting)
                {
                    told = [.. waiting];
                    waiting.Clear();
                }
                foreach (var (request, _) in told) request.Done.TrySetException(Failed(e));
                if (told.Length == 0) await Task.Delay(Idle, time, closing.Token).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
            }
        }
    }

    static Exception Failed(Exception e) => e is DbException ? new IOException($"the database failed: {e.Message}", e) : e;

    bool Waiters()
    {
        lock (waiting) return waiting.Count > 0;
    }

    /// <summary>Integrates what waits, where nobody else does, and answers those whose entries are covered. True where there may be more.</summary>
    async Task<bool> RoundAsync(CancellationToken cancellation)
    {
        var head = await sequencer.HeadAsync(cancellation).ConfigureAwait(false);
        bool more = false;
        var held = await sequencer.TryLockAsync(cancellation).ConfigureAwait(false);
        if (held is not null)
            await using (held.ConfigureAwait(false))
            {
                head = await sequencer.HeadAsync(cancellation).ConfigureAwait(false);
                var entries = await sequencer.WaitingAsync(head.Size, MaxBatch, cancellation).ConfigureAwait(false);
                more = entries.Length == MaxBatch;
                if (entries.Length > 0)
                {
                    await RestoreAsync(head, cancellation).ConfigureAwait(false);
                    head = await WriteAsync(head, entries, cancellation).ConfigureAwait(false);
                }
                if (head.Size > published.Checkpoint.Size) published = await PublishAsync(objects, signer, head, cancellation).ConfigureAwait(false);
            }
        else if (Waiters() && head.Size > published.Checkpoint.Size && await PublishedAsync(cancellation).ConfigureAwait(false) is { } theirs && theirs.Checkpoint.Size > published.Checkpoint.Size)
            published = theirs;
        Answer();
        return more;
    }

    void Answer()
    {
        var checkpoint = published;
        var covered = new List<(Request Request, ImmutableArray<(long Place, bool Present)> Places)>();
        lock (waiting)
        {
            covered.AddRange(waiting.Where(w => w.Places.Max(p => p.Place) < checkpoint.Checkpoint.Size));
            waiting.RemoveAll(w => w.Places.Max(p => p.Place) < checkpoint.Checkpoint.Size);
        }
        foreach (var (request, places) in covered) request.Done.TrySetResult([.. places.Select(p => new Appended(p.Place, checkpoint, p.Present))]);
    }

    /// <summary>The edge of the tree that was integrated, from the objects where this process did not integrate it itself.</summary>
    async Task RestoreAsync(Head head, CancellationToken cancellation)
    {
        if (edge.Size == head.Size && edge.Root == head.Root) return;
        edge = await TreeEdge.ReadAsync(new ObjectTiles(objects), head.Size, cancellation).ConfigureAwait(false);
        if (edge.Root != head.Root) throw new InvalidDataException($"the tiles give root {edge.Root} at size {head.Size}, the database says {head.Root}");
        int partial = (int)(head.Size % TileId.FullWidth);
        lastBundle = partial == 0 ? default : await new ObjectTiles(objects).BundleAsync(new TileId(0, head.Size / TileId.FullWidth, partial), cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes the objects of the tree with these entries, then commits it. The tree as it is afterwards, whoever committed it.</summary>
    async Task<Head> WriteAsync(Head head, ImmutableArray<ReadOnlyMemory<byte>> entries, CancellationToken cancellation)
    {
        var old = edge;
        var growth = edge.Append(entries.Select(e => MerkleTree.LeafHash(e.Span)).ToArray());
        var writes = new List<(string Key, ReadOnlyMemory<byte> Bytes)>();
        foreach (var write in growth.Writes)
        {
            var bytes = new byte[(write.Start + write.Hashes.Length) * Bytes32.Size];
            for (int i = 0; i < write.Start; i++) old.Partial(write.Level)[i].CopyTo(bytes.AsSpan(i * Bytes32.Size));
            for (int i = 0; i < write.Hashes.Length; i++) write.Hashes[i].CopyTo(bytes.AsSpan((write.Start + i) * Bytes32.Size));
            writes.Add((new TileId(write.Level, write.Index, write.Start + write.Hashes.Length).Path, bytes));
        }
        using var bundle = new MemoryStream();
        bundle.Write(lastBundle.Span);
        for (int i = 0; i < entries.Length; i++)
        {
            EntryBundle.Append(bundle, entries[i].Span);
            long end = head.Size + i + 1;
            bool full = end % TileId.FullWidth == 0;
            if (!full && i + 1 < entries.Length) continue;
            writes.Add((new TileId(0, (end - 1) / TileId.FullWidth, full ? TileId.FullWidth : (int)(end % TileId.FullWidth)).EntriesPath, bundle.ToArray()));
            if (full) bundle.SetLength(0);
        }
        await Parallel.ForEachAsync(writes, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellation }, async (write, cancel) =>
        {
            if (await objects.CreateAsync(write.Key, write.Bytes, Octets, Forever, cancel).ConfigureAwait(false)) return;
            // Someone integrated the same places before and did not commit: then these are the same bytes.
            if (await objects.ReadAsync(write.Key, cancel).ConfigureAwait(false) is not { } there || !there.Bytes.Span.SequenceEqual(write.Bytes.Span))
                throw new InvalidDataException($"the object {write.Key} holds other bytes than follow from the entries");
        }).ConfigureAwait(false);
        var next = new Head(growth.Edge.Size, growth.Edge.Root);
        if (!await sequencer.AdvanceAsync(head, next, cancellation).ConfigureAwait(false)) return await sequencer.HeadAsync(cancellation).ConfigureAwait(false);
        (edge, lastBundle) = (growth.Edge, bundle.ToArray());
        return next;
    }

    async Task<SignedCheckpoint?> PublishedAsync(CancellationToken cancellation)
    {
        if (await objects.ReadAsync(CheckpointKey, cancellation).ConfigureAwait(false) is not { } stored) return null;
        var verdict = SignedCheckpoint.Verify(stored.Bytes.Span, signer.Key, out var found);
        return verdict.IsAccepted ? found : throw new InvalidDataException($"the published checkpoint is damaged: {verdict}");
    }

    /// <summary>Signs a tree that is committed and puts it in place of an older checkpoint; a newer one stays.</summary>
    static async Task<SignedCheckpoint> PublishAsync(IObjectStore objects, NoteSigner signer, Head head, CancellationToken cancellation)
    {
        var signed = SignedCheckpoint.Sign(new Checkpoint(signer.Key.Name, head.Size, head.Root), signer);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var stored = await objects.ReadAsync(CheckpointKey, cancellation).ConfigureAwait(false);
            if (stored is null)
            {
                if (await objects.CreateAsync(CheckpointKey, signed.Note, Text, Fresh, cancellation).ConfigureAwait(false)) return signed;
                continue;
            }
            var verdict = SignedCheckpoint.Verify(stored.Bytes.Span, signer.Key, out var found);
            if (!verdict.IsAccepted) throw new InvalidDataException($"the published checkpoint is damaged: {verdict}");
            var there = found!.Checkpoint;
            if (there.Size == head.Size && there.Root == head.Root) return found;
            if (there.Size >= head.Size) throw new InvalidDataException($"the published checkpoint ({there}) contradicts the database ({head.Root} at {head.Size})");
            if (await objects.ReplaceAsync(CheckpointKey, signed.Note, stored.Version, Text, Fresh, cancellation).ConfigureAwait(false)) return signed;
        }
    }
}
