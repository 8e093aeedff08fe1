using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>
/// SHA-256 of several messages of one length at once, a lane each; little-endian machines only, as all with these vectors are.
/// </summary>
static class Sha256Lanes
{
    const int Block = 64;

    public static void HashMany<V, L>(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, int length, Span<Sha256Digest> digests)
        where V : unmanaged where L : struct, IWordLanes<V>
    {
        while (!digests.IsEmpty)
        {
            int count = Math.Min(L.Count, digests.Length);
            HashGroup<V, L>(prefix, messages, length, digests[..count]);
            messages = messages[(count * length)..];
            digests = digests[count..];
        }
    }

    [SkipLocalsInit]
    static void HashGroup<V, L>(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, int length, Span<Sha256Digest> digests)
        where V : unmanaged where L : struct, IWordLanes<V>
    {
        Span<V> hash = stackalloc V[8], words = stackalloc V[16];
        Span<byte> staged = stackalloc byte[Block * 16];
        Sha256Compression.Start<V, L>(hash);
        long total = prefix.Length + (long)length;
        long end = (total + 9 + Block - 1) / Block * Block; // §5.1.1: a one bit, zeros, and the length in bits
        for (long offset = 0; offset < end; offset += Block)
        {
            if (offset >= prefix.Length && offset + Block <= total)
                L.Transpose(ref Unsafe.AsRef(in messages[(int)(offset - prefix.Length)]), length, digests.Length, ref words[0]); // wholly inside the message
            else
            {
                for (int lane = 0; lane < digests.Length; lane++)
                    Stage(prefix, messages.Slice(lane * length, length), offset, offset + Block == end ? 8 * (ulong)total : 0, staged.Slice(lane * Block, Block));
                L.Transpose(ref staged[0], Block, digests.Length, ref words[0]);
            }
            for (int i = 0; i < 16; i++) words[i] = L.ReverseBytes(words[i]);
            Sha256Compression.Compress<V, L>(ref hash[0], ref words[0]);
        }
        Gather<V, L>(hash, digests);
    }

    /// <summary>Parents of a hash tree: SHA-256(prefix ‖ left ‖ right) of each pair of children (RFC 9162 §2.1.1, where the prefix is 0x01).</summary>
    [SkipLocalsInit]
    public static void HashPairs<V, L>(byte prefix, ReadOnlySpan<Sha256Digest> children, Span<Sha256Digest> parents)
        where V : unmanaged where L : struct, IWordLanes<V>
    {
        Span<V> hash = stackalloc V[8], pair = stackalloc V[16], words = stackalloc V[16];
        for (int at = 0; at < parents.Length; at += L.Count)
        {
            int count = Math.Min(L.Count, parents.Length - at);
            // A digest in memory is big-endian 64-bit words, each stored little-endian: its 32-bit words, ready to use, but swapped in pairs.
            ref byte first = ref Unsafe.As<Sha256Digest, byte>(ref Unsafe.AsRef(in children[2 * at]));
            L.Transpose(ref first, 2 * Bytes32.Size, count, ref pair[0]);
            // The prefix byte pushes every word along by eight bits.
            var before = L.Broadcast(prefix);
            for (int i = 0; i < 16; i++)
            {
                var word = pair[i ^ 1];
                words[i] = L.Xor(L.ShiftLeft(before, 24), L.ShiftRight(word, 8));
                before = word;
            }
            Sha256Compression.Start<V, L>(hash);
            Sha256Compression.Compress<V, L>(ref hash[0], ref words[0]);
            words.Clear();
            words[0] = L.Xor(L.ShiftLeft(before, 24), L.Broadcast(0x00800000));
            words[15] = L.Broadcast(8 * (1 + 2 * Bytes32.Size));
            Sha256Compression.Compress<V, L>(ref hash[0], ref words[0]);
            Gather<V, L>(hash, parents.Slice(at, count));
        }
    }

    // Bytes offset … offset + 64 of prefix ‖ message ‖ padding.
    static void Stage(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> message, long offset, ulong bits, Span<byte> block)
    {
        block.Clear();
        if (offset < prefix.Length)
        {
            var part = prefix[(int)offset..];
            part[..Math.Min(Block, part.Length)].CopyTo(block);
        }
        long from = Math.Max(0, offset - prefix.Length);
        int to = (int)Math.Max(0, prefix.Length - offset);
        if (to < Block && from < message.Length)
        {
            var part = message[(int)from..];
            part[..Math.Min(Block - to, part.Length)].CopyTo(block[to..]);
        }
        long one = prefix.Length + (long)message.Length - offset;
        if (one is >= 0 and < Block) block[(int)one] = 0x80;
        if (bits != 0) BinaryPrimitives.WriteUInt64BigEndian(block[56..], bits);
    }

    public static void Gather<V, L>(Span<V> hash, Span<Sha256Digest> digests) where V : unmanaged where L : struct, IWordLanes<V>
    {
        var words = MemoryMarshal.Cast<V, uint>(hash);
        for (int lane = 0; lane < digests.Length; lane++) digests[lane] = Lane<V, L>(words, lane);
    }

    /// <summary>One lane's digest.</summary>
    public static Sha256Digest Lane<V, L>(ReadOnlySpan<uint> words, int lane) where V : unmanaged where L : struct, IWordLanes<V> =>
        new(new Bytes32(Pair<L, V>(words, 0, lane), Pair<L, V>(words, 2, lane), Pair<L, V>(words, 4, lane), Pair<L, V>(words, 6, lane)));

    static ulong Pair<L, V>(ReadOnlySpan<uint> words, int i, int lane) where V : unmanaged where L : struct, IWordLanes<V> =>
        (ulong)words[i * L.Count + lane] << 32 | words[(i + 1) * L.Count + lane];
}
