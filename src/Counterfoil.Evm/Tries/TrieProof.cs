using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Rlp;

namespace Counterfoil.Evm.Tries;

/// <summary>Verifies what a Merkle Patricia trie holds at a key, from its root and the nodes on the way.</summary>
/// <remarks>
/// Each node is looked up by the digest the one above it names, from the root down; no node may be left over, so that a proof has one form.
/// Whether the root itself is right is not asked here.
/// </remarks>
public static class TrieProof
{
    /// <summary>The most nodes of a proof: a key of 32 bytes has 64 steps.</summary>
    public const int MaxNodes = 65;
    /// <summary>The longest node, in bytes; a leaf holds a whole receipt.</summary>
    public const int MaxNodeLength = 1 << 22;

    /// <summary>Accepts where the nodes show what is at the key: its value, or null where they show that nothing is.</summary>
    public static Verdict Verify(Keccak256Digest root, ReadOnlySpan<byte> key, IReadOnlyList<ReadOnlyMemory<byte>> nodes, out ReadOnlyMemory<byte>? value)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        value = null;
        if (nodes.Count > MaxNodes) return Verdict.Reject(EvmChecks.TrieLimit, $"at most {MaxNodes} nodes", $"{nodes.Count}");
        if (nodes.Count == 0 && root == MerklePatriciaTrie.EmptyRoot) return Verdict.Accept;

        var walk = new Walk { Path = Nibbles.Of(key), Next = root };
        int used = 0;
        for (ReadOnlyMemory<byte> node; !walk.IsDone;)
        {
            if (walk.Embedded is { } embedded) node = embedded;
            else
            {
                if (used == nodes.Count) return Verdict.Reject(EvmChecks.TrieNode, $"the node {walk.Next}", "no more nodes");
                node = nodes[used++];
                if (node.Length > MaxNodeLength) return Verdict.Reject(EvmChecks.TrieLimit, $"nodes of at most {MaxNodeLength} bytes", $"{node.Length}");
                var digest = Keccak256.Hash(node.Span);
                if (digest != walk.Next) return Verdict.Reject(EvmChecks.TrieNode, $"the node {walk.Next}", $"{digest}");
                if (used > 1 && node.Length < 32) return Verdict.Reject(EvmChecks.TrieCanonical, "a node of less than 32 bytes within its parent", "one by digest");
            }
            var verdict = Step(node, ref walk);
            if (!verdict.IsAccepted) return verdict;
        }
        if (used < nodes.Count) return Verdict.Reject(EvmChecks.TrieSuperfluous, $"{used} nodes", $"{nodes.Count}");
        value = walk.Value;
        return Verdict.Accept;
    }

    struct Walk
    {
        public required byte[] Path;
        public int At;
        public required Keccak256Digest Next;
        public ReadOnlyMemory<byte>? Embedded;
        public bool IsDone;
        public ReadOnlyMemory<byte>? Value;
    }

    static Verdict Step(ReadOnlyMemory<byte> node, ref Walk walk)
    {
        var rlp = new RlpReader(node.Span, MaxNodeLength);
        var items = new List<ReadOnlyMemory<byte>>(17);
        rlp.BeginList();
        while (rlp.HasMore && items.Count < 17)
        {
            int start = rlp.Position;
            rlp.ReadItem();
            items.Add(node[start..rlp.Position]);
        }
        rlp.EndList();
        if (rlp.Finish() is Verdict.Rejected { Reason: var why }) return Verdict.Reject(EvmChecks.TrieNode, $"a node ({why.Check}: {why.Expected})", why.Found);
        return items.Count switch
        {
            2 => StepShort(items, ref walk),
            17 => StepBranch(items, ref walk),
            _ => Verdict.Reject(EvmChecks.TrieNode, "a node of 2 or 17 items", $"{items.Count}"),
        };
    }

    static Verdict StepShort(List<ReadOnlyMemory<byte>> items, ref Walk walk)
    {
        if (!TryString(items[0], out var encoded) || !Nibbles.TryDecode(encoded.Span, out byte[] steps, out bool leaf) || (!leaf && steps.Length == 0))
            return Verdict.Reject(EvmChecks.TrieCanonical, "a hex-prefix path", Convert.ToHexStringLower(items[0].Span[..Math.Min(40, items[0].Length)]));
        var rest = walk.Path.AsSpan(walk.At);
        if (!leaf)
        {
            if (!rest.StartsWith(steps)) return Done(ref walk, default);
            walk.At += steps.Length;
            return Follow(items[1], ref walk);
        }
        if (!TryString(items[1], out var value) || value.IsEmpty) return Verdict.Reject(EvmChecks.TrieCanonical, "a leaf with a value", "none");
        return Done(ref walk, rest.SequenceEqual(steps) ? value : default);
    }

    static Verdict StepBranch(List<ReadOnlyMemory<byte>> items, ref Walk walk)
    {
        if (walk.At < walk.Path.Length) return Follow(items[walk.Path[walk.At++]], ref walk);
        if (!TryString(items[16], out var value)) return Verdict.Reject(EvmChecks.TrieCanonical, "a branch with a string for a value", "a list");
        return Done(ref walk, value);
    }

    static Verdict Follow(ReadOnlyMemory<byte> reference, ref Walk walk)
    {
        var bytes = reference.Span;
        if (bytes is [0x80]) return Done(ref walk, default);
        walk.Embedded = null;
        if (bytes.Length == 33 && bytes[0] == 0xa0) walk.Next = new Keccak256Digest(bytes[1..]);
        else if (bytes[0] >= 0xc0 && bytes.Length < 32) walk.Embedded = reference;
        else return Verdict.Reject(EvmChecks.TrieCanonical, "a digest, or a node of less than 32 bytes", $"{bytes.Length} bytes");
        return Verdict.Accept;
    }

    // A trie holds no empty value: an empty one is none.
    static Verdict Done(ref Walk walk, ReadOnlyMemory<byte> value)
    {
        walk.IsDone = true;
        if (!value.IsEmpty) walk.Value = value;
        return Verdict.Accept;
    }

    static bool TryString(ReadOnlyMemory<byte> item, out ReadOnlyMemory<byte> content)
    {
        var rlp = new RlpReader(item.Span, MaxNodeLength);
        int length = rlp.ReadBytes().Length;
        content = item[(item.Length - length)..];
        return rlp.Finish().IsAccepted;
    }
}
