using System.Runtime.ExceptionServices;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Files;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Commitments;

/// <summary>Hashes the records of one shard into its file of leaves: one thread reads, another hashes and writes. Goes on where a crash left it.</summary>
/// <remarks>
/// What survives: leaves are flushed before the checkpoint that speaks of them replaces the one before, and the facts of a finished shard replace nothing until
/// the whole file is flushed. So at every moment the disk holds a checkpoint whose leaves are there, or none, and then the shard begins anew.
/// </remarks>
sealed class ShardCommit
{
    const int Batches = 4;

    readonly CommitPlan plan;
    readonly int shard, shards;
    readonly IDurableFiles files;
    readonly CommitOptions options;
    readonly Queue<Work> empty = [], full = [];
    ExceptionDispatchInfo? failure; // of the thread that hashes
    bool ended;                     // nothing more is read

    PlanPlace from, to, next;
    long records, bytes, reported;

    ShardCommit(CommitPlan plan, int shard, int shards, IDurableFiles files, CommitOptions options) =>
        (this.plan, this.shard, this.shards, this.files, this.options) = (plan, shard, shards, files, options);

    /// <summary>Records that were read, and where the next one begins.</summary>
    sealed class Work(CommitOptions options)
    {
        public RecordBatch Batch { get; } = new(options.BatchBytes, options.BatchRecords, options.LongestRecord);
        public PlanPlace After { get; set; }
        public long StoredBytes { get; set; }
    }

    /// <summary>Runs to the end. What was refused is the plan's data, or a folder that cannot be gone on with.</summary>
    public static Verdict Run(CommitPlan plan, int shard, int shards, IDurableFiles files, CommitOptions options, CancellationToken cancellation, out ShardFacts? facts)
    {
        var run = new ShardCommit(plan, shard, shards, files, options);
        facts = null;
        var verdict = plan.Begin(shard, shards, out run.from);
        if (verdict.IsAccepted) verdict = plan.Begin(shard + 1, shards, out run.to);
        if (verdict.IsAccepted) verdict = run.FindFinished(out facts);
        if (!verdict.IsAccepted || facts is not null) return verdict;
        verdict = run.Resume(cancellation, out var leaves, out var hasher);
        using (leaves)
            if (verdict.IsAccepted) verdict = run.HashAll(leaves!, hasher!, cancellation, out facts);
        return verdict;
    }

    /// <summary>A shard that was finished before.</summary>
    Verdict FindFinished(out ShardFacts? facts)
    {
        facts = null;
        if (files.Read(ShardFacts.FileName, ShardFacts.MaxBytes + 1) is not { } found) return Verdict.Accept;
        var verdict = ShardFacts.Decode(found, out var read);
        if (verdict.IsAccepted) verdict = SameWork(read!.Plan, read.Shard, read.Shards);
        if (verdict.IsAccepted) verdict = ObjectList.Compare(plan, files);
        if (verdict.IsAccepted) facts = read;
        return verdict;
    }

    Verdict SameWork(Sha256Digest otherPlan, int otherShard, int otherShards)
    {
        if ((otherShard, otherShards) != (shard, shards)) return Verdict.Reject(DataChecks.CommitFolder, $"a folder of shard {shard} of {shards}", $"one of shard {otherShard} of {otherShards}");
        if (otherPlan == plan.Digest) return Verdict.Accept;
        // The list says which object it is, where the two plans have the same rule.
        return ObjectList.Compare(plan, files) is { IsAccepted: false } changed ? changed : Verdict.Reject(DataChecks.CommitFolder, $"a folder of plan {plan.Digest}", $"one of plan {otherPlan}");
    }

    /// <summary>Opens the file of leaves at the last checkpoint, or at its beginning.</summary>
    Verdict Resume(CancellationToken cancellation, out IDurableFile? leaves, out Blake3Hasher? hasher)
    {
        (leaves, hasher, next) = (null, null, from);
        if (files.Read(ShardCheckpoint.FileName, ShardCheckpoint.MaxBytes + 1) is not { } found)
        {
            ObjectList.Write(plan, files);
            leaves = files.Open(LeafFile.FileName);
            leaves.SetLength(0);
            LeafFile.WriteHeader(leaves, 0);
            hasher = new();
            return Verdict.Accept;
        }
        var verdict = ShardCheckpoint.Decode(found, out var checkpoint);
        if (verdict.IsAccepted) verdict = SameWork(checkpoint!.Plan, checkpoint.Shard, checkpoint.Shards);
        if (verdict.IsAccepted) verdict = ObjectList.Compare(plan, files);
        if (!verdict.IsAccepted) return verdict;
        leaves = files.Open(LeafFile.FileName);
        long length = LeafFile.Start + checkpoint!.Records * Bytes32.Size;
        if (leaves.Length < length) return Verdict.Reject(DataChecks.CommitCheckpoint, $"a file of at least {length} bytes of leaves", $"{leaves.Length}");
        hasher = LeafFile.Hash(leaves, checkpoint.Records, cancellation);
        if (hasher.Snapshot() != checkpoint.Leaves) return Verdict.Reject(DataChecks.CommitCheckpoint, $"leaves of BLAKE3 {checkpoint.Leaves}", $"{hasher.Snapshot()}");
        leaves.SetLength(length);
        (next, records, bytes) = (checkpoint.Next, checkpoint.Records, checkpoint.Bytes);
        return Verdict.Accept;
    }

