using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
        Span<V> chain = stackalloc V[ChainWords], block = stackalloc V[16], counters = stackalloc V[2];
        var numbers = MemoryMarshal.Cast<V, uint>(counters);
        for (int lane = 0; lane < L.Count; lane++)
            (numbers[lane], numbers[L.Count + lane]) = ((uint)(counter + (uint)lane), (uint)(counter + (uint)lane >> 32));
        Start(chain, key);
        for (int at = 0; at < ChunkSize; at += BlockSize)
        {
            L.Transpose(ref Unsafe.AsRef(in chunks[at]), ChunkSize, count, ref block[0]);
            uint place = at == 0 ? ChunkStart : at == ChunkSize - BlockSize ? ChunkEnd : 0;
            Blake3Compression.Compress<V, L>(ref chain[0], ref block[0], counters[0], counters[1], BlockSize, flags | place, ref chain[0], wide: false);
        }
        Gather(chain, count, chains);
    }

    [SkipLocalsInit]
    public override void HashParents(ReadOnlySpan<uint> children, ReadOnlySpan<uint> key, uint flags, Span<uint> chains)
    {
        Span<V> chain = stackalloc V[ChainWords], block = stackalloc V[16];
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
