using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.DevChain.StateTests;

/// <summary>The GeneralStateTests of ethereum/tests, read straight out of their archive.</summary>
static class StateTestSuite
{
    public const string Fork = "Cancun";

    /// <summary>Every test file as its path and its bytes.</summary>
    public static IEnumerable<(string Path, byte[] Json)> Files()
    {
        using var archive = File.OpenRead(Surroundings.Testdata("ethereum-tests.tar.gz"));
        using var tar = new TarReader(new GZipStream(archive, CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (!entry.Name.StartsWith("GeneralStateTests/", StringComparison.Ordinal) || entry.DataStream is not { } stream) continue;
            if (!entry.Name.EndsWith(".json", StringComparison.Ordinal)) continue;
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            yield return (entry.Name, copy.ToArray());
        }
    }

    /// <summary>Every case of the fork in one file.</summary>
    public static IEnumerable<StateTestCase> Cases(string path, byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        foreach (var test in document.RootElement.EnumerateObject())
        {
            if (!test.Value.GetProperty("post").TryGetProperty(Fork, out var posts)) continue;
            int index = 0;
            foreach (var post in posts.EnumerateArray()) yield return new StateTestCase($"{path}:{test.Name}[{index++}]", test.Value, post);
        }
    }
}
