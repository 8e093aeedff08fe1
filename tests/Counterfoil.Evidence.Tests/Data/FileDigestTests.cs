using Counterfoil.Core.Digests;
using Counterfoil.Data.Files;

namespace Counterfoil.Evidence.Tests.Data;

public sealed class FileDigestTests
{
    [Theory, InlineData(1, FileAccessBy.Reading), InlineData(2, FileAccessBy.Reading), InlineData(5, FileAccessBy.Reading), InlineData(1, FileAccessBy.Mapping), InlineData(2, FileAccessBy.Mapping), InlineData(5, FileAccessBy.Mapping)]
    public void A_file_has_the_digest_of_its_bytes_by_any_number_of_threads(int threads, FileAccessBy by)
    {
        string path = Path.GetTempFileName();
        try
        {
            byte[] bytes = new byte[(3 << 20) + 5];
            new Random(7).NextBytes(bytes);
            foreach (int length in new[] { 0, 1, 1 << 19, (1 << 19) + 1, 1 << 20, (1 << 20) + 1, 3 << 20, bytes.Length })
            {
                File.WriteAllBytes(path, bytes[..length]);
                Assert.Equal(Blake3.Hash(bytes.AsSpan(0, length)), FileDigest.Blake3(path, by, threads, TestContext.Current.CancellationToken));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_stopped_digest_gives_none()
    {
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, new byte[2 << 20]);
        foreach (var by in Enum.GetValues<FileAccessBy>())
            for (int threads = 1; threads <= 2; threads++) Assert.ThrowsAny<OperationCanceledException>(() => FileDigest.Blake3(path, by, threads, stopped.Token));
        File.Delete(path);
    }
}
