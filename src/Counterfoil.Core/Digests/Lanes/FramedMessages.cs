using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>SHA-256 of messages of unlike lengths at once: SHA-256(prefix ‖ u64 length ‖ message) of each, a lane each.</summary>
/// <remarks>
/// Messages that need the same number of blocks go side by side, so that lanes seldom idle. Where few long ones are left they go to the runtime one by one: its
/// SHA instructions do a block of one message in a sixth of the time that the lanes take for a block of each.
/// </remarks>
static class FramedMessages
{
    const int Block = 64, LengthBytes = 8, Classes = 256, HeadBytes = 2 * Block;
    const int MostPrefix = HeadBytes - LengthBytes;

    // What a message costs the runtime before its first block, in blocks, and how many such blocks one step of all lanes takes. Measured on AVX-512 and SHA-NI.
    const int CallBlocks = 8, StepBlocks = 6;

    public static void Check(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, ReadOnlySpan<int> ends, int count)
    {
        if (prefix.Length > MostPrefix) throw new ArgumentException($"a prefix of {prefix.Length} bytes is longer than {MostPrefix}", nameof(prefix));
        if (ends.Length != count) throw new ArgumentException($"{ends.Length} ends are not {count}", nameof(ends));
        int before = 0;
        foreach (int end in ends)
        {
            if (end < before) throw new ArgumentException($"an end at {end} lies before one at {before}", nameof(ends));
            before = end;
        }
        if (before != messages.Length) throw new ArgumentException($"the last end is {before}, and there are {messages.Length} bytes", nameof(ends));
    }

