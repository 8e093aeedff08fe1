using Counterfoil.Core.Attestation;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Proofs;
using Counterfoil.Log.Storage;
using Counterfoil.Prover;

namespace Counterfoil.Cli.Fsck;

/// <summary>Finds what is ours in a folder and below it, by its files, and checks it.</summary>
static class FolderSearch
{
    const int MaxDepth = 16;

    public static Task RunAsync(string folder, List<CheckedPart> parts, CheckProgress progress, CancellationToken cancel) => RunAsync(folder, 0, parts, progress, cancel);

    static async Task RunAsync(string folder, int depth, List<CheckedPart> parts, CheckProgress progress, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (File.Exists(Path.Combine(folder, "home.json")))
        {
            await HomeCheck.RunAsync(folder, parts, progress, cancel);
            return;
        }
        if (File.Exists(Path.Combine(folder, "index.db")) && File.Exists(Path.Combine(folder, "checkpoint")))
        {
            await LogAsync(folder, null, null, parts, progress, cancel);
            return;
        }
        if (File.Exists(Path.Combine(folder, CommitmentFolder.FactsFile)))
            parts.Add(await CheckedPart.RunAsync("commitment", folder, DataChecks.FolderForm, () => Task.FromResult(Commitment(folder, progress, cancel))));
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            if (Path.GetExtension(file) == FileProofBudget.FileSuffix)
                parts.Add(await CheckedPart.RunAsync("budget", file, ProverChecks.BudgetRecord, () => Task.FromResult(CheckedPart.Of("budget", file, FileProofBudget.Inspect(file, out int left), $"{left} proofs left"))));
            else if (DatabaseCheck.IsDatabase(file))
                parts.Add(await CheckedPart.RunAsync("database", file, FsckChecks.Database, () => Task.FromResult(DatabaseCheck.Run(file))));
        }
        if (depth == MaxDepth) return;
        foreach (string below in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
            if (new DirectoryInfo(below).LinkTarget is null) await RunAsync(below, depth + 1, parts, progress, cancel);
    }

    /// <summary>A log in a folder, held to the home's key and to the checkpoint that was shown last, where there are these.</summary>
    public static async Task LogAsync(string folder, PublicKey? own, string? shownFile, List<CheckedPart> parts, CheckProgress progress, CancellationToken cancel)
    {
        if (!File.Exists(Path.Combine(folder, "index.db"))) return; // a home that keeps its log elsewhere
        parts.Add(await CheckedPart.RunAsync("log", folder, LogStorageChecks.Index, async () =>
        {
            var key = TransparencyLog.KeyOf(folder);
            ReadOnlyMemory<byte>? shown = shownFile is not null && File.Exists(shownFile) ? await File.ReadAllBytesAsync(shownFile, cancel) : default(ReadOnlyMemory<byte>?);
            var report = await LogCheck.RunAsync(folder, key, progress.Of($"log {key.Name}"), shown, cancel);
            var findings = report.Findings.ToList();
            if (own is not null && own != key.Key) findings.Add(new(FsckChecks.LogKey, $"the home's key {own}", $"{key.Key}"));
            return CheckedPart.Of("log", folder, $"{key.Name}, {report.Size} entries, root {report.Root}", findings);
        }));
    }

    /// <summary>Whether a statement, signed or still to be signed, states what the folder beside it holds. Who signed is nothing that a check of files could know.</summary>
    static Verdict Stated(byte[] bytes, CommitmentResult result)
    {
        Envelope? envelope;
        var verdict = bytes is [(byte)'{', ..] ? Envelope.DecodeJson(bytes, out envelope) : Envelope.DecodeCbor(bytes, out envelope);
        if (!verdict.IsAccepted && StatementCodec.PeekPredicateType(bytes, out _).IsAccepted)
        {
            using var nobody = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[Signer.SeedSize]);
            (envelope, verdict) = (Envelope.Sign(StatementCodec.MediaType, bytes, nobody), Verdict.Accept);
        }
        if (!verdict.IsAccepted) return verdict;
        verdict = CommittedSet.Read(envelope!, out var set, out _);
        if (!verdict.IsAccepted) return verdict;
        return (result.Canonicaliser, result.Records, result.OrderedRoot, result.SortedRoot) == (set!.Canonicaliser, set.Records, set.OrderedRoot, set.AbsenceRoot) ? Verdict.Accept
            : Verdict.Reject(DataChecks.FolderRoot, $"a statement of {result.Records} records of ordered root {result.OrderedRoot}", $"one of {set.Records} of {set.OrderedRoot}");
    }

    static CheckedPart Commitment(string folder, CheckProgress progress, CancellationToken cancel)
    {
        string scratch = Directory.CreateTempSubdirectory("counterfoil-fsck").FullName;
        try
        {
            var told = progress.Of($"commitment {folder}");
            var verdict = FolderCheck.Run(folder, scratch, out var result, p => told(p.Done, p.Total), cancel);
            string statement = Path.Combine(folder, Data.CommittedFolder.StatementFile);
            if (verdict.IsAccepted && File.Exists(statement)) verdict = Stated(Data.InputFile.Read(statement, Envelope.MaxPayload * 2), result!);
            return CheckedPart.Of("commitment", folder, verdict, result is null ? "" : $"{result.Records} records, ordered root {result.OrderedRoot}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
