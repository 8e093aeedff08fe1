using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Data.Commitments;

namespace Counterfoil.Data.Guarding;

/// <summary>
/// Stands between a data set and what trains on it. Every record is read once into memory, hashed there, compared with the commitment, and
/// used from the same memory; what differs is kept back with a receipt. It shows equality with what was committed, not that this is benign.
/// </summary>
/// <remarks>
/// First it inspects the whole source, which finds what is missing, moved, extra or twice. That result is never trusted for the bytes: each epoch
/// reads and checks again, so a source that shows one face to the inspection and another to the trainer is caught where it does.
/// Memory: 64 bytes a record, and a batch. One trainer at a time.
/// </remarks>
public sealed class Guard
{
    readonly CommitmentResult commitment;
    readonly LeafManifest manifest;
    readonly IRecordSource source;
    readonly RecordLeaf leaf;
    readonly int[] positions; // of committed records in the source; −1 for those kept back
    readonly List<Quarantine> quarantined;
    readonly int inspected;
    Frontier delivered = new();
    long records;

    Guard(CommitmentResult commitment, LeafManifest manifest, IRecordSource source, int inspected, int[] positions, List<Quarantine> quarantined)
    {
        (this.commitment, this.manifest, this.source) = (commitment, manifest, source);
        (this.inspected, this.positions, this.quarantined) = (inspected, positions, quarantined);
        leaf = new RecordLeaf(source.Canonicaliser);
    }

    /// <summary>Inspects a source against a commitment.</summary>
    /// <param name="commitment">What was committed.</param>
    /// <param name="manifest">Its leaf hashes, as <see cref="LeafManifest.Read"/> checked them.</param>
    /// <param name="source">The data as it is now.</param>
    /// <param name="progress">Told how many records were read.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="ArgumentException">The manifest is another commitment's, or the source makes records by another rule.</exception>
    public static async Task<Guard> InspectAsync(
        CommitmentResult commitment, LeafManifest manifest, IRecordSource source, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(source);
        if (manifest.Root != commitment.OrderedRoot || manifest.Count != commitment.Records) throw new ArgumentException("the manifest is not this commitment's", nameof(manifest));
        if (source.Canonicaliser != commitment.Canonicaliser)
            throw new ArgumentException($"the source makes records by {source.Canonicaliser}, the commitment by {commitment.Canonicaliser}", nameof(source));
        var (found, _) = await DatasetCommitment.HashAsync(source, progress, cancellation).ConfigureAwait(false);
        var (positions, quarantined) = Inspection.Compare(manifest, found);
        return new(commitment, manifest, source, found.Length, positions, quarantined);
    }

    /// <summary>The facts so far.</summary>
    public GuardReport Report => new(commitment, inspected, positions.Count(p => p >= 0), [.. quarantined], new(delivered.Size, records, delivered.Root));

    /// <summary>
    /// Delivers verified records to one trainer: for each epoch its order, in batches of <paramref name="batchSize"/>; the last of an epoch may be smaller.
    /// A record that is kept back leaves no gap: the next takes its place.
    /// </summary>
    /// <param name="split">Says which records are trained on, and the order of each epoch.</param>
    /// <param name="epochs">How many epochs.</param>
    /// <param name="batchSize">Records a batch, at least 1.</param>
    /// <param name="cancellation">Stops.</param>
    /// <remarks>What <see cref="GuardReport.Delivered"/> states begins anew with each run.</remarks>
    public async IAsyncEnumerable<GuardedBatch> TrainAsync(
        HeldBackSplit split, int epochs, int batchSize, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        (delivered, records) = (new(), 0);
        for (int epoch = 0; epoch < epochs; epoch++)
            await foreach (var batch in ReadAsync(split.EpochOrder(epoch), batchSize, epoch, cancellation).ConfigureAwait(false))
            {
                delivered.Add(MerkleTree.LeafHash(batch.Root.ToArray()));
                records += batch.Count;
                yield return batch;
            }
    }

    /// <summary>Delivers verified records at the places asked for, in that order, without counting them as trained on: for the held-back records.</summary>
    public IAsyncEnumerable<GuardedBatch> ReadAsync(ImmutableArray<int> places, int batchSize, CancellationToken cancellation = default) =>
        ReadAsync(places, batchSize, 0, cancellation);

    async IAsyncEnumerable<GuardedBatch> ReadAsync(ImmutableArray<int> places, int batchSize, int epoch, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        int max = source.MaxRecordBytes, step = (int)delivered.Size;
        for (int at = 0; at < places.Length;)
        {
            var buffer = new byte[checked(batchSize * max)];
            var (held, ends, leaves) = (ImmutableArray.CreateBuilder<int>(batchSize), ImmutableArray.CreateBuilder<int>(batchSize), new List<Sha256Digest>(batchSize));
            for (int end = 0; at < places.Length && held.Count < batchSize; at++)
            {
                cancellation.ThrowIfCancellationRequested();
                int place = places[at], position = positions[place];
                if (position < 0) continue;
                int length = await source.ReadAsync(position, buffer.AsMemory(end, max), cancellation).ConfigureAwait(false);
                var found = leaf.Hash(buffer.AsSpan(end, length));
                if (found != manifest[place])
                {
                    quarantined.Add(new(QuarantineReason.ChangedAfterInspection, place, position, manifest[place], found));
                    positions[place] = -1;
                    continue; // the next record overwrites it
                }
                end += length;
                held.Add(place);
                ends.Add(end);
                leaves.Add(found);
            }
            if (held.Count == 0) yield break;
            yield return new(buffer, ends.ToImmutable(), source.Canonicaliser.LabelBytes, epoch, step++, held.ToImmutable(), MerkleTree.Root(leaves.ToArray()));
        }
    }
}