    Verdict HashAll(IDurableFile leaves, Blake3Hasher hasher, CancellationToken cancellation, out ShardFacts? facts)
    {
        facts = null;
        for (int i = 0; i < Batches; i++) empty.Enqueue(new Work(options));
        var hashing = new Thread(() => HashWork(leaves, hasher)) { IsBackground = true, Name = "commit: hashing" };
        hashing.Start();
        Verdict verdict;
        try
        {
            verdict = ReadAll(cancellation);
        }
        finally
        {
            lock (full)
            {
                ended = true;
                Monitor.PulseAll(full);
            }
            hashing.Join();
        }
        failure?.Throw();
        if (!verdict.IsAccepted) return verdict;

        LeafFile.WriteHeader(leaves, records);
        leaves.Flush();
        facts = new(plan.Format.Canonicaliser, plan.Digest, shard, shards, from, to, plan.Parts.Count, records, bytes, hasher.Snapshot());
        files.Replace(ShardFacts.FileName, facts.ToBytes());
        files.Delete(ShardCheckpoint.FileName);
        return Verdict.Accept;
    }

    /// <summary>Reads from <see cref="next"/> to the shard's end.</summary>
    Verdict ReadAll(CancellationToken cancellation)
    {
        var place = next;
        while (place.Part < plan.Parts.Count && (place.Part < to.Part || place.Part == to.Part && place.Position < to.Position))
        {
            var verdict = plan.Open(place, to, out var reader);
            if (!verdict.IsAccepted) return verdict;
            using (reader)
            {
                long before = plan.BytesBefore(place);
                for (; ; )
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (Take(empty) is not { } work) return Verdict.Accept; // the other thread failed
                    work.Batch.Clear();
                    verdict = reader!.Read(work.Batch);
                    if (!verdict.IsAccepted) return verdict;
                    bool done = work.Batch.Count == 0;
                    work.After = done ? new(place.Part + 1, 0) : place with { Position = reader.Position };
                    work.StoredBytes = before + reader.BytesTaken;
                    Put(full, work);
                    if (done) break;
                }
            }
            place = new(place.Part + 1, 0);
        }
        return Verdict.Accept;
    }

    void HashWork(IDurableFile leaves, Blake3Hasher hasher)
    {
        try
        {
            var leaf = new RecordLeaf(plan.Format.Canonicaliser);
            var hashes = new Sha256Digest[options.BatchRecords];
            var output = new AppendingFile(leaves, LeafFile.Start + records * Bytes32.Size, options.BatchRecords * Bytes32.Size);
            long since = options.Clock.GetTimestamp();
            while (Take(full) is { } work)
            {
                int count = work.Batch.Count;
                leaf.HashMany(work.Batch, hashes.AsSpan(0, count));
                var written = output.Take(count * Bytes32.Size);
                LeafFile.ToBytes(hashes.AsSpan(0, count), written);
                hasher.Append(written);
                (records, bytes, next) = (records + count, bytes + work.Batch.Bytes.Length, work.After);
                reported = work.StoredBytes;
                Put(empty, work);
                options.Progress?.Invoke(new(CommitStage.Hashing, reported, plan.Length, records));
                if (options.Clock.GetElapsedTime(since) < options.CheckpointInterval) continue;
                output.Write();
                leaves.Flush();
                files.Replace(ShardCheckpoint.FileName, new ShardCheckpoint(plan.Digest, shard, shards, next, records, bytes, hasher.Snapshot()).ToBytes());
                since = options.Clock.GetTimestamp();
            }
            output.Write();
        }
        catch (Exception e)
        {
            failure = ExceptionDispatchInfo.Capture(e);
            lock (full)
            {
                ended = true;
                Monitor.PulseAll(full);
            }
        }
    }

    /// <summary>Takes the next, waiting for it; null when there will be none.</summary>
    Work? Take(Queue<Work> queue)
    {
        lock (full)
        {
            while (queue.Count == 0 && !ended) Monitor.Wait(full);
            if (failure is not null || queue == empty && ended) return null;
            return queue.TryDequeue(out var work) ? work : null;
        }
    }

    void Put(Queue<Work> queue, Work work)
    {
        lock (full)
        {
            queue.Enqueue(work);
            Monitor.PulseAll(full);
        }
    }
}
