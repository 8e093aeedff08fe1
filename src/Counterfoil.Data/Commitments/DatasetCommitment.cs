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

    internal static async Task<(Sha256Digest[] Leaves, long Bytes)> HashAsync(IRecordSource source, IProgress<int>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        var leaf = new RecordLeaf(source.Canonicaliser);
        var buffer = new byte[source.MaxRecordBytes];
        var hashes = new Sha256Digest[source.Count];
        long bytes = 0;
        for (int place = 0; place < hashes.Length; place++)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = await source.ReadAsync(place, buffer, cancellation).ConfigureAwait(false);
            hashes[place] = leaf.Hash(buffer.AsSpan(0, length));
            bytes += length;
            if (place % 1024 == 1023) progress?.Report(place + 1);
        }
        progress?.Report(hashes.Length);
        return (hashes, bytes);
    }
}
