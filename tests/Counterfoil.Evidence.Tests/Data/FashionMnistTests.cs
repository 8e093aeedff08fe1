using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Guarding;
using Counterfoil.Data.Proofs;
using Counterfoil.Data.Idx;

namespace Counterfoil.Tests.Data;

/// <summary>The demo's data, from commitment to guarded training, on the files as they are shipped.</summary>
public sealed class FashionMnistTests
{
    static IdxLabelled Open()
    {
        string folder = Path.Combine(Surroundings.Root, "samples", "fashion-mnist");
        Assert.Equal(Verdict.Accept, IdxLabelled.Open(Path.Combine(folder, "t10k-images-idx3-ubyte.gz"), Path.Combine(folder, "t10k-labels-idx1-ubyte.gz"), out var dataset));
        return dataset!;
    }

    [Fact]
    public async Task Its_roots_are_those_of_an_independent_implementation()
    {
        // Computed with Python's gzip and hashlib from docs/data.md.
        using var dataset = Open();
        var (result, _) = await DatasetCommitment.BuildAsync(dataset);
        Assert.Equal("4613589e1e74f4541259a4d05de9b7816e1eef6295c8e9f35ddb6c44f9a52aab", result.OrderedRoot.ToString());
        Assert.Equal("11fdd0cf88207c149b8674722e9774b90e8d9663db6b416d35b7a942e1d0baba", result.SortedRoot.ToString());
        Assert.Equal((10_000, 10_000, 7_850_000), (result.Records, result.DistinctRecords, result.Bytes));
    }

    [Fact]
    public async Task A_copy_tampered_with_in_twenty_five_records_trains_on_all_others()
    {
        using var dataset = Open();
        var (result, leaves) = await DatasetCommitment.BuildAsync(dataset);
        var records = await Pictures.ReadAll(dataset);
        var copy = new Shelf(records);
        var split = HeldBackSplit.Choose(new Bytes32(Sha256.Hash("a block"u8).ToArray()), 10_000, 1000);
        int[] tampered = [.. Enumerable.Range(0, 25).Select(i => 13 + 397 * i)];
        foreach (int i in tampered)
            if (i % 2 == 0) copy.Records[i][0] = (byte)((copy.Records[i][0] + 1) % 10);
            else copy.Records[i][400] ^= 0xFF;

        var guard = await Guard.InspectAsync(result, leaves, copy);
        Assert.Equal(tampered, guard.Report.Quarantined.Select(q => q.Record!.Value));
        Assert.All(guard.Report.Quarantined, q => Assert.Equal(QuarantineReason.Altered, q.Reason));

        int delivered = 0, clean = split.Training.Except(tampered).Count();
        await foreach (var batch in guard.TrainAsync(split, epochs: 1, batchSize: 64))
            for (int i = 0; i < batch.Count; i++, delivered++)
                Assert.True(batch.Record(i).Span.SequenceEqual(records[batch.Places[i]]));
        Assert.Equal(clean, delivered);
        Assert.Equal((clean + 63) / 64, guard.Report.Delivered.Batches);

        int held = 0;
        await foreach (var batch in guard.ReadAsync(split.HeldBack, 250)) held += batch.Count;
        Assert.Equal(split.HeldBack.Except(tampered).Count(), held);
        Assert.Equal(delivered, guard.Report.Delivered.Records); // reading held-back records is not training

        // The tampered pictures are provably not in the data set; the originals are provably in.
        var scene = DataScene.Of(records, result, leaves);
        foreach (int i in tampered)
        {
            Assert.Equal(Verdict.Accept, ProofReport.Of(scene.Inclusion(i).ToBytes(), records[i], DataScene.Policy).Verdict);
            Assert.Equal(Verdict.Accept, ProofReport.Of(scene.Absence(copy.Records[i]).ToBytes(), copy.Records[i], DataScene.Policy).Verdict);
        }
    }
}
