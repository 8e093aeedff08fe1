using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Counterfoil.Log.Storage;

/// <summary>Files under one folder. A flush brings what was written to the device, and the folders that new files are named in.</summary>
sealed partial class DurableFiles(string root) : ILogFiles
{
    readonly HashSet<string> unflushed = [], newlyFilled = [];

    public byte[] Read(string path, int length)
    {
        string full = Path.Combine(root, path);
        try
        {
            using var file = File.OpenHandle(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[Math.Min(length, RandomAccess.GetLength(file))];
            int read = 0;
            while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), read) is > 0 and var n) read += n;
            return read == bytes.Length ? bytes : bytes[..read];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    public void Write(IReadOnlyList<FileWrite> writes)
    {
        foreach (var write in writes)
        {
            string full = Path.Combine(root, write.Path), folder = Path.GetDirectoryName(full)!;
            bool isNew = !File.Exists(full);
            if (isNew) MakeFolders(folder);
            using (var file = File.OpenHandle(full, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite)) RandomAccess.Write(file, write.Bytes.Span, write.Offset);
            lock (unflushed)
            {
                unflushed.Add(full);
                if (isNew) newlyFilled.Add(folder);
            }
        }
    }

    public void Flush()
    {
        string[] files, folders;
        lock (unflushed)
        {
            (files, folders) = ([.. unflushed], [.. newlyFilled]);
            unflushed.Clear();
            newlyFilled.Clear();
        }
        try
        {
            // Flushes wait for the device, and those that wait together share its work.
            Parallel.ForEach(files, path =>
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                RandomAccess.FlushToDisk(file);
            });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]); // a disk that fails is an IOException to whoever appends
        }
        foreach (string folder in folders) FlushFolder(folder);
    }

    public void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        string full = Path.Combine(root, path), temporary = full + ".new";
        using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write, FileShare.None)) RandomAccess.Write(file, bytes, 0);
        File.Move(temporary, full, overwrite: true);
    }

    /// <summary>Makes missing folders; each is named in one that thereby gains an entry.</summary>
    void MakeFolders(string folder)
    {
        lock (unflushed)
            for (string? at = folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at)) newlyFilled.Add(Path.GetDirectoryName(at)!);
        Directory.CreateDirectory(folder);
    }

    /// <summary>Makes a folder's entries durable. Windows journals them and has no such call.</summary>
    internal static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        int descriptor = Open(folder, 0);
        if (descriptor < 0) throw new IOException($"cannot open folder '{folder}': error {Marshal.GetLastPInvokeError()}");
        int failed = Flush(descriptor), error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (failed != 0) throw new IOException($"cannot flush folder '{folder}': error {error}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
