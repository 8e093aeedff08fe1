using System.Security.Cryptography;
using Counterfoil.Core.Digests;

namespace Counterfoil.Cli.Bench;

/// <summary>Digests beside the framework's own.</summary>
static class HashBench
{
    public static Task<IReadOnlyList<Figure>> Run(CancellationToken cancel)
    {
        const int leaves = 100_000, length = 100;
        var messages = RandomNumberGenerator.GetBytes(leaves * length);
        var digests = new Sha256Digest[leaves];
        var digest = new byte[32];
        var (ours, reference) = Stopwatches.Pair(5, () => Sha256.HashMany(messages, length, digests), () =>
        {
            for (int i = 0; i < leaves; i++) SHA256.HashData(messages.AsSpan(i * length, length), digest);
        });
        return Task.FromResult<IReadOnlyList<Figure>>([new("SHA-256 of 100-byte leaves", ours * 1e9 / leaves, "ns/leaf", "SHA256.HashData", reference * 1e9 / leaves, LessIsBetter: true)]);
    }
}
