using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Data;
using Counterfoil.Data.Records;

namespace Counterfoil.Cli.Bench;

/// <summary>Digests and trees beside the framework's own and the programs that people use; then the commitment of real data.</summary>
static partial class HashBench
{
    const int LeafLength = 100;

    public static Task<BenchReport> RunAsync(BenchRun run)
    {
        List<Figure> figures = [.. Leaves(run), .. Keccak(run), .. Blake3OfFile(run), .. Commits(run)];
        return Task.FromResult(BenchReport.Of("hash", figures,
            "Medians of runs in turn with the reference, on one thread unless said otherwise; every result is compared with the reference's.",
            "SHA3-256 of the framework is the same permutation with another padding: the nearest thing to Keccak-256 there.",
            "b3sum and sha256sum read the same cached file as we do, in a process of their own whose start is part of their time; a commitment, too, is a process of its own, durable on disk when it ends.",
            "\"Committed in a running process\" is the same commitment without the start of one: files listed and opened anew, the same durable folder, the median after warm-up. The difference is the runtime's start and the compilation of this program's code, once in each process.",
            "Bounds stand where there is no reference: \"times better\" is how far below."));
    }

    static IEnumerable<Figure> Leaves(BenchRun run)
    {
        int count = run.Quick ? 1 << 12 : 1 << 20, some = Math.Min(count, 100_000);
        byte[] messages = RandomNumberGenerator.GetBytes(count * LeafLength);
        run.Next("SHA-256");
        var digests = new Sha256Digest[count];
        var digest = new byte[32];
        var (ours, reference) = Stopwatches.Pair(run, () => Sha256.HashMany(messages.AsSpan(0, some * LeafLength), LeafLength, digests.AsSpan(0, some)), () =>
        {
            for (int i = 0; i < some; i++) SHA256.HashData(messages.AsSpan(i * LeafLength, LeafLength), digest);
        });
        yield return new($"SHA-256 of {LeafLength}-byte messages", ours * 1e9 / some, "ns each", "SHA256.HashData", reference * 1e9 / some, LessIsBetter: true);

        var batch = new RecordBatch(some * LeafLength, some);
        for (int i = 0; i < some; i++) batch.TryAdd(messages.AsSpan(i * LeafLength, LeafLength));
        var leaf = new RecordLeaf(Canonicaliser.JsonLines);
        (ours, reference) = Stopwatches.Pair(run, () => leaf.HashMany(batch, digests.AsSpan(0, some)), () =>
        {
            for (int i = 0; i < some; i++) SHA256.HashData(messages.AsSpan(i * LeafLength, LeafLength), digest);
        });
        yield return new($"leaves of {LeafLength}-byte records of any lengths", ours * 1e9 / some, "ns each", "SHA256.HashData", reference * 1e9 / some, LessIsBetter: true);

        run.Next("Merkle trees");
        Sha256Digest root = default, expected = default;
        (ours, reference) = Stopwatches.Pair(run, () =>
        {
            MerkleTree.LeafHashes(messages, LeafLength, digests);
            root = MerkleTree.Root(digests);
        }, () => expected = FrameworkRoot(messages, count));
        Agree(root, expected, "the Merkle root");
        yield return Figure.Rate($"Merkle root (RFC 9162) of {count:N0} leaves of {LeafLength} bytes", count / 1e6, "M leaves/s", ours, "SHA256.HashData", reference);
    }

    /// <summary>The same root, a digest at a time by the framework; <paramref name="count"/> is a power of two, so that every level is even.</summary>
    static Sha256Digest FrameworkRoot(byte[] messages, int count)
    {
        var hashes = new byte[count * 32];
        Span<byte> leaf = new byte[1 + LeafLength], node = new byte[1 + 64];
        node[0] = 1;
        for (int i = 0; i < count; i++)
        {
            messages.AsSpan(i * LeafLength, LeafLength).CopyTo(leaf[1..]);
            SHA256.HashData(leaf, hashes.AsSpan(i * 32, 32));
        }
        for (int n = count; n > 1; n /= 2)
            for (int i = 0; i < n / 2; i++)
            {
                hashes.AsSpan(i * 64, 64).CopyTo(node[1..]);
                SHA256.HashData(node, hashes.AsSpan(i * 32, 32));
            }
        return new Sha256Digest(hashes.AsSpan(0, 32));
    }

    static IEnumerable<Figure> Keccak(BenchRun run)
    {
        run.Next("Keccak");
        const int length = 64;
        int count = run.Quick ? 1_000 : 50_000;
        byte[] messages = RandomNumberGenerator.GetBytes(count * length);
        var digests = new Keccak256Digest[count];
        var digest = new byte[32];
        bool comparable = SHA3_256.IsSupported;
        void Reference()
        {
            for (int i = 0; comparable && i < count; i++) SHA3_256.HashData(messages.AsSpan(i * length, length), digest);
        }
        Figure Of(string name, Action ours)
        {
            var (mine, reference) = Stopwatches.Pair(run, ours, Reference);
            return new(name, mine * 1e9 / count, "ns each", comparable ? "SHA3_256.HashData" : null, comparable ? reference * 1e9 / count : null, LessIsBetter: true);
        }
        yield return Of("Keccak-256 of 64 bytes, one at a time", () =>
        {
            for (int i = 0; i < count; i++) digests[i] = Keccak256.Hash(messages.AsSpan(i * length, length));
        });
        var single = digests.ToArray();
        yield return Of("Keccak-256 of 64 bytes, in lanes", () => Keccak256.HashMany(messages, length, digests));
        if (!single.AsSpan().SequenceEqual(digests)) throw new InvalidOperationException("Keccak in lanes differs from one at a time");
    }

    static void Agree<T>(T found, T expected, string what)
    {
        if (!Equals(found, expected)) throw new InvalidOperationException($"{what} is {found}, and the reference says {expected}");
    }
}
