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
    /// Every predecessor that a link names is there, and every link but the head is named. A name that leads nowhere is REJECT when the bundle
    /// holds another link of that kind that nobody names (somebody swapped it), and UNVERIFIABLE when it holds none.
    /// </summary>
    public void CheckGraph()
    {
        var named = new HashSet<Sha256Digest>();
        foreach (var link in links)
            foreach (var (_, _, digest) in Predecessors(link))
                if (digest is { } d) named.Add(d);
        var unnamed = links.Where(l => l.Type is not null && !named.Contains(l.Digest)).ToList();

        foreach (var link in links)
            foreach (var (join, type, digest) in Predecessors(link))
            {
                if (digest is not { } d) continue;
                if (byDigest.TryGetValue(d, out var target))
                {
                    if (target.Type is { } other && other != type)
                        link.Record(Verdict.Reject(join, $"a {type}", $"{d}, which is a {other}"));
                }
                else if (unnamed.Find(l => l.Type == type) is { } swapped)
                    link.Record(Verdict.Reject(join, $"{type} {d}", $"{type} {swapped.Digest}"));
                else
                    link.Record(Verdict.CannotTell(EvidenceChecks.LinkPredecessor, $"the {type} {d}"));
            }

        var head = unnamed.MaxBy(l => l.Type!.Number);
        foreach (var orphan in unnamed.Where(l => l != head))
            orphan.Record(Verdict.Reject(EvidenceChecks.BundleOrphan, "a link that another link names", $"{orphan.Type} {orphan.Digest}, which none names"));
        foreach (var twin in links.Where(l => byDigest[l.Digest] != l))
            twin.Record(Verdict.Reject(EvidenceChecks.BundleOrphan, "each link once", $"{twin.Digest} twice"));
    }
}
