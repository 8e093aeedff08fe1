using System.Diagnostics;
using System.Text.Json;
using Counterfoil.Cli.Data;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Deltas;
using Counterfoil.Data.NearDuplicates;
using Counterfoil.Data.Proofs;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Verification;
using Spectre.Console;

namespace Counterfoil.Cli.Verify;

/// <summary>The files besides bundles that <c>counterfoil verify</c> knows: proofs and evidence about a record, deltas, and signed statements about data.</summary>
static class ProofVerification
{
    /// <summary>Verifies a file that says that it is one of these; null for any other.</summary>
    public static int? TryRun(string path, string? recordPath, string? statementPath, string? beforePath, string? policyPath, bool json)
    {
        Span<byte> head = stackalloc byte[64];
        if (!File.Exists(path)) return null;
        using (var opened = File.OpenHandle(path)) head = head[..RandomAccess.Read(opened, head, 0)];
        bool isProof = DataProof.IsOne(head), isDelta = DeltaProof.IsOne(head), isNear = NearDuplicateEvidence.IsOne(head), isStatement = head is [(byte)'{', ..];
        if (recordPath is not null && !isProof && !isNear) throw new UsageException(isDelta ? $"{path} is a delta, which is about no record" : $"{path} is no proof about a record", "counterfoil data prove and counterfoil data absent write one");
        if (beforePath is not null && !isDelta) throw new UsageException($"{path} is no delta, which alone has a statement before it", "counterfoil data delta writes one");
        if (!isProof && !isDelta && !isNear && !isStatement) return null;
        byte[] file = InputFile.Read(path, isProof ? DataProof.MaxBytes : isDelta ? DeltaProof.MaxBytes : isNear ? NearDuplicateEvidence.MaxBytes : Envelope.MaxPayload * 2);
        ReadOnlyMemory<byte>? record = recordPath is null ? (ReadOnlyMemory<byte>?)null : InputFile.ReadRecord(recordPath);
        ReadOnlyMemory<byte>? policy = policyPath is null ? (ReadOnlyMemory<byte>?)null : InputFile.Read(policyPath, Policy.MaximumBytes, VerifyCommand.Hint);
        var statement = Statement(statementPath);
        long start = Stopwatch.GetTimestamp();
        ProofReport report;
        if (isProof) report = ProofReport.Of(file, record, policy, statement);
        else if (isDelta) report = DeltaReport.Of(file, policy, statement, Statement(beforePath));
        else if (isNear) report = NearDuplicateReport.Of(file, record, policy, statement);
        else if (Envelope.DecodeJson(file, out var envelope).IsAccepted && StatementReport.Of(envelope!, policy) is { } stated) report = stated;
        else return null;
        var took = Stopwatch.GetElapsedTime(start);
        if (json) Write(report, took);
        else if (report.Kind is not null) Print(report, took);
        if (report.Kind is not null) return ExitCode.Of(report.Verdict);
        var reason = VerificationReportJson.Words(report.Verdict).Reason!;
        string fault = reason.Check == EvidenceChecks.PolicyEncoding || reason.Check == EvidenceChecks.PolicyVersion ? $"{policyPath} is not a policy" : $"{path} is not a proof";
        throw new UsageException($"{fault}: {reason}");
    }

    static Envelope? Statement(string? path) => path is null ? null : CommittedFolder.ReadStatement(CommittedFolder.StatementPath(path));

    static void Print(ProofReport report, TimeSpan took)
    {
        VerifyCommand.Say(report.Verdict, $"{report.Kind} in {took.TotalMilliseconds:F1} ms");
        if (report.PolicyDigest is { } digest) Terminal.Out.WriteLine($"under policy {digest}");
        VerifyCommand.List("proves", report.Proves);
        VerifyCommand.List("does not prove", report.DoesNotProve);
        if (report.Verdict is not Verdict.Unverifiable { Reason.Check: var check }) return;
        if (check == EvidenceChecks.PolicySigner) Terminal.Hint("pass --policy FILE, which says whom you trust as 'data' (docs/trust.md)");
        else if (check == Counterfoil.Data.DataChecks.ProofRecord) Terminal.Hint("pass --record FILE, which holds the record's bytes exactly");
        else Terminal.Hint("pass --statement FILE, which holds the signed statement");
    }

    static void Write(ProofReport report, TimeSpan took)
    {
        var (word, reason) = VerificationReportJson.Words(report.Verdict);
        using var output = Console.OpenStandardOutput();
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("verdict", word);
        writer.WriteString("check", reason?.Check.Id);
        writer.WriteString("expected", reason?.Expected);
        writer.WriteString("found", reason?.Found);
        writer.WriteString("policyDigest", report.PolicyDigest?.ToString());
        writer.WriteString("kind", report.Kind);
        foreach (var (name, lines) in new[] { ("proves", report.Proves), ("doesNotProve", report.DoesNotProve) })
        {
            writer.WriteStartArray(name);
            foreach (string line in lines) writer.WriteStringValue(line);
            writer.WriteEndArray();
        }
        writer.WriteNumber("millis", Math.Round(took.TotalMilliseconds, 1));
        writer.WriteEndObject();
    }
}
