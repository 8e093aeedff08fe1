using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Counterfoil.Core.Digests.Lanes;

/// <summary>BLAKE3 over many chunks or parents at once, in the widest form that the processor has.</summary>
abstract class Blake3Kernel
{
    public const int ChunkSize = 1024, BlockSize = 64, ChainWords = 8;
    public const uint ChunkStart = 1, ChunkEnd = 2, Parent = 4, Root = 8, KeyedHash = 16, DeriveKeyContext = 32, DeriveKeyMaterial = 64;

    public static Blake3Kernel Chosen { get; } =
        WordLanes16.IsSupported ? new Blake3Kernel<Vector512<uint>, WordLanes16>()
        : WordLanes8.IsSupported ? new Blake3Kernel<Vector256<uint>, WordLanes8>()
        : WordLanes4.IsSupported ? new Blake3Kernel<Vector128<uint>, WordLanes4>()
        : new Blake3Kernel<uint, WordLanes1>();

    /// <summary>Chaining values, 8 words each, of full chunks that lie one after the other.</summary>
    public abstract void HashChunks(ReadOnlySpan<byte> chunks, ulong counter, ReadOnlySpan<uint> key, uint flags, Span<uint> chains);

    /// <summary>Chaining values of parents. In place is fine: a parent lands at or before its left child.</summary>
    public abstract void HashParents(ReadOnlySpan<uint> children, ReadOnlySpan<uint> key, uint flags, Span<uint> chains);
}

sealed class Blake3Kernel<V, L> : Blake3Kernel where V : unmanaged where L : struct, IWordLanes<V>
{
    public override void HashChunks(ReadOnlySpan<byte> chunks, ulong counter, ReadOnlySpan<uint> key, uint flags, Span<uint> chains)
    {
        for (; !chunks.IsEmpty; counter += (uint)L.Count)
        {
            int count = Math.Min(L.Count, chunks.Length / ChunkSize);
            HashGroup(chunks, count, counter, key, flags, chains);
            chunks = chunks[(count * ChunkSize)..];
            chains = chains[(count * ChainWords)..];
        }
    }

    [SkipLocalsInit]
    static void HashGroup(ReadOnlySpan<byte> chunks, int count, ulong counter, ReadOnlySpan<uint> key, uint flags, Span<uint> chains)
    {
        var work = Aligned(stackalloc V[ChainWords + 16 + 2 + 1]);
        Span<V> chain = work[..ChainWords], block = work.Slice(ChainWords, 16), counters = work.Slice(ChainWords + 16, 2);
        var numbers = MemoryMarshal.Cast<V, uint>(counters);
        for (int lane = 0; lane < L.Count; lane++)
            (numbers[lane], numbers[L.Count + lane]) = ((uint)(counter + (uint)lane), (uint)(counter + (uint)lane >> 32));
        Start(chain, key);
        bool ahead = chunks.Length >= 2 * L.Count * ChunkSize;
        for (int at = 0; at < ChunkSize; at += BlockSize)
        {
            L.Transpose(ref Unsafe.AsRef(in chunks[at]), ChunkSize, count, ref block[0]);
            if (ahead) Prefetch(in chunks[at + count * ChunkSize]);
            uint place = at == 0 ? ChunkStart : at == ChunkSize - BlockSize ? ChunkEnd : 0;
            Blake3Compression.Compress<V, L>(ref chain[0], ref block[0], counters[0], counters[1], BlockSize, flags | place, ref chain[0], wide: false);
        }
        Gather(chain, count, chains);
    }

    [SkipLocalsInit]
    public override void HashParents(ReadOnlySpan<uint> children, ReadOnlySpan<uint> key, uint flags, Span<uint> chains)
    {
        var work = Aligned(stackalloc V[ChainWords + 16 + 1]);
        Span<V> chain = work[..ChainWords], block = work.Slice(ChainWords, 16);
        while (!children.IsEmpty)
        {
            int count = Math.Min(L.Count, children.Length / (2 * ChainWords));
            Start(chain, key);
            L.Transpose(ref Unsafe.As<uint, byte>(ref MemoryMarshal.GetReference(children)), BlockSize, count, ref block[0]);
            Blake3Compression.Compress<V, L>(ref chain[0], ref block[0], L.Broadcast(0), L.Broadcast(0), BlockSize, flags | Parent, ref chain[0], wide: false);
            Gather(chain, count, chains);
            children = children[(count * 2 * ChainWords)..];
            chains = chains[(count * ChainWords)..];
        }
    }

    // Without its unaligned start, which the stack does not avoid: a wide vector that lies in two cache lines costs twice.
    static unsafe Span<V> Aligned(Span<V> stack)
    {
        ref V first = ref MemoryMarshal.GetReference(stack);
        nint past = (nint)Unsafe.AsPointer(ref first) & (sizeof(V) - 1);
        return MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref first, past == 0 ? 0 : sizeof(V) - past), stack.Length - 1);
    }

    // The same block of the group that comes next: a processor's own prefetching does not follow as many streams as there are lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe void Prefetch(ref readonly byte first)
    {
        if (!Sse.IsSupported) return;
        // Hints about addresses; nothing is read through the pointer.
        byte* address = (byte*)Unsafe.AsPointer(ref Unsafe.AsRef(in first));
        for (int lane = 0; lane < L.Count; lane++) Sse.Prefetch0(address + lane * ChunkSize);
    }

    static void Start(Span<V> chain, ReadOnlySpan<uint> key)
    {
        for (int i = 0; i < ChainWords; i++) chain[i] = L.Broadcast(key[i]);
    }

    static void Gather(Span<V> chain, int count, Span<uint> chains)
    {
        var words = MemoryMarshal.Cast<V, uint>(chain);
        for (int lane = 0; lane < count; lane++)
            for (int i = 0; i < ChainWords; i++) chains[lane * ChainWords + i] = words[i * L.Count + lane];
    }
}
