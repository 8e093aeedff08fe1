using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Records;
using Counterfoil.Data.Records.Archives;
using Counterfoil.Data.Records.Tables;
using Counterfoil.Data.Records.Tensors;
using Counterfoil.Data.Records.Text;
using Counterfoil.Data.Stores;
using CsCheck;

namespace Counterfoil.Tests.Data;

/// <summary>What holds for every format: vectors by an independent implementation, and laws.</summary>
public sealed class FormatLawTests
{
    /// <summary>A format with a data set of it. <paramref name="Cut"/>: whether a file cut short is never a whole one, which of lines of text it can be.</summary>
    public sealed record Case(IRecordFormat Format, string First, string Root, bool Cut, params (string Name, byte[] Bytes)[] Files)
    {
        internal StoredObject[] Objects => [.. Files.Select(f => new MemoryObject(f.Name, f.Bytes))];

        public override string ToString() => Format.Canonicaliser.Id;
    }

    const string TarFirst = "cd56d70b607f5f2469d56e5d0c1db29de0dffbe70bd8de669478197d3544a0b2", TarLongRoot = "ed771b4958cc08d27998595c2149660b7036e7beb15228304cba09a38a1322fd";

    const string ArrowFirst = "4d9df05a8a9880805fec9c103dc27fd8302c18fe03edfc7bf87c58dec89b623b", ArrowRoot = "4158a1084c2e989653aab5cfe2202b5d50484f11c684b69ee0d73b1a1008f689";

    /// <summary>Leaves and roots by a script of its own in Python, with <c>hashlib</c> for SHA-256 and <c>b3sum</c> for BLAKE3.</summary>
    static readonly Case[] Cases =
    [
        new(new FileRecords(), "fce38f088363ac13a9aaf4050e37ce9039d4fe13526b7456e97f15635f8ee039", "03d46f4050dbfb900c64cdd93befa82170e350065949fa66e2cf157df27c0c7e", false, Specimens.Files),
        new(new ImageFolderRecords(), "b3e02177a634c69cf6ec03f532d35cd34b8df32700b7b3c5c68559d1d43c00cb", "a64b026f4cfece5cffbba3b63364acc212d17edb2751b3c21847b4de3f7179e5", false,
            ("cat/a.png", [0x89, .. "PNG1"u8]), ("dog/b.png", [0x89, .. "PNG22"u8])),
        new(new TarRecords(), TarFirst, "2ba69bac134474b328c1ca4b223e854d746167d97e63cf71f7436b819b1b4e65", true, ("ustar.tar", Specimens.Ustar)),
        new(new TarRecords(), TarFirst, TarLongRoot, true, ("pax.tar", Specimens.Pax)),
        new(new TarRecords(), TarFirst, TarLongRoot, true, ("gnu.tar", Specimens.Gnu)),
        new(new WebDatasetRecords(), "b618e90f12fd8b603a5cb623a37720c86fc3339270f5e5c778404d623bfd212f", "1ad1b01ae94871840f638e1d143dc9d25126b7e551647c5270138e1e3348ef7a", true, ("a.tar", Specimens.Ustar)),
        new(new CsvRecords(), "c92ff32b362c9a7dcddb4ac9c0a9a56dc50828b73bef108c1534a040d839927e", "44fb730ce25db50061a3d80a12c6bb7e57066adb684a580dd53000d3fb579b31", false, ("a.csv", Specimens.Csv)),
        new(new CsvRecords(new CsvOptions { HasHeader = false }), "516f2a4e121377d9635be71c2a3fb9bbd969cdd163eb5d6574190147752adbf5",
            "fa5aa41fa6489ce4d8133bc6649a73ab92d7deba693aed57a2081d16ab12df6d", false, ("a.csv", Specimens.Csv)),
        new(new CanonicalJsonLines(), "7febf10edd2948f6a3dfbe7e6cfe4b87431ebd99de2e7e992d9387df278b9002", "4407d41aef80cd8f18067b5be30bd2d12d4c7574aec71c87cb90670909d0572a", false, ("a.jsonl", Specimens.Json)),
        new(new SafetensorsRecords(), "60c385d44798428857c4d421b36189c42422df088f82aefe0848284c6e70465d", "96d9c903f3f0000b4ae51143eac5ef428110fa84c7ff5aa6c29945c9bef777fb", true, ("a.safetensors", Specimens.Safetensors)),
        new(new ParquetRecords(), "8d6732bb817daacce55b4be8b6d3e81f7eb6cc423bd67fdb61fb69b0f0fe86ba", "6f9781d90f10679cba4efc738652742f6c6dac9b6232c3dfbcc7699fd627399c", true, ("a.parquet", Specimens.Parquet)),
        new(new ArrowRecords(), ArrowFirst, ArrowRoot, true, ("a.arrows", Specimens.ArrowStream)),
        new(new ArrowRecords(), ArrowFirst, ArrowRoot, true, ("a.arrow", Specimens.ArrowFile)),
    ];

    public static TheoryData<int, string> All => [.. Cases.Select((c, i) => (i, c.ToString()))];

    static bool IsLookedThrough(Case of) => of.Format is not (FileRecords or ImageFolderRecords or ParquetRecords) && of.Files[0].Name != "a.arrow";

