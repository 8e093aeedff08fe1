using Counterfoil.Core.Digests;
using Counterfoil.Data.Absence;

namespace Counterfoil.Data.Commitments;

/// <summary>Commits to a data set: reads every record once and binds them all by two roots.</summary>
public static class DatasetCommitment
{
    /// <summary>Reads the records in order. Memory: one record, and 32 bytes a record for the manifest.</summary>
    public static async Task<(CommitmentResult Result, LeafManifest Leaves)> BuildAsync(
        IRecordSource source, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var (hashes, bytes) = await HashAsync(source, progress, cancellation).ConfigureAwait(false);
        var leaves = new LeafManifest(hashes);
        var keys = PrefixTree.Of(leaves);
        return (new(source.Canonicaliser, leaves.Count, keys.Count, bytes, leaves.Root, keys.Root), leaves);
    }

    /// <summary>Hashes every record. Records are read into one buffer until it is full or a length differs, so that those of one length are hashed together.</summary>
    internal static async Task<(Sha256Digest[] Leaves, long Bytes)> HashAsync(IRecordSource source, IProgress<int>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        var leaf = new RecordLeaf(source.Canonicaliser);
        int max = source.MaxRecordBytes;
        var buffer = new byte[Math.Max(max, Math.Min(BufferBytes, (long)max * source.Count))];
        var hashes = new Sha256Digest[source.Count];
        long bytes = 0;
        int first = 0, used = 0, common = 0; // records first … place − 1 wait in the buffer, each of the common length
        void Flush(int place)
        {
            leaf.HashMany(buffer.AsSpan(0, used), common, hashes.AsSpan(first..place));
            (first, used) = (place, 0);
            progress?.Report(place);
        }
        for (int place = 0; place < hashes.Length; place++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (buffer.Length - used < max) Flush(place);
            int length = await source.ReadAsync(place, buffer.AsMemory(used, max), cancellation).ConfigureAwait(false);
            if (first < place && length != common)
            {
                var record = buffer.AsMemory(used, length);
                Flush(place);
                record.CopyTo(buffer);
            }
            common = length;
            used += length;
            bytes += length;
        }
        if (first < hashes.Length) Flush(hashes.Length);
        return (hashes, bytes);
    }

    const int BufferBytes = 1 << 20;
}
