using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments.Keys;
using Counterfoil.Data.Files;

namespace Counterfoil.Data.Commitments;

/// <summary>Makes both trees from files of leaves, one or several in order, in bounded memory, and signs the folder off.</summary>
/// <remarks>Reads each file once, front to back, and holds it to what its shard signed off. Interrupted, it is done again from the leaves: they are kept.</remarks>
sealed class TreeBuild(IDurableFiles files, CommitOptions options, CancellationToken cancellation)
{
    const int PieceLeaves = 1 << 15;

    /// <summary>Leaf hashes of one shard.</summary>
    /// <param name="Facts">What the shard says of them.</param>
    /// <param name="File">The file.</param>
    public sealed record Source(ShardFacts Facts, IDurableFile File);

    /// <summary>Builds the trees.</summary>
    /// <param name="sources">All shards, in order.</param>
    /// <param name="copy">The folder's own file of leaves, where the sources are others'; null where its one source is it.</param>
    /// <param name="result">What is committed to.</param>
    public Verdict Run(IReadOnlyList<Source> sources, IDurableFile? copy, out CommitmentResult? result)
    {
        result = null;
        var first = sources[0].Facts;
        long records = 0, bytes = 0;
        foreach (var source in sources)
        {
            records = checked(records + source.Facts.Records);
            bytes = checked(bytes + source.Facts.Bytes);
        }
        using var ordered = new OrderedTreeWriter(files);
        using var absence = new AbsenceTreeWriter(files, records, options.SortedAtOnce);
        if (copy is not null)
        {
            copy.SetLength(LeafFile.Start + records * Bytes32.Size);
            LeafFile.WriteHeader(copy, records);
        }
        long place = 0;
        foreach (var source in sources)
        {
            var verdict = Read(source, copy, place, records, ordered, absence);
            if (!verdict.IsAccepted) return verdict;
            place += source.Facts.Records;
        }
        copy?.Flush();
        var orderedRoot = ordered.Finish();
        var (sortedRoot, distinct) = absence.Finish(threads: 2, done => options.Progress?.Invoke(new(CommitStage.Sorting, done, records, records)), cancellation);
        result = new(first.Canonicaliser, records, distinct, bytes, orderedRoot, sortedRoot);
        files.Replace(CommitmentFacts.FileName, new CommitmentFacts(first.Plan, result).ToBytes());
        files.Delete(KeySpill.FileName);
        return Verdict.Accept;
    }

    Verdict Read(Source source, IDurableFile? copy, long place, long records, OrderedTreeWriter ordered, AbsenceTreeWriter absence)
    {
        var (facts, file) = source;
        if (!LeafFile.IsWhole(file, facts.Records)) return Verdict.Reject(DataChecks.ShardLeaves, $"{facts.Records} leaves of shard {facts.Shard}", $"a file of {file.Length} bytes");
        var hasher = new Blake3Hasher();
        // One thread makes nodes of a piece and reads the next, while the other makes keys of it.
        var piece = new byte[PieceLeaves * Bytes32.Size];
        Sha256Digest[] leaves = new Sha256Digest[PieceLeaves], ahead = new Sha256Digest[PieceLeaves], keys = new Sha256Digest[PieceLeaves];
        int count = Next(0, leaves);
        for (long done = 0; count > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            int following = 0;
            Parallel.Invoke(
                () =>
                {
                    following = Next(done + count, ahead);
                    ordered.Add(leaves.AsSpan(0, count));
                },
                () =>
                {
                    RecordLeaf.Keys(leaves.AsSpan(0, count), keys);
                    absence.Add(keys.AsSpan(0, count), place + done);
                });
            done += count;
            options.Progress?.Invoke(new(CommitStage.Ordering, place + done, records, records));
            (leaves, ahead, count) = (ahead, leaves, following);
        }
        var found = hasher.Snapshot();
        return found == facts.Leaves ? Verdict.Accept : Verdict.Reject(DataChecks.ShardLeaves, $"leaves of BLAKE3 {facts.Leaves} of shard {facts.Shard}", $"{found}");

        int Next(long from, Sha256Digest[] to)
        {
            int some = (int)Math.Min(PieceLeaves, facts.Records - from);
            var read = piece.AsSpan(0, some * Bytes32.Size);
            file.ReadExactly(read, LeafFile.Start + from * Bytes32.Size);
            hasher.Append(read);
            copy?.Write(read, LeafFile.Start + (place + from) * Bytes32.Size);
            LeafFile.ToDigests(read, to);
            return some;
        }
    }
}
