using System.Runtime.InteropServices;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Files;

namespace Counterfoil.Data.Commitments.Keys;

/// <summary>A key and the place of its record.</summary>
readonly record struct PlacedKey(Sha256Digest Key, long Place) : IComparable<PlacedKey>
{
    public int CompareTo(PlacedKey other) => Key.CompareTo(other.Key) is not 0 and var order ? order : Place.CompareTo(other.Place);
}

/// <summary>A scratch file of keys in blocks: buckets append blocks in any order, and each remembers which are its own.</summary>
/// <remarks>No other program reads it and no crash outlives it, so entries lie there as they lie in memory, and nothing is flushed.</remarks>
sealed class KeySpill(IDurableFile file)
{
    public const string FileName = "spill";
    public const int BlockKeys = 204; // 8,160 bytes: large enough for a write, small enough for a thousand buckets

    const int EntryBytes = Bytes32.Size + 8, BlockBytes = BlockKeys * EntryBytes;
    int blocks;

    int Append(ReadOnlySpan<PlacedKey> block)
    {
        int number = Interlocked.Increment(ref blocks) - 1;
        if (number < 0) throw new InvalidOperationException("the spill file is full: 2³¹ blocks");
        file.Write(MemoryMarshal.AsBytes(block), (long)number * BlockBytes);
        return number;
    }

    void Read(int block, Span<PlacedKey> keys) => file.ReadExactly(MemoryMarshal.AsBytes(keys), (long)block * BlockBytes);

    /// <summary>Keys that agree in their first bits, in the order in which they came.</summary>
    public sealed class Bucket(KeySpill spill)
    {
        readonly List<int> numbers = [];
        PlacedKey[]? waiting;
        int count;

        public long Count => (long)numbers.Count * BlockKeys + count;

        public void Add(in PlacedKey key)
        {
            waiting ??= new PlacedKey[BlockKeys];
            waiting[count++] = key;
            if (count < BlockKeys) return;
            numbers.Add(spill.Append(waiting));
            count = 0;
        }

        /// <summary>All of them, block by block, each good until the next is asked for.</summary>
        public IEnumerable<ArraySegment<PlacedKey>> Blocks()
        {
            var block = new PlacedKey[BlockKeys];
            foreach (int number in numbers)
            {
                spill.Read(number, block);
                yield return block;
            }
            if (count > 0) yield return new(waiting!, 0, count);
        }

        /// <summary>All of them, into memory.</summary>
        public void CopyTo(Span<PlacedKey> keys)
        {
            foreach (int number in numbers)
            {
                spill.Read(number, keys[..BlockKeys]);
                keys = keys[BlockKeys..];
            }
            waiting.AsSpan(0, count).CopyTo(keys);
        }
    }
}
