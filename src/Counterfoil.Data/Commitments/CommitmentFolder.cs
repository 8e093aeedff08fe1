using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Commitments.Keys;
using Counterfoil.Data.Files;
using Counterfoil.Data.Proofs;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Commitments;

/// <summary>A commitment as <see cref="FolderCommit"/> left it: finds records and makes proofs by a few reads, however many records there are. Several threads may use one.</summary>
/// <remarks>The folder needs no trust: every proof is held to the commitment's root before it is given out, and a damaged folder is refused by <c>data.folder.root</c>.</remarks>
public sealed class CommitmentFolder : ICommittedLeaves, IDisposable
{
    readonly IDurableFile leaves, keys, repeats, index;
    readonly Dictionary<int, IDurableFile> nodes;
    readonly OrderedTreeReader ordered;
    readonly int pageDepth;

    CommitmentFolder(CommitmentFacts facts, IDurableFile leaves, IDurableFile keys, IDurableFile repeats, IDurableFile index, Dictionary<int, IDurableFile> nodes, int pageDepth)
    {
        (Result, Plan, this.leaves, this.keys, this.repeats, this.index, this.nodes, this.pageDepth) = (facts.Result, facts.Plan, leaves, keys, repeats, index, nodes, pageDepth);
        ordered = new((place, digests) => LeafFile.Read(leaves, LeafFile.Start + place * Bytes32.Size, digests), level => nodes[level], Result.Records);
    }

    /// <summary>The file by which such a folder is known: a commit writes it last.</summary>
    public const string FactsFile = CommitmentFacts.FileName;

    /// <summary>What was committed.</summary>
    public CommitmentResult Result { get; }

    /// <summary>The digest of the plan that was committed.</summary>
    internal Sha256Digest Plan { get; }

    /// <summary>Opens a folder; its files stay open until this is disposed.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static Verdict Open(string path, out CommitmentFolder? folder)
    {
        folder = null;
        return Directory.Exists(path) ? Open(new DurableFolder(path), out folder) : Verdict.Reject(DataChecks.FolderForm, "a commitment's folder", $"none at '{path}'");
    }

    internal static Verdict Open(IDurableFiles files, out CommitmentFolder? folder)
    {
        folder = null;
        if (files.Read(CommitmentFacts.FileName, CommitmentFacts.MaxBytes + 1) is not { } found)
            return Verdict.Reject(DataChecks.FolderForm, $"the file '{CommitmentFacts.FileName}' of a commit that was finished", "none");
        var verdict = CommitmentFacts.Decode(found, out var facts);
        if (!verdict.IsAccepted) return verdict;
        var opened = new List<IDurableFile>();
        try
        {
            var result = facts!.Result;
            foreach (string name in (string[])[LeafFile.FileName, KeyIndex.KeysName, KeyIndex.RepeatsName, KeyIndex.FileName])
            {
                if (files.OpenToRead(name) is not { } file) return Verdict.Reject(DataChecks.FolderForm, $"the file '{name}'", "none");
                opened.Add(file);
            }
            if (!LeafFile.IsWhole(opened[0], result.Records)) return Verdict.Reject(DataChecks.FolderForm, $"{result.Records} leaves", $"a file of {opened[0].Length} bytes");
            if (!KeyIndex.TryReadHeader(opened[3], out int pageDepth, out long distinct)) return Verdict.Reject(DataChecks.FolderForm, "an index of keys", "another file, or a part of one");
            if (distinct != result.DistinctRecords || opened[1].Length != distinct * KeyIndex.EntryBytes)
                return Verdict.Reject(DataChecks.FolderForm, $"{result.DistinctRecords} keys", $"an index of {distinct}, and {opened[1].Length} bytes of keys");
            var nodes = new Dictionary<int, IDurableFile>();
            for (int level = OrderedTreeWriter.TileLevels; level < 63 && result.Records >> level > 0; level += OrderedTreeWriter.TileLevels)
            {
                string name = OrderedTreeWriter.FileName(level);
                if (files.OpenToRead(name) is not { } file) return Verdict.Reject(DataChecks.FolderForm, $"the file '{name}'", "none");
                opened.Add(file);
                nodes.Add(level, file);
                if (file.Length != (result.Records >> level) * Bytes32.Size) return Verdict.Reject(DataChecks.FolderForm, $"{result.Records >> level} nodes in '{name}'", $"{file.Length} bytes");
            }
            folder = new(facts, opened[0], opened[1], opened[2], opened[3], nodes, pageDepth);
            return Verdict.Accept;
        }
        finally
        {
            if (folder is null)
                foreach (var file in opened) file.Dispose();
        }
    }

