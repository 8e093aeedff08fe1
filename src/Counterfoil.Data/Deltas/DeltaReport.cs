using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Proofs;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Data.Deltas;

/// <summary>The verification of a delta's file, with its signed statement under a policy.</summary>
public static class DeltaReport
{
    /// <summary>What the statement of a delta says.</summary>
    /// <param name="delta">The proof.</param>
    /// <param name="before">Payload digest of the statement before.</param>
    /// <param name="reason">One of <see cref="DatasetDelta.Reasons"/>.</param>
    /// <param name="tool">What computed it.</param>
    /// <param name="at">When.</param>
    public static DatasetDelta Statement(this DeltaProof delta, Sha256Digest before, string reason, string tool, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(delta);
        return new(before, delta.Canonicaliser.Id, delta.Count, delta.Before.Ordered, delta.Before.Absence, delta.After.Ordered, delta.After.Absence, delta.Removed.Length, reason, tool, at);
    }

    /// <summary>Verifies a file: pure, offline.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="policyFile">The policy file's bytes; null asks what holds whomever one trusts.</param>
    /// <param name="beside">The signed statement that stands beside a file without one.</param>
    public static ProofReport Of(ReadOnlySpan<byte> file, ReadOnlyMemory<byte>? policyFile, Envelope? beside = null)
    {
        Policy? policy = null;
        Sha256Digest? digest = null;
        if (policyFile is { } p)
        {
            var readable = Policy.Decode(p.Span, out policy);
            if (!readable.IsAccepted) return new(readable, null, null, [], []);
            digest = Policy.Digest(p.Span);
        }
        var decoded = DeltaProof.Decode(file, out var delta);
        if (!decoded.IsAccepted) return new(decoded, null, digest, [], []);
        var statement = VerifyStatement(delta!, delta!.Statement ?? beside, policy);
        var proof = delta.Verify();
        var verdict = proof is Verdict.Rejected ? proof : statement;
        return new(verdict, "dataset-delta", digest,
            verdict.IsAccepted ? [$"exactly {delta.Removed.Length:N0} places of {delta.Count:N0} became tombstones, their records left the absence tree, and nothing else moved: ordered root {delta.Before.Ordered} became {delta.After.Ordered}"] : [],
            ["that anyone's copy of the records was deleted, or that a model forgot them", "that the removed leaves tell nothing: unsalted, they still identify their records to whoever has them"]);
    }

    static Verdict VerifyStatement(DeltaProof delta, Envelope? envelope, Policy? policy)
    {
        if (envelope is null) return Verdict.CannotTell(DataChecks.ProofStatement, "the signed dataset-delta, which is not in the file");
        var verdict = DatasetDelta.Decode(envelope, out var stated);
        if (!verdict.IsAccepted) return verdict;
        var expected = delta.Statement(stated!.Before, stated.Reason, stated.Tool, stated.RemovedAt);
        if (stated != expected) return Verdict.Reject(DataChecks.DeltaStatement, $"{expected}", $"{stated}");
        return SignedStatement.Verify(envelope, stated.RemovedAt, policy);
    }
}
