using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Files;
using Counterfoil.Data.Proofs;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Privacy;

/// <summary>A salted commitment in a folder: its leaves and its keyed tree, which need no trust, and beside them what is private to the committer, the salts and the secret of look-ups.</summary>
/// <remarks>
/// Files: <c>leaves</c> (<see cref="LeafManifest"/>), <c>keyed-tree</c> (<see cref="KeyedTree"/>), <c>salts</c> (<see cref="SaltFile"/>), <c>lookup.key</c> (<see cref="LookupSecret"/>), and <c>salted</c>, written last:
/// deterministic CBOR, an array of version, canonicaliser, records, distinct records, bytes, ordered root, absence root. Memory: 104 bytes a record and the tree.
/// </remarks>
public sealed class SaltedFolder
{
    const string Version = "counterfoil/salted-commitment/v1", FactsFile = "salted", LeavesFile = LeafFile.FileName, TreeFile = "keyed-tree", SaltsFile = "salts", SecretFile = "lookup.key";
    static readonly CborLimits Limits = new() { Bytes = 4096, Depth = 2, Items = 16 };

    readonly string path;

    SaltedFolder(string path, KeyedSet set) => (this.path, Set) = (path, set);

    /// <summary>The set that is committed to.</summary>
    public KeyedSet Set { get; }

    /// <summary>Where the salts are.</summary>
    public string SaltsPath => Path.Combine(path, SaltsFile);

    /// <summary>Where the secret of look-ups is, unless it was destroyed.</summary>
    public string SecretPath => Path.Combine(path, SecretFile);

    /// <summary>Where the keyed tree is: the one file that is there to be given away.</summary>
    public string TreePath => Path.Combine(path, TreeFile);

    /// <summary>Whether a folder holds a salted commitment.</summary>
    public static bool IsOne(string path) => File.Exists(Path.Combine(path, FactsFile));

