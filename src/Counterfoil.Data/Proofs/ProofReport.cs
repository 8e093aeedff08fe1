using System.Collections.Immutable;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Policies;

namespace Counterfoil.Data.Proofs;

/// <summary>The answer about a proof file.</summary>
/// <param name="Verdict">REJECT if any check failed, else UNVERIFIABLE if any could not be made, else ACCEPT.</param>
/// <param name="Kind">The kind of claim, or null where the file could not be read.</param>
/// <param name="PolicyDigest">SHA-256 of the policy that it is relative to; null when there was none.</param>
/// <param name="Proves">What an ACCEPT says, in sentences.</param>
/// <param name="DoesNotProve">What it does not say.</param>
public sealed record ProofReport(Verdict Verdict, string? Kind, Sha256Digest? PolicyDigest, ImmutableArray<string> Proves, ImmutableArray<string> DoesNotProve)
{
    /// <summary>Verifies a proof file: pure, offline.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="record">The record's bytes; null where it is not at hand.</param>
    /// <param name="policyFile">The policy file's bytes; null asks what holds whomever one trusts, and can at best be UNVERIFIABLE.</param>
    /// <param name="beside">The signed statement that stands beside a file without one.</param>
    public static ProofReport Of(ReadOnlySpan<byte> file, ReadOnlyMemory<byte>? record, ReadOnlyMemory<byte>? policyFile, Envelope? beside = null)
    {
        Policy? policy = null;
        Sha256Digest? digest = null;
        if (policyFile is { } p)
        {
            var readable = Policy.Decode(p.Span, out policy);
            if (!readable.IsAccepted) return new(readable, null, null, [], []);
            digest = Policy.Digest(p.Span);
        }
        var decoded = DataProof.Decode(file, out var proof);
        if (!decoded.IsAccepted) return new(decoded, null, digest, [], []);

        Verdict[] verdicts = [VerifyStatement(proof!, proof!.Statement ?? beside, policy), VerifyClaim(proof, record)];
        var verdict = verdicts.FirstOrDefault(v => v is Verdict.Rejected) ?? verdicts.FirstOrDefault(v => !v.IsAccepted) ?? Verdict.Accept;
        return new(verdict, proof.Claim.Kind, digest, verdict.IsAccepted ? [proof.Claim.Proves(proof.Set), $"its committer signed statement {proof.Set.Statement}"] : [],
            [proof.Claim.DoesNotProve, "when the set was committed: a bundle's log and anchor show that"]);
    }

    static Verdict VerifyClaim(DataProof proof, ReadOnlyMemory<byte>? record) =>
        record is null && proof.Claim.NeedsRecord
            ? Verdict.CannotTell(DataChecks.ProofRecord, "the record's bytes, which the file does not hold")
            : proof.Claim.Verify(proof.Set, (record ?? default).Span);

    static Verdict VerifyStatement(DataProof proof, Envelope? statement, Policy? policy)
    {
        if (statement is null) return Verdict.CannotTell(DataChecks.ProofStatement, $"the signed statement {proof.Set.Statement}, which is not in the file");
        var verdict = CommittedSet.Read(statement, out var set, out var at);
        if (!verdict.IsAccepted) return verdict;
        return set == proof.Set ? SignedStatement.Verify(statement, at, policy) : Verdict.Reject(DataChecks.ProofDataset, $"{set}", $"{proof.Set}");
    }
}
