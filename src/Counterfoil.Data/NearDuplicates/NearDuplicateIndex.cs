using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Files;
using Microsoft.Win32.SafeHandles;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>A committed record that is like what was asked about.</summary>
/// <param name="Place">Its place in the data set.</param>
/// <param name="Estimate">How alike, by signature.</param>
public readonly record struct NearDuplicate(long Place, JaccardEstimate Estimate);

/// <summary>A near-duplicate index on disk: finds the committed records that are most like some bytes, and makes evidence of it.</summary>
public sealed class NearDuplicateIndex : IDisposable
{
    internal const string HeaderFile = "index", SignaturesFile = "signatures", LeavesFile = "leaves", BandsFolder = "bands", SignatureNodesFolder = "signature-nodes", RecordNodesFolder = "record-nodes";
    readonly SafeFileHandle signatures, leaves;
    readonly SafeFileHandle[] bands;
    readonly Dictionary<(string, int), IDurableFile> nodes = [];
    readonly OrderedTreeReader signatureTree, recordTree;
    readonly int stride;

    NearDuplicateIndex(string folder, NearDuplicateIndexFacts facts)
    {
        (Facts, stride) = (facts, Bytes32.Size + facts.Parameters.SignatureBytes);
        signatures = File.OpenHandle(Path.Combine(folder, SignaturesFile));
        leaves = File.OpenHandle(Path.Combine(folder, LeavesFile));
        bands = [.. Enumerable.Range(0, facts.Parameters.Bands).Select(i => File.OpenHandle(BandPath(folder, i)))];
        foreach (string tree in (string[])[SignatureNodesFolder, RecordNodesFolder])
            for (int level = OrderedTreeWriter.TileLevels; facts.Records >> level > 0; level += OrderedTreeWriter.TileLevels)
                nodes.Add((tree, level), new DurableFolder(Path.Combine(folder, tree)).OpenToRead(OrderedTreeWriter.FileName(level)) ?? throw new FileNotFoundException($"the index lacks {tree}/{OrderedTreeWriter.FileName(level)}"));
        signatureTree = new((place, digests) => ReadDigests(leaves, place, Bytes32.Size, digests), level => nodes[(SignatureNodesFolder, level)], facts.Records);
        recordTree = new((place, digests) => ReadDigests(signatures, place, stride, digests), level => nodes[(RecordNodesFolder, level)], facts.Records);
    }

    /// <summary>What it is about, by its own word: the statement says what was committed.</summary>
    public NearDuplicateIndexFacts Facts { get; }

    internal static string BandPath(string folder, int band) => Path.Combine(folder, BandsFolder, $"{band:x2}");

    /// <summary>Opens the index in a folder; it stays open until this is disposed.</summary>
    /// <exception cref="IOException">A file is not there or cannot be read.</exception>
    public static Verdict Open(string folder, out NearDuplicateIndex? index)
    {
        index = null;
        var verdict = NearDuplicateIndexFacts.Decode(File.ReadAllBytes(Path.Combine(folder, HeaderFile)), out var facts);
        if (!verdict.IsAccepted) return verdict;
        var opened = new NearDuplicateIndex(folder, facts!);
        long found = RandomAccess.GetLength(opened.signatures);
        if (found != facts!.Records * opened.stride) verdict = Verdict.Reject(NearDuplicateChecks.Form, $"{facts.Records * opened.stride} bytes of signatures", $"{found}");
        else if (RandomAccess.GetLength(opened.leaves) is var length && length != facts.Records * Bytes32.Size) verdict = Verdict.Reject(NearDuplicateChecks.Form, $"{facts.Records * Bytes32.Size} bytes of leaves", $"{length}");
        else if (opened.bands.Select(RandomAccess.GetLength).FirstOrDefault(l => l != facts.Records * sizeof(ulong), -1) is not -1 and var band) verdict = Verdict.Reject(NearDuplicateChecks.Form, $"{facts.Records * sizeof(ulong)} bytes a band", $"{band}");
        else if (opened.nodes.FirstOrDefault(n => n.Value.Length != (facts.Records >> n.Key.Item2) * Bytes32.Size) is { Value: { } file } torn) verdict = Verdict.Reject(NearDuplicateChecks.Form, $"{facts.Records >> torn.Key.Item2} nodes in {torn.Key.Item1}", $"{file.Length} bytes");
        if (verdict.IsAccepted) index = opened;
        else opened.Dispose();
        return verdict;
    }

