using System.Runtime.InteropServices;

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

    public void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        string full = Path.Combine(root, path);
        bool isNew = !File.Exists(full);
        var made = isNew ? MakeFolders(Path.GetDirectoryName(full)!) : [];
        using (var file = File.OpenHandle(full, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read))
        {
            RandomAccess.Write(file, bytes, offset);
            RandomAccess.FlushToDisk(file);
        }
        if (!isNew) return;
        FlushFolder(Path.GetDirectoryName(full)!);
        foreach (string folder in made) FlushFolder(folder);
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
        FlushFolder(Path.GetDirectoryName(full)!);
    }

    /// <summary>Makes missing folders; returns those that gained an entry by it.</summary>
    static List<string> MakeFolders(string folder)
    {
        var changed = new List<string>();
        for (string? at = folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at)) changed.Add(Path.GetDirectoryName(at)!);
        Directory.CreateDirectory(folder);
        return changed;
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
