using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Counterfoil.Core.Digests;

namespace Counterfoil.Market.Challenges;

/// <summary>The matrices that one device multiplies in a hardware challenge: A, whose rows, and B, whose columns can each be had alone; both n × n of int8.</summary>
/// <remarks>
/// docs/market.md, "Hardware challenges"; the same as contracts/src/IntegerProduct.sol. A line has a key, Keccak-256 of domain, seed, device and index as four words; its
/// block t is Keccak-256 of the key and t as two words, 32 elements in two's complement. Element 32t + k is byte k of a row's block and byte 31 − k of a column's.
/// </remarks>
public sealed class ChallengeMatrices
{
    /// <summary>Elements of a block, and cells of a chunk.</summary>
    public const int Chunk = 32;
    /// <summary>The smallest n.</summary>
    public const int MinSize = Chunk;
    /// <summary>The largest n: one cell's proof still fits a block, and no sum leaves int32.</summary>
    public const int MaxSize = 1 << 16;
    /// <summary>The most devices of a challenge.</summary>
    public const int MaxDevices = 64;

    /// <summary>The matrices of a device.</summary>
    /// <param name="seed">The challenge's seed.</param>
    /// <param name="device">Which device, from 0 to 63.</param>
    /// <param name="size">n, a power of two from 32 to 65,536.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size or device that no challenge has.</exception>
    public ChallengeMatrices(ChallengeSeed seed, int device, int size)
    {
        if (!IsSize(size)) throw new ArgumentOutOfRangeException(nameof(size), size, "n is a power of two from 32 to 65,536");
        if (device is < 0 or >= MaxDevices) throw new ArgumentOutOfRangeException(nameof(device), device, "a device is from 0 to 63");
        (Seed, Device, Size) = (seed, device, size);
    }

    /// <summary>What both are spelled out from.</summary>
    public ChallengeSeed Seed { get; }
    /// <summary>Whose they are.</summary>
    public int Device { get; }
    /// <summary>n.</summary>
    public int Size { get; }

    /// <summary>Whether a challenge can have matrices of n × n.</summary>
    public static bool IsSize(int size) => size is >= MinSize and <= MaxSize && (size & (size - 1)) == 0;

    /// <summary>Writes row i of A.</summary>
    /// <param name="row">0 to n − 1.</param>
    /// <param name="elements">Receives n elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row, or the destination is of another length.</exception>
    public void Row(int row, Span<sbyte> elements) => Line(Domains.ChallengeRow, row, elements);

    /// <summary>Writes column j of B.</summary>
    /// <param name="column">0 to n − 1.</param>
    /// <param name="elements">Receives n elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or the destination is of another length.</exception>
    public void Column(int column, Span<sbyte> elements)
    {
        Line(Domains.ChallengeColumn, column, elements);
        for (int start = 0; start < elements.Length; start += Chunk) elements.Slice(start, Chunk).Reverse();
    }

    /// <summary>C[row][column] as it must be. |C| ≤ n · 2^14 ≤ 2^30, so it is exact in int32.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such cell.</exception>
    public int Cell(int row, int column)
    {
        using var lines = MemoryPool<byte>.Shared.Rent(2 * Size);
        var elements = MemoryMarshal.Cast<byte, sbyte>(lines.Memory.Span[..(2 * Size)]);
        Row(row, elements[..Size]);
        Column(column, elements[Size..]);
        return Dot(elements[..Size], elements[Size..]);
    }

    /// <summary>All of C, row by row: the plain way, for n that fits memory. A provider's own kernels are held to it.</summary>
    /// <exception cref="InvalidOperationException">n is above 16,384: C would not fit an array.</exception>
    public int[] Product()
    {
        if (Size > 1 << 14) throw new InvalidOperationException($"a product of {Size} × {Size} cells does not fit an array");
        var columns = new sbyte[Size * Size];
        for (int j = 0; j < Size; j++) Column(j, columns.AsSpan(j * Size, Size));
        var cells = new int[Size * Size];
        var row = new sbyte[Size];
        for (int i = 0; i < Size; i++)
        {
            Row(i, row);
            for (int j = 0; j < Size; j++) cells[i * Size + j] = Dot(row, columns.AsSpan(j * Size, Size));
        }
        return cells;
    }

    static int Dot(ReadOnlySpan<sbyte> a, ReadOnlySpan<sbyte> b)
    {
        int sum = 0;
        for (int k = 0; k < a.Length; k++) sum += a[k] * b[k];
        return sum;
    }

    void Line(ReadOnlySpan<byte> domain, int index, Span<sbyte> elements)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Size);
        ArgumentOutOfRangeException.ThrowIfNotEqual(elements.Length, Size);
        var key = ChallengeSeed.Words(domain, Seed.Value, ChallengeSeed.Word(Device), ChallengeSeed.Word(index));
        var bytes = MemoryMarshal.Cast<sbyte, byte>(elements);
        Span<byte> input = stackalloc byte[2 * Bytes32.Size];
        input.Clear();
        key.CopyTo(input);
        for (int t = 0; t < Size / Chunk; t++)
        {
            BinaryPrimitives.WriteInt32BigEndian(input[^4..], t);
            Keccak256.Hash(input, bytes.Slice(t * Chunk, Chunk));
        }
    }
}
