using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Evm;

/// <summary>The files of ethereum/tests, read once from the archive beside the checkout.</summary>
static class EthereumTests
{
    static readonly Lazy<Dictionary<string, byte[]>> Files = new(Load);

    /// <summary>The JSON of one file.</summary>
    public static JsonDocument Read(string path) => JsonDocument.Parse(Files.Value[path]);

    /// <summary>All files under a folder, in order of their path.</summary>
    public static IEnumerable<string> Under(string folder) => Files.Value.Keys.Where(k => k.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.StartsWith("0x", StringComparison.Ordinal) ? hex[2..] : hex);

    static Dictionary<string, byte[]> Load()
    {
        var files = new Dictionary<string, byte[]>();
        using var gzip = new GZipStream(File.OpenRead(Surroundings.Testdata("ethereum-tests.tar.gz")), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null || entry.Name.StartsWith("GeneralStateTests", StringComparison.Ordinal)) continue;
            using var copy = new MemoryStream();
            entry.DataStream.CopyTo(copy);
            files[entry.Name] = copy.ToArray();
        }
        return files;
    }
}
