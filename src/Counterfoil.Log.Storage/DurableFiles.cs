using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Counterfoil.Log.Storage;

/// <summary>Files under one folder, flushed to the device before a write returns; so are the folders that a new file is named in.</summary>
sealed partial class DurableFiles(string root) : ILogFiles
{
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
        var changed = new HashSet<string>();
        var files = new List<SafeFileHandle>(writes.Count);
        try
        {
            foreach (var write in writes)
            {
                string full = Path.Combine(root, write.Path), folder = Path.GetDirectoryName(full)!;
                if (!File.Exists(full))
                {
                    MakeFolders(folder, changed);
                    changed.Add(folder);
                }
                files.Add(File.OpenHandle(full, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read));
                RandomAccess.Write(files[^1], write.Bytes.Span, write.Offset);
            }
            // Flushes wait for the device, and those that wait together share its work.
            if (files.Count == 1) RandomAccess.FlushToDisk(files[0]);
            else Parallel.ForEach(files, RandomAccess.FlushToDisk);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]); // a disk that fails is an IOException to whoever appends
        }
        finally
        {
            foreach (var file in files) file.Dispose();
        }
        foreach (string folder in changed) FlushFolder(folder);
    }

    public void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        string full = Path.Combine(root, path), temporary = full + ".new";
        using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(file, bytes, 0);
            RandomAccess.FlushToDisk(file);
        }
        File.Move(temporary, full, overwrite: true);
    }

    /// <summary>Makes missing folders, and names those that gained an entry by it.</summary>
    static void MakeFolders(string folder, HashSet<string> changed)
    {
        for (string? at = folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at)) changed.Add(Path.GetDirectoryName(at)!);
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
