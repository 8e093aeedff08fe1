using System.Collections.Immutable;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Evidence.Verification;

/// <summary>What a verdict says and what it does not, in sentences that stand beside it.</summary>
static class Claims
{
    public static (ImmutableArray<string> Proves, ImmutableArray<string> DoesNotProve) Of(ImmutableArray<Link> links, bool accepted)
    {
        var proves = ImmutableArray.CreateBuilder<string>();
        var doesNot = ImmutableArray.CreateBuilder<string>();
        foreach (var link in links)
        {
            switch (link.Predicate)
            {
                case DatasetCommitment d:
                    proves.Add($"dataset '{d.Name}' of {d.Records:N0} records had root {d.OrderedRoot} when it was anchored");
                    doesNot.Add("that the data is benign, or licensed: a commitment says what it is");
                    break;
                case GuardReport g:
                    proves.Add($"the guard states that {g.Passed:N0} records equalled the commitment and {g.Quarantined.Length:N0} were quarantined; {g.Split.Count:N0} were held back by a seed younger than the commitment");
                    doesNot.Add("that the trainer used what it was given: batch roots show what was delivered and what the trainer says it consumed");
                    break;
                case ComputeLease l:
                    proves.Add($"lease {l.LeaseId} of provider {l.Provider} was opened on {l.Chain} for this workload");
                    doesNot.Add($"where the machine stood ('{l.Location}' is a claim){(l.HardwareChallenges.IsEmpty ? ", or what hardware it had: no challenge was made" : "")}");
                    break;
                case TrainingRun t:
                    proves.Add($"the trainer states that these weights came from recipe {t.BuildDefinition.ExternalParameters.Recipe} over the delivered batches");
                    doesNot.Add("the training itself: it is bit-reproducible, so re-execution shows it");
                    break;
                case ModelCommitment m:
                    proves.Add($"model {m.ModelId} was committed, its weights in range");
                    doesNot.Add("that the committed integers are the quantisation of the ONNX file, or its accuracy: whoever holds the file can recompute both");
                    if (!m.WeightsHidden) doesNot.Add("that the weights are secret (weights hidden: no)");
                    break;
                case InferenceRecord i:
                    proves.Add($"model {i.ModelId} gives label {i.Output.Label} on the request's input");
                    doesNot.Add("how the model was trained, or that the answer is true");
                    break;
                case Settlement s:
                    proves.Add($"{s.Payment.Amount} units of {s.Payment.Asset} moved from {s.Payment.Payer} to {s.Payment.Payee} for this answer");
                    break;
            }
        }
        for (int i = 1; i <= LinkType.All.Count; i++)
            if (!links.Any(l => l.Type == LinkType.All[i - 1])) doesNot.Add($"anything about {LinkType.All[i - 1]}: the bundle has no such link");
        doesNot.Add("that no other history of this log exists: it has one operator and no witness; the anchors show this one");
        return (accepted ? proves.ToImmutable() : [], doesNot.ToImmutable());
    }
}
