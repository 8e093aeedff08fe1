using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Privacy;

namespace Counterfoil.Data.Proofs;

/// <summary>A record's place in the ordered tree, with the path that shows it.</summary>
/// <param name="Place">From 0.</param>
/// <param name="Path">Siblings from the leaf up.</param>
/// <param name="Salt">The record's own salt in a salted set, and no other's; otherwise null.</param>
public sealed record Placement(long Place, ImmutableArray<Sha256Digest> Path, Salt? Salt = null)
{
    /// <summary>The placement of the leaf at <paramref name="place"/>.</summary>
    public static Placement Of(ICommittedLeaves leaves, long place, Salt? salt = null)
    {
        ArgumentNullException.ThrowIfNull(leaves);
        return new(place, leaves.InclusionPath(place), salt);
    }

    /// <summary>Verifies that the record is at the place.</summary>
    public Verdict Verify(CommittedSet set, ReadOnlySpan<byte> record)
    {
        ArgumentNullException.ThrowIfNull(set);
        return InclusionProof.Verify(set.OrderedRoot, set.Records, Place, Leaf(set, record), Path);
    }

    internal Sha256Digest Leaf(CommittedSet set, ReadOnlySpan<byte> record) =>
        Salt is { } salt ? SaltedLeaf.Hash(set.Canonicaliser, salt, record) : set.Leaf(record);

    /// <summary>Writes three items: place, path, salt or null.</summary>
    internal void WriteTo(CborWriter writer)
    {
        writer.WriteInt(Place);
        WritePath(writer, Path);
        if (Salt is { } salt) writer.WriteBytes(salt.Value.ToArray());
        else writer.WriteNull();
    }

    internal static Placement ReadFrom(ref CborReader reader) =>
        new(reader.ReadInt(0, long.MaxValue), ReadPath(ref reader), reader.TryReadNull() ? null : new Salt(reader.ReadBytes32()));

    internal static void WritePath(CborWriter writer, ImmutableArray<Sha256Digest> path)
    {
        writer.BeginArray(path.Length);
        foreach (var node in path) writer.WriteBytes(node.ToArray());
        writer.EndArray();
    }

    internal static ImmutableArray<Sha256Digest> ReadPath(ref CborReader reader)
    {
        int length = reader.BeginArray(0, 63);
        var path = ImmutableArray.CreateBuilder<Sha256Digest>(length);
        for (int i = 0; i < length; i++) path.Add(new(reader.ReadBytes32()));
        reader.EndArray();
        return path.MoveToImmutable();
    }
}
