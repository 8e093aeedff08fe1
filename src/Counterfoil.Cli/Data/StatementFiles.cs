using System.Collections.Immutable;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Signing;
using Counterfoil.Data.Exports;
using Counterfoil.Data.Exports.TrainingSummary;
using Counterfoil.Data.Licences;
using Counterfoil.Data.Lineage;
using Counterfoil.Evidence.Predicates;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary>Signed statements from files: commitments to datasets, transformations between them, readings of licences and opt-outs, training runs and models.</summary>
sealed record StatementFiles(ImmutableArray<CommittedDataset> Datasets, ImmutableArray<DataTransformation> Transformations, ImmutableArray<SignedReading> Readings, ImmutableArray<Envelope> Models)
{
    const int MaxBytes = 32 << 20;

    /// <summary>Reads files, each a DSSE envelope in JSON. With signers, each must be signed by one of them; without, that is said.</summary>
    public static StatementFiles Read(IEnumerable<string> paths, IReadOnlyList<string> signers)
    {
        var keys = signers.Select(text => PublicKey.Parse(text, out var key).IsAccepted ? key! : throw new UsageException($"'{text}' is not a public key", "a key such as ed25519:<base64>")).ToList();
        if (keys.Count == 0) Terminal.Notes.WriteLine("counterfoil: signatures are not checked: pass --signer KEY for each signer you trust");
        var datasets = ImmutableArray.CreateBuilder<CommittedDataset>();
        var transformations = ImmutableArray.CreateBuilder<DataTransformation>();
        var readings = ImmutableArray.CreateBuilder<SignedReading>();
        var models = ImmutableArray.CreateBuilder<Envelope>();
        foreach (string path in paths)
        {
            // The folder of a commitment holds its statement.
            var envelope = CommittedFolder.ReadStatement(Directory.Exists(path) ? Path.Combine(path, CommittedFolder.StatementFile) : path);
            if (keys.Count > 0)
            {
                var signer = keys.Where(k => envelope.Signatures.Any(s => s.KeyId == k.KeyId)).ToList();
                if (signer.Count == 0) throw new UsageException($"{path} is signed by {string.Join(", ", envelope.Signatures.Select(s => s.KeyId))}, and by nobody that --signer names", "pass the key of its signer, if you trust it");
                envelope.Verify(signer).Require();
            }
            if (CommittedDataset.Of(envelope, out var dataset) is { IsAccepted: true }) datasets.Add(dataset!);
            else if (DataTransformation.Decode(envelope, out var transformation) is { IsAccepted: true }) transformations.Add(transformation!);
            else if (LicenceReport.Decode(envelope, out var report) is { IsAccepted: true }) readings.Add(new(envelope.PayloadDigest, report!));
            else if (LinkStatement.Decode(envelope, out var link) is { IsAccepted: true } && link!.Predicate is TrainingRun or ModelCommitment) models.Add(envelope);
            else throw new UsageException($"{path} is a signed statement, but of no dataset, transformation, licence reading, training run or model", "counterfoil data commit writes statements of datasets");
        }
        return new(datasets.ToImmutable(), transformations.ToImmutable(), readings.ToImmutable(), models.ToImmutable());
    }

    /// <summary>Their graph.</summary>
    public LineageGraph Graph()
    {
        LineageGraph.Build(Datasets.DistinctBy(d => d.Statement).ToDictionary(d => d.Statement, d => d.Commitment), Transformations, out var graph).Require();
        return graph!;
    }

    /// <summary>The files of a dataset, hashed; folders with all that is in them.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="withMembers">Whether JSON Lines are also read for what their records have.</param>
    public static ImmutableArray<DatasetFile> Hash(IEnumerable<string> paths, bool withMembers = false)
    {
        var files = ImmutableArray.CreateBuilder<DatasetFile>();
        foreach (string path in paths)
        {
            bool isFolder = Directory.Exists(path);
            if (!isFolder && !File.Exists(path)) throw new UsageException($"there is no file or folder {path}");
            IEnumerable<string> within = isFolder ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [path];
            foreach (string file in within)
            {
                if (new FileInfo(file).LinkTarget is not null) continue;
                string name = isFolder ? Path.GetRelativePath(path, file).Replace('\\', '/') : Path.GetFileName(file);
                using var stream = File.OpenRead(file);
                var hashed = new DatasetFile(name, new(System.Security.Cryptography.SHA256.HashData(stream)), stream.Length, DatasetFile.MediaTypeOf(name));
                stream.Position = 0;
                files.Add(withMembers && hashed.MediaType == "application/jsonlines" ? hashed with { Members = RecordMembers.OfJsonLines(stream) } : hashed);
            }
        }
        if (files.GroupBy(f => f.Name).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new UsageException($"two files are called {twice.Key}", "pass the folder that holds both, so that their names differ");
        return files.ToImmutable();
    }

    /// <summary>A small file.</summary>
    public static byte[] ReadFile(string path)
    {
        if (!File.Exists(path)) throw new UsageException($"there is no file {path}");
        if (new FileInfo(path).Length > MaxBytes) throw new UsageException($"{path} is larger than {MaxBytes >> 20} MiB");
        return File.ReadAllBytes(path);
    }

    /// <summary>Writes an answer: to a file that is named, else to stdout.</summary>
    public static void Write(string? path, byte[] bytes)
    {
        if (path is not null) File.WriteAllBytes(path, bytes);
        else
        {
            using var output = Console.OpenStandardOutput();
            output.Write(bytes);
        }
    }
}
