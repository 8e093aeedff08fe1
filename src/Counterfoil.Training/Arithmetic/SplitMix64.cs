using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Counterfoil.Training.Arithmetic;

/// <summary>
/// The generator of every random choice that a recipe's seed stands for: SplitMix64 (G. Steele, D. Lea, C. Flood, <i>Fast Splittable Pseudorandom Number
/// Generators</i>, OOPSLA 2014). Integers only, so the same on every machine. Not for secrets.
/// </summary>
struct SplitMix64(ulong state)
{
    /// <summary>A generator of its own for each purpose: its state is the first 8 bytes, little-endian, of SHA-256(purpose ‖ seed).</summary>
    public static SplitMix64 For(ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> seed)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(purpose);
        hash.AppendData(seed);
        hash.GetHashAndReset(digest);
        return new SplitMix64(BinaryPrimitives.ReadUInt64LittleEndian(digest));
    }

    /// <summary>64 bits.</summary>
    public ulong Next()
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A multiple of 2^−24 in [0, 1), each equally likely: the top 24 bits.</summary>
    public float NextUnit() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>A number below <paramref name="bound"/>, each equally likely: high half of next·bound, drawn again while the low half is below 2^64 mod bound.</summary>
    public int NextBelow(int bound)
    {
        // D. Lemire, Fast Random Integer Generation in an Interval, 2019, algorithm 5.
        ulong n = (ulong)bound, unfair = unchecked(0 - n) % n;
        while (true)
        {
            ulong high = Math.BigMul(Next(), n, out ulong low);
            if (low >= unfair) return (int)high;
        }
    }
}
