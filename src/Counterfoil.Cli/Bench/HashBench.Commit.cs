using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Counterfoil.Cli.Data;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Records;
using Counterfoil.Data.Proofs;
using Counterfoil.Data.Stores;

namespace Counterfoil.Cli.Bench;

/// <summary>Commitments of whole data sets, each in a process of its own as people start it, beside <c>sha256sum</c> of the same files in the same run; then proofs from the largest.</summary>
static partial class HashBench
{
    const string DebianFolder = "/usr/share/datasets/fashion-mnist";

    static List<Figure> Commits(BenchRun run)
    {
        string folder = Directory.CreateTempSubdirectory("counterfoil-bench-").FullName;
        try
        {
            var figures = new List<Figure>();
            string one = Path.Combine(folder, "one.jsonl");
            File.WriteAllText(one, "{}\n");
            long basePeak = Commit(folder, one).PeakBytes;

            run.Next("the commitment of Fashion-MNIST");
            var (images, name) = FashionMnist(folder);
            figures.AddRange(CommitFigures(run, folder, name, images, out _));

            run.Next("the commitment of JSONL documents");
            string documents = Path.Combine(folder, "documents.jsonl");
            WriteLines(documents, run.Quick ? 1 << 20 : 1_000_000_000, random => 200 + random.Next(3_600));
            figures.AddRange(CommitFigures(run, folder, $"{(run.Quick ? "1 MB" : "1 GB")} of JSONL documents, 2 kB on average", [documents], out _));
            File.Delete(documents);

            int count = run.Quick ? 10_000 : 10_000_000;
            run.Next($"the commitment of {count:N0} records");
            string records = Path.Combine(folder, "records.jsonl");
            WriteLines(records, count * 101L, _ => LeafLength);
            figures.AddRange(CommitFigures(run, folder, $"{count:N0} records of {LeafLength} bytes", [records], out long peak));
            // Resident memory is counted in pages: no difference is less than one.
            figures.Add(new($"memory for {count:N0} records, beyond that for one", Math.Max(Environment.SystemPageSize, peak - basePeak) / (double)(1 << 20), "MiB", "bound", 64, LessIsBetter: true));
            run.Next("proofs from the folder");
            figures.AddRange(Proofs(run, records, Path.Combine(folder, "out")));
            return figures;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The full training set where Debian's package is installed; else the shipped test images, over and over.</summary>
    static (string[] Paths, string Name) FashionMnist(string folder)
    {
        bool whole = Directory.Exists(DebianFolder);
        string from = whole ? DebianFolder : Path.Combine(AppContext.BaseDirectory, "samples", "fashion-mnist"), set = whole ? "train" : "t10k";
        string[] paths = [.. ((string[])[$"{set}-images-idx3-ubyte", $"{set}-labels-idx1-ubyte"]).Select(name =>
        {
            string path = Path.Combine(folder, name);
            using var packed = new GZipStream(File.OpenRead(Path.Combine(from, name + ".gz")), CompressionMode.Decompress);
            using var file = File.Create(path);
            packed.CopyTo(file);
            return path;
        })];
        return (paths, $"Fashion-MNIST, {(whole ? "60,000" : "10,000")} images");
    }

    static IEnumerable<Figure> CommitFigures(BenchRun run, string folder, string name, string[] paths, out long peak)
    {
        double bytes = paths.Sum(p => new FileInfo(p).Length);
        long most = 0, records = 0;
        var sha256sum = ExternalTool.Find("sha256sum");
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (int i = 0; i < (run.Quick ? 1 : 5); i++)
        {
            run.Cancel.ThrowIfCancellationRequested();
            (string, long Records, long PeakBytes) answer = default;
            ours.Add(Stopwatches.Once(() => answer = Commit(folder, paths)));
            (records, most) = (answer.Records, Math.Max(most, answer.PeakBytes));
            theirs.Add(Stopwatches.Once(() =>
            {
                if (sha256sum is not null) sha256sum.Run(paths);
                else foreach (string path in paths) SHA256.HashData(File.OpenRead(path));
            }));
        }
        peak = most;
        double seconds = Stopwatches.Median(ours), reference = Stopwatches.Median(theirs);
        string tool = sha256sum is null ? "SHA256.HashData of the same files" : "sha256sum of the same files";
        return
        [
            new($"{name}: committed, both roots", seconds, "s", tool, reference, LessIsBetter: true),
            Figure.Rate($"{name}: committed, both roots", bytes / 1e6, "MB/s", seconds, tool, reference),
            new($"{name}: committed, both roots", records / seconds, "records/s"),
            .. InProcess(run, folder, name, paths, bytes, tool, reference),
        ];
    }

    /// <summary>The same commitment where the process runs already, as in a service: files listed and opened anew, a folder of its own, durable when it ends.</summary>
    static IEnumerable<Figure> InProcess(BenchRun run, string folder, string name, string[] paths, double bytes, string tool, double reference)
    {
        string output = Path.Combine(folder, "inside");
        var seconds = new List<double>();
        int warmUps = run.Quick ? 1 : bytes > 1e8 ? 1 : 20, runs = run.Quick ? 1 : bytes > 1e8 ? 3 : 15;
        for (int i = -warmUps; i < runs; i++)
        {
            run.Cancel.ThrowIfCancellationRequested();
            if (Directory.Exists(output)) Directory.Delete(output, recursive: true);
            double once = Stopwatches.Once(() =>
            {
                var objects = new JoinedStores([.. paths.Select(p => (IObjectStore)new FolderStore(p))]).ListAsync(run.Cancel).AsTask().GetAwaiter().GetResult();
                RecordFormats.Detect(objects, out var format).Require();
                CommitPlan.Of(format!, objects, out var plan).Require();
                FolderCommit.Run(plan!, output, out var result, cancellation: run.Cancel).Require();
                File.WriteAllBytes(Path.Combine(output, "statement.json"), new StatementChoice(name, "NOASSERTION", null).Make(result!));
            });
            if (i >= 0) seconds.Add(once);
        }
        Directory.Delete(output, recursive: true);
        double median = Stopwatches.Median(seconds);
        return
        [
            new($"{name}: committed in a running process", median, "s", tool, reference, LessIsBetter: true),
            Figure.Rate($"{name}: committed in a running process", bytes / 1e6, "MB/s", median, tool, reference),
        ];
    }

    static (string Root, long Records, long PeakBytes) Commit(string folder, params string[] paths)
    {
        string output = Path.Combine(folder, "out");
        if (Directory.Exists(output)) Directory.Delete(output, recursive: true);
        List<string> words = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "counterfoil.dll")] : [];
        words.AddRange(["data", "commit", .. paths, "--out", output, "--json"]);
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new IOException($"the commit ended with exit code {process.ExitCode}: {errors.Result}");
        using var answer = JsonDocument.Parse(printed);
        return (answer.RootElement.GetProperty("orderedRoot").GetString()!, answer.RootElement.GetProperty("records").GetInt64(), answer.RootElement.GetProperty("peakBytes").GetInt64());
    }

