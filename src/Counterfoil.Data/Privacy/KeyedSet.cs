using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Pseudorandom;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Proofs;

namespace Counterfoil.Data.Privacy;

/// <summary>A set whose ordered leaves are salted and whose absence tree is keyed: its hashes identify no record to those who lack salt and key. Answers look-ups.</summary>
/// <remarks>A key in the tree is the function's output at the record's unsalted leaf hash; the value is the root over the record's salted leaves.</remarks>
public sealed class KeyedSet
{
    internal KeyedSet(CommitmentResult result, LeafManifest leaves, KeyedTree tree) => (Result, Leaves, Tree) = (result, leaves, tree);

    /// <summary>What a commitment to the set states: its absence root binds the public key of <see cref="Tree"/>.</summary>
    public CommitmentResult Result { get; }

    /// <summary>The salted leaves.</summary>
    public LeafManifest Leaves { get; }

    /// <summary>The keyed absence tree, with the public key under which records are looked up.</summary>
    public KeyedTree Tree { get; }

    /// <summary>Builds a set whose look-ups show the service what is looked up. One evaluation of the function a record.</summary>
    public static Task<KeyedSet> BuildAsync(IRecordSource source, SaltFile salts, VrfKey key, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return BuildAsync(source, salts, LookupKey.Of(key.PublicKey), unsalted =>
        {
            key.Prove(unsalted.ToArray(), out var output);
            return output;
        }, cancellation);
    }

    /// <summary>Builds a set whose look-ups are blind. One evaluation of the function a record.</summary>
    public static Task<KeyedSet> BuildAsync(IRecordSource source, SaltFile salts, VoprfKey key, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return BuildAsync(source, salts, LookupKey.Of(key.PublicKey), unsalted => new(key.Evaluate(unsalted.ToArray())), cancellation);
    }

    /// <summary>Builds a set by a secret of either scheme. One evaluation of the function a record.</summary>
    public static Task<KeyedSet> BuildAsync(IRecordSource source, SaltFile salts, LookupSecret secret, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return BuildAsync(source, salts, secret.PublicKey, secret.Evaluate, cancellation);
    }

    static async Task<KeyedSet> BuildAsync(IRecordSource source, SaltFile salts, LookupKey key, Func<Sha256Digest, Sha256Digest> evaluate, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(salts);
        if (salts.Count != source.Count) throw new ArgumentException($"{salts.Count} salts for {source.Count} records", nameof(salts));
        var leaf = new RecordLeaf(source.Canonicaliser);
        var buffer = new byte[Math.Max(1, source.MaxRecordBytes)];
        var hashes = new Sha256Digest[source.Count];
        var places = new Dictionary<Sha256Digest, List<Sha256Digest>>(); // salted leaves by key, by place
        long bytes = 0;
        for (int place = 0; place < hashes.Length; place++)
        {
            int length = await source.ReadAsync(place, buffer, cancellation).ConfigureAwait(false);
            if (salts.Read(place, out var salt) is Verdict.Rejected { Reason: var reason }) throw new InvalidDataException(reason.ToString());
            hashes[place] = SaltedLeaf.Hash(source.Canonicaliser, salt, buffer.AsSpan(0, length));
            var recordKey = evaluate(leaf.Hash(buffer.AsSpan(0, length)));
            if (!places.TryGetValue(recordKey, out var same)) places.Add(recordKey, same = []);
            same.Add(hashes[place]);
            bytes += length;
        }
        var tree = new KeyedTree(key, PrefixTree.Of(places.Select(p => new PrefixEntry(p.Key, p.Value.Count, MerkleTree.Root(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(p.Value))))));
        var leaves = new LeafManifest(hashes);
        return new(new(source.Canonicaliser, leaves.Count, tree.Count, bytes, leaves.Root, tree.Root), leaves, tree);
    }

    /// <summary>The placement of the record at a place, with its own salt; refused where that was destroyed.</summary>
    public Verdict Place(long place, SaltFile salts, out Placement? placement)
    {
        ArgumentNullException.ThrowIfNull(salts);
        var verdict = salts.Read(place, out var salt);
        placement = verdict.IsAccepted ? new(place, Leaves.InclusionPath(checked((int)place)), salt) : null;
        return verdict;
    }

    /// <summary>Answers a look-up by the unsalted leaf hash, with proof.</summary>
    public Claim Answer(VrfKey key, Sha256Digest unsalted)
    {
        ArgumentNullException.ThrowIfNull(key);
        var proof = key.Prove(unsalted.ToArray(), out var output);
        return Answer(output, new Lookup.Open(key.PublicKey.Bytes.ToArray(), proof));
    }

    /// <summary>The claim that a path supports, for a key that a look-up shows: what a blind client asks for once it has unblinded its key.</summary>
    public Claim Answer(Sha256Digest key, Lookup lookup) => Tree.Answer(key, lookup);
}
