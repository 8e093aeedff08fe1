using Counterfoil.Core.Digests;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Commitments.Keys;
using Counterfoil.Data.Files;
using Counterfoil.Data.Proofs;

namespace Counterfoil.Data.Deltas;

/// <summary>The folder of a set as a delta leaves it: what proofs go on being made from. Its memory is that of a commit.</summary>
public static class RevisedFolder
{
    const int PieceLeaves = 1 << 15;

    /// <summary>Writes it, from the folder before. The bytes that it tells of its records are those before: leaves do not say how long their records are.</summary>
    /// <param name="before">The set before.</param>
    /// <param name="delta">What was removed.</param>
    /// <param name="folder">Where: none yet, or an empty one.</param>
    /// <param name="progress">Hears how far it has come.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="InvalidDataException">The delta is of another set.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static CommitmentResult Write(CommitmentFolder before, DeltaProof delta, string folder, Action<CommitProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(delta);
        var old = before.Result;
        if ((old.OrderedRoot, old.SortedRoot) != (delta.Before.Ordered, delta.Before.Absence)) throw new InvalidDataException($"the delta begins with ordered root {delta.Before.Ordered}, the folder has {old.OrderedRoot}");
        var files = new DurableFolder(folder);
        using var leaves = files.Open(LeafFile.FileName);
        using var ordered = new OrderedTreeWriter(files);
        using var absence = new AbsenceTreeWriter(files, old.Records, new CommitOptions().SortedAtOnce);
        leaves.SetLength(LeafFile.Start + old.Records * Bytes32.Size);
        LeafFile.WriteHeader(leaves, old.Records);
        Sha256Digest[] piece = new Sha256Digest[PieceLeaves], tombstones = new Sha256Digest[PieceLeaves], keys = new Sha256Digest[PieceLeaves];
        var bytes = new byte[PieceLeaves * Bytes32.Size];
        int next = 0; // of what is removed
        for (long at = 0; at < old.Records; at += PieceLeaves)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(PieceLeaves, old.Records - at);
            ((ILeafSequence)before).Read(at, piece.AsSpan(0, count));
            Tombstone.From(at, tombstones.AsSpan(0, count));
            for (; next < delta.Removed.Length && delta.Removed[next].Place < at + count; next++) piece[delta.Removed[next].Place - at] = tombstones[delta.Removed[next].Place - at];
            ordered.Add(piece.AsSpan(0, count));
            RecordLeaf.Keys(piece.AsSpan(0, count), keys);
            AddKept(absence, at, count, piece, tombstones, keys);
            LeafFile.ToBytes(piece.AsSpan(0, count), bytes);
            leaves.Write(bytes.AsSpan(0, count * Bytes32.Size), LeafFile.Start + at * Bytes32.Size);
            progress?.Invoke(new(CommitStage.Ordering, at + count, old.Records, at + count));
        }
        leaves.Flush();
        var orderedRoot = ordered.Finish();
        var (sortedRoot, distinct) = absence.Finish(threads: 2, done => progress?.Invoke(new(CommitStage.Sorting, done, old.Records, old.Records)), cancellation);
        if ((orderedRoot, sortedRoot) != (delta.After.Ordered, delta.After.Absence)) throw new InvalidDataException($"the delta ends with ordered root {delta.After.Ordered}, the leaves with {orderedRoot}");
        var result = old with { DistinctRecords = distinct, OrderedRoot = orderedRoot, SortedRoot = sortedRoot };
        files.Replace(CommitmentFacts.FileName, new CommitmentFacts(before.Plan, result).ToBytes());
        files.Delete(KeySpill.FileName);
        return result;
    }

    /// <summary>Adds the keys of a piece, run by run between its tombstones: those are in no absence tree.</summary>
    static void AddKept(AbsenceTreeWriter absence, long at, int count, Sha256Digest[] piece, Sha256Digest[] tombstones, Sha256Digest[] keys)
    {
        for (int i = 0; i < count;)
        {
            int end = i;
            while (end < count && piece[end] != tombstones[end]) end++;
            absence.Add(keys.AsSpan(i, end - i), at + i);
            i = end + 1;
        }
    }
}
