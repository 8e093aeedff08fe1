using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Data.Proofs;

/// <summary>Whether a statement about data is by someone whom a policy trusts with that.</summary>
static class SignedStatement
{
    /// <summary>One signature, by a key that the policy trusts as <c>data</c>, at a time that is not later than the policy's, if the statement tells one. Without a policy: cannot tell.</summary>
    public static Verdict Verify(Envelope statement, DateTimeOffset? at, Policy? policy)
    {
        string role = LinkType.DatasetCommitment.Role;
        if (policy is null) return Verdict.CannotTell(EvidenceChecks.PolicySigner, $"a policy that says who may sign as '{role}'");
        if (statement.Signatures.Length != 1) return Verdict.Reject(EvidenceChecks.LinkSignature, "one signature", $"{statement.Signatures.Length}");
        var id = statement.Signatures[0].KeyId;
        if (policy.Keys(role).FirstOrDefault(k => k.KeyId == id) is not { } key)
            return Verdict.Reject(EvidenceChecks.PolicySigner, $"a key trusted as '{role}'", $"key id {id}");
        var verdict = statement.Verify(key);
        if (!verdict.IsAccepted) return verdict;
        return at is null || at <= policy.AsOf ? verdict : Verdict.Reject(EvidenceChecks.PolicyTime, $"a statement of {policy.AsOf:u} or before", $"{at:u}");
    }
}
