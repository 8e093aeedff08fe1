using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Log.Tiles;

/// <summary>The entries under one level-0 tile, each after its length in two bytes, big-endian (C2SP tlog-tiles).</summary>
public static class EntryBundle
{
    /// <summary>The longest entry: what two bytes of length can say. What is longer enters the log by its digest.</summary>
    public const int MaxEntryBytes = ushort.MaxValue;

    /// <summary>Appends one entry to a bundle.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The entry is longer than <see cref="MaxEntryBytes"/>.</exception>
    public static void Append(Stream bundle, ReadOnlySpan<byte> entry)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entry.Length, MaxEntryBytes, nameof(entry));
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)entry.Length);
        bundle.Write(length);
        bundle.Write(entry);
    }

    /// <summary>Splits the first <paramref name="count"/> entries off a bundle; <paramref name="consumed"/> is where they end.</summary>
    public static Verdict Read(ReadOnlyMemory<byte> bundle, int count, out ImmutableArray<ReadOnlyMemory<byte>> entries, out int consumed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        entries = [];
        consumed = 0;
        if (count > bundle.Length / 2) return Verdict.Reject(LogChecks.EntryBundle, $"{count} entries", $"{bundle.Length} bytes");
        var found = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(count);
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            if (bundle.Length - at < 2 || BinaryPrimitives.ReadUInt16BigEndian(bundle.Span[at..]) is var length && bundle.Length - at - 2 < length)
                return Verdict.Reject(LogChecks.EntryBundle, $"{count} entries", $"{i}, then a piece of one");
            found.Add(bundle.Slice(at + 2, length));
            at += 2 + length;
        }
        (entries, consumed) = (found.MoveToImmutable(), at);
        return Verdict.Accept;
    }

    /// <summary>Splits a bundle of exactly <paramref name="count"/> entries, at most 256.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bundle, int count, out ImmutableArray<ReadOnlyMemory<byte>> entries)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)TileId.FullWidth, nameof(count));
        return Split(bundle, count, out entries);
    }

    /// <summary>Splits exactly <paramref name="count"/> entries that lie as in a bundle, however many.</summary>
    public static Verdict Split(ReadOnlyMemory<byte> bundle, int count, out ImmutableArray<ReadOnlyMemory<byte>> entries)
    {
        var verdict = Read(bundle, count, out entries, out int consumed);
        if (!verdict.IsAccepted || consumed == bundle.Length) return verdict;
        entries = [];
        return Verdict.Reject(LogChecks.EntryBundle, $"{consumed} bytes for {count} entries", $"{bundle.Length} bytes");
    }
}