    /// <summary>The leaf hash at a place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public Sha256Digest Leaf(long place)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, Result.Records);
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        leaves.ReadExactly(bytes, LeafFile.Start + place * Bytes32.Size);
        return new(bytes);
    }

    /// <summary>The siblings from the leaf at a place up to the ordered root, held to it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public Verdict Inclusion(long place, out ImmutableArray<Sha256Digest> path)
    {
        var leaf = Leaf(place);
        path = ordered.Path(place);
        return InclusionProof.Verify(Result.OrderedRoot, Result.Records, place, leaf, path).IsAccepted ? Verdict.Accept
            : Verdict.Reject(DataChecks.FolderRoot, $"leaves and nodes that lead to the ordered root {Result.OrderedRoot}", "others");
    }

    /// <summary>The places of the records with this leaf hash, ascending; none where the data set has no such record.</summary>
    /// <param name="leafHash">What <see cref="RecordLeaf.Hash"/> says of the record.</param>
    /// <param name="places">The places.</param>
    /// <param name="most">How many places at most: a record may occur often.</param>
    public Verdict Find(Sha256Digest leafHash, out ImmutableArray<long> places, int most = 1000)
    {
        places = [];
        var key = RecordLeaf.Key(leafHash);
        var verdict = Page(key, out var page, out _);
        if (!verdict.IsAccepted) return verdict;
        int at = Array.BinarySearch(page.Keys, key);
        if (at < 0) return Verdict.Accept;
        long value = page.Values[at];
        places = value >= 0 ? [value] : Repeats(value, most, out _);
        foreach (long place in places)
            if (place < 0 || place >= Result.Records || Leaf(place) != leafHash) return Verdict.Reject(DataChecks.FolderRoot, $"leaf {leafHash} at place {place}", "another");
        return Verdict.Accept;
    }

    /// <summary>The path along a key's bits in the absence tree: what shows it in, and how often, or out.</summary>
    public Verdict Prove(Sha256Digest key, out PrefixProof? proof)
    {
        proof = null;
        var verdict = Page(key, out var page, out var siblings);
        if (!verdict.IsAccepted) return verdict;
        // The page as a tree of its own, whose first siblings are empty: those are known from the index.
        var found = PrefixTree.Of(page.Keys, page.Multiplicities).Prove(key);
        proof = new([.. siblings, .. found.Siblings.Skip(siblings.Count)], found.End);
        bool holds = (found.End is { } end && end.Key == key ? proof.VerifyPresent(Result.SortedRoot, key, end.Multiplicity) : proof.VerifyAbsent(Result.SortedRoot, key)).IsAccepted;
        if (!holds) proof = null;
        return holds ? Verdict.Accept : Verdict.Reject(DataChecks.FolderRoot, $"keys and hashes that lead to the absence root {Result.SortedRoot}", "others");
    }

    Canonicaliser ICommittedLeaves.Canonicaliser => Result.Canonicaliser;

    Sha256Digest ICommittedLeaves.OrderedRoot => Result.OrderedRoot;

    Sha256Digest ICommittedLeaves.AbsenceRoot => Result.SortedRoot;

    long ILeafSequence.Count => Result.Records;

    Sha256Digest ILeafSequence.this[long place] => Leaf(place);

    void ILeafSequence.Read(long place, Span<Sha256Digest> destination) => LeafFile.Read(leaves, LeafFile.Start + place * Bytes32.Size, destination);

    ImmutableArray<Sha256Digest> ICommittedLeaves.InclusionPath(long place) => Sound(Inclusion(place, out var path), path);

    IReadOnlyList<long> ICommittedLeaves.Find(Sha256Digest leafHash) => Sound(Find(leafHash, out var places, int.MaxValue), places);

    PrefixProof ICommittedLeaves.Absence(Sha256Digest key) => Sound(Prove(key, out var proof), proof!);

    // A folder of one's own that is damaged is a failure of the world.
    static T Sound<T>(Verdict verdict, T value) => verdict.IsAccepted ? value : throw new InvalidDataException($"the commitment's folder is damaged: {verdict}");

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in nodes.Values.Concat([leaves, keys, repeats, index])) file.Dispose();
    }

    /// <summary>Neighbouring keys: all in the smallest subtree on a key's path that has few, or in its page.</summary>
    /// <param name="Keys">The keys, ascending.</param>
    /// <param name="Values">Where their records are, as the file of keys says.</param>
    /// <param name="Multiplicities">How often each occurs.</param>
    readonly record struct KeyPage(Sha256Digest[] Keys, long[] Values, long[] Multiplicities);

    /// <summary>Goes down the index as long as there are several keys, and reads those of the page where it ends.</summary>
    Verdict Page(Sha256Digest key, out KeyPage page, out List<Sha256Digest> siblings)
    {
        siblings = [];
        page = new([], [], []);
        int depth = 0;
        long prefix = 0, begin = 0, end = Result.DistinctRecords;
        while (depth < pageDepth && end - begin > 1)
        {
            depth++;
            prefix = 2 * prefix + (key.Value.Bit(depth - 1) ? 1 : 0);
            siblings.Add(Slot(depth, prefix ^ 1));
            (begin, end) = (Begin(prefix << (pageDepth - depth)), Begin(prefix + 1 << (pageDepth - depth)));
        }
        // Hashes crowd a page beyond this only if someone ground them, or the index is damaged.
        const int Most = 1 << 20;
        if (begin < 0 || end < begin || end > Result.DistinctRecords || end - begin > Most) return Verdict.Reject(DataChecks.FolderForm, $"a page of at most {Most} keys", $"one from {begin} to {end}");
        int count = (int)(end - begin);
        var bytes = new byte[count * KeyIndex.EntryBytes];
        keys.ReadExactly(bytes, begin * KeyIndex.EntryBytes);
        page = new(new Sha256Digest[count], new long[count], new long[count]);
        for (int i = 0; i < count; i++)
        {
            var entry = bytes.AsSpan(i * KeyIndex.EntryBytes, KeyIndex.EntryBytes);
            page.Keys[i] = new(entry[..Bytes32.Size]);
            page.Values[i] = BinaryPrimitives.ReadInt64BigEndian(entry[Bytes32.Size..]);
            page.Multiplicities[i] = 1;
            if (page.Values[i] < 0) _ = Repeats(page.Values[i], 0, out page.Multiplicities[i]);
            if (i > 0 && page.Keys[i - 1] >= page.Keys[i] || page.Multiplicities[i] < 1) return Verdict.Reject(DataChecks.FolderForm, "keys that ascend, each once", "others");
        }
        return Verdict.Accept;
    }

    ImmutableArray<long> Repeats(long value, int most, out long count)
    {
        long at = (value & ~KeyIndex.Repeated) * 8;
        Span<byte> number = stackalloc byte[8];
        count = 0;
        if (at < 0 || at > repeats.Length - 8) return [];
        repeats.ReadExactly(number, at);
        count = BinaryPrimitives.ReadInt64BigEndian(number);
        var places = new byte[8 * Math.Clamp(Math.Min(count, most), 0, (repeats.Length - at - 8) / 8)];
        repeats.ReadExactly(places, at + 8);
        return [.. Enumerable.Range(0, places.Length / 8).Select(i => BinaryPrimitives.ReadInt64BigEndian(places.AsSpan(8 * i)))];
    }

    Sha256Digest Slot(int depth, long prefix)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        index.ReadExactly(bytes, KeyIndex.SlotAt(depth, prefix));
        return new(bytes);
    }

    long Begin(long page)
    {
        Span<byte> bytes = stackalloc byte[8];
        index.ReadExactly(bytes, KeyIndex.BeginAt(pageDepth, page));
        return BinaryPrimitives.ReadInt64BigEndian(bytes);
    }
}
