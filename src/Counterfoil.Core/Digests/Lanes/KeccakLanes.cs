using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>Keccak-256 of several messages of one length at once, a lane each.</summary>
static class KeccakLanes
{
    const int BlockWords = Keccak256.Rate / 8;

    public static void HashMany<V, L>(ReadOnlySpan<byte> messages, int length, Span<Keccak256Digest> digests)
        where V : unmanaged where L : struct, ILongLanes<V>
    {
        while (digests.Length > 1)
        {
            // A group that is not full costs as much as a full one, which is less than two alone.
            int count = Math.Min(L.Count, digests.Length);
            HashGroup<V, L>(messages, length, digests[..count]);
            messages = messages[(count * length)..];
            digests = digests[count..];
        }
        if (digests.Length == 1) digests[0] = Keccak256.Hash(messages);
    }

    [SkipLocalsInit]
    static void HashGroup<V, L>(ReadOnlySpan<byte> messages, int length, Span<Keccak256Digest> digests)
        where V : unmanaged where L : struct, ILongLanes<V>
    {
        Span<V> state = stackalloc V[KeccakF1600.Words];
        state.Clear();
        int offset = 0;
        for (; length - offset >= Keccak256.Rate; offset += Keccak256.Rate)
        {
            Absorb<V, L>(state, messages[offset..], length, digests.Length, BlockWords);
            KeccakF1600.Permute<V, L>(ref state[0]);
        }
        // The last block: whole words from where they lie, then the word in which the message ends.
        int rest = length - offset, words = rest / 8, tail = rest % 8;
        if (words > 0) Absorb<V, L>(state, messages[offset..], length, digests.Length, words);
        Span<ulong> last = stackalloc ulong[8];
        last.Clear();
        for (int lane = 0; lane < digests.Length; lane++)
        {
            last[lane] = 0x01UL << 8 * tail;
            var bytes = messages.Slice(lane * length + offset + 8 * words, tail);
            for (int i = 0; i < tail; i++) last[lane] |= (ulong)bytes[i] << 8 * i;
        }
        state[words] = L.Xor(state[words], MemoryMarshal.Cast<ulong, V>(last)[0]);
        state[BlockWords - 1] = L.Xor(state[BlockWords - 1], L.Broadcast(1UL << 63));
        KeccakF1600.Permute<V, L>(ref state[0]);

        var squeezed = MemoryMarshal.Cast<V, ulong>(state[..4]);
        for (int lane = 0; lane < digests.Length; lane++)
            digests[lane] = new Keccak256Digest(new Bytes32(
                BinaryPrimitives.ReverseEndianness(squeezed[lane]), BinaryPrimitives.ReverseEndianness(squeezed[L.Count + lane]),
                BinaryPrimitives.ReverseEndianness(squeezed[2 * L.Count + lane]), BinaryPrimitives.ReverseEndianness(squeezed[3 * L.Count + lane])));
    }

    // Words of row i become lane i. Stores by word and one load by vector: the processor forwards them, and no width needs code of its own.
    [SkipLocalsInit]
    static void Absorb<V, L>(Span<V> state, ReadOnlySpan<byte> rows, int stride, int count, int words)
        where V : unmanaged where L : struct, ILongLanes<V>
    {
        Span<ulong> gathered = stackalloc ulong[BlockWords * 8];
        gathered = gathered[..(words * L.Count)];
        if (count < L.Count) gathered.Clear();
        for (int lane = 0; lane < count; lane++)
        {
            var row = rows.Slice(lane * stride, 8 * words);
            for (int i = 0; i < words; i++) gathered[i * L.Count + lane] = BinaryPrimitives.ReadUInt64LittleEndian(row[(8 * i)..]);
        }
        var vectors = MemoryMarshal.Cast<ulong, V>(gathered);
        for (int i = 0; i < words; i++) state[i] = L.Xor(state[i], vectors[i]);
    }
}
