using Counterfoil.Core.Digests;

namespace Counterfoil.DevChain.State;

sealed partial class Trie<T>
{
    static readonly Keccak256Digest EmptyHash = Keccak256.Hash([0x80]);

    // A branch of 16 hashes and an empty value is 3 + 16·33 + 1 bytes, the largest node there is.
    const int MaxNodeLength = 544;

    /// <summary>How a parent names this node, found once: its hash, or itself where that is shorter (Yellow Paper, eq. 194).</summary>
    abstract class Node
    {
        byte[]? reference;

        public byte[] Reference(int depth)
        {
            if (reference is not null) return reference;
            Span<byte> encoding = stackalloc byte[MaxNodeLength];
            int length = Write(depth, encoding);
            if (length < 32) return reference = encoding[..length].ToArray();
            var hash = new byte[33];
            hash[0] = 0xa0;
            Keccak256.Hash(encoding[..length], hash.AsSpan(1));
            return reference = hash;
        }

        /// <summary>Writes the node's RLP and returns its length.</summary>
        public abstract int Write(int depth, Span<byte> destination);

        // The payload lies three bytes in, where the longest list header leaves it; it moves down to the header it needs.
        protected static int Close(Span<byte> destination, int end)
        {
            int length = end - 3, header = length < 56 ? 1 : length < 256 ? 2 : 3;
            destination[3..end].CopyTo(destination[header..]);
            if (header == 1) destination[0] = (byte)(0xc0 + length);
            else if (header == 2) (destination[0], destination[1]) = (0xf8, (byte)length);
            else (destination[0], destination[1], destination[2]) = (0xf9, (byte)(length >> 8), (byte)length);
            return header + length;
        }

        protected static int WriteString(ReadOnlySpan<byte> value, Span<byte> destination)
        {
            if (value.Length == 1 && value[0] < 0x80)
            {
                destination[0] = value[0];
                return 1;
            }
            int header = value.Length < 56 ? 1 : 2;
            if (header == 1) destination[0] = (byte)(0x80 + value.Length);
            else (destination[0], destination[1]) = (0xb8, (byte)value.Length);
            value.CopyTo(destination[header..]);
            return header + value.Length;
        }
    }

    sealed class Leaf(TriePath path, T value) : Node
    {
        public readonly TriePath Path = path;
        public readonly T Value = value;

        public override int Write(int depth, Span<byte> destination)
        {
            Span<byte> prefix = stackalloc byte[33], encoded = stackalloc byte[120];
            int prefixLength = Path.WriteHexPrefix(depth, TriePath.Nibbles - depth, leaf: true, prefix);
            int end = 3 + WriteString(prefix[..prefixLength], destination[3..]);
            int length = Value.WriteRlp(encoded);
            return Close(destination, end + WriteString(encoded[..length], destination[end..]));
        }
    }

    sealed class Extension(TriePath path, int length, Node child) : Node
    {
        public readonly TriePath Path = path;
        public readonly int Length = length;
        public readonly Node Child = child;

        public override int Write(int depth, Span<byte> destination)
        {
            Span<byte> prefix = stackalloc byte[33];
            int prefixLength = Path.WriteHexPrefix(depth, Length, leaf: false, prefix);
            int end = 3 + WriteString(prefix[..prefixLength], destination[3..]);
            var child = Child.Reference(depth + Length);
            child.CopyTo(destination[end..]);
            return Close(destination, end + child.Length);
        }
    }

    sealed class Branch(Node?[] children) : Node
    {
        public readonly Node?[] Children = children;

        public override int Write(int depth, Span<byte> destination)
        {
            int end = 3;
            foreach (var child in Children)
            {
                if (child is null)
                {
                    destination[end++] = 0x80;
                    continue;
                }
                var reference = child.Reference(depth + 1);
                reference.CopyTo(destination[end..]);
                end += reference.Length;
            }
            destination[end++] = 0x80; // keys of one length: no value ever ends at a branch
            return Close(destination, end);
        }
    }

    static Keccak256Digest HashRoot(Node? root)
    {
        if (root is null) return EmptyHash;
        Span<byte> encoding = stackalloc byte[MaxNodeLength];
        return Keccak256.Hash(encoding[..root.Write(0, encoding)]);
    }
}
