using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.NearDuplicates;
using Counterfoil.Data.Records;
using CsCheck;

namespace Counterfoil.Tests.Data.NearDuplicates;

/// <summary>The index: what it finds, what its evidence shows, and how a false index is rebutted.</summary>
public sealed class NearDuplicateTests : IDisposable
{
    static readonly MinHashParameters Parameters = new() { Size = 3 };
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-near-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static byte[] Text(int seed, int words)
    {
        var random = new Random(seed);
        return Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, words).Select(_ => $"w{random.Next(5000)}")));
    }

    /// <summary>A record with some of its words replaced.</summary>
    static byte[] Altered(byte[] record, int seed, double part)
    {
        var random = new Random(seed);
        return Encoding.UTF8.GetBytes(string.Join(' ', Encoding.UTF8.GetString(record).Split(' ').Select(w => random.NextDouble() < part ? $"x{random.Next(5000)}" : w)));
    }

    static List<byte[]> Records(int count) => [.. Enumerable.Range(0, count).Select(i => Text(i, 40 + i % 30))];

    NearDuplicateIndexFacts Build(List<byte[]> records, MinHashParameters? parameters = null, long memory = 64 << 20)
    {
        using var writer = new NearDuplicateIndexWriter(folder, Canonicaliser.JsonLines, parameters ?? Parameters, memory);
        foreach (var record in records) writer.Add(record);
        return writer.Finish();
    }

    NearDuplicateIndex Open()
    {
        Assert.Equal(Verdict.Accept, NearDuplicateIndex.Open(folder, out var index));
        return index!;
    }

    static string Check(Verdict verdict) => verdict is Verdict.Rejected { Reason.Check: var check } ? check.Id : verdict.ToString();

    [Fact]
    public void A_signature_follows_from_the_page_alone()
    {
        // Written from docs/near-duplicates.md, step by step, without the room's code.
        static ulong Mix(ulong z)
        {
            z = unchecked((z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL);
            z = unchecked((z ^ (z >> 27)) * 0x94d049bb133111ebUL);
            return z ^ (z >> 31);
        }
        string[] words = ["the", "quick", "brown", "fox", "2"];
        var hashes = words.Select(w => Mix(Encoding.ASCII.GetBytes(w).Aggregate(0xcbf29ce484222325UL, (h, b) => unchecked((h ^ b) * 0x100000001b3UL)))).ToArray();
        var shingles = Enumerable.Range(0, 3).Select(i => hashes.Skip(i).Take(3).Aggregate(3UL, (x, h) => Mix(x ^ h))).ToArray();
        var expected = new byte[Parameters.SignatureBytes];
        for (int i = 0; i < 128; i++)
        {
            var drawn = Sha256.Hash([.. "counterfoil/near-duplicate-family/v1"u8, .. new byte[32], 0, 0, 0, (byte)i]).ToArray();
            ulong a = BinaryPrimitives.ReadUInt64BigEndian(drawn) | 1, b = BinaryPrimitives.ReadUInt64BigEndian(drawn.AsSpan(8));
            BinaryPrimitives.WriteUInt32BigEndian(expected.AsSpan(4 * i), (uint)(shingles.Min(x => unchecked(a * x + b)) >> 32));
        }
        Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(new MinHash(Parameters).Sign("The quick, BROWN fox -- 2!"u8)));
        Assert.Equal("1f2f244d8c919a70", Convert.ToHexStringLower(expected)[..16]);
    }

    [Fact]
    public void In_lanes_and_one_by_one_the_minima_are_the_same() =>
        Gen.Select(Gen.ULong.Array[1, 60], Gen.Int[2, 40]).Sample((xs, eights) =>
        {
            var minHash = new MinHash(new MinHashParameters { Permutations = 8 * eights, Bands = 8 });
            Assert.Equal(minHash.Minima(xs, inLanes: false).ToArray(), minHash.Minima(xs, inLanes: true).ToArray());
        }, iter: 200);

    [Fact]
    public void Bytes_shorter_than_a_shingle_and_text_without_words_have_one_shingle()
    {
        var bytes = new MinHashParameters { Unit = ShingleUnit.Bytes, Size = 8 };
        Assert.Equal(1, Shingles.Jaccard("abc"u8, "abc"u8, bytes));
        Assert.Equal(0, Shingles.Jaccard("abc"u8, "abd"u8, bytes));
        Assert.Equal(0, Shingles.Jaccard("\0abc"u8, "abc"u8, bytes));
        Assert.Equal(1, Shingles.Jaccard("..."u8, "!"u8, Parameters));
        Assert.Equal(1.0 / 3, Shingles.Jaccard("a b c d"u8, "b c d e"u8, Parameters), 12);
    }

    [Fact]
    public void The_interval_holds_the_similarity_in_95_of_100_families()
    {
        byte[] one = Text(1, 200), other = Altered(one, 2, 0.12);
        double exact = Shingles.Jaccard(one, other, Parameters);
        Assert.InRange(exact, 0.2, 0.8);
        int inside = 0, sum = 0;
        const int Families = 300;
        for (int family = 0; family < Families; family++)
        {
            var minHash = new MinHash(Parameters with { Seed = Sha256.Hash([(byte)family, (byte)(family >> 8)]).Value });
            var estimate = new JaccardEstimate(MinHash.Matches(minHash.Sign(one), minHash.Sign(other)), 128);
            sum += estimate.Matches;
            if (estimate.Low <= exact && exact <= estimate.High) inside++;
        }
        Assert.InRange(inside, Families * 93 / 100, Families);
        // The mean of so many is within three of its own standard errors: the estimate leans to neither side.
        Assert.Equal(exact, sum / (128.0 * Families), 3 * Math.Sqrt(exact * (1 - exact) / (128.0 * Families)));
    }

    [Theory]
    [InlineData(0, 128, 0, 0.02840905)]
    [InlineData(64, 128, 0.41037608, 0.58962392)]
    [InlineData(128, 128, 0.97159095, 1)]
    public void The_interval_is_that_of_Clopper_and_Pearson(int matches, int of, double low, double high)
    {
        var estimate = new JaccardEstimate(matches, of);
        Assert.Equal(low, estimate.Low, 5);
        Assert.Equal(high, estimate.High, 5);
    }

    [Fact]
    public void A_close_copy_is_found_in_its_place_and_shown_with_evidence()
    {
        var records = Records(2000);
        var facts = Build(records);
        using var index = Open();
        byte[] query = Altered(records[1234], 7, 0.05);
        var found = index.Closest(query);
        Assert.Equal(1234, found[0].Place);
        Assert.Equal(found[0], index.ClosestOfAll(query)[0]);
        var file = index.Prove(1234).ToBytes();
        Assert.Equal(Verdict.Accept, NearDuplicateEvidence.Decode(file, out var evidence));
        Assert.Equal(file, evidence!.ToBytes());
        Assert.Equal(Verdict.Accept, evidence.VerifyRecord(facts, records[1234]));
        Assert.Equal(found[0].Estimate, evidence.Estimate(query));
        Assert.InRange(evidence.Exact(query, records[1234]), found[0].Estimate.Low, found[0].Estimate.High);
    }

    [Fact]
    public void The_root_is_one_over_the_data_sets_own_leaves_and_does_not_depend_on_memory()
    {
        var records = Records(1003);
        var facts = Build(records);
        var leaf = new Counterfoil.Data.RecordLeaf(Canonicaliser.JsonLines);
        Assert.Equal(MerkleTree.Root([.. records.Select(r => leaf.Hash(r))]), facts.OrderedRoot);
        byte[] band = File.ReadAllBytes(NearDuplicateIndex.BandPath(folder, 5));
        Assert.Equal(facts, Build(records, memory: 32 * 8 * 50));
        Assert.Equal(band, File.ReadAllBytes(NearDuplicateIndex.BandPath(folder, 5)));
        foreach (int place in (int[])[0, 1, 511, 512, 1001, 1002])
        {
            using var index = Open();
            Assert.Equal(Verdict.Accept, index.Prove(place).VerifyRecord(facts, records[place]));
        }
    }

    [Fact]
    public void A_record_of_similarity_j_is_found_as_often_as_the_bands_promise()
    {
        var records = Records(400);
        Build(records);
        using var index = Open();
        int found = 0;
        double promised = 0;
        for (int i = 0; i < 400; i++)
        {
            var query = Altered(records[i], 1000 + i, 0.15);
            promised += Parameters.Recall(Shingles.Jaccard(query, records[i], Parameters));
            if (index.Closest(query).Any(n => n.Place == i)) found++;
        }
        Assert.InRange(promised, 60, 380); // a law about certainties would say nothing
        Assert.InRange(found, promised - 50, promised + 50);
    }

    [Fact]
    public void Of_a_false_signature_the_record_is_the_rebuttal()
    {
        var records = Records(20);
        var facts = Build(records);
        using var index = Open();
        var honest = index.Prove(7);
        // Whoever builds the index gives record 7 the signature of another text, and commits to that.
        var leaf = new Counterfoil.Data.RecordLeaf(Canonicaliser.JsonLines);
        byte[] false7 = new MinHash(Parameters).Sign(Text(999, 50));
        var leaves = Enumerable.Range(0, 20).Select(i => NearDuplicateIndexWriter.Leaf(Parameters, leaf.Hash(records[i]), i == 7 ? false7 : new MinHash(Parameters).Sign(records[i]))).ToArray();
        var committed = facts with { SignaturesRoot = MerkleTree.Root(leaves) };
        var evidence = honest with { Index = committed, Signature = [.. false7], SignaturePath = MerkleTree.InclusionPath(leaves, 7) };
        Assert.Equal(Verdict.Accept, evidence.Verify(committed));
        Assert.Equal("data.near.signature", Check(evidence.VerifyRecord(committed, records[7])));
        Assert.Equal("data.near.record", Check(evidence.VerifyRecord(committed, records[8])));
    }

    [Fact]
    public void Evidence_that_was_touched_is_refused_by_name()
    {
        var records = Records(33);
        var facts = Build(records);
        using var index = Open();
        var evidence = index.Prove(4);
        Assert.Equal("data.near.index", Check(evidence.Verify(facts with { SignaturesRoot = facts.OrderedRoot })));
        Assert.Equal("merkle.inclusion", Check((evidence with { Place = 5 }).Verify(facts)));
        Assert.Equal("merkle.inclusion", Check((evidence with { Signature = [.. evidence.Signature[..^1], (byte)(evidence.Signature[^1] ^ 1)] }).Verify(facts)));
        Assert.Equal("merkle.inclusion", Check((evidence with { RecordLeaf = facts.OrderedRoot }).Verify(facts)));
        Assert.Equal("data.near.form", Check(NearDuplicateEvidence.Decode((evidence with { Signature = evidence.Signature[4..] }).ToBytes(), out _)));
        byte[] other = evidence.ToBytes();
        other[3 + NearDuplicateEvidence.Version.Length - 1] ^= 1;
        Assert.Equal("data.near.version", Check(NearDuplicateEvidence.Decode(other, out _)));
        var file = evidence.ToBytes();
        for (int i = 0; i < file.Length; i++)
        {
            file[i] ^= 0x20;
            Assert.False(NearDuplicateEvidence.Decode(file, out var read).IsAccepted && read!.VerifyRecord(facts, records[4]).IsAccepted, $"byte {i}");
            file[i] ^= 0x20;
        }
    }

    [Theory]
    [InlineData("words/5")]
    [InlineData("words/17;seed=0000000000000000000000000000000000000000000000000000000000000000;permutations=128;bands=32")]
    [InlineData("bytes/9;seed=0000000000000000000000000000000000000000000000000000000000000000;permutations=128;bands=32")]
    [InlineData("words/5;seed=0000000000000000000000000000000000000000000000000000000000000000;permutations=128;bands=33")]
    [InlineData("words/05;seed=0000000000000000000000000000000000000000000000000000000000000000;permutations=128;bands=32")]
    [InlineData("words/5;seed=0000000000000000000000000000000000000000000000000000000000000000;permutations=2048;bands=32")]
    public void Parameters_in_another_form_are_refused(string text) => Assert.Equal("data.near.parameters", Check(MinHashParameters.Parse(text, out _)));

    [Fact]
    public void An_index_that_lost_bytes_is_not_opened()
    {
        Build(Records(10));
        foreach (string file in (string[])["signatures", "leaves", "bands/03"])
        {
            string path = Path.Combine(folder, file);
            byte[] whole = File.ReadAllBytes(path);
            File.WriteAllBytes(path, whole[..^1]);
            Assert.Equal("data.near.form", Check(NearDuplicateIndex.Open(folder, out _)));
            File.WriteAllBytes(path, whole);
        }
        Open().Dispose();
    }

    [Fact]
    public void A_statement_commits_to_the_index_beside_the_data_set()
    {
        var facts = Build(Records(10));
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        var stated = NearDuplicateStatement.Of(Sha256.Hash("statement"u8), facts, "test");
        var envelope = stated.Sign("records", signer);
        Assert.Equal(Verdict.Accept, NearDuplicateStatement.Decode(envelope, out var read, out var said));
        Assert.Equal((stated, facts), (read, said));
        var other = Encoding.UTF8.GetString(envelope.Payload.Span).Replace($"\"counterfoilSignaturesRoot\":\"{facts.SignaturesRoot}\"", $"\"counterfoilSignaturesRoot\":\"{facts.OrderedRoot}\"", StringComparison.Ordinal);
        Assert.Equal("data.near.statement", Check(NearDuplicateStatement.Decode(Envelope.Sign(StatementCodec.MediaType, Encoding.UTF8.GetBytes(other), signer), out _, out _)));
    }

    [Fact]
    public void An_index_that_was_not_made_from_all_records_is_found_by_making_it_again()
    {
        var records = Records(10);
        var facts = Build(records);
        Assert.Equal(Verdict.Accept, facts.Audit(Build(records)));
        records[3] = Text(77, 50);
        Assert.Equal("data.near.root", Check(facts.Audit(Build(records))));
    }

    /// <summary>A row of Arrow's or Parquet's, or of CSV: {"a": "the quick", "n": -2, "x": 1.5, "y": true, "z": [null, 1.50 as a decimal], "s": {"name": "brown fox"}}, written by hand (RFC 8949).</summary>
    [Fact]
    public void Of_a_row_the_text_is_its_values_one_a_line()
    {
        byte[] row = Convert.FromHexString("a6" + "6161" + "69" + "74686520717569636b" + "616e" + "21" + "6178" + "fb3ff8000000000000" + "6179" + "f5" + "617a" + "82f6c482211896" + "6173" + "a1646e616d65" + "6962726f776e20666f78");
        Assert.Equal("the quick\n-2\n3ff8000000000000\ntrue\n-2\n150\nbrown fox\n", Encoding.UTF8.GetString(new RecordText(Canonicaliser.Parquet).Of(row)));
        Assert.Equal(row, new RecordText(Canonicaliser.JsonLines).Of(row).ToArray());
        // What is no whole row is its own bytes, wherever it ends and however deep it claims to be.
        foreach (var bad in (byte[][])[row[..^1], [.. row, 0xf6], [0x9f, 0xff], [0xbb, 255, 255, 255, 255, 255, 255, 255, 255], [.. Enumerable.Repeat((byte)0x81, 5000), 0xf6], []])
            Assert.Equal(bad, new RecordText(Canonicaliser.Csv).Of(bad).ToArray());
    }

    [Fact]
    public void A_row_is_like_the_text_that_it_holds_and_its_evidence_is_verified_with_the_row()
    {
        static byte[] Row(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            return [0xa1, 0x61, (byte)'t', 0x79, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
        }
        List<byte[]> rows = [.. Enumerable.Range(0, 50).Select(i => Row(Encoding.UTF8.GetString(Text(i, 60))))];
        NearDuplicateIndexFacts facts;
        using (var writer = new NearDuplicateIndexWriter(folder, Canonicaliser.Csv, Parameters))
        {
            foreach (var row in rows) writer.Add(row);
            facts = writer.Finish();
        }
        using var index = Open();
        Assert.Equal(new NearDuplicate(31, new(128, 128)), index.Closest(Text(31, 60))[0]);
        var evidence = index.Prove(31);
        Assert.Equal(Verdict.Accept, evidence.VerifyRecord(facts, rows[31]));
        Assert.Equal(1, evidence.Exact(Text(31, 60), rows[31]));
        Assert.Equal("data.near.record", Check(evidence.VerifyRecord(facts, Text(31, 60))));
    }

    [Fact]
    public void An_index_with_a_damaged_node_gives_no_evidence()
    {
        Build(Records(600));
        string nodes = Path.Combine(folder, "signature-nodes", "nodes.8");
        byte[] whole = File.ReadAllBytes(nodes);
        Assert.Equal(64, whole.Length); // the roots of both perfect subtrees of 256
        File.WriteAllBytes(nodes, [(byte)(whole[0] ^ 1), .. whole[1..]]);
        using (var index = Open()) Assert.Throws<InvalidDataException>(() => index.Prove(599));
        File.WriteAllBytes(nodes, whole[..^1]);
        Assert.Equal("data.near.form", Check(NearDuplicateIndex.Open(folder, out _)));
    }

    [Fact]
    public void The_figures_of_the_page_are_measured()
    {
        if (!Surroundings.IsCampaign) Assert.Skip("a campaign: COUNTERFOIL_CAMPAIGN=1");
        const int Count = 1_000_000;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        long before = Environment.WorkingSet;
        using (var writer = new NearDuplicateIndexWriter(folder, Canonicaliser.JsonLines, new MinHashParameters()))
        {
            for (int i = 0; i < Count; i++) writer.Add(Text(i, 100));
            double added = clock.Elapsed.TotalSeconds;
            writer.Finish();
            TestContext.Current.TestOutputHelper!.WriteLine($"{Count} records of 100 words: {clock.Elapsed.TotalSeconds:F1} s ({added:F1} s of them reading and signing), {(Environment.WorkingSet - before) >> 20} MiB more");
        }
        using var index = Open();
        var query = Altered(Text(777_777, 100), 1, 0.03);
        clock.Restart();
        for (int i = 0; i < 100; i++) Assert.Equal(777_777, index.Closest(query)[0].Place);
        TestContext.Current.TestOutputHelper.WriteLine($"a query by bands: {clock.Elapsed.TotalMilliseconds / 100:F2} ms");
        clock.Restart();
        Assert.Equal(777_777, index.ClosestOfAll(query)[0].Place);
        TestContext.Current.TestOutputHelper.WriteLine($"a query of all signatures: {clock.Elapsed.TotalMilliseconds:F0} ms");
        clock.Restart();
        index.Prove(777_777);
        TestContext.Current.TestOutputHelper.WriteLine($"evidence: {clock.Elapsed.TotalMilliseconds:F0} ms");
        var texts = Enumerable.Range(0, 2000).Select(i => Text(i, 100)).ToList();
        var minHash = new MinHash(new MinHashParameters());
        clock.Restart();
        for (int pass = 0; pass < 10; pass++) foreach (var text in texts) minHash.Sign(text);
        TestContext.Current.TestOutputHelper.WriteLine($"a signature: {clock.Elapsed.TotalMicroseconds / 20000:F2} µs");
    }
}
