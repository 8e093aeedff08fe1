using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Absence;
using Counterfoil.Data.Files;

namespace Counterfoil.Data.Commitments.Keys;

/// <summary>Builds the absence tree of any number of keys in bounded memory: they are spilled by their first bits, and each bucket is sorted and hashed alone.</summary>
/// <remarks>
/// Threads sort and hash buckets side by side and write them in turn, so the files are the same however many there are. A bucket that is too large for memory is spilled again by its
/// next bits, unless all its keys are one: then it is a leaf, and its places are copied through.
/// </remarks>
sealed class AbsenceTreeWriter : IDisposable
{
    const int BucketKeys = 1 << 13, MostBucketBits = 10, SplitBits = 6;

    /// <summary>A subtree: how many distinct keys, as far as it matters (0, 1, more), and its hash.</summary>
    readonly record struct Subtree(int Keys, Sha256Digest Hash);

    readonly IDurableFile spillFile, keysFile, repeatsFile, indexFile;
    readonly KeySpill spill;
    readonly KeySpill.Bucket[] buckets;
    readonly int bucketBits, pageDepth, sortedAtOnce;
    readonly AppendingFile keys, repeats, begins;
    long distinct, page;

    // Whose turn it is to write.
    readonly object turns = new();
    int taken, turn;
    ExceptionDispatchInfo? failure;

    /// <summary>Begins a tree of so many records.</summary>
    public AbsenceTreeWriter(IDurableFiles files, long records, int sortedAtOnce)
    {
        this.sortedAtOnce = sortedAtOnce;
        bucketBits = Math.Min(MostBucketBits, KeyIndex.Log2Up(records / BucketKeys));
        pageDepth = KeyIndex.DepthFor(records);
        spill = new(spillFile = files.Open(KeySpill.FileName));
        buckets = [.. Enumerable.Range(0, 1 << bucketBits).Select(_ => new KeySpill.Bucket(spill))];
        keys = new(keysFile = Emptied(KeyIndex.KeysName), 0);
        repeats = new(repeatsFile = Emptied(KeyIndex.RepeatsName), 0, 1 << 14);
        begins = new(indexFile = Emptied(KeyIndex.FileName), KeyIndex.BeginAt(pageDepth, 0), 1 << 14);

        IDurableFile Emptied(string name)
        {
            var file = files.Open(name);
            file.SetLength(0);
            return file;
        }
    }

    /// <summary>Takes the keys of consecutive records.</summary>
    public void Add(ReadOnlySpan<Sha256Digest> some, long place)
    {
        foreach (ref readonly var key in some) buckets[key.Value.Bits(0, bucketBits)].Add(new(key, place++));
    }

