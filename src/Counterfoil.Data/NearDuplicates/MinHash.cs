using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Counterfoil.Core.Digests;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>Signs records: for each function of a family, the least value that it takes on the record's shingles (Broder 1997).</summary>
/// <remarks>
/// hᵢ(x) = aᵢ·x + bᵢ mod 2⁶⁴ with aᵢ odd, a bijection; (aᵢ, bᵢ) from SHA-256(tag ‖ seed ‖ u32 i). Shingles are mixed before, so that no structure of a text meets the
/// linear family. A signature keeps the upper 32 bits of each minimum: two minima that differ agree there with probability 2⁻³².
/// Two records agree in a place of their signatures with the probability of their Jaccard similarity. A signature identifies its record to whoever holds a candidate: keep it as private as the data.
/// </remarks>
public sealed class MinHash
{
    readonly ulong[] a, b, minima;
    readonly List<ulong> shingles = [];

    /// <summary>Draws the family. An instance signs one record at a time.</summary>
    /// <exception cref="ArgumentException">The parameters are out of range.</exception>
    public MinHash(MinHashParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!parameters.IsSound) throw new ArgumentException($"parameters out of range: {parameters}", nameof(parameters));
        Parameters = parameters;
        (a, b, minima) = (new ulong[parameters.Permutations], new ulong[parameters.Permutations], new ulong[parameters.Permutations]);
        byte[] input = [.. Domains.NearDuplicateFamily, .. parameters.Seed.ToArray(), .. new byte[4]];
        for (int i = 0; i < a.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(input.Length - 4), i);
            var drawn = Sha256.Hash(input).ToArray();
            (a[i], b[i]) = (BinaryPrimitives.ReadUInt64BigEndian(drawn) | 1, BinaryPrimitives.ReadUInt64BigEndian(drawn.AsSpan(8)));
        }
    }

    /// <summary>What the family was drawn from.</summary>
    public MinHashParameters Parameters { get; }

    /// <summary>The record's signature: big-endian words of 32 bits, <see cref="MinHashParameters.SignatureBytes"/> in all.</summary>
    public void Sign(ReadOnlySpan<byte> record, Span<byte> signature)
    {
        Shingles.Cut(record, Parameters, shingles);
        Minima(CollectionsMarshal.AsSpan(shingles), Vector512.IsHardwareAccelerated);
        for (int i = 0; i < minima.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(signature[(4 * i)..], (uint)(minima[i] >> 32));
    }

    /// <summary>The record's signature, in an array of its own.</summary>
    public byte[] Sign(ReadOnlySpan<byte> record)
    {
        var signature = new byte[Parameters.SignatureBytes];
        Sign(record, signature);
        return signature;
    }

    /// <summary>In how many places two signatures agree.</summary>
    public static int Matches(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(one.Length, other.Length);
        ReadOnlySpan<uint> x = MemoryMarshal.Cast<byte, uint>(one), y = MemoryMarshal.Cast<byte, uint>(other);
        int matches = 0;
        for (int i = 0; i < x.Length; i++) if (x[i] == y[i]) matches++;
        return matches;
    }

    /// <summary>The bucket of each band: x = the band's number, x = mix(x ⊕ word) for each of its words, upper 32 bits.</summary>
    internal void Buckets(ReadOnlySpan<byte> signature, Span<uint> buckets)
    {
        for (int band = 0, i = 0; band < Parameters.Bands; band++)
        {
            ulong x = (ulong)band;
            for (int row = 0; row < Parameters.Rows; row++, i++) x = Shingles.Mix(x ^ BinaryPrimitives.ReadUInt32BigEndian(signature[(4 * i)..]));
            buckets[band] = (uint)(x >> 32);
        }
    }

    /// <summary>The minima over some shingles, at least one. Both ways give the same; tests hold that.</summary>
    internal ReadOnlySpan<ulong> Minima(ReadOnlySpan<ulong> xs, bool inLanes)
    {
        int i = 0;
        for (; inLanes && i + 32 <= minima.Length; i += 32) Minima32(xs, i);
        for (; i < minima.Length; i++)
        {
            ulong least = ulong.MaxValue;
            foreach (ulong x in xs) least = Math.Min(least, a[i] * x + b[i]);
            minima[i] = least;
        }
        return minima;
    }

    /// <summary>Thirty-two minima at once: four vectors of a, b and the least so far stay in registers while the shingles stream by.</summary>
    void Minima32(ReadOnlySpan<ulong> xs, int at)
    {
        Vector512<ulong> a0 = Vector512.Create(a, at), a1 = Vector512.Create(a, at + 8), a2 = Vector512.Create(a, at + 16), a3 = Vector512.Create(a, at + 24);
        Vector512<ulong> b0 = Vector512.Create(b, at), b1 = Vector512.Create(b, at + 8), b2 = Vector512.Create(b, at + 16), b3 = Vector512.Create(b, at + 24);
        Vector512<ulong> m0 = Vector512<ulong>.AllBitsSet, m1 = m0, m2 = m0, m3 = m0;
        foreach (ulong x in xs)
        {
            var v = Vector512.Create(x);
            m0 = Vector512.Min(m0, a0 * v + b0);
            m1 = Vector512.Min(m1, a1 * v + b1);
            m2 = Vector512.Min(m2, a2 * v + b2);
            m3 = Vector512.Min(m3, a3 * v + b3);
        }
        m0.CopyTo(minima, at);
        m1.CopyTo(minima, at + 8);
        m2.CopyTo(minima, at + 16);
        m3.CopyTo(minima, at + 24);
    }
}
