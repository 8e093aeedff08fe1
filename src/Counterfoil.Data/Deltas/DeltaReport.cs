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
    /// <param name="predecessor">The signed statement before, whose roots the delta begins with; null where it is not at hand.</param>
    public static ProofReport Of(ReadOnlySpan<byte> file, ReadOnlyMemory<byte>? policyFile, Envelope? beside = null, Envelope? predecessor = null)
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
        Verdict[] verdicts = [delta!.Verify(), VerifyStatement(delta, delta.Statement ?? beside, policy, out var before), predecessor is null || before is null ? Verdict.Accept : VerifyPredecessor(delta, before.Value, predecessor, policy)];
        var verdict = verdicts.FirstOrDefault(v => v is Verdict.Rejected) ?? verdicts.FirstOrDefault(v => !v.IsAccepted) ?? Verdict.Accept;
        string[] proves = [$"exactly {delta.Removed.Length:N0} places of {delta.Count:N0} became tombstones, their records left the absence tree, and nothing else moved: ordered root {delta.Before.Ordered} became {delta.After.Ordered}"];
        string[] beyond = ["that anyone's copy of the records was deleted, or that a model forgot them", "that the removed leaves tell nothing: unsalted, they still identify their records to whoever has them"];
        return predecessor is null
            ? new(verdict, "dataset-delta", digest, verdict.IsAccepted ? [.. proves] : [], [.. beyond, "that the roots it begins with are those of the statement that it names: that statement shows it (--before)"])
            : new(verdict, "dataset-delta", digest, verdict.IsAccepted ? [.. proves, $"it begins where the signed statement {predecessor.PayloadDigest} ends"] : [], [.. beyond]);
    }

    /// <summary>The statement before is the one named, says the roots that the delta begins with, and is signed by someone trusted.</summary>
    static Verdict VerifyPredecessor(DeltaProof delta, Sha256Digest named, Envelope predecessor, Policy? policy)
    {
        if (predecessor.PayloadDigest != named) return Verdict.Reject(DataChecks.DeltaPredecessor, $"the statement {named} that the delta names", $"{predecessor.PayloadDigest}");
        var verdict = CommittedSet.Read(predecessor, out var set, out var at);
        if (!verdict.IsAccepted) return verdict;
        return (set!.Canonicaliser, set.Records, set.OrderedRoot, set.AbsenceRoot) == (delta.Canonicaliser, delta.Count, delta.Before.Ordered, delta.Before.Absence)
            ? SignedStatement.Verify(predecessor, at, policy)
            : Verdict.Reject(DataChecks.DeltaPredecessor, $"{delta.Count} places of {delta.Canonicaliser}, ordered root {delta.Before.Ordered}, absence root {delta.Before.Absence}", $"{set}");
    }

    static Verdict VerifyStatement(DeltaProof delta, Envelope? envelope, Policy? policy, out Sha256Digest? before)
    {
        before = null;
        if (envelope is null) return Verdict.CannotTell(DataChecks.ProofStatement, "the signed dataset-delta, which is not in the file");
        var verdict = DatasetDelta.Decode(envelope, out var stated);
        if (!verdict.IsAccepted) return verdict;
        before = stated!.Before;
        var expected = delta.Statement(stated.Before, stated.Reason, stated.Tool, stated.RemovedAt);
        if (stated != expected) return Verdict.Reject(DataChecks.DeltaStatement, $"{expected}", $"{stated}");
        return SignedStatement.Verify(envelope, stated.RemovedAt, policy);
    }
}