    /// <summary>Lines of random letters, their lengths given without the terminator.</summary>
    static void WriteLines(string path, long bytes, Func<Random, int> length)
    {
        var random = new Random(20);
        byte[] noise = Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(1 << 20)));
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        for (long written = 0; written < bytes;)
        {
            int n = length(random), at = random.Next(noise.Length - n);
            file.Write(noise, at, n - 12);
            // Windows of one noise would repeat; these twelve letters do not.
            file.Write(Encoding.ASCII.GetBytes(written.ToString("x12", CultureInfo.InvariantCulture)));
            file.WriteByte((byte)'\n');
            written += n + 1;
        }
    }

    static IEnumerable<Figure> Proofs(BenchRun run, string records, string output)
    {
        CommitmentFolder.Open(output, out var opened).Require();
        using var folder = opened!;
        var leaf = new RecordLeaf(Canonicaliser.JsonLines);
        var set = new CommittedSet(default, folder.Result.Canonicaliser, folder.Result.Records, folder.Result.OrderedRoot, folder.Result.SortedRoot);
        int some = run.Quick ? 20 : 500;
        var random = new Random(1);
        var (found, foundOut, verified, verifiedOut) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        int largest = 0, largestOut = 0;
        using var file = File.OpenRead(records);
        byte[] record = new byte[LeafLength], stranger = new byte[LeafLength];
        for (int i = -some / 4; i < some; i++) // the first ones warm up
        {
            file.Position = random.NextInt64(folder.Result.Records) * (LeafLength + 1);
            file.ReadExactly(record);
            random.NextBytes(stranger);
            DataProof? proof = null, absence = null;
            double seconds = Stopwatches.Once(() => proof = new(set, new Claim.Inclusion(Placement.Of(folder, ((ICommittedLeaves)folder).Find(leaf.Hash(record))[0], null)), null));
            double secondsOut = Stopwatches.Once(() => absence = new(set, Claim.Absence.Make(folder, stranger)!, null));
            byte[] bytes = proof!.ToBytes(), bytesOut = absence!.ToBytes();
            Verdict verdict = Verdict.Accept, verdictOut = Verdict.Accept;
            double check = Stopwatches.Once(() => verdict = Verify(bytes, set, record)), checkOut = Stopwatches.Once(() => verdictOut = Verify(bytesOut, set, stranger));
            verdict.Require();
            verdictOut.Require();
            if (i < 0) continue;
            (largest, largestOut) = (Math.Max(largest, bytes.Length), Math.Max(largestOut, bytesOut.Length));
            found.Add(seconds);
            foundOut.Add(secondsOut);
            verified.Add(check);
            verifiedOut.Add(checkOut);
        }
        string of = $"of {folder.Result.Records:N0}";
        yield return new($"a proof in {of}: found by the record", Stopwatches.Median(found) * 1e3, "ms", "bound", 5, LessIsBetter: true);
        yield return new($"a proof out {of}: found by the record", Stopwatches.Median(foundOut) * 1e3, "ms", "bound", 5, LessIsBetter: true);
        yield return new($"a proof in {of}: the largest", largest, "bytes", "bound", 2000, LessIsBetter: true);
        yield return new($"a proof out {of}: the largest", largestOut, "bytes", "bound", 2000, LessIsBetter: true);
        yield return new($"a proof in {of}: read and verified", Stopwatches.Median(verified) * 1e6, "µs", "bound", 50, LessIsBetter: true);
        yield return new($"a proof out {of}: read and verified", Stopwatches.Median(verifiedOut) * 1e6, "µs", "bound", 50, LessIsBetter: true);
    }

    static Verdict Verify(byte[] file, CommittedSet set, byte[] record)
    {
        var verdict = DataProof.Decode(file, out var proof);
        return verdict.IsAccepted ? proof!.Verify(set, record) : verdict;
    }
}
