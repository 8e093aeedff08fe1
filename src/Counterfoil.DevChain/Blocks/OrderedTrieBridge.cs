using Counterfoil.Core.Digests;
using Counterfoil.Evm.Rlp;

namespace Counterfoil.Evm.Tries;

static class OrderedTrie
{
    public static Keccak256Digest Root(IReadOnlyList<byte[]> values)
    {
        if (values.Count == 0) return Keccak256.Hash([0x80]);
        var items = values.Select((value, i) => (Key: Nibbles(RlpWriter.Encode((UInt256)i)), value)).OrderBy(item => Convert.ToHexString(item.Key), StringComparer.Ordinal).ToArray();
        return Keccak256.Hash(Node(items, 0));
    }
    static byte[] Nibbles(byte[] key) => [.. key.SelectMany(b => new[] { (byte)(b >> 4), (byte)(b & 15) })];
    static byte[] Node((byte[] Key, byte[] Value)[] items, int depth)
    {
        var rlp = new RlpWriter();
        if (items.Length == 1)
        {
            rlp.BeginList(); rlp.Write(Prefix(items[0].Key.AsSpan(depth), true)); rlp.Write(items[0].Value); rlp.EndList();
            return rlp.ToArray();
        }
        int common = items[0].Key.AsSpan(depth).CommonPrefixLength(items[^1].Key.AsSpan(depth));
        if (common > 0)
        {
            rlp.BeginList(); rlp.Write(Prefix(items[0].Key.AsSpan(depth, common), false)); Child(rlp, items, depth + common); rlp.EndList();
            return rlp.ToArray();
        }
        rlp.BeginList();
        for (int n = 0; n < 16; n++) { var sub = items.Where(i => i.Key.Length > depth && i.Key[depth] == n).ToArray(); if (sub.Length == 0) rlp.Write([]); else Child(rlp, sub, depth + 1); }
        rlp.Write([]); rlp.EndList();
        return rlp.ToArray();
    }
    static void Child(RlpWriter rlp, (byte[] Key, byte[] Value)[] items, int depth)
    {
        var node = Node(items, depth);
        if (node.Length < 32) rlp.WriteEncoded(node); else rlp.Write(Keccak256.Hash(node).Value);
    }
    static byte[] Prefix(ReadOnlySpan<byte> nibbles, bool leaf)
    {
        int odd = nibbles.Length & 1; var p = new byte[1 + nibbles.Length / 2];
        p[0] = (byte)((leaf ? 0x20 : 0) | (odd != 0 ? 0x10 | nibbles[0] : 0));
        for (int i = 0; i < nibbles.Length / 2; i++) p[1 + i] = (byte)(nibbles[odd + 2 * i] << 4 | nibbles[odd + 2 * i + 1]);
        return p;
    }
}
