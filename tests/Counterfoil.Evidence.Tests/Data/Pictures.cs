using System.Buffers.Binary;
using System.IO.Compression;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Idx;
using Counterfoil.Data.Records;

namespace Counterfoil.Tests.Data;

/// <summary>Small labelled pictures, made from a seed, and the files they lie in.</summary>
static class Pictures
{
    public static List<byte[]> Make(int count, int pixels = 16, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var record = new byte[1 + pixels];
            random.NextBytes(record);
            record[0] = (byte)(i % 10);
            return record;
        })];
    }

    public static (byte[] Images, byte[] Labels) Files(IReadOnlyList<byte[]> records, int rows = 4)
    {
        int pixels = records.Count == 0 ? rows * 4 : records[0].Length - 1;
        var images = new byte[16 + records.Count * pixels];
        var labels = new byte[8 + records.Count];
        foreach (var (file, magic) in new[] { (images, 0x803), (labels, 0x801) })
        {
            BinaryPrimitives.WriteInt32BigEndian(file, magic);
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4), records.Count);
        }
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(8), rows);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(12), pixels / rows);
        for (int i = 0; i < records.Count; i++)
        {
            labels[8 + i] = records[i][0];
            records[i].AsSpan(1).CopyTo(images.AsSpan(16 + i * pixels));
        }
        return (images, labels);
    }

    public static IdxLabelled Open(IReadOnlyList<byte[]> records)
    {
        var (images, labels) = Files(records);
        Assert.Equal(Verdict.Accept, IdxLabelled.Decode(images, labels, out var dataset));
        return dataset!;
    }

    public static async Task<(CommitmentResult Result, LeafManifest Leaves)> Commit(IReadOnlyList<byte[]> records) =>
        await DatasetCommitment.BuildAsync(Open(records));

    public static byte[] Gzip(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest)) gzip.Write(bytes);
        return stream.ToArray();
    }

    public static async Task<List<byte[]>> ReadAll(IRecordSource source)
    {
        var (records, buffer) = (new List<byte[]>(), new byte[source.MaxRecordBytes]);
        for (int i = 0; i < source.Count; i++) records.Add(buffer[..await source.ReadAsync(i, buffer)]);
        return records;
    }
}

/// <summary>Records in memory, which a test may change between one reading and the next.</summary>
sealed class Shelf(IEnumerable<byte[]> records) : IRecordSource
{
    public List<byte[]> Records { get; } = [.. records.Select(r => r.ToArray())];
    public Func<int, byte[], byte[]> OnRead { get; set; } = (_, record) => record;
    public Canonicaliser Canonicaliser => Canonicaliser.IdxLabelled;
    public int Count => Records.Count;
    public int MaxRecordBytes => 1024;

    public ValueTask<int> ReadAsync(int place, Memory<byte> destination, CancellationToken cancellation)
    {
        var record = OnRead(place, Records[place]);
        record.CopyTo(destination);
        return new(record.Length);
    }
}
