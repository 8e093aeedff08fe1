using Counterfoil.Core.Digests;
using Counterfoil.Log.Tiles;

namespace Counterfoil.Log.Storage;

public sealed partial class TransparencyLog
{
    const int MaxBatch = 4096;

    async Task WriteBatches()
    {
        var batch = new List<Pending>();
        bool doubtful = false; // a write failed: what is on disk decides, not what is in memory
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < MaxBatch && queue.Reader.TryRead(out var pending)) batch.Add(pending);
            try
            {
                if (doubtful) state = Load();
                doubtful = true;
                foreach (var (pending, appended) in Append(batch)) pending.Done.SetResult(appended);
                doubtful = false;
            }
            catch (Exception e)
            {
                foreach (var pending in batch) pending.Done.TrySetException(e);
            }
            batch.Clear();
        }
    }

    List<(Pending, Appended)> Append(List<Pending> batch)
    {
        var (edge, bundleEnd, _) = state;
        var fresh = new List<Pending>();
        var places = new Dictionary<Sha256Digest, long>();
        var found = new List<(Pending Pending, long Place, bool Present)>(batch.Count);
        foreach (var pending in batch)
        {
            bool present = true;
            if (!places.TryGetValue(pending.LeafHash, out long place))
            {
                if (index.Find(pending.LeafHash) is { } known) place = known;
                else
                {
                    (place, present) = (edge.Size + fresh.Count, false);
                    fresh.Add(pending);
                }
                places.Add(pending.LeafHash, place);
            }
            found.Add((pending, place, present));
        }
        if (fresh.Count > 0)
        {
            var leafHashes = fresh.Select(p => p.LeafHash).ToArray();
            var growth = edge.Append(leafHashes);
            var writes = growth.Writes.Select(LogFiles.Tile).ToList();
            bundleEnd = AddEntries(writes, fresh, edge.Size, bundleEnd);
            files.Write(writes);
            var head = new Head(growth.Edge.Size, growth.Edge.Root);
            index.Commit(leafHashes, head);
            state = new State(growth.Edge, bundleEnd, Publish(head));
        }
        var checkpoint = state.Published;
        return [.. found.Select(f => (f.Pending, new Appended(f.Place, checkpoint, f.Present)))];
    }

    /// <summary>Adds a write for each bundle that gains entries; returns where the last bundle ends.</summary>
    static int AddEntries(List<FileWrite> writes, List<Pending> entries, long size, int bundleEnd)
    {
        using var bytes = new MemoryStream();
        for (int i = 0; i < entries.Count; i++)
        {
            EntryBundle.Append(bytes, entries[i].Entry);
            bool full = (size + i + 1) % TileId.FullWidth == 0;
            if (!full && i + 1 < entries.Count) continue;
            writes.Add(LogFiles.Entries((size + i) / TileId.FullWidth, bundleEnd, bytes.ToArray()));
            bundleEnd = full ? 0 : bundleEnd + (int)bytes.Length;
            bytes.SetLength(0);
        }
        return bundleEnd;
    }

    /// <summary>What the disk says: the committed head, its edge, and its checkpoint, which is published now if a crash came before that.</summary>
    State Load()
    {
        var head = index.Head;
        var edge = TreeEdge.ReadAsync(files, head.Size).AsTask().GetAwaiter().GetResult(); // these tiles are local files, read at once
        if (edge.Root != head.Root) throw new InvalidDataException($"the tiles give root {edge.Root} at size {head.Size}, the index says {head.Root}");
        int partial = (int)(head.Size % TileId.FullWidth);
        int bundleEnd = partial == 0 ? 0 : files.ReadEntries(head.Size / TileId.FullWidth, partial).End;
        return new(edge, bundleEnd, Published(head));
    }

    SignedCheckpoint Published(Head head)
    {
        var note = files.ReadCheckpoint();
        if (note.Length == 0) return Publish(head);
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
