using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Files;
using Counterfoil.Data.Idx;
using Counterfoil.Cli.Demo;
using CommittedData = Counterfoil.Data.Commitments.DatasetCommitment;

namespace Counterfoil.Cli.Bench;

/// <summary>Files: a large one by BLAKE3, and the sample data set by its commitment.</summary>
static partial class HashBench
{
    static List<Figure> Blake3OfFile(BenchRun run)
    {
        int length = run.Quick ? 1 << 20 : 256 << 20;
        run.Next("BLAKE3");
        string path = Path.Combine(Path.GetTempPath(), $"counterfoil-bench-{Guid.NewGuid():N}");
        try
        {
            byte[] message = RandomNumberGenerator.GetBytes(length);
            File.WriteAllBytes(path, message);
            var b3sum = ExternalTool.Find("b3sum");
            double megabytes = length / 1e6;
            string size = length >= 1 << 28 ? "256 MiB" : "1 MiB";
            var figures = new List<Figure> { Figure.Rate($"BLAKE3 of {size} in memory, one thread", megabytes, "MB/s", Stopwatches.Median(run, () => Blake3.Hash(message))) };

            Blake3Digest ours = default;
            string theirs = "";
            void Tool(int threads) => theirs = b3sum is null ? "" : b3sum.Run("--no-names", "--num-threads", $"{threads}", path).Trim();
            var (mine, reference) = Stopwatches.Pair(run, () => ours = FileDigest.Blake3(path), () => Tool(1));
            if (b3sum is not null) Agree(ours.ToString(), theirs, "the file's BLAKE3");
            figures.Add(Figure.Rate($"BLAKE3 of a file of {size}, one thread", megabytes, "MB/s", mine, b3sum is null ? null : "b3sum, 1 thread", b3sum is null ? null : reference));

            (mine, reference) = Stopwatches.Pair(run, () => ours = FileDigest.Blake3(path, 2), () => Tool(2));
            if (b3sum is not null) Agree(ours.ToString(), theirs, "the file's BLAKE3, two threads");
            figures.Add(Figure.Rate($"BLAKE3 of a file of {size}, two threads", megabytes, "MB/s", mine, b3sum is null ? null : "b3sum, 2 threads", b3sum is null ? null : reference));
            return figures;
        }
        finally
        {
            File.Delete(path);
        }
    }

    static async Task<IEnumerable<Figure>> CommitmentAsync(BenchRun run)
    {
        run.Next("the commitment of Fashion-MNIST");
        using var source = Samples.FashionMnist();
        byte[] bytes = await AllBytesAsync(source, run.Cancel);
        string path = Path.Combine(Path.GetTempPath(), $"counterfoil-bench-{Guid.NewGuid():N}");
        try
        {
            await File.WriteAllBytesAsync(path, bytes, run.Cancel);
            var sha256sum = ExternalTool.Find("sha256sum");
            int times = run.Quick ? 1 : 8; // enough bytes that the process's start is lost in them
            string[] paths = [.. Enumerable.Repeat(path, times)];
            var (ours, reference) = Stopwatches.Pair(run,
                () =>
                {
                    for (int i = 0; i < times; i++) CommittedData.BuildAsync(source, null, run.Cancel).GetAwaiter().GetResult();
                },
                () =>
                {
                    if (sha256sum is not null) sha256sum.Run(paths);
                    else for (int i = 0; i < times; i++) SHA256.HashData(bytes);
                });
            (ours, reference) = (ours / times, reference / times);
            string name = sha256sum is null ? "SHA256.HashData of the same bytes" : "sha256sum of the same bytes";
            return
            [
                Figure.Rate("Fashion-MNIST committed, ordered and sorted root", bytes.Length / 1e6, "MB/s", ours, name, reference),
                new("Fashion-MNIST committed, ordered and sorted root", source.Count / ours, "records/s"),
            ];
        }
        finally
        {
            File.Delete(path);
        }
    }

    static async Task<byte[]> AllBytesAsync(IdxLabelled source, CancellationToken cancel)
    {
        using var all = new MemoryStream();
        var buffer = new byte[source.MaxRecordBytes];
        for (int i = 0; i < source.Count; i++) all.Write(buffer.AsSpan(0, await source.ReadAsync(i, buffer, cancel)));
        return all.ToArray();
    }
}

/// <summary>The data that is shipped with the command.</summary>
static class Samples
{
    /// <summary>Fashion-MNIST's 10,000 test images with their labels.</summary>
    public static IdxLabelled FashionMnist()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "samples", "fashion-mnist");
        IdxLabelled.Open(Path.Combine(folder, "t10k-images-idx3-ubyte.gz"), Path.Combine(folder, "t10k-labels-idx1-ubyte.gz"), out var opened).Require();
        return opened!;
    }
}
