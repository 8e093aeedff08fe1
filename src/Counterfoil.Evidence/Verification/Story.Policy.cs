using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Evidence.Verification;

sealed partial class Story
{
    /// <summary>What the policy asks of the case as a whole: the links that must be there, and that nothing is later than it asks about.</summary>
    public void CheckPolicy()
    {
        if (policy is null) return;
        foreach (string required in policy.RequiredLinks)
            if (!links.Any(l => l.Type?.PredicateType == required))
                RecordWhole(Verdict.CannotTell(EvidenceChecks.PolicyRequired, $"a {LinkType.Find(required)?.Name ?? required}"));
        foreach (var link in links)
            if (Time(link.Predicate) is { } time && time > policy.AsOf)
                link.Record(Verdict.Reject(EvidenceChecks.PolicyTime, $"a time not after {policy.AsOf:u}", $"{time:u}"));
        foreach (var log in logs.DistinctBy(l => l.Block))
            if (log.Block.Time > policy.AsOf)
                RecordWhole(Verdict.Reject(EvidenceChecks.PolicyTime, $"blocks not after {policy.AsOf:u}", $"block {log.Block.Number} at {log.Block.Time:u}"));
    }

    static DateTimeOffset? Time(object? predicate) => predicate switch
    {
        DatasetCommitment d => d.CommittedAt,
        ComputeLease l => l.OpenedAt,
        TrainingRun t => t.RunDetails.Metadata.FinishedOn,
        _ => null,
    };
}
