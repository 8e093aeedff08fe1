using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Evidence.Verification;

sealed partial class Story
{
    /// <summary>Reads every statement, and checks that its subject says the same as its predicate.</summary>
    public void CheckStatements()
    {
        foreach (var link in links)
        {
            var read = LinkStatement.Decode(link.Bundled.Envelope, out var statement);
            if (!link.Record(read)) continue;
            link.Read(statement!.Type, statement.Subject, statement.Predicate);
            var about = LinkStatement.SubjectDigest(statement.Predicate);
            if (about is not null) link.Equal(EvidenceChecks.LinkPredicate, about, statement.Subject.Digest);
            else if (statement.Subject.Digest is not { Sha256: not null, Entries.Count: 1 }) // a second digest would be one that nothing checks
                link.Record(Verdict.Reject(EvidenceChecks.LinkPredicate, "a subject with a SHA-256 alone", statement.Subject.Digest.ToString()));
            if (statement.Predicate is TrainingRun run) CheckDependencies(link, run);
            if (Ranges(statement.Predicate) is { } wrong) link.Record(Verdict.Reject(EvidenceChecks.LinkPredicate, wrong.Expected, wrong.Found));
        }
    }

    /// <summary>SLSA's list of dependencies is for tools that read SLSA alone; it must not tell another story than the bindings.</summary>
    static void CheckDependencies(Link link, TrainingRun run)
    {
        var bindings = run.BuildDefinition.InternalParameters;
        (LinkType Type, Sha256Digest? Digest)[] named =
            [(LinkType.DatasetCommitment, bindings.Dataset), (LinkType.GuardReport, bindings.GuardReport), (LinkType.ComputeLease, bindings.Lease)];
        // Entry by entry: joined to one text, an entry whose URI holds the text of others would pass for them.
        ResourceDescriptor[] expected = [.. named.Where(n => n.Digest is not null).Select(n => new ResourceDescriptor(n.Type.PredicateType, new DigestSet(n.Digest!.Value)))];
        if (!run.BuildDefinition.ResolvedDependencies.SequenceEqual(expected))
            link.Record(Verdict.Reject(EvidenceChecks.LinkPredicate, $"the dependencies {string.Join(' ', expected.AsEnumerable())}", string.Join(' ', run.BuildDefinition.ResolvedDependencies)));
        link.Equal(EvidenceChecks.LinkPredicate, TrainingRun.BuildType, run.BuildDefinition.BuildType);
    }

    /// <summary>Each envelope carries exactly one signature, by a key of the bundle; with a policy, by a key trusted in the link's role.</summary>
    public void CheckSigners()
    {
        var keys = bundle.Keys.ToDictionary(k => k.KeyId);
        var unused = keys.Keys.ToHashSet();
        foreach (var link in links)
        {
            var signatures = link.Bundled.Envelope.Signatures;
            if (signatures.Length != 1)
            {
                link.Record(Verdict.Reject(EvidenceChecks.LinkSignature, "one signature", $"{signatures.Length}"));
                continue;
            }
            if (!keys.TryGetValue(signatures[0].KeyId, out var key))
            {
                link.Record(Verdict.Reject(EvidenceChecks.LinkSignature, "a signing key that is in the bundle", $"key id {signatures[0].KeyId}"));
                continue;
            }
            unused.Remove(key.KeyId);
            if (!link.Record(link.Bundled.Envelope.Verify([key])) || link.Type is not { } type) continue;
            if (policy is null)
                link.Record(Verdict.CannotTell(EvidenceChecks.PolicySigner, $"a policy that says who may sign as '{type.Role}'"));
            else if (!policy.Keys(type.Role).Contains(key))
                link.Record(Verdict.Reject(EvidenceChecks.PolicySigner, $"a key trusted as '{type.Role}'", key.ToString()));
        }
        if (unused.Count > 0)
            RecordWhole(Verdict.Reject(EvidenceChecks.BundleOrphan, "keys that sign a link", $"key {unused.Min()} signs none"));
    }
}
