using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Proofs;

/// <summary>Leaf hashes in an order, each found by its place: in memory, or on a disk.</summary>
public interface ILeafSequence
{
    /// <summary>How many there are.</summary>
    long Count { get; }

    /// <summary>The leaf hash at a place, from 0.</summary>
    Sha256Digest this[long place] { get; }

    /// <summary>Reads the leaf hashes from a place on: on a disk, in one read.</summary>
    /// <param name="place">The first place.</param>
    /// <param name="destination">As many as are wanted; all are there.</param>
    void Read(long place, Span<Sha256Digest> destination)
    {
        for (int i = 0; i < destination.Length; i++) destination[i] = this[place + i];
    }
}

/// <summary>Leaf hashes in memory.</summary>
/// <param name="leaves">The hashes.</param>
public sealed class LeafArray(ReadOnlyMemory<Sha256Digest> leaves) : ILeafSequence
{
    /// <inheritdoc/>
    public long Count => leaves.Length;

    /// <inheritdoc/>
    public Sha256Digest this[long place] => leaves.Span[checked((int)place)];
}

/// <summary>A committed set's leaves and both its trees: what proofs, audits and deltas are made from. Whoever implements it has checked the leaves against the commitment.</summary>
public interface ICommittedLeaves : ILeafSequence
{
    /// <summary>The rule that made the records.</summary>
    Canonicaliser Canonicaliser { get; }

    /// <summary>The root of the ordered tree.</summary>
    Sha256Digest OrderedRoot { get; }

    /// <summary>The root of the absence tree.</summary>
    Sha256Digest AbsenceRoot { get; }

    /// <summary>Siblings from the leaf at a place up to the ordered root.</summary>
    ImmutableArray<Sha256Digest> InclusionPath(long place);

    /// <summary>The places that hold a leaf, ascending.</summary>
    IReadOnlyList<long> Find(Sha256Digest leafHash);

    /// <summary>The path along a key's bits in the absence tree.</summary>
    PrefixProof Absence(Sha256Digest key);
}

/// <summary>A manifest's leaves in memory.</summary>
/// <param name="canonicaliser">The rule that made the records.</param>
/// <param name="leaves">The leaves, tombstones among them.</param>
public sealed class ManifestLeaves(Canonicaliser canonicaliser, LeafManifest leaves) : ICommittedLeaves
{
    readonly Lazy<PrefixTree> tree = new(() => PrefixTree.Of(Deltas.Tombstone.KeysWithout(leaves.Leaves)));

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => canonicaliser;

    /// <inheritdoc/>
    public long Count => leaves.Count;

    /// <inheritdoc/>
    public Sha256Digest OrderedRoot => leaves.Root;

    /// <inheritdoc/>
    public Sha256Digest AbsenceRoot => tree.Value.Root;

    /// <inheritdoc/>
    public Sha256Digest this[long place] => leaves[checked((int)place)];

    /// <inheritdoc/>
    public ImmutableArray<Sha256Digest> InclusionPath(long place) => leaves.InclusionPath(checked((int)place));

    /// <inheritdoc/>
    public IReadOnlyList<long> Find(Sha256Digest leafHash)
    {
        var places = new List<long>();
        for (int at = 0, next; (next = leaves.Leaves[at..].IndexOf(leafHash)) >= 0; at += next + 1) places.Add(at + next);
        return places;
    }

    /// <inheritdoc/>
    public PrefixProof Absence(Sha256Digest key) => tree.Value.Prove(key);
}
