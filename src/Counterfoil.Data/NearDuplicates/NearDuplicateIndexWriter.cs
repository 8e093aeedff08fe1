using Counterfoil.Core.Digests;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Files;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>Builds a near-duplicate index on disk, record by record, in memory that does not grow with their number.</summary>
/// <remarks>
/// Leaf of the index's tree: H(00 ‖ tag ‖ digest of the parameters ‖ the record's leaf in the data set ‖ signature). It binds the signature to one record, and the record's place is its own.
/// Files: <c>signatures</c> (the record's leaf and the signature, one after the other), <c>leaves</c> (the tree's leaf hashes), <c>signature-nodes</c> and <c>record-nodes</c> (nodes of both trees, so that a
/// path is found by few reads), <c>bands/00</c> … (sorted buckets), and <c>index</c>, written last.
/// </remarks>
public sealed class NearDuplicateIndexWriter : IDisposable
{
    const int BatchRecords = 256;
    readonly string folder;
    readonly MinHash minHash;
    readonly RecordLeaf leaf;
    readonly RecordText text;
    readonly BandSorter[] bands;
    readonly FileStream signatures, leaves;
    readonly OrderedTreeWriter signatureTree, recordTree;
    readonly byte[] prefix, batch;
    readonly uint[] buckets;
    readonly Sha256Digest[] hashes = new Sha256Digest[BatchRecords], recordLeaves = new Sha256Digest[BatchRecords];
    readonly int stride;
    int inBatch;

    /// <summary>Begins an index in a folder, which is made; an index that is there is replaced when this one is finished.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="canonicaliser">The rule that makes the records.</param>
    /// <param name="parameters">What signatures are made by.</param>
    /// <param name="memoryBytes">What the sorting of bands may use in all; 64 MiB unless told.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public NearDuplicateIndexWriter(string folder, Canonicaliser canonicaliser, MinHashParameters parameters, long memoryBytes = 64 << 20)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        (this.folder, minHash, leaf, text) = (folder, new MinHash(parameters), new RecordLeaf(canonicaliser), new RecordText(canonicaliser));
        Canonicaliser = canonicaliser;
        stride = Bytes32.Size + parameters.SignatureBytes;
        prefix = Prefix(parameters);
        (batch, buckets) = (new byte[BatchRecords * stride], new uint[parameters.Bands]);
        Directory.CreateDirectory(Path.Combine(folder, NearDuplicateIndex.BandsFolder));
        File.Delete(Path.Combine(folder, NearDuplicateIndex.HeaderFile));
        int each = (int)Math.Clamp(memoryBytes / parameters.Bands / sizeof(ulong), 16, 1 << 24);
        bands = [.. Enumerable.Range(0, parameters.Bands).Select(i => new BandSorter(NearDuplicateIndex.BandPath(folder, i), each))];
        signatures = Create(NearDuplicateIndex.SignaturesFile);
        leaves = Create(NearDuplicateIndex.LeavesFile);
        signatureTree = new(new DurableFolder(Path.Combine(folder, NearDuplicateIndex.SignatureNodesFolder)));
        recordTree = new(new DurableFolder(Path.Combine(folder, NearDuplicateIndex.RecordNodesFolder)));
    }

    /// <summary>The rule that makes the records.</summary>
    public Canonicaliser Canonicaliser { get; }

    /// <summary>Records added.</summary>
    public long Records { get; private set; }

    /// <summary>Adds the next record.</summary>
    /// <exception cref="InvalidOperationException">There are 2³² − 1 records already.</exception>
    public void Add(ReadOnlySpan<byte> record)
    {
        if (Records == uint.MaxValue) throw new InvalidOperationException("an index has at most 2³² − 1 records");
        if (inBatch == BatchRecords) Flush();
        var entry = batch.AsSpan(inBatch * stride, stride);
        recordLeaves[inBatch] = leaf.Hash(record);
        recordLeaves[inBatch].CopyTo(entry);
        minHash.Sign(text.Of(record), entry[Bytes32.Size..]);
        minHash.Buckets(entry[Bytes32.Size..], buckets);
        for (int band = 0; band < bands.Length; band++) bands[band].Add(buckets[band], (uint)Records);
        (inBatch, Records) = (inBatch + 1, Records + 1);
    }

    /// <summary>Writes what is left and says what the index is about.</summary>
    public NearDuplicateIndexFacts Finish()
    {
        Flush();
        signatures.Flush(flushToDisk: true);
        leaves.Flush(flushToDisk: true);
        foreach (var band in bands) band.Finish();
        var facts = new NearDuplicateIndexFacts(minHash.Parameters, Canonicaliser, Records, recordTree.Finish(), signatureTree.Finish());
        string header = Path.Combine(folder, NearDuplicateIndex.HeaderFile);
        File.WriteAllBytes(header + ".new", facts.ToBytes());
        File.Move(header + ".new", header, overwrite: true); // the index is there when this is
        return facts;
    }

    void Flush()
    {
        var entries = batch.AsSpan(0, inBatch * stride);
        var made = hashes.AsSpan(0, inBatch);
        Sha256.HashMany(prefix, entries, stride, made);
        signatureTree.Add(made);
        recordTree.Add(recordLeaves.AsSpan(0, inBatch));
        signatures.Write(entries);
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        foreach (var hash in made)
        {
            hash.CopyTo(bytes);
            leaves.Write(bytes);
        }
        inBatch = 0;
    }

    /// <summary>What precedes an entry in the input of its leaf.</summary>
    internal static byte[] Prefix(MinHashParameters parameters) => [Domains.MerkleLeaf, .. Domains.NearDuplicateSignature, .. parameters.Digest.ToArray()];

    /// <summary>The leaf of a record's signature.</summary>
    internal static Sha256Digest Leaf(MinHashParameters parameters, Sha256Digest recordLeaf, ReadOnlySpan<byte> signature) =>
        Sha256.Hash([.. Prefix(parameters), .. recordLeaf.ToArray(), .. signature]);

    FileStream Create(string name) => new(Path.Combine(folder, name), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        signatures.Dispose();
        leaves.Dispose();
        signatureTree.Dispose();
        recordTree.Dispose();
        foreach (var band in bands) band.Dispose();
    }
}
