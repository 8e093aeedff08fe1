using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Pseudorandom;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Proofs;

namespace Counterfoil.Data.Privacy;

/// <summary>A keyed absence tree that can be given away: with it whoever has looked up a key finds its path alone, and nobody learns which. It tells how many records there are, how often each occurs, and nothing of what they are.</summary>
/// <remarks>File: the line <c>counterfoil/keyed-tree/v1</c>, u8 scheme, 33 bytes of public key, u64 count, then for each key, ascending, key ‖ u64 multiplicity ‖ value, 72 bytes. It needs no trust: its root is checked.</remarks>
public sealed class KeyedTree
{
    const int EntryBytes = 2 * Bytes32.Size + 8;

    readonly PrefixTree tree;

    internal KeyedTree(LookupKey key, PrefixTree tree) => (Key, this.tree, Root) = (key, tree, key.Bind(tree.Root));

    /// <summary>The public key under which its keys were made.</summary>
    public LookupKey Key { get; }

    /// <summary>The absence root that it has.</summary>
    public Sha256Digest Root { get; }

    /// <summary>How many distinct keys there are.</summary>
    public int Count => tree.Count;

    static ReadOnlySpan<byte> Header => "counterfoil/keyed-tree/v1\n"u8;

    /// <summary>The claim that a path supports, for a key that a look-up shows.</summary>
    public Claim Answer(Sha256Digest key, Lookup lookup)
    {
        var path = tree.Prove(key);
        return path.End?.Key == key ? new Claim.Presence(path, lookup) : new Claim.Absence(path, lookup);
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Header.Length + 1 + VrfPublicKey.Size + 8 + tree.Count * EntryBytes];
        Header.CopyTo(bytes);
        var rest = bytes.AsSpan(Header.Length);
        rest[0] = (byte)Key.Scheme;
        Key.Key.Span.CopyTo(rest[1..]);
        BinaryPrimitives.WriteInt64BigEndian(rest[(1 + VrfPublicKey.Size)..], tree.Count);
        rest = rest[(1 + VrfPublicKey.Size + 8)..];
        foreach (var entry in tree.Entries)
        {
            entry.Key.CopyTo(rest);
            BinaryPrimitives.WriteInt64BigEndian(rest[Bytes32.Size..], entry.Multiplicity);
            entry.Value!.Value.CopyTo(rest[(Bytes32.Size + 8)..]);
            rest = rest[EntryBytes..];
        }
        return bytes;
    }

    /// <summary>Reads a file that claims to be the tree under an absence root, and checks that it is.</summary>
    public static Verdict Read(ReadOnlySpan<byte> file, Sha256Digest absenceRoot, out KeyedTree? tree)
    {
        tree = null;
        int start = Header.Length + 1 + VrfPublicKey.Size + 8;
        if (file.Length < start || !file.StartsWith(Header)) return Verdict.Reject(DataChecks.LookupForm, "the header counterfoil/keyed-tree/v1", "other bytes");
        var scheme = (LookupScheme)file[Header.Length];
        var key = file.Slice(Header.Length + 1, VrfPublicKey.Size);
        long count = BinaryPrimitives.ReadInt64BigEndian(file[(start - 8)..]);
        var entries = file[start..];
        if (scheme is not (LookupScheme.Vrf or LookupScheme.Voprf)) return Verdict.Reject(DataChecks.LookupForm, "scheme 1 or 2", $"{(byte)scheme}");
        if (entries.Length % EntryBytes != 0 || entries.Length / EntryBytes != count) return Verdict.Reject(DataChecks.LookupForm, $"{count} × {EntryBytes} bytes", $"{entries.Length} bytes");
        var read = new PrefixEntry[(int)count];
        for (int i = 0; i < read.Length; i++, entries = entries[EntryBytes..])
        {
            read[i] = new(new(entries[..Bytes32.Size]), BinaryPrimitives.ReadInt64BigEndian(entries[Bytes32.Size..]), new(entries.Slice(Bytes32.Size + 8, Bytes32.Size)));
            if (read[i].Multiplicity < 1 || i > 0 && read[i].Key <= read[i - 1].Key) return Verdict.Reject(DataChecks.LookupForm, "keys that ascend, each at least once", $"another at {i}");
        }
        var found = new KeyedTree(new(scheme, key.ToArray()), PrefixTree.Of(read));
        if (found.Root != absenceRoot) return Verdict.Reject(DataChecks.LookupTree, $"the tree under absence root {absenceRoot}", $"one under {found.Root}");
        tree = found;
        return Verdict.Accept;
    }
}
