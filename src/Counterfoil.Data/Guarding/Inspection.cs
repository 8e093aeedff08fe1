using Counterfoil.Core.Digests;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Proofs;

namespace Counterfoil.Data.Guarding;

/// <summary>Compares what a source holds with what was committed: which record is where, and a receipt for all that is not right.</summary>
static class Inspection
{
    /// <returns>For each committed record its position in the source, or −1; and the receipts, by committed place, extras by position.</returns>
    public static (int[] Positions, List<Quarantine> Quarantined) Compare(LeafManifest committed, Sha256Digest[] found)
    {
        var positions = new int[committed.Count];
        Array.Fill(positions, -1);
        var steps = Alignment.Align(committed, new LeafArray(found));
        // How many copies of a leaf were committed and are not at their place: what is found elsewhere is such a copy, or one too many.
        var known = new HashSet<Sha256Digest>(committed.Leaves.ToArray());
        var astray = new Dictionary<Sha256Digest, int>();
        foreach (var step in steps)
            if (step.Matched) positions[step.Record] = (int)step.Position;
            else if (step.Record >= 0)
                astray[committed[(int)step.Record]] = astray.GetValueOrDefault(committed[(int)step.Record]) + 1;

        var quarantined = new List<Quarantine>();
        foreach (var step in steps)
        {
            if (step.Matched) continue;
            int? record = step.Record < 0 ? null : (int)step.Record, position = step.Position < 0 ? null : (int)step.Position;
            Sha256Digest? expected = record is { } r ? committed[r] : null, leaf = position is { } p ? found[p] : null;
            var reason = leaf is not { } hash ? QuarantineReason.Missing
                : !known.Contains(hash) ? record is null ? QuarantineReason.Extra : QuarantineReason.Altered
                : astray.GetValueOrDefault(hash) > 0 ? QuarantineReason.Misplaced
                : QuarantineReason.Duplicate;
            if (reason == QuarantineReason.Misplaced) astray[leaf!.Value]--;
            quarantined.Add(new(reason, record, position, expected, leaf));
        }
        return (positions, quarantined);
    }
}
