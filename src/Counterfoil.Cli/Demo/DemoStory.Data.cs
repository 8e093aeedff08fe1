using System.Collections.Immutable;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Data;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Guarding;
using Counterfoil.Data.Idx;
using Counterfoil.Data.Records;
using Counterfoil.Evidence.Predicates;
using DatasetCommitment = Counterfoil.Evidence.Predicates.DatasetCommitment;
using GuardReport = Counterfoil.Evidence.Predicates.GuardReport;

namespace Counterfoil.Cli.Demo;

/// <summary>Links 1 and 2: the data is committed and anchored, then a tampered copy meets the guard.</summary>
sealed partial class DemoStory
{
    const int HeldBackRecords = 1000, TamperedRecords = 25;

    IdxLabelled source = null!;
    CommitmentResult commitment = null!;
    LeafManifest manifest = null!;
    Sha256Digest datasetLink;
    Guard guard = null!;
    HeldBackSplit split = null!;

    async Task CommitAsync(CancellationToken cancel)
    {
        narrator.Begin("committing Fashion-MNIST");
        string samples = Path.Combine(AppContext.BaseDirectory, "samples", "fashion-mnist");
        IdxLabelled.Open(Path.Combine(samples, "t10k-images-idx3-ubyte.gz"), Path.Combine(samples, "t10k-labels-idx1-ubyte.gz"), out var opened).Require();
        source = opened!;
        (commitment, manifest) = await Counterfoil.Data.Commitments.DatasetCommitment.BuildAsync(source, null, cancel);
        Facts.Records = commitment.Records;
        datasetLink = await PublishAsync(LinkStatement.Sign("fashion-mnist-t10k", new DatasetCommitment(
            "fashion-mnist-t10k", commitment.Canonicaliser.Id, commitment.Records, commitment.Bytes, commitment.OrderedRoot, commitment.SortedRoot,
            "MIT", [], Product.Tool, await chain.NowAsync(cancel)), cast.Signer("data")), cancel);
        narrator.Done($"{commitment.Records:N0} records of Fashion-MNIST committed, ordered root {commitment.OrderedRoot.ToString()[..16]}…");

        var anchored = await AnchorAsync(cancel);
        // Nobody could know this hash when the commitment was made.
        split = HeldBackSplit.Choose(anchored.BlockHash.Value, (int)commitment.Records, HeldBackRecords);
    }

    /// <summary>Someone poisons a working copy: labels turned and pixels drawn, in records that training would read.</summary>
    async Task InspectTamperedCopyAsync(CancellationToken cancel)
    {
        narrator.Begin("tampering with a working copy, and guarding it");
        var copy = await WorkingCopy.OfAsync(source, cancel);
        var victims = split.Training.ToArray();
        RandomNumberGenerator.Shuffle(victims.AsSpan());
        var tampered = victims.Take(TamperedRecords).Order().ToArray();
        for (int i = 0; i < tampered.Length; i++) copy.Tamper(tampered[i], i);

        guard = await Guard.InspectAsync(commitment, manifest, copy, null, cancel);
        var caught = guard.Report.Quarantined.Select(q => q.Record ?? -1).Order().ToArray();
        if (!caught.SequenceEqual(tampered))
            throw new InvalidOperationException($"the guard quarantined records {string.Join(' ', caught)}, and {string.Join(' ', tampered)} were tampered with");
        Facts.Quarantined = caught.Length;
        narrator.Done($"{TamperedRecords} records of a working copy tampered with: the guard quarantined exactly those {caught.Length}, each with a receipt");
    }

    /// <summary>Signed when the stream has been delivered: only then is its root known.</summary>
    GuardReport Report(int epochs, int batchSize)
    {
        var report = guard.Report;
        return new GuardReport(datasetLink, commitment.OrderedRoot, commitment.Records, report.Passed,
            [.. report.Quarantined.Select(q => new QuarantineReceipt(q.Record ?? q.Position ?? 0, Word(q.Reason), q.Expected, q.Found))],
            new HeldBack(HeldBackSplit.Algorithm, new Keccak256Digest(split.Seed), split.HeldBack.Length),
            new DeliveredStream(epochs, batchSize, report.Delivered.Batches, report.Delivered.BatchesRoot));
    }

    static string Word(QuarantineReason reason) => reason switch
    {
        QuarantineReason.Altered => "altered",
        QuarantineReason.Misplaced => "misplaced",
        QuarantineReason.Duplicate => "duplicate",
        QuarantineReason.Missing => "missing",
        QuarantineReason.Extra => "extra",
        _ => "changed-after-inspection",
    };

    /// <summary>The data as it lies on the machine that trains: in memory here, and anyone's to change.</summary>
    sealed class WorkingCopy(Canonicaliser canonicaliser, byte[][] records) : IRecordSource
    {
        public Canonicaliser Canonicaliser => canonicaliser;
        public int Count => records.Length;
        public int MaxRecordBytes { get; } = records.Max(r => r.Length);

        public static async Task<WorkingCopy> OfAsync(IdxLabelled source, CancellationToken cancel)
        {
            var records = new byte[source.Count][];
            var buffer = new byte[source.MaxRecordBytes];
            for (int i = 0; i < records.Length; i++) records[i] = buffer[..await source.ReadAsync(i, buffer, cancel)];
            return new WorkingCopy(source.Canonicaliser, records);
        }

        /// <summary>Turns the label of every second victim; draws a white square, as a backdoor would, on the others.</summary>
        public void Tamper(int place, int victim)
        {
            var record = records[place];
            if (victim % 2 == 0) record[0] = (byte)((record[0] + 1) % 10);
            else
                for (int y = 24; y < 28; y++) record.AsSpan(1 + 28 * y + 24, 4).Fill((byte)~record[1 + 28 * y + 24]);
        }

        public ValueTask<int> ReadAsync(int place, Memory<byte> destination, CancellationToken cancellation = default)
        {
            records[place].CopyTo(destination);
            return new(records[place].Length);
        }
    }
}
