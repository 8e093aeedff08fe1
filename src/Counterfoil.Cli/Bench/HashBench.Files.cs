using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Files;
using Counterfoil.Data.Idx;

namespace Counterfoil.Cli.Bench;

/// <summary>A large file by BLAKE3.</summary>
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
            var (mine, reference) = Stopwatches.Pair(run, () => ours = FileDigest.Blake3(path, FileAccessBy.Mapping), () => Tool(1));
            if (b3sum is not null) Agree(ours.ToString(), theirs, "the file's BLAKE3");
            figures.Add(Figure.Rate($"BLAKE3 of a file of {size}, one thread", megabytes, "MB/s", mine, b3sum is null ? null : "b3sum, 1 thread", b3sum is null ? null : reference));

            (mine, reference) = Stopwatches.Pair(run, () => ours = FileDigest.Blake3(path, FileAccessBy.Mapping, 2), () => Tool(2));
            if (b3sum is not null) Agree(ours.ToString(), theirs, "the file's BLAKE3, two threads");
            figures.Add(Figure.Rate($"BLAKE3 of a file of {size}, two threads", megabytes, "MB/s", mine, b3sum is null ? null : "b3sum, 2 threads", b3sum is null ? null : reference));
            return figures;
        }
        finally
        {
            File.Delete(path);
        }
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
