using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments;

namespace Counterfoil.Data.Records;

/// <summary>Reads the records of a plan, whatever their format and wherever they are stored: from first to last, in one pass, a batch at a time.</summary>
public static class PlanRecords
{
    /// <summary>Reads them.</summary>
    /// <param name="plan">What is read.</param>
    /// <param name="take">Takes each record with its place, and says whether to go on; its memory is good until it returns.</param>
    /// <param name="progress">Hears how far it has come.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="IOException">An object became unreadable, or is no longer the one that was listed.</exception>
    public static Verdict Read(CommitPlan plan, Func<long, ReadOnlySpan<byte>, bool> take, Action<CommitProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(take);
        var options = new CommitOptions();
        var batch = new RecordBatch(options.BatchBytes, options.BatchRecords, options.LongestRecord);
        long place = 0;
        for (int part = 0; part < plan.Parts.Count; part++)
        {
            var verdict = plan.Format.Open(plan.Parts[part], 0, out var reader);
            if (!verdict.IsAccepted) return verdict;
            using (reader)
                for (; ; )
                {
                    cancellation.ThrowIfCancellationRequested();
                    batch.Clear();
                    verdict = reader!.Read(batch);
                    if (!verdict.IsAccepted) return verdict;
                    if (batch.Count == 0) break;
                    for (int i = 0; i < batch.Count; i++)
                        if (!take(place++, batch[i])) return Verdict.Accept;
                    progress?.Invoke(new(CommitStage.Reading, plan.BytesBefore(new(part, 0)) + reader.BytesTaken, plan.Length, place));
                }
        }
        return Verdict.Accept;
    }
}