    /// <summary>The records that share a band with <paramref name="query"/>, most alike first. One of similarity j is found with probability <see cref="MinHashParameters.Recall"/>.</summary>
    public ImmutableArray<NearDuplicate> Closest(ReadOnlySpan<byte> query, int most = 10)
    {
        var minHash = new MinHash(Facts.Parameters);
        var signature = minHash.Sign(query);
        var buckets = new uint[bands.Length];
        minHash.Buckets(signature, buckets);
        var places = new HashSet<uint>();
        for (int band = 0; band < bands.Length; band++) Collect(bands[band], buckets[band], places);
        var entry = new byte[stride];
        return Best(places.Select(place =>
        {
            Read(signatures, entry, (long)place * stride);
            return new NearDuplicate(place, new(MinHash.Matches(signature, entry.AsSpan(Bytes32.Size)), Facts.Parameters.Permutations));
        }), most);
    }

    /// <summary>The most alike of all records: every signature is read. Nothing with a higher estimate is in the data set.</summary>
    public ImmutableArray<NearDuplicate> ClosestOfAll(ReadOnlySpan<byte> query, int most = 10)
    {
        var signature = new MinHash(Facts.Parameters).Sign(query);
        return Best(Scan(signature), most);
    }

    IEnumerable<NearDuplicate> Scan(byte[] signature)
    {
        const int Many = 1024;
        var entries = new byte[Many * stride];
        for (long first = 0; first < Facts.Records; first += Many)
        {
            int count = (int)Math.Min(Many, Facts.Records - first);
            Read(signatures, entries.AsSpan(0, count * stride), first * stride);
            for (int i = 0; i < count; i++)
                yield return new(first + i, new(MinHash.Matches(signature, entries.AsSpan(i * stride + Bytes32.Size, signature.Length)), Facts.Parameters.Permutations));
        }
    }

    static ImmutableArray<NearDuplicate> Best(IEnumerable<NearDuplicate> candidates, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        // The least of those kept is at the front; of two that are alike, the one in the later place.
        var kept = new PriorityQueue<NearDuplicate, (int, long)>();
        foreach (var candidate in candidates)
        {
            kept.Enqueue(candidate, (candidate.Estimate.Matches, -candidate.Place));
            if (kept.Count > most) kept.Dequeue();
        }
        var sorted = new NearDuplicate[kept.Count];
        for (int i = sorted.Length; --i >= 0;) sorted[i] = kept.Dequeue();
        return [.. sorted];
    }

    /// <summary>Evidence that the record at a place has the signature that the index says, held to the index's own roots before it is given out.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    public NearDuplicateEvidence Prove(long place)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)place, (ulong)Facts.Records, nameof(place));
        var entry = new byte[stride];
        Read(signatures, entry, place * stride);
        var evidence = new NearDuplicateEvidence(Facts, place, new(entry.AsSpan(0, Bytes32.Size)), [.. entry.AsSpan(Bytes32.Size)], signatureTree.Path(place), recordTree.Path(place));
        return evidence.Verify(Facts) is Verdict.Rejected { Reason: var reason } ? throw new InvalidDataException($"the index is damaged, make it again: {reason}") : evidence;
    }

    static void ReadDigests(SafeFileHandle file, long first, int step, Span<Sha256Digest> hashes)
    {
        var bytes = new byte[hashes.Length * step];
        Read(file, bytes, first * step);
        for (int i = 0; i < hashes.Length; i++) hashes[i] = new(bytes.AsSpan(i * step, Bytes32.Size));
    }

    /// <summary>All places in a bucket, by binary search for where it begins.</summary>
    void Collect(SafeFileHandle band, uint bucket, HashSet<uint> places)
    {
        long low = 0, high = Facts.Records;
        while (low < high)
        {
            long middle = (low + high) / 2;
            if (Entry(band, middle) >> 32 < bucket) low = middle + 1;
            else high = middle;
        }
        for (; low < Facts.Records && Entry(band, low) is var entry && entry >> 32 == bucket; low++) places.Add((uint)entry);
    }

    static ulong Entry(SafeFileHandle band, long at)
    {
        ulong entry = 0;
        Read(band, MemoryMarshal.AsBytes(new Span<ulong>(ref entry)), at * sizeof(ulong));
        return entry;
    }

    static void Read(SafeFileHandle file, Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(file, bytes, offset);
            if (read == 0) throw new EndOfStreamException("an index file became shorter");
            bytes = bytes[read..];
            offset += read;
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        signatures.Dispose();
        leaves.Dispose();
        foreach (var band in bands) band.Dispose();
        foreach (var file in nodes.Values) file.Dispose();
    }
}