    /// <summary>Sorts, hashes and writes everything; durable when it returns.</summary>
    /// <param name="threads">How many buckets at once.</param>
    /// <param name="progress">Told how many keys' buckets are done.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The tree's root, and the number of distinct keys.</returns>
    public (Sha256Digest Root, long Distinct) Finish(int threads, Action<long>? progress, CancellationToken cancellation)
    {
        var tops = new Subtree[buckets.Length];
        long done = 0;
        var workers = Enumerable.Range(0, Math.Min(threads, buckets.Length)).Select(_ => new Thread(Work) { IsBackground = true, Name = "commit: sorting" }).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        failure?.Throw();
        var root = Join(tops, bucketBits, 0, 0);
        while (page <= 1L << pageDepth) BeginPage();
        foreach (var output in (AppendingFile[])[keys, repeats, begins]) output.Write();
        KeyIndex.WriteHeader(indexFile, pageDepth, distinct);
        foreach (var file in (IDurableFile[])[keysFile, repeatsFile, indexFile]) file.Flush();
        return (root.Hash, distinct);

        void Work()
        {
            try
            {
                var sorted = new SortedBucket(pageDepth);
                for (int i; (i = Interlocked.Increment(ref taken) - 1) < buckets.Length;)
                {
                    bool fits = buckets[i].Count <= sortedAtOnce;
                    if (fits) sorted.Fill(buckets[i], bucketBits);
                    lock (turns)
                    {
                        while (turn != i && failure is null) Monitor.Wait(turns);
                        if (failure is not null) return;
                        cancellation.ThrowIfCancellationRequested();
                        tops[i] = fits ? Write(sorted, i) : WriteLarge(buckets[i], sorted, bucketBits, i);
                        done += buckets[i].Count;
                        buckets[i] = null!; // its memory goes
                        turn++;
                        progress?.Invoke(done);
                        Monitor.PulseAll(turns);
                    }
                }
            }
            catch (Exception e)
            {
                lock (turns)
                {
                    failure ??= ExceptionDispatchInfo.Capture(e);
                    Monitor.PulseAll(turns);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var file in (IDurableFile[])[spillFile, keysFile, repeatsFile, indexFile]) file.Dispose();
    }

    Subtree Write(SortedBucket bucket, long prefix)
    {
        for (int i = 0; i < bucket.Count; i++)
        {
            var places = bucket.Places(i);
            if (places.Length == 1) Write(bucket.Key(i), places[0].Place);
            else
            {
                Write(bucket.Key(i), KeyIndex.Repeated | repeats.Position / 8);
                BinaryPrimitives.WriteInt64BigEndian(repeats.Take(8), places.Length);
                foreach (ref readonly var placed in places) BinaryPrimitives.WriteInt64BigEndian(repeats.Take(8), placed.Place);
            }
        }
        for (int depth = bucket.Depth; depth <= pageDepth; depth++)
        {
            var slots = bucket.Slots(depth);
            var bytes = new byte[slots.Length * Bytes32.Size];
            LeafFile.ToBytes(slots, bytes);
            indexFile.Write(bytes, KeyIndex.SlotAt(depth, prefix << (depth - bucket.Depth)));
        }
        return new(Math.Min(2, bucket.Count), bucket.Root);
    }

    void Write(Sha256Digest key, long value)
    {
        for (long own = key.Value.Bits(0, pageDepth); page <= own;) BeginPage();
        var entry = keys.Take(KeyIndex.EntryBytes);
        key.CopyTo(entry);
        BinaryPrimitives.WriteInt64BigEndian(entry[Bytes32.Size..], value);
        distinct++;
    }

    void BeginPage()
    {
        BinaryPrimitives.WriteInt64BigEndian(begins.Take(8), distinct);
        page++;
    }

    Subtree WriteLarge(KeySpill.Bucket bucket, SortedBucket sorted, int depth, long prefix)
    {
        if (OnlyKey(bucket) is { } only) return WriteOnly(only, bucket, depth, prefix);
        int bits = Math.Min(SplitBits, 256 - depth);
        var parts = Enumerable.Range(0, 1 << bits).Select(_ => new KeySpill.Bucket(spill)).ToArray();
        foreach (var block in bucket.Blocks())
            foreach (ref readonly var key in block.AsSpan()) parts[key.Key.Value.Bits(depth, bits)].Add(key);
        var tops = new Subtree[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            long own = depth + bits <= pageDepth ? prefix << bits | (uint)i : 0; // matters down to the pages alone
            if (parts[i].Count > sortedAtOnce) tops[i] = WriteLarge(parts[i], sorted, depth + bits, own);
            else
            {
                sorted.Fill(parts[i], depth + bits);
                tops[i] = Write(sorted, own);
            }
        }
        return Join(tops, depth + bits, depth, prefix);
    }

    static Sha256Digest? OnlyKey(KeySpill.Bucket bucket)
    {
        Sha256Digest? only = null;
        foreach (var block in bucket.Blocks())
            foreach (ref readonly var key in block.AsSpan())
            {
                only ??= key.Key;
                if (only != key.Key) return null;
            }
        return only;
    }

    Subtree WriteOnly(Sha256Digest key, KeySpill.Bucket bucket, int depth, long prefix)
    {
        Write(key, KeyIndex.Repeated | repeats.Position / 8);
        BinaryPrimitives.WriteInt64BigEndian(repeats.Take(8), bucket.Count);
        foreach (var block in bucket.Blocks())
            foreach (ref readonly var placed in block.AsSpan()) BinaryPrimitives.WriteInt64BigEndian(repeats.Take(8), placed.Place);
        var top = new Subtree(1, PrefixTree.LeafHash(new(key, bucket.Count)));
        WriteSlot(top, depth, prefix);
        return top;
    }

    /// <summary>The subtree over neighbours of one depth, its inner hashes written down to where they begin.</summary>
    Subtree Join(Subtree[] level, int depth, int topDepth, long prefix)
    {
        level = [.. level];
        while (depth > topDepth)
        {
            depth--;
            for (int i = 0; i < 1 << (depth - topDepth); i++)
            {
                var (l, r) = (level[2 * i], level[2 * i + 1]);
                level[i] = l.Keys + r.Keys < 2 ? l.Keys == 1 ? l : r.Keys == 1 ? r : new(0, PrefixTree.EmptyRoot) : new(2, PrefixTree.NodeHash(l.Hash, r.Hash));
                WriteSlot(level[i], depth, prefix << (depth - topDepth) | (uint)i);
            }
        }
        return level[0];
    }

    void WriteSlot(Subtree subtree, int depth, long prefix)
    {
        if (depth > pageDepth) return;
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        subtree.Hash.CopyTo(hash);
        indexFile.Write(hash, KeyIndex.SlotAt(depth, prefix));
    }
}