    public static void HashEach(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, ReadOnlySpan<int> ends, Span<Sha256Digest> digests)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < ends.Length; i++) digests[i] = One(hash, prefix, messages[(i == 0 ? 0 : ends[i - 1])..ends[i]]);
    }

    public static void Hash<V, L>(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, ReadOnlySpan<int> ends, Span<Sha256Digest> digests)
        where V : unmanaged where L : struct, IWordLanes<V>
    {
        int[] order = ArrayPool<int>.Shared.Rent(ends.Length);
        IncrementalHash? single = null;
        try
        {
            Sort(prefix.Length + LengthBytes, ends, order.AsSpan(0, ends.Length));
            for (int at = 0; at < ends.Length; at += L.Count)
            {
                var group = order.AsSpan(at, Math.Min(L.Count, ends.Length - at));
                long together = 0;
                foreach (int i in group) together += Blocks(prefix.Length + LengthBytes, ends, i) + CallBlocks;
                if (together >= StepBlocks * Blocks(prefix.Length + LengthBytes, ends, group[^1]))
                {
                    HashGroup<V, L>(prefix, messages, ends, group, digests);
                    continue;
                }
                single ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                foreach (int i in group) digests[i] = One(single, prefix, messages[Begin(ends, i)..ends[i]]);
            }
        }
        finally
        {
            single?.Dispose();
            ArrayPool<int>.Shared.Return(order);
        }
    }

    static int Begin(ReadOnlySpan<int> ends, int i) => i == 0 ? 0 : ends[i - 1];

    // §5.1.1: a one bit, zeros, and the length in bits.
    static long Blocks(int head, ReadOnlySpan<int> ends, int i) => (head + (long)(ends[i] - Begin(ends, i)) + 9 + Block - 1) / Block;

    /// <summary>The messages by how many blocks they have: counted, and the few long ones compared.</summary>
    static void Sort(int head, ReadOnlySpan<int> ends, Span<int> order)
    {
        Span<int> starts = stackalloc int[Classes + 1];
        starts.Clear();
        for (int i = 0; i < ends.Length; i++) starts[(int)Math.Min(Classes, Blocks(head, ends, i))]++;
        int sum = 0;
        for (int c = 0; c <= Classes; c++) (starts[c], sum) = (sum, sum + starts[c]);
        int longFrom = starts[Classes];
        for (int i = 0; i < ends.Length; i++) order[starts[(int)Math.Min(Classes, Blocks(head, ends, i))]++] = i;
        if (ends.Length - longFrom < 2) return;
        var lengths = new long[ends.Length - longFrom];
        for (int i = 0; i < lengths.Length; i++) lengths[i] = Blocks(head, ends, order[longFrom + i]);
        MemoryExtensions.Sort(lengths, order[longFrom..]);
    }

    static Sha256Digest One(IncrementalHash hash, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> message)
    {
        Span<byte> length = stackalloc byte[LengthBytes], digest = stackalloc byte[Bytes32.Size];
        BinaryPrimitives.WriteInt64BigEndian(length, message.Length);
        hash.AppendData(prefix);
        hash.AppendData(length);
        hash.AppendData(message);
        hash.GetHashAndReset(digest);
        return new Sha256Digest(digest);
    }

    [SkipLocalsInit]
    static void HashGroup<V, L>(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, ReadOnlySpan<int> ends, ReadOnlySpan<int> group, Span<Sha256Digest> digests)
        where V : unmanaged where L : struct, IWordLanes<V>
    {
        Span<V> hash = stackalloc V[8], words = stackalloc V[16];
        Span<byte> staged = stackalloc byte[Block * 16], head = stackalloc byte[HeadBytes];
        prefix.CopyTo(head);
        head = head[..(prefix.Length + LengthBytes)];
        Sha256Compression.Start<V, L>(hash);
        long most = Blocks(head.Length, ends, group[^1]);
        int done = 0; // lanes that have their digest: the first ones, for they are the shortest
        for (long block = 0; block < most; block++)
        {
            for (int lane = done; lane < group.Length; lane++)
            {
                int begin = Begin(ends, group[lane]), length = ends[group[lane]] - begin;
                long from = block * Block - head.Length; // where in the message the block begins
                ref byte to = ref Unsafe.Add(ref MemoryMarshal.GetReference(staged), lane * Block);
                if (from >= 0 && from + Block <= length) Unsafe.CopyBlockUnaligned(ref to, in messages[begin + (int)from], Block);
                else Edge(head, messages.Slice(begin, length), from, MemoryMarshal.CreateSpan(ref to, Block));
            }
            L.Transpose(ref staged[0], Block, group.Length, ref words[0]);
            for (int i = 0; i < 16; i++) words[i] = L.ReverseBytes(words[i]);
            Sha256Compression.Compress<V, L>(ref hash[0], ref words[0]);
            for (; done < group.Length && Blocks(head.Length, ends, group[done]) == block + 1; done++)
                digests[group[done]] = Sha256Lanes.Lane<V, L>(MemoryMarshal.Cast<V, uint>(hash), done);
        }
    }

    /// <summary>A block that the message does not fill alone: the head before it, or the padding behind, or both.</summary>
    static void Edge(Span<byte> head, ReadOnlySpan<byte> message, long from, Span<byte> block)
    {
        block.Clear();
        int at = 0;
        if (from < 0)
        {
            BinaryPrimitives.WriteInt64BigEndian(head[^LengthBytes..], message.Length);
            var part = head[(head.Length + (int)from)..];
            if (part.Length > Block) part = part[..Block];
            part.CopyTo(block);
            at = part.Length;
            from += at;
        }
        long left = message.Length - from;
        if (at < Block && left > 0)
        {
            int taken = (int)Math.Min(Block - at, left);
            message.Slice((int)from, taken).CopyTo(block[at..]);
            at += taken;
            left -= taken;
        }
        if (left > 0 || at == Block && left == 0) return;
        // left is 0 where the message ends in this block, and less where it ended before: then even the one bit may be behind us.
        if (left == 0) block[at] = 0x80;
        // Room for the length behind the one bit, or a block of zeros and length after the one that had none.
        if (left < 0 || at + 9 <= Block) BinaryPrimitives.WriteInt64BigEndian(block[(Block - 8)..], 8 * (head.Length + (long)message.Length));
    }
}