    [Theory]
    [MemberData(nameof(All))]
    public void Records_have_the_leaves_that_another_implementation_computed(int index, string name)
    {
        var of = Cases[index];
        Assert.Equal(name, of.Format.Canonicaliser.Id);
        Assert.Equal((of.First, of.Root), Reading.Of(of.Format, of.Objects).Accepted().Leaves(of.Format.Canonicaliser));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_size_of_batches_does_not_matter(int index, string name)
    {
        var (of, whole) = (Cases[index], Reading.Of(Cases[index].Format, Cases[index].Objects, 1000));
        Assert.NotEmpty(name);
        int longest = whole.Records.Max(r => r.Length);
        foreach (int bytes in new[] { longest, longest + 1, 3 * longest })
            Assert.Equal(whole.Records, Reading.Of(of.Format, of.Objects, 2, bytes).Accepted().Records);
        Reading.Of(of.Format, of.Objects, 2, longest - 1).Refused(DataChecks.RecordLength);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Opened_again_where_a_record_begins_the_rest_is_the_same(int index, string name)
    {
        var of = Cases[index];
        var whole = Reading.Of(of.Format, of.Objects, 1).Accepted();
        Assert.True(whole.Positions.Count == whole.Records.Count, name);
        for (int i = 0; i < whole.Positions.Count; i++)
        {
            var (part, position) = whole.Positions[i];
            Assert.Equal(whole.Records.Skip(i), Reading.Of(of.Format, of.Objects, fromPart: part, position: position).Accepted().Records);
            if (!IsLookedThrough(of)) continue;
            StoredObject[] packed = [.. of.Files.Select(f => new MemoryObject(f.Name, Specimens.Gzip(f.Bytes)))];
            Assert.Equal(whole.Records.Skip(i), Reading.Of(of.Format, packed, fromPart: part, position: position).Accepted().Records);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_file_cut_short_anywhere_is_not_taken_for_the_whole(int index, string name)
    {
        var of = Cases[index];
        if (of.Format is FileRecords or ImageFolderRecords) return;
        var whole = Reading.Of(of.Format, of.Objects).Accepted().Records;
        var bytes = of.Files[0].Bytes;
        var packed = Specimens.Gzip(bytes);
        int last = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1 + 1024; // tar's padding behind its end may be missing
        for (int length = 0; length < Math.Min(bytes.Length, of.Format is TarRecords or WebDatasetRecords ? last : bytes.Length); length += length < 300 || bytes.Length < 2000 ? 1 : 37)
        {
            var cut = Reading.Of(of.Format, bytes[..length]);
            if (of.Cut) Assert.False(cut.Verdict.IsAccepted, $"{name} cut after {length}");
            // Lines of text end anywhere; but then it is not the same data.
            else if (cut.Verdict.IsAccepted && length < bytes.AsSpan().TrimEnd("\r\n"u8).Length) Assert.NotEqual(whole, cut.Records);
            if (IsLookedThrough(of) && length < packed.Length) Reading.Of(of.Format, packed[..length]).Verdict.Should(length);
        }
    }

    /// <summary>What <c>data near</c> and <c>data remake</c> read is what a commit reads, record for record.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Records_read_by_their_places_are_those_of_one_pass(int index, string name)
    {
        var of = Cases[index];
        var expected = Reading.Of(of.Format, of.Objects).Accepted().Records;
        Assert.Equal(Verdict.Accept, CommitPlan.Of(of.Format, of.Objects, out var plan));
        var passed = new List<byte[]>();
        Assert.Equal(Verdict.Accept, PlanRecords.Read(plan!, (place, record) =>
        {
            Assert.Equal(passed.Count, place);
            passed.Add(record.ToArray());
            return true;
        }));
        Assert.Equal(expected, passed);
        Assert.Equal(Verdict.Accept, SpooledRecords.Read(plan!, out var spooled));
        using (spooled)
        {
            Assert.Equal((expected.Count, of.Format.Canonicaliser, expected.Max(r => r.Length)), (spooled!.Count, spooled.Canonicaliser, spooled.MaxRecordBytes));
            var buffer = new byte[spooled.MaxRecordBytes];
            for (int place = expected.Count; --place >= 0;)
                Assert.Equal(expected[place], buffer[..await spooled.ReadAsync(place, buffer, TestContext.Current.CancellationToken)]);
            Assert.Equal((await DatasetCommitment.BuildAsync(spooled, null, TestContext.Current.CancellationToken)).Result.OrderedRoot, Core.Merkle.MerkleTree.Root([.. expected.Select(r => new RecordLeaf(of.Format.Canonicaliser).Hash(r))]));
        }
        int taken = 0;
        Assert.Equal(Verdict.Accept, PlanRecords.Read(plan!, (_, _) => ++taken < 1));
        Assert.Equal((1, true), (taken, name.Length > 0));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Whatever_is_changed_the_answer_is_a_verdict(int index, string name)
    {
        var of = Cases[index];
        Gen.Select(Gen.Int[0, of.Files[0].Bytes.Length - 1], Gen.Byte, Gen.Int[0, 3], Gen.Int[0, 40]).Sample((at, value, kind, count) =>
        {
            var bytes = of.Files[0].Bytes;
            byte[] changed = kind switch
            {
                0 => [.. bytes[..at], value, .. bytes[(at + 1)..]],
                1 => [.. bytes[..at], .. Enumerable.Repeat(value, count), .. bytes[at..]],
                2 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + count)..]],
                _ => [.. bytes[..at], .. bytes[..count.Clamp(bytes.Length)], .. bytes[at..]],
            };
            StoredObject[] objects = [new MemoryObject(of.Files[0].Name, changed), .. of.Objects[1..]];
            Assert.NotNull(Reading.Of(of.Format, objects).Verdict);
            Assert.NotNull(name);
        }, iter: Surroundings.IsCampaign ? 20_000 : 100, threads: 1);
    }
}

static class Laws
{
    public static int Clamp(this int value, int most) => Math.Min(value, most);

    /// <summary>gzip cut short: the empty file alone is no gzip, and so is taken as it is.</summary>
    public static void Should(this Verdict verdict, int length) => Assert.True(!verdict.IsAccepted || length < 2, $"gzip cut after {length}");
}
