using System.Runtime.InteropServices;

namespace Counterfoil.Data.NearDuplicates;

/// <summary>Sorts the entries of one band on disk: runs as long as memory allows, then one merge.</summary>
/// <remarks>An entry is bucket · 2³² + place, so that the order of entries is that of buckets and, within one, of places. Entries lie in the machine's byte order: the file is a cache of this machine's.</remarks>
sealed class BandSorter(string path, int entriesInMemory) : IDisposable
{
    const int MergeBuffer = 1 << 12;
    readonly ulong[] run = new ulong[entriesInMemory];
    readonly List<long> ends = []; // of the runs, in entries
    FileStream? runs;
    int used;

    string RunsPath => path + ".runs";

    public void Add(uint bucket, uint place)
    {
        if (used == run.Length) Spill();
        run[used++] = (ulong)bucket << 32 | place;
    }

    /// <summary>Writes the sorted file.</summary>
    public void Finish()
    {
        if (runs is null)
        {
            run.AsSpan(0, used).Sort();
            File.WriteAllBytes(path, MemoryMarshal.AsBytes(run.AsSpan(0, used)));
            return;
        }
        if (used > 0) Spill();
        runs.Flush();
        Merge();
        Dispose();
        File.Delete(RunsPath);
    }

    void Spill()
    {
        runs ??= new FileStream(RunsPath, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1);
        run.AsSpan(0, used).Sort();
        runs.Write(MemoryMarshal.AsBytes(run.AsSpan(0, used)));
        ends.Add((ends.Count == 0 ? 0 : ends[^1]) + used);
        used = 0;
    }

    void Merge()
    {
        var heads = new PriorityQueue<Run, ulong>();
        for (int i = 0; i < ends.Count; i++)
        {
            var head = new Run(runs!, i == 0 ? 0 : ends[i - 1], ends[i]);
            if (head.Next(out ulong first)) heads.Enqueue(head, first);
        }
        using var sorted = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        var output = new ulong[MergeBuffer];
        int filled = 0;
        while (heads.TryPeek(out var head, out ulong entry))
        {
            if (filled == output.Length)
            {
                sorted.Write(MemoryMarshal.AsBytes(output.AsSpan()));
                filled = 0;
            }
            output[filled++] = entry;
            if (head.Next(out ulong next)) heads.DequeueEnqueue(head, next);
            else heads.Dequeue();
        }
        sorted.Write(MemoryMarshal.AsBytes(output.AsSpan(0, filled)));
    }

    public void Dispose()
    {
        runs?.Dispose();
        runs = null;
    }

    sealed class Run(FileStream file, long at, long end)
    {
        readonly ulong[] buffer = new ulong[MergeBuffer];
        int next, filled;

        public bool Next(out ulong entry)
        {
            if (next == filled)
            {
                filled = (int)Math.Min(buffer.Length, end - at);
                var bytes = MemoryMarshal.AsBytes(buffer.AsSpan(0, filled));
                for (int read = 0; read < bytes.Length;)
                {
                    int got = RandomAccess.Read(file.SafeFileHandle, bytes[read..], at * sizeof(ulong) + read);
                    if (got == 0) throw new EndOfStreamException($"{file.Name} became shorter");
                    read += got;
                }
                (at, next) = (at + filled, 0);
            }
            entry = next < filled ? buffer[next] : 0;
            return next++ < filled;
        }
    }
}
