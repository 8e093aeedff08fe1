using System.Buffers.Binary;
using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Guarding;

/// <summary>A reproducible stream of unbiased numbers from a public seed. Anyone in any language can make the same.</summary>
/// <remarks>
/// Block i = SHA-256(tag ‖ seed ‖ context ‖ u64 i), each read as four u64 (all big-endian), i from 0. A number below n is r mod n of the first r
/// not below 2⁶⁴ mod n: the numbers kept are then a whole multiple of n, so none of the n is likelier.
/// </remarks>
sealed class SeededSequence
{
    readonly byte[] input;
    readonly int counterAt;
    readonly byte[] block = new byte[Bytes32.Size];
    ulong next;
    int used = Bytes32.Size;

    public SeededSequence(ReadOnlySpan<byte> tag, Bytes32 seed, ReadOnlySpan<byte> context)
    {
        input = [.. tag, .. seed.ToArray(), .. context, .. new byte[8]];
        counterAt = input.Length - 8;
    }

    /// <summary>A number in 0 … n − 1.</summary>
    public int Below(int n)
    {
        ulong bound = (ulong)n, rejected = (0 - bound) % bound; // 2⁶⁴ mod n
        ulong r;
        do r = Word();
        while (r < rejected);
        return (int)(r % bound);
    }

    ulong Word()
    {
        if (used == block.Length)
        {
            BinaryPrimitives.WriteUInt64BigEndian(input.AsSpan(counterAt), next++);
            Sha256.Hash(input).CopyTo(block);
            used = 0;
        }
        ulong word = BinaryPrimitives.ReadUInt64BigEndian(block.AsSpan(used));
        used += 8;
        return word;
    }
}
