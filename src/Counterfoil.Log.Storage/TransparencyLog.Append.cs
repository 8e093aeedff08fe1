using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage;

public sealed partial class TransparencyLog
{
    const int MaxBatchEntries = 16_384, MaxBatchBytes = 16 << 20;

    async Task WriteBatches()
    {
        var batch = new List<Pending>();
        bool doubtful = false; // a write failed: what is on disk decides, not what is in memory
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            for (int entries = 0, bytes = 0; entries < MaxBatchEntries && bytes < MaxBatchBytes && queue.Reader.TryRead(out var pending); batch.Add(pending))
            {
                entries += pending.Entries.Length;
                bytes += pending.Bytes;
            }
            try
            {
                // After a flush that failed nobody knows which tiles the device has: the entries since are in the index, and written again.
                doubtful |= settling is { IsFaulted: true };
                if (doubtful)
                {
                    settling = null;
                    state = Load();
                }
                doubtful = true;
                foreach (var (pending, appended) in Append(batch)) pending.Done.SetResult(appended);
                doubtful = false;
                SettleSometimes();
            }
            catch (Exception e)
            {
                foreach (var pending in batch) pending.Done.TrySetException(e);
            }
            foreach (var pending in batch) Interlocked.Add(ref queuedBytes, -pending.Bytes);
            batch.Clear();
        }
    }

    List<(Pending, ImmutableArray<Appended>)> Append(List<Pending> batch)
    {
        var edge = state.Edge;
        var fresh = new List<Sha256Digest>();
        using var entries = new MemoryStream();
        var within = new Dictionary<Sha256Digest, long>();
        var found = new List<(Pending Pending, (long Place, bool Present)[] Places)>(batch.Count);
        foreach (var pending in batch)
        {
            var answers = new (long, bool)[pending.Entries.Length];
            for (int i = 0; i < answers.Length; i++)
            {
                var leafHash = pending.LeafHashes[i];
                bool present = true;
                if (!within.TryGetValue(leafHash, out long place))
                {
                    if (Find(leafHash) is { } known) place = known;
                    else
                    {
                        (place, present) = (edge.Size + fresh.Count, false);
                        fresh.Add(leafHash);
                        EntryBundle.Append(entries, pending.Entries[i]);
                    }
                    within.Add(leafHash, place);
                }
                answers[i] = (place, present);
            }
            found.Add((pending, answers));
        }
        if (fresh.Count > 0)
        {
            var growth = edge.Append(fresh.ToArray());
            var committed = new Batch(new(growth.Edge.Size, growth.Edge.Root), fresh.Count, entries.ToArray());
            index.Commit(committed, settled);
            files.Write(LogFiles.WritesOf(growth, committed, state.BundleEnd, out int bundleEnd));
            unsettledBytes += committed.Entries.Length;
            state = new State(growth.Edge, bundleEnd, Publish(committed.Head));
            foreach (var leafHash in fresh) places.Add(leafHash);
        }
        var checkpoint = state.Published;
        return [.. found.Select(f => (f.Pending, f.Places.Select(p => new Appended(p.Place, checkpoint, p.Present)).ToImmutableArray()))];
    }

    long? Find(Sha256Digest leafHash)
    {
        candidates.Clear();
        places.Find(leafHash, candidates);
        foreach (long place in candidates)
            if (files.LeafHash(place) == leafHash) return place;
        return null;
    }

    /// <summary>Brings tiles to the device beside the appends, when there is enough of them; the batch after that forgets their entries.</summary>
    void SettleSometimes()
    {
        if (settling is { IsCompletedSuccessfully: true })
        {
            settled = settlingTo;
            settling = null;
        }
        if (settling is not null || unsettledBytes < options.SettleBytes) return;
        (settlingTo, unsettledBytes) = (state.Edge.Size, 0);
        settling = Task.Run(files.Flush);
        if (options.SettleBytes == 0) settling.ContinueWith(_ => { }, TaskScheduler.Default).Wait();
    }

    /// <summary>What the disk says: the committed head, its edge, and its checkpoint. Does again what a crash may have undone: tiles of batches that had not settled, the checkpoint.</summary>
    State Load()
    {
        var head = index.Head;
        var unsettled = index.Unsettled();
        var (edge, bundleEnd) = files.Again(unsettled, head.Size);
        unsettledBytes = unsettled.Sum(b => (long)b.Entries.Length);
        if (edge.Size != head.Size || edge.Root != head.Root) throw new InvalidDataException($"the tiles give root {edge.Root} at size {edge.Size}, the index says {head.Root} at {head.Size}");
        BringUpToDate(edge.Size);
        return new(edge, bundleEnd, Published(head));
    }

    /// <summary>Adds the leaves that the table of places has not yet; one that is ahead of the log is another log's, or an older copy's, and is made again.</summary>
    void BringUpToDate(long size)
    {
        if (places.Count > size)
        {
            places.Dispose();
            if (placesPath is not null) File.Delete(placesPath);
            places = placesPath is null ? LeafPlaces.InMemory() : LeafPlaces.Open(placesPath);
        }
        while (places.Count < size)
        {
            var tile = TileId.Of(0, places.Count / TileId.FullWidth, size);
            var bytes = files.ReadAsync(tile).AsTask().GetAwaiter().GetResult();
            if (bytes.Length != tile.Width * Bytes32.Size) throw new InvalidDataException($"{tile.Path} has {bytes.Length} bytes, not {tile.Width * Bytes32.Size}");
            for (int i = (int)(places.Count % TileId.FullWidth); i < tile.Width; i++) places.Add(new(bytes.Span.Slice(i * Bytes32.Size, Bytes32.Size)));
        }
    }

    SignedCheckpoint Published(Head head)
    {
        var note = files.ReadCheckpoint();
        // Loss of power may leave the file that was put there last without its bytes; the same head has the same note.
        if (!note.AsSpan().ContainsAnyExcept((byte)0)) return Publish(head);
        var verdict = SignedCheckpoint.Verify(note, signer.Key, out var published);
        if (!verdict.IsAccepted) throw new InvalidDataException($"the published checkpoint is damaged: {verdict}");
        var checkpoint = published!.Checkpoint;
        // An index older than what was published (a restored copy) must not grow: it would sign a second root for a size.
        if (checkpoint.Size > head.Size || (checkpoint.Size == head.Size && checkpoint.Root != head.Root))
            throw new InvalidDataException($"the published checkpoint ({checkpoint}) contradicts the index ({head.Root} at {head.Size})");
        return checkpoint.Size == head.Size ? published : Publish(head);
    }

    SignedCheckpoint Publish(Head head)
    {
        var signed = SignedCheckpoint.Sign(new Checkpoint(signer.Key.Name, head.Size, head.Root), signer);
        files.Publish(signed);
        return signed;
    }
}
