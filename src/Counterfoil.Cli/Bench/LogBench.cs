using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Http.Reading;
using Counterfoil.Log.Http.Serving;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Tiles;
using Counterfoil.Log.Witnesses;

namespace Counterfoil.Cli.Bench;

/// <summary>Durable appends to a log in a folder, beside what the same device does for a file that is only appended to and flushed.</summary>
static class LogBench
{
    const int EntryBytes = 200, Together = 1024, TogetherOverHttp = 256;

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        string folder = Directory.CreateTempSubdirectory("counterfoil-bench-").FullName;
        try
        {
            using var secret = Signer.FromSeed(SignatureAlgorithm.Ed25519, RandomNumberGenerator.GetBytes(32));
            var signer = new NoteSigner("bench.example/log", secret);
            var figures = new List<Figure>();
            run.Next("the device");
            double flushes = Flushes(folder, run, 1), batched = Flushes(folder, run, Together);
            foreach (int appenders in run.Quick ? new[] { 16 } : [1, 64, 1024, 4096])
            {
                run.Next($"{appenders:N0} appenders");
                var (rate, p50, p99) = await AppendAsync(Path.Combine(folder, $"log-{appenders}"), signer, appenders, 1, run);
                string name = $"Durable appends of {EntryBytes} bytes, {appenders:N0} at once";
                figures.Add(new(name, rate, "entries/s", "write and fsync of the same bytes", flushes));
                figures.Add(new($"{name}: to proof, median", p50, "ms", LessIsBetter: true));
                figures.Add(new($"{name}: to proof, 99 of 100", p99, "ms", LessIsBetter: true));
            }
            run.Next("batches");
            string log = Path.Combine(folder, "log-batches");
            var (bulk, _, slow) = await AppendAsync(log, signer, 8, Together, run);
            figures.Add(new($"Durable appends in batches of {Together:N0}, 8 at once", bulk, "entries/s", "write and fsync of the same batches", batched));
            figures.Add(new("In batches: to proof, 99 of 100", slow, "ms", LessIsBetter: true));

            run.Next("opening and checking");
            var clock = Stopwatch.StartNew();
            var report = await LogCheck.RunAsync(log, signer.Key, cancellation: run.Cancel);
            if (!report.IsSound) throw new InvalidOperationException($"the log that was measured is not sound: {report.Findings[0]}");
            figures.Add(new($"fsck of {report.Size:N0} entries", report.Size / clock.Elapsed.TotalSeconds, "entries/s"));
            File.Delete(Path.Combine(log, "places"));
            clock.Restart();
            await using (var opened = TransparencyLog.Open(log, signer)) figures.Add(new("Opening after a crash: places made again", report.Size / clock.Elapsed.TotalSeconds, "entries/s"));
            figures.AddRange(await OverHttpAsync(log, signer, run));
            return BenchReport.Of("log", figures,
                "An append is counted when it is on the device, its root signed and its checkpoint published; \"to proof\" adds an inclusion path made from the tiles and verified.",
                "The reference appends the same number of bytes to one file and waits for fsync: one entry at a time, or one batch: what a single writer without group commit, tree, index and signature can have on this device.",
                "Tessera publishes about 10,000 entries a second for its POSIX storage on NVMe; it was not run here.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Entries a second of a file that is appended to and flushed, so many at a time.</summary>
    static double Flushes(string folder, BenchRun run, int together)
    {
        using var file = File.OpenHandle(Path.Combine(folder, $"floor-{together}"), FileMode.Create, FileAccess.Write);
        byte[] bytes = RandomNumberGenerator.GetBytes((EntryBytes + 2) * together);
        long at = 0, count = 0;
        var clock = Stopwatch.StartNew();
        for (; clock.Elapsed.TotalSeconds < run.Seconds || count == 0; count++, at += bytes.Length)
        {
            RandomAccess.Write(file, bytes, at);
            RandomAccess.FlushToDisk(file);
        }
        return count * together / clock.Elapsed.TotalSeconds;
    }

    static async Task<(double Rate, double MedianMillis, double SlowMillis)> AppendAsync(string folder, NoteSigner signer, int appenders, int together, BenchRun run)
    {
        await using var log = TransparencyLog.Open(folder, signer);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(64, appenders)).Select(_ => log.AppendAsync(RandomNumberGenerator.GetBytes(EntryBytes)))); // what the JIT has seen
        var latencies = new ConcurrentBag<double>();
        long count = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, appenders).Select(a => Task.Run(async () =>
        {
            for (int n = 0; clock.Elapsed.TotalSeconds < run.Seconds || n == 0; n++)
            {
                var entries = new ReadOnlyMemory<byte>[together];
                for (int i = 0; i < together; i++) entries[i] = RandomNumberGenerator.GetBytes(EntryBytes);
                long start = Stopwatch.GetTimestamp();
                var appended = await log.AppendAsync(entries, run.Cancel);
                Interlocked.Add(ref count, together);
                if (n % 16 != 0) continue;
                var (at, last) = (appended[^1].Checkpoint.Checkpoint, appended[^1].Index);
                var path = await log.InclusionAsync(last, at.Size, run.Cancel);
                InclusionProof.Verify(at.Root, at.Size, last, MerkleTree.LeafHash(entries[^1].Span), path).Require();
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        })));
        double seconds = clock.Elapsed.TotalSeconds;
        double[] sorted = [.. latencies.Order()];
        return (count / seconds, sorted[sorted.Length / 2], sorted[Math.Min(sorted.Length - 1, sorted.Length * 99 / 100)]);
    }

    /// <summary>Entries a second that writers send many at a time and are answered with a proof of each; and how long they wait for that.</summary>
    static async Task<(double Rate, double SlowMillis)> TogetherAsync(HttpClient http, Uri address, BenchRun run)
    {
        var latencies = new ConcurrentBag<double>();
        long count = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            do
            {
                using var entries = new MemoryStream();
                for (int i = 0; i < TogetherOverHttp; i++) EntryBundle.Append(entries, RandomNumberGenerator.GetBytes(EntryBytes));
                using var body = new ByteArrayContent(entries.ToArray());
                body.Headers.ContentType = new(LogEndpoints.EntriesType);
                long start = Stopwatch.GetTimestamp();
                using var answer = await http.PostAsync(address, body, run.Cancel);
                answer.EnsureSuccessStatusCode();
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                Interlocked.Add(ref count, TogetherOverHttp);
            }
            while (clock.Elapsed.TotalSeconds < run.Seconds);
        })));
        double rate = count / clock.Elapsed.TotalSeconds;
        double[] sorted = [.. latencies.Order()];
        return (rate, sorted[Math.Min(sorted.Length - 1, sorted.Length * 99 / 100)]);
    }

    static async Task<IReadOnlyList<Figure>> OverHttpAsync(string folder, NoteSigner signer, BenchRun run)
    {
        run.Next("HTTP");
        string token = WriterTokens.Make();
        await using var log = TransparencyLog.Open(folder, signer);
        await using var host = await LogHost.ServeLogAsync(log, tokens: new WriterTokens(token));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var address = new Uri(host.Address, "add");
        long count = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            do
            {
                using var body = new ByteArrayContent(RandomNumberGenerator.GetBytes(EntryBytes));
                body.Headers.ContentType = new("application/octet-stream");
                using var answer = await http.PostAsync(address, body, run.Cancel);
                answer.EnsureSuccessStatusCode();
                Interlocked.Increment(ref count);
            }
            while (clock.Elapsed.TotalSeconds < run.Seconds);
        })));
        double writes = count / clock.Elapsed.TotalSeconds;
        var (together, slowest) = await TogetherAsync(http, new Uri(host.Address, "add?proof"), run);
        var client = new LogClient(http, host.Address, TrustPolicy.Of(signer.Key), TimeProvider.System);
        (await client.UpdateAsync(run.Cancel)).Verdict.Require();
        long size = client.Latest!.Checkpoint.Size, proofs = 0;
        clock.Restart();
        do
        {
            (await client.ReadEntryAsync(Random.Shared.NextInt64(size), run.Cancel)).Verdict.Require();
            proofs++;
        }
        while (clock.Elapsed.TotalSeconds < run.Seconds);
        return [new("POST add on loopback, 64 at once, server and client in one process", writes, "entries/s"),
            new($"POST add of {TogetherOverHttp} entries with their proofs, 16 at once", together, "entries/s"),
            new("Over HTTP, together: to proof, 99 of 100", slowest, "ms", LessIsBetter: true), new("Entries read over HTTP and proven, one at a time", proofs / clock.Elapsed.TotalSeconds, "entries/s")];
    }
}
