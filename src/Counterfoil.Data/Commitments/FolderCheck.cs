using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments.Keys;
using Counterfoil.Data.Files;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Commitments;

/// <summary>Recomputes a commitment's folder from its leaves, and holds every other file of it to what follows. Says nothing of the data: an audit does.</summary>
/// <remarks>The trees are built once more beside it, as a commit builds them, so a folder of any size is checked in the memory that a commit takes. Reads only; a folder's files are the same whoever wrote them.</remarks>
public static class FolderCheck
{
    const int PieceLeaves = 1 << 15;

    /// <summary>Checks the folder that <see cref="FolderCommit"/> left at <paramref name="path"/>.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="scratch">An empty folder with as much room as the first takes; what is made in it is the caller's to delete.</param>
    /// <param name="result">What was committed, where the folder says so in its form.</param>
    /// <param name="progress">Hears how far it has come.</param>
    /// <param name="cancellation">Stops.</param>
    public static Verdict Run(string path, string scratch, out CommitmentResult? result, Action<CommitProgress>? progress = null, CancellationToken cancellation = default)
    {
        result = null;
        var verdict = CommitmentFolder.Open(path, out var folder);
        if (!verdict.IsAccepted) return verdict;
        result = folder!.Result;
        folder.Dispose();
        var (there, again) = (new DurableFolder(path), new DurableFolder(scratch));
        using var file = there.OpenToRead(LeafFile.FileName)!;
        using (var ordered = new OrderedTreeWriter(again))
        using (var absence = new AbsenceTreeWriter(again, result.Records, new CommitOptions().SortedAtOnce))
        {
            long records = result.Records;
            Sha256Digest[] leaves = new Sha256Digest[PieceLeaves], keys = new Sha256Digest[PieceLeaves];
            var piece = new byte[PieceLeaves * Bytes32.Size];
            for (long place = 0; place < records; place += PieceLeaves)
            {
                cancellation.ThrowIfCancellationRequested();
                int some = (int)Math.Min(PieceLeaves, records - place);
                var read = piece.AsSpan(0, some * Bytes32.Size);
                file.ReadExactly(read, LeafFile.Start + place * Bytes32.Size);
                LeafFile.ToDigests(read, leaves);
                ordered.Add(leaves.AsSpan(0, some));
                RecordLeaf.Keys(leaves.AsSpan(0, some), keys);
                absence.Add(keys.AsSpan(0, some), place);
                progress?.Invoke(new(CommitStage.Ordering, place + some, records, records));
            }
            var root = ordered.Finish();
            if (root != result.OrderedRoot) return Verdict.Reject(DataChecks.FolderRoot, $"leaves that lead to the ordered root {result.OrderedRoot}", $"{root}");
            var (sorted, distinct) = absence.Finish(threads: 2, done => progress?.Invoke(new(CommitStage.Sorting, done, records, records)), cancellation);
            if (sorted != result.SortedRoot) return Verdict.Reject(DataChecks.FolderRoot, $"leaves that lead to the absence root {result.SortedRoot}", $"{sorted}");
            if (distinct != result.DistinctRecords) return Verdict.Reject(DataChecks.FolderRoot, $"{result.DistinctRecords} distinct records", $"{distinct}");
        }
        var names = new List<string> { KeyIndex.KeysName, KeyIndex.RepeatsName, KeyIndex.FileName };
        for (int level = OrderedTreeWriter.TileLevels; level < 63 && result.Records >> level > 0; level += OrderedTreeWriter.TileLevels) names.Add(OrderedTreeWriter.FileName(level));
        foreach (string name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            if (FirstDifference(there, again, name) is { } at) return Verdict.Reject(DataChecks.FolderRoot, $"the file '{name}' as it follows from the leaves", $"another from byte {at}");
        }
        return Verdict.Accept;
    }

    static long? FirstDifference(DurableFolder there, DurableFolder again, string name)
    {
        using IDurableFile? a = there.OpenToRead(name), b = again.OpenToRead(name);
        if (a is null || b is null) return 0;
        byte[] first = new byte[1 << 18], second = new byte[first.Length];
        for (long at = 0; ; at += first.Length)
        {
            int read = a.Read(first, at), other = b.Read(second, at), common = first.AsSpan(0, read).CommonPrefixLength(second.AsSpan(0, other));
            if (common < read || common < other) return at + common;
            if (read < first.Length) return null;
        }
    }
}