    /// <summary>Commits to records, each under a salt of its own, with a new secret of look-ups.</summary>
    /// <param name="path">The folder: none yet, or an empty one.</param>
    /// <param name="source">The records.</param>
    /// <param name="scheme">How records are looked up.</param>
    /// <param name="random">Fills a span with uniform secret bytes.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="IOException">The folder holds a commitment, or cannot be written.</exception>
    public static async Task<SaltedFolder> CreateAsync(string path, IRecordSource source, LookupScheme scheme, Action<Span<byte>> random, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!OperatingSystem.IsWindows() && !Directory.Exists(path)) Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var files = new DurableFolder(path);
        KeyedSet set;
        using (var salts = SaltFile.Create(Path.Combine(path, SaltsFile), source.Count, random))
        using (var secret = LookupSecret.Create(Path.Combine(path, SecretFile), scheme, random))
            set = await KeyedSet.BuildAsync(source, salts, secret, cancellation).ConfigureAwait(false);
        files.Replace(LeavesFile, set.Leaves.ToBytes());
        files.Replace(TreeFile, set.Tree.ToBytes());
        files.Replace(FactsFile, Encode(set.Result));
        return new(path, set);
    }

    /// <summary>Opens a folder, and holds its leaves and its tree to the commitment.</summary>
    /// <exception cref="IOException">A file is not there, or cannot be read.</exception>
    public static Verdict Open(string path, out SaltedFolder? folder)
    {
        folder = null;
        var verdict = Decode(File.ReadAllBytes(Path.Combine(path, FactsFile)), out var result);
        LeafManifest? leaves = null;
        KeyedTree? tree = null;
        verdict = verdict.Then(() => LeafManifest.Read(File.ReadAllBytes(Path.Combine(path, LeavesFile)), result!, out leaves)).Then(() => KeyedTree.Read(File.ReadAllBytes(Path.Combine(path, TreeFile)), result!.SortedRoot, out tree));
        if (verdict.IsAccepted && tree!.Count != result!.DistinctRecords) verdict = Verdict.Reject(DataChecks.SaltedFolder, $"{result.DistinctRecords} keys", $"{tree.Count}");
        if (verdict.IsAccepted) folder = new(path, new(result!, leaves!, tree!));
        return verdict;
    }

    /// <summary>The places whose salted leaves are those of a record, ascending; where a salt was destroyed nobody can tell.</summary>
    public Verdict Find(ReadOnlySpan<byte> record, out List<long> places)
    {
        places = [];
        var verdict = SaltFile.Open(SaltsPath, out var salts);
        if (!verdict.IsAccepted) return verdict;
        using (salts)
        {
            if (salts!.Count != Set.Leaves.Count) return Verdict.Reject(DataChecks.SaltedFolder, $"{Set.Leaves.Count} salts", $"{salts.Count}");
            for (int place = 0; place < Set.Leaves.Count; place++)
            {
                verdict = salts.Read(place, out var salt);
                if (verdict is Verdict.Rejected { Reason.Check: var check } && check == DataChecks.SaltErased) continue;
                if (!verdict.IsAccepted) return verdict;
                if (SaltedLeaf.Hash(Set.Result.Canonicaliser, salt, record) == Set.Leaves[place]) places.Add(place);
            }
        }
        return Verdict.Accept;
    }

    /// <summary>Shows whether a record is in the set, by a look-up of the committer's own.</summary>
    /// <param name="unsalted">The record's unsalted leaf hash.</param>
    /// <param name="random">Fills a span with uniform bytes.</param>
    /// <param name="claim">Presence or absence, when accepted.</param>
    /// <exception cref="IOException">The secret is not there, or cannot be read.</exception>
    public Verdict Answer(Sha256Digest unsalted, Action<Span<byte>> random, out Claim? claim)
    {
        claim = null;
        var verdict = OpenSecret(out var secret);
        if (!verdict.IsAccepted) return verdict;
        using (secret)
        {
            var lookup = secret!.Prove(unsalted, random, out var key);
            claim = Set.Answer(key, lookup);
        }
        return Verdict.Accept;
    }

    /// <summary>Opens the secret of look-ups, which must be the one that the commitment binds.</summary>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public Verdict OpenSecret(out LookupSecret? secret)
    {
        var verdict = LookupSecret.Open(SecretPath, out secret);
        if (!verdict.IsAccepted || secret!.PublicKey == Set.Tree.Key) return verdict;
        var found = secret.PublicKey;
        secret.Dispose();
        secret = null;
        return Verdict.Reject(DataChecks.LookupKey, $"{Set.Tree.Key}", $"{found}");
    }

    static byte[] Encode(CommitmentResult result)
    {
        var writer = new CborWriter();
        writer.BeginArray(7);
        writer.WriteText(Version);
        writer.WriteText(result.Canonicaliser.Id);
        writer.WriteInt(result.Records);
        writer.WriteInt(result.DistinctRecords);
        writer.WriteInt(result.Bytes);
        writer.WriteBytes(result.OrderedRoot.ToArray());
        writer.WriteBytes(result.SortedRoot.ToArray());
        writer.EndArray();
        return writer.ToArray();
    }

    static Verdict Decode(ReadOnlySpan<byte> bytes, out CommitmentResult? result)
    {
        result = null;
        var reader = new CborReader(bytes, Limits);
        reader.BeginArray(7, 7);
        string version = reader.ReadText(64);
        if (!reader.Failed && version != Version) reader.Fail(DataChecks.SaltedFolder, Version, $"\"{version}\"");
        string id = reader.ReadText(64);
        long records = reader.ReadInt(0, int.MaxValue), distinct = reader.ReadInt(0, int.MaxValue), length = reader.ReadInt(0, long.MaxValue);
        Sha256Digest ordered = new(reader.ReadBytes32()), absence = new(reader.ReadBytes32());
        reader.EndArray();
        var verdict = reader.Finish();
        if (!verdict.IsAccepted) return verdict;
        verdict = Canonicaliser.Parse(id, out var canonicaliser);
        if (verdict.IsAccepted) result = new(canonicaliser!, records, distinct, length, ordered, absence);
        return verdict;
    }
}
