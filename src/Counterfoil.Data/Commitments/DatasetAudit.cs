using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Guarding;

namespace Counterfoil.Data.Commitments;

/// <summary>What an audit found.</summary>
/// <param name="Verdict">Whether the source is exactly what was committed, both roots, count and bytes.</param>
/// <param name="Found">What the source as it is would be committed to.</param>
/// <param name="Differences">Each record that differs, where the manifest was at hand to tell.</param>
public sealed record DatasetAudit(Verdict Verdict, CommitmentResult Found, ImmutableArray<Quarantine> Differences)
{
    /// <summary>Recomputes a commitment from its data, and names what differs.</summary>
    /// <param name="commitment">What was committed.</param>
    /// <param name="source">The data.</param>
    /// <param name="manifest">The commitment's leaf hashes, checked; without them a difference is shown but not located.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<DatasetAudit> RunAsync(
        CommitmentResult commitment, IRecordSource source, LeafManifest? manifest = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        var (found, leaves) = await DatasetCommitment.BuildAsync(source, null, cancellation).ConfigureAwait(false);
        ImmutableArray<Quarantine> differences = manifest is null || found.OrderedRoot == commitment.OrderedRoot
            ? []
            : [.. Inspection.Compare(manifest, leaves.Leaves).Quarantined];
        return new(found == commitment ? Verdict.Accept : Verdict.Reject(DataChecks.Audit, Shown(commitment), Shown(found)), found, differences);
    }

    static string Shown(CommitmentResult c) =>
        $"{c.Records} records ({c.DistinctRecords} distinct, {c.Bytes} bytes) of {c.Canonicaliser}, ordered root {c.OrderedRoot}, absence root {c.SortedRoot}";
}
