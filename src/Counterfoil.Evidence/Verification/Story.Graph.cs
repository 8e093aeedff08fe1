using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Evidence.Verification;

sealed partial class Story
{
    /// <summary>Whom each link names, with the join that equates the names.</summary>
    static IEnumerable<(Check Join, LinkType Type, Sha256Digest? Digest)> Predecessors(Link link) => link.Predicate switch
    {
        GuardReport g => [(EvidenceChecks.JoinGuardDataset, LinkType.DatasetCommitment, g.Dataset)],
        ComputeLease l => [(EvidenceChecks.JoinLeaseDataset, LinkType.DatasetCommitment, l.Dataset)],
        TrainingRun { BuildDefinition.InternalParameters: var t } =>
        [
            (EvidenceChecks.JoinTrainingDataset, LinkType.DatasetCommitment, t.Dataset),
            (EvidenceChecks.JoinTrainingGuard, LinkType.GuardReport, t.GuardReport),
            (EvidenceChecks.JoinTrainingLease, LinkType.ComputeLease, t.Lease),
        ],
        ModelCommitment m => [(EvidenceChecks.JoinModelTraining, LinkType.TrainingRun, m.TrainingRun)],
        InferenceRecord i => [(EvidenceChecks.JoinInferenceModel, LinkType.ModelCommitment, i.Model)],
        Settlement s =>
        [
            (EvidenceChecks.JoinSettlementInference, LinkType.InferenceProof, s.InferenceProof),
            (EvidenceChecks.JoinSettlementLease, LinkType.ComputeLease, s.Lease),
        ],
        DatasetCommitment d => d.Parents.Select(p => (EvidenceChecks.LinkPredecessor, LinkType.DatasetCommitment, (Sha256Digest?)p)),
        _ => [],
    };

    /// <summary>
    /// Every predecessor that a link names is there and earlier in the log, and every link but the head is named. A name that leads nowhere is REJECT when the bundle
    /// holds another link of that kind that nobody names (somebody swapped it), and UNVERIFIABLE when it holds none.
    /// </summary>
    public void CheckGraph()
    {
        var named = new HashSet<Sha256Digest>();
        foreach (var link in links)
            foreach (var (_, _, digest) in Predecessors(link))
                if (digest is { } d) named.Add(d);
        var unnamed = links.Where(l => l.Type is not null && !named.Contains(l.Digest)).ToList();

        var explained = new HashSet<Link>();
        foreach (var link in links)
            foreach (var (join, type, digest) in Predecessors(link))
            {
                if (digest is not { } d) continue;
                var target = byDigest.GetValueOrDefault(d);
                if (target is { Type: null } || target?.Type == type)
                {
                    if (target.Bundled.Index >= link.Bundled.Index)
                        link.Record(Verdict.Reject(EvidenceChecks.LinkPredecessor, $"a {type} that the log holds before entry {link.Bundled.Index}", $"entry {target.Bundled.Index}"));
                    continue;
                }
                var passedOver = unnamed.Find(l => l.Type == type);
                if (target is null && passedOver is null)
                {
                    link.Record(Verdict.CannotTell(EvidenceChecks.LinkPredecessor, $"the {type} {d}"));
                    continue;
                }
                // The false name is the fault; that the right one goes unnamed is its consequence.
                if (passedOver is not null) explained.Add(passedOver);
                link.Record(Verdict.Reject(join,
                    target is null ? $"{type} {d}" : $"a {type}",
                    target is null ? $"{type} {passedOver!.Digest}" : $"{d}, which is a {target.Type}"));
            }

        var head = unnamed.MaxBy(l => l.Type!.Number);
        foreach (var orphan in unnamed.Where(l => l != head && !explained.Contains(l)))
            orphan.Record(Verdict.Reject(EvidenceChecks.BundleOrphan, "a link that another link names", $"{orphan.Type} {orphan.Digest}, which none names"));
        foreach (var twin in links.Where(l => byDigest[l.Digest] != l))
            twin.Record(Verdict.Reject(EvidenceChecks.BundleOrphan, "each link once", $"{twin.Digest} twice"));
    }
}
