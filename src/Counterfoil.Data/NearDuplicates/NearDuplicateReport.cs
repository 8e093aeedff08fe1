using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Proofs;
using Counterfoil.Evidence.Policies;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>The verification of a file of evidence, with the signed statement about its index under a policy.</summary>
public static class NearDuplicateReport
{
    /// <summary>Verifies a file: pure, offline.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="record">The committed record's bytes; null where it is not at hand.</param>
    /// <param name="policyFile">The policy file's bytes; null asks what holds whomever one trusts.</param>
    /// <param name="statement">The signed statement about the index; null where it is not at hand.</param>
    public static ProofReport Of(ReadOnlySpan<byte> file, ReadOnlyMemory<byte>? record, ReadOnlyMemory<byte>? policyFile, Envelope? statement)
    {
        Policy? policy = null;
        Sha256Digest? digest = null;
        if (policyFile is { } p)
        {
            var readable = Policy.Decode(p.Span, out policy);
            if (!readable.IsAccepted) return new(readable, null, null, [], []);
            digest = Policy.Digest(p.Span);
        }
        var decoded = NearDuplicateEvidence.Decode(file, out var evidence);
        if (!decoded.IsAccepted) return new(decoded, null, digest, [], []);
        var verdict = Verify(evidence!, record, policy, statement);
        string[] proves =
        [
            $"the index under signatures root {evidence!.Index.SignaturesRoot} gives the record at place {evidence.Place} of {evidence.Index.Records:N0} this signature, and ordered root {evidence.Index.OrderedRoot} has the record of that leaf there",
            .. record is null ? (string[])[] : ["the signature is the record's own"],
        ];
        return new(verdict, "near-duplicate", digest, verdict.IsAccepted ? [.. proves] : [],
            [.. record is null ? (string[])["that the signature is the record's own: the record shows it (--record)"] : [], "who copied from whom, or that what is unlike is absent", "how like it is to something: counterfoil data near verify --query says that"]);
    }

    static Verdict Verify(NearDuplicateEvidence evidence, ReadOnlyMemory<byte>? record, Policy? policy, Envelope? statement)
    {
        if (statement is null) return Verdict.CannotTell(NearDuplicateChecks.Statement, "the signed statement about the index");
        var verdict = NearDuplicateStatement.Decode(statement, out _, out var committed);
        if (!verdict.IsAccepted) return verdict;
        verdict = record is { } own ? evidence.VerifyRecord(committed!, own.Span) : evidence.Verify(committed!);
        return verdict.IsAccepted ? SignedStatement.Verify(statement, null, policy) : verdict;
    }
}
