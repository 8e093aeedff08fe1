using System.Collections.Immutable;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Licences;
using Counterfoil.Data.Lineage;
using Counterfoil.Data.NearDuplicates;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Data.Proofs;

/// <summary>The verification of a signed statement about data by itself: its form, and who signed it under a policy. That what it says is so is shown elsewhere, and told here.</summary>
public static class StatementReport
{
    /// <summary>Verifies an envelope: pure, offline. Null where it holds no statement about data.</summary>
    /// <param name="envelope">The signed statement.</param>
    /// <param name="policyFile">The policy file's bytes; null asks what holds whomever one trusts.</param>
    public static ProofReport? Of(Envelope envelope, ReadOnlyMemory<byte>? policyFile)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        if (StatementCodec.PeekPredicateType(envelope.Payload, out string? type) is not { IsAccepted: true } || Read(envelope, type!) is not { } read) return null;
        Policy? policy = null;
        Sha256Digest? digest = null;
        if (policyFile is { } p)
        {
            var readable = Policy.Decode(p.Span, out policy);
            if (!readable.IsAccepted) return new(readable, null, null, [], []);
            digest = Policy.Digest(p.Span);
        }
        var verdict = read.Verdict.IsAccepted ? SignedStatement.Verify(envelope, read.At, policy) : read.Verdict;
        return new(verdict, read.Kind, digest, verdict.IsAccepted ? [$"its signer stated, in {envelope.PayloadDigest}: {read.Says}"] : [], [read.DoesNotSay, .. read.At is null ? (string[])["when it was stated: a log and its anchor show that"] : []]);
    }

    readonly record struct Stated(Verdict Verdict, string Kind, string Says, string DoesNotSay, DateTimeOffset? At);

    static Stated? Read(Envelope envelope, string type)
    {
        Verdict verdict;
        if (type == NearDuplicateStatement.PredicateType)
        {
            verdict = NearDuplicateStatement.Decode(envelope, out var index, out _);
            return new(verdict, "near-duplicate-index", $"the signatures of {index?.Records:N0} records of dataset {index?.Dataset}, ordered root {index?.OrderedRoot}, by {index?.Parameters}, have the root {index?.SignaturesRoot}",
                "that each signature is its record's own: evidence with the record shows it, and making the index again (data near index --against)", null);
        }
        if (type == LicenceReport.PredicateType)
        {
            verdict = LicenceReport.Decode(envelope, out var report);
            return new(verdict, "licence-report", $"under policy {report?.Policy} the {report?.Sources.Length:N0} sources of dataset {report?.Dataset} allow together {(report is null || report.Options.IsEmpty ? "nothing" : string.Join(", or ", report.Options.Select(o => string.Join('+', o.Permits))))}",
                "that the sources have these licences, or that the policy reads them rightly: whoever has the policy applies it again (data licences)", null);
        }
        if (type == DataTransformation.PredicateType)
        {
            verdict = DataTransformation.Decode(envelope, out var made);
            return new(verdict, "data-transformation", $"dataset {made?.Output.Statement}, {made?.Output.Records:N0} records under {made?.Output.OrderedRoot}, was made by {made?.Operation} from {(made is null ? "" : string.Join(", ", made.Inputs.Select(i => $"{i.Statement}")))}",
                "that it was made so: records made again show it (data remake)", null);
        }
        if (type != DatasetDelta.PredicateType && type != LinkType.DatasetCommitment.PredicateType) return null;
        verdict = CommittedSet.Read(envelope, out var set, out var at);
        string kind = type == DatasetDelta.PredicateType ? "dataset-delta" : LinkType.DatasetCommitment.Name;
        return new(verdict, kind, $"{set}", "that any record is in or out: a proof shows it (data prove, data absent); nor that the data is at hand anywhere (data audit)", at);
    }
}
