using Counterfoil.Core.Digests;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Evidence.Verification;

/// <summary>What a predicate's values must be whatever the other links say: the bounds of the schemas in <c>docs/predicates</c>.</summary>
sealed partial class Story
{
    static (string Expected, string Found)? Ranges(object predicate) => predicate switch
    {
        DatasetCommitment d => Least(d.Records, 1, "records") ?? Least(d.Bytes, 0, "bytes")
            ?? (d.Parents.Distinct().Count() == d.Parents.Length ? null : ("each parent once", "one twice")),
        GuardReport g => Ranges(g),
        TrainingRun { BuildDefinition: var b } => Least(b.ExternalParameters.Layers.Length, 2, "layers") ?? Least(b.ExternalParameters.Layers.Min(), 1, "cells of a layer")
            ?? Least(b.ExternalParameters.Epochs, 1, "epochs") ?? Least(b.ExternalParameters.BatchSize, 1, "records a batch") ?? Least(b.InternalParameters.Steps, 1, "steps"),
        ModelCommitment { Evaluation: { } e } => Least(e.Records, 1, "records evaluated") ?? Between(e.Correct, 0, e.Records, "records labelled right"),
        InferenceRecord i => Least(i.Output.Label, 0, "as a label"),
        Settlement s => s.Payment.Scheme != "exact" ? ("scheme exact", s.Payment.Scheme)
            : s is { Escrow: not null, Lease: null } ? ("the lease whose escrow was closed", "null") : null,
        _ => null,
    };

    static (string Expected, string Found)? Ranges(GuardReport guard)
    {
        var wrong = Least(guard.Passed, 0, "records passed") ?? Between(guard.Split.Count, 0, guard.Checked, "records held back")
            ?? Least(guard.Stream.Epochs, 1, "epochs") ?? Least(guard.Stream.BatchSize, 1, "records a batch") ?? Least(guard.Stream.Batches, guard.Stream.Epochs, "batches");
        if (wrong is not null) return wrong;
        var receipts = new HashSet<(long, bool)>();
        foreach (var receipt in guard.Quarantined)
        {
            bool committed = receipt.Expected is not null, met = receipt.Found is not null;
            bool fits = receipt.Reason switch
            {
                "altered" or "misplaced" or "changed-after-inspection" => committed && met,
                "duplicate" => met,
                "missing" => committed && !met,
                "extra" => !committed && met,
                _ => false,
            };
            if (!fits) return ("a reason of quarantine that fits what was expected and found", $"{receipt.Reason} of record {receipt.Index}");
            if (receipt.Index < 0 || committed && receipt.Index >= guard.Checked) return ($"a record of the {guard.Checked} that were checked", $"{receipt.Index}");
            // Counted twice, one record would stand for another that nobody looked at.
            if (committed && !receipts.Add((receipt.Index, committed))) return ("one receipt for a committed record", $"two for {receipt.Index}");
        }
        long quarantined = guard.Quarantined.LongCount(q => q.Expected is not null);
        return quarantined == guard.Checked - guard.Passed
            ? null
            : ($"passed and quarantined to make up the {guard.Checked} checked", $"{guard.Passed} passed, {quarantined} quarantined");
    }

    static (string, string)? Least(long value, long least, string what) => value >= least ? null : ($"at least {least} {what}", $"{value}");

    static (string, string)? Between(long value, long least, long most, string what) => value >= least && value <= most ? null : ($"{least} to {most} {what}", $"{value}");
}
