using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Lineage.Transformations;

namespace Counterfoil.Data.Lineage;

/// <summary>Runs a transformation over all records of its inputs.</summary>
public static class TransformationRun
{
    /// <summary>Runs it; the origins of the output's records, in order, are what samples are later made from.</summary>
    /// <param name="transformation">What to do.</param>
    /// <param name="inputs">The inputs, in order.</param>
    /// <param name="output">Takes each output record; its memory is good until it returns.</param>
    /// <param name="origins">The origin of each output record, when accepted.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="IOException">An input became unreadable.</exception>
    public static Verdict Run(Transformation transformation, IReadOnlyList<IRecordSource> inputs, Action<ReadOnlyMemory<byte>> output, out ImmutableArray<RecordOrigin> origins, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(transformation);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(output);
        ImmutableArray<long> counts = [.. inputs.Select(i => (long)i.Count)];
        origins = [];
        var verdict = transformation.Suits(counts);
        if (!verdict.IsAccepted) return verdict;
        var from = ImmutableArray.CreateBuilder<RecordOrigin>();
        var buffer = new byte[Math.Max(1, inputs.Max(i => i.MaxRecordBytes))];
        if (transformation.OriginsFollowFromCounts)
            for (long place = 0; place < transformation.OutputCount(counts); place++)
            {
                cancellation.ThrowIfCancellationRequested();
                var origin = transformation.OriginOf(place, counts);
                output(transformation.Apply(Read(inputs, origin, buffer)));
                from.Add(origin);
            }
        else
        {
            var seen = new HashSet<Sha256Digest>();
            for (int place = 0; place < inputs[0].Count; place++)
            {
                cancellation.ThrowIfCancellationRequested();
                var record = Read(inputs, new(0, place), buffer);
                if (!transformation.Keeps(record) || transformation.KeepsFirstAlone && !seen.Add(Sha256.Hash(record.Span))) continue;
                output(transformation.Apply(record));
                from.Add(new(0, place));
            }
        }
        origins = from.ToImmutable();
        return Verdict.Accept;
    }

    /// <summary>Reads one record. The interface is one of tasks; the sources on disk and in memory are ready when they return.</summary>
    internal static ReadOnlyMemory<byte> Read(IReadOnlyList<IRecordSource> inputs, RecordOrigin origin, byte[] buffer)
    {
        int length = inputs[origin.Input].ReadAsync((int)origin.Place, buffer).AsTask().GetAwaiter().GetResult();
        return buffer.AsMemory(0, length);
    }
}
