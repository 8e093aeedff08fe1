using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>Cuts records into shingles, each a number of 64 bits.</summary>
/// <remarks>
/// Words: x = the number of words in the shingle, then x = mix(x ⊕ h(word)) for each, where h = mix(FNV-1a of the word's bytes). Bytes: x = mix(size ⊕ the bytes as a
/// big-endian number). A record shorter than a shingle is one shingle; a record of no words at all is the shingle 0. mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014),
/// a bijection. Neither function resists someone who looks for collisions: shingles find and estimate, and what is shown is shown with the record.
/// </remarks>
static class Shingles
{
    const ulong FnvBasis = 0xcbf29ce484222325, FnvPrime = 0x100000001b3;

    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>The shingles of a record, in order, repetitions and all, into a list that is emptied first.</summary>
    public static void Cut(ReadOnlySpan<byte> record, MinHashParameters parameters, List<ulong> shingles)
    {
        shingles.Clear();
        if (parameters.Unit == ShingleUnit.Bytes) CutBytes(record, parameters.Size, shingles);
        else CutWords(record, parameters.Size, shingles);
    }

    /// <summary>|A ∩ B| / |A ∪ B| of two records' shingles. Two shingles that differ have one number with probability 2⁻⁶⁴.</summary>
    public static double Jaccard(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, MinHashParameters parameters)
    {
        var shingles = new List<ulong>();
        Cut(a, parameters, shingles);
        var ofA = shingles.ToHashSet();
        Cut(b, parameters, shingles);
        var ofB = shingles.ToHashSet();
        int common = ofA.Count(ofB.Contains);
        return (double)common / (ofA.Count + ofB.Count - common);
    }

    static void CutBytes(ReadOnlySpan<byte> record, int size, List<ulong> shingles)
    {
        Span<byte> window = stackalloc byte[8];
        int last = Math.Max(0, record.Length - size);
        for (int at = 0; at <= last; at++)
        {
            var bytes = record[at..Math.Min(at + size, record.Length)];
            window.Clear();
            bytes.CopyTo(window[(8 - bytes.Length)..]);
            shingles.Add(Mix((ulong)bytes.Length ^ BinaryPrimitives.ReadUInt64BigEndian(window)));
        }
    }

    static void CutWords(ReadOnlySpan<byte> record, int size, List<ulong> shingles)
    {
        // The list holds the words' hashes first, and each shingle takes the place of its first word.
        for (int at = 0; at < record.Length;)
        {
            ulong h = FnvBasis;
            int begin = at;
            for (; at < record.Length && Letter(record[at]) is not 0 and var letter; at++) h = (h ^ letter) * FnvPrime;
            if (at > begin) shingles.Add(Mix(h));
            else at++;
        }
        int words = shingles.Count, width = Math.Min(size, words);
        if (words == 0) shingles.Add(0);
        if (words == 0) return;
        var hashes = CollectionsMarshal.AsSpan(shingles);
        for (int first = 0; first + width <= words; first++)
        {
            ulong x = (ulong)width;
            foreach (ulong h in hashes.Slice(first, width)) x = Mix(x ^ h);
            hashes[first] = x;
        }
        shingles.RemoveRange(words - width + 1, width - 1);
    }

    /// <summary>The byte as it counts in a word, or 0 where it belongs to none.</summary>
    static byte Letter(byte b) => b switch
    {
        >= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9' or >= 0x80 => b,
        >= (byte)'A' and <= (byte)'Z' => (byte)(b | 0x20),
        _ => 0,
    };
}
