using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Privacy;

namespace Counterfoil.Data.Absence;

/// <summary>An entry of the absence tree.</summary>
/// <param name="Key">The record's key.</param>
/// <param name="Multiplicity">How often the record occurs, at least 1.</param>
/// <param name="Value">In a keyed tree, the RFC 9162 root over the record's leaves in the ordered tree, by place (one leaf: that leaf); otherwise null.</param>
public readonly record struct PrefixEntry(Sha256Digest Key, long Multiplicity, Sha256Digest? Value = null);

/// <summary>A path in the absence tree along one key's bits.</summary>
/// <param name="Siblings">The hashes beside the path, from the root down: one a level.</param>
/// <param name="End">The entry at the path's end, or null where the subtree there is empty.</param>
public sealed record PrefixProof(ImmutableArray<Sha256Digest> Siblings, PrefixEntry? End)
{
    /// <summary>The deepest path there can be: one level a bit.</summary>
    public const int MaxDepth = 256;

    /// <summary>Verifies that no record has this key in the tree of <paramref name="root"/>.</summary>
    /// <param name="root">The absence root of a commitment.</param>
    /// <param name="key">The key.</param>
    /// <param name="keyed">For a keyed tree, the key of the function that made <paramref name="key"/>.</param>
    public Verdict VerifyAbsent(Sha256Digest root, Sha256Digest key, LookupKey? keyed = null)
    {
        if (Shape(keyed) is { IsAccepted: false } refused) return refused;
        if (End is { } other)
        {
            if (other.Key == key) return Verdict.Reject(DataChecks.PrefixPath, "another key, or none, at the path's end", "the key itself");
            for (int bit = 0; bit < Siblings.Length; bit++)
                if (other.Key.Value.Bit(bit) != key.Value.Bit(bit))
                    return Verdict.Reject(DataChecks.PrefixPath, $"a key on the path of {key} for {Siblings.Length} bits", $"{other.Key}, which leaves it at bit {bit}");
        }
        return LeadsTo(root, key, keyed);
    }

    /// <summary>Verifies that a record has this key in the tree of <paramref name="root"/>, and so often.</summary>
    public Verdict VerifyPresent(Sha256Digest root, Sha256Digest key, long multiplicity, LookupKey? keyed = null)
    {
        if (Shape(keyed) is { IsAccepted: false } refused) return refused;
        if (End is not { } end || (end.Key, end.Multiplicity) != (key, multiplicity))
            return Verdict.Reject(DataChecks.PrefixPath, $"{key}, {multiplicity} times", End is { } other ? $"{other.Key}, {other.Multiplicity} times" : "nothing");
        return LeadsTo(root, key, keyed);
    }

    /// <summary>A whole tree has no branch whose one side is empty and whose other is a leaf or empty: such a subtree is its leaf, or empty.</summary>
    Verdict Shape(LookupKey? keyed)
    {
        if (Siblings.Length > MaxDepth) return Verdict.Reject(DataChecks.PrefixShape, $"at most {MaxDepth} levels", $"{Siblings.Length}");
        if (End is { Multiplicity: < 1 } entry) return Verdict.Reject(DataChecks.PrefixShape, "a multiplicity of at least 1", $"{entry.Multiplicity}");
        if (End is { } end && (end.Value is null) != (keyed is null))
            return Verdict.Reject(DataChecks.PrefixShape, keyed is null ? "an entry without a value" : "an entry with a value", keyed is null ? "one with" : "one without");
        return Siblings.Length > 0 && Siblings[^1] == PrefixTree.EmptyRoot
            ? Verdict.Reject(DataChecks.PrefixShape, "keys beside the path's end", "an empty subtree")
            : Verdict.Accept;
    }

    Verdict LeadsTo(Sha256Digest root, Sha256Digest key, LookupKey? keyed)
    {
        var node = End is { } entry ? PrefixTree.LeafHash(entry) : PrefixTree.EmptyRoot;
        for (int bit = Siblings.Length; --bit >= 0;)
            node = key.Value.Bit(bit) ? PrefixTree.NodeHash(Siblings[bit], node) : PrefixTree.NodeHash(node, Siblings[bit]);
        var found = keyed?.Bind(node) ?? node;
        return found == root ? Verdict.Accept : Verdict.Reject(DataChecks.PrefixRoot, $"root {root}", $"root {found}");
    }

    /// <summary>Writes two items: the siblings, an empty subtree as no bytes; and the entry, <c>[key, multiplicity]</c> or <c>[key, multiplicity, value]</c>, or null.</summary>
    internal void WriteTo(CborWriter writer)
    {
        writer.BeginArray(Siblings.Length);
        foreach (var sibling in Siblings) writer.WriteBytes(sibling == PrefixTree.EmptyRoot ? [] : sibling.ToArray());
        writer.EndArray();
        if (End is { } end) WriteEntry(writer, end);
        else writer.WriteNull();
    }

    internal static PrefixProof ReadFrom(ref CborReader reader)
    {
        int length = reader.BeginArray(0, MaxDepth);
        var siblings = ImmutableArray.CreateBuilder<Sha256Digest>(length);
        for (int i = 0; i < length; i++) siblings.Add(ReadHash(ref reader));
        reader.EndArray();
        return new(siblings.MoveToImmutable(), reader.TryReadNull() ? null : ReadEntry(ref reader));
    }

    /// <summary>A hash, or no bytes for that of an empty subtree: one encoding each.</summary>
    internal static Sha256Digest ReadHash(ref CborReader reader)
    {
        var bytes = reader.ReadBytes(Bytes32.Size);
        if (bytes.Length is not (0 or Bytes32.Size)) reader.Fail(DataChecks.PrefixShape, "0 or 32 bytes", $"{bytes.Length}");
        var hash = bytes.Length == Bytes32.Size ? new Sha256Digest(bytes) : PrefixTree.EmptyRoot;
        if (bytes.Length != 0 && hash == PrefixTree.EmptyRoot) reader.Fail(DataChecks.PrefixShape, "an empty subtree as no bytes", "its hash");
        return hash;
    }

    internal static void WriteEntry(CborWriter writer, PrefixEntry entry)
    {
        writer.BeginArray(entry.Value is null ? 2 : 3);
        writer.WriteBytes(entry.Key.ToArray());
        writer.WriteInt(entry.Multiplicity);
        if (entry.Value is { } value) writer.WriteBytes(value.ToArray());
        writer.EndArray();
    }

    internal static PrefixEntry ReadEntry(ref CborReader reader)
    {
        int length = reader.BeginArray(2, 3);
        var (key, multiplicity) = (new Sha256Digest(reader.ReadBytes32()), reader.ReadInt(1, long.MaxValue));
        Sha256Digest? value = length == 3 ? new(reader.ReadBytes32()) : null;
        reader.EndArray();
        return new(key, multiplicity, value);
    }

    /// <summary>Same siblings and entry.</summary>
    public bool Equals(PrefixProof? other) => other is not null && End == other.End && Siblings.AsSpan().SequenceEqual(other.Siblings.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(End, Siblings.Length);
}
