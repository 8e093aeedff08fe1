using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Counterfoil.Data.Files;

/// <summary>A folder on disk. Makes it where it is missing.</summary>
sealed partial class DurableFolder : IDurableFiles
{
    readonly string root;

    public DurableFolder(string root)
    {
        this.root = Path.GetFullPath(root);
        Directory.CreateDirectory(this.root);
    }

    public byte[]? Read(string name, int most)
    {
        using var file = OpenToRead(name);
        if (file is null) return null;
        var bytes = new byte[Math.Min(most, file.Length)];
        return bytes[..file.Read(bytes, 0)];
    }

    public IDurableFile Open(string name) => new OnDisk(File.OpenHandle(Path.Combine(root, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));

    public IDurableFile? OpenToRead(string name)
    {
        string full = Path.Combine(root, name);
        return File.Exists(full) ? new OnDisk(File.OpenHandle(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)) : null;
    }

    public void Replace(string name, ReadOnlySpan<byte> bytes)
    {
        string full = Path.Combine(root, name), fresh = full + ".new";
        using (var file = File.OpenHandle(fresh, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(file, bytes, 0);
            RandomAccess.FlushToDisk(file);
        }
        File.Move(fresh, full, overwrite: true);
        FlushNames();
    }

    public void Delete(string name) => File.Delete(Path.Combine(root, name));

    /// <remarks>Windows journals a folder's entries and has no such call.</remarks>
    public void FlushNames()
    {
        if (OperatingSystem.IsWindows()) return;
        int descriptor = OpenFolder(root, 0);
        if (descriptor < 0) throw new IOException($"cannot open folder '{root}': error {Marshal.GetLastPInvokeError()}");
        int failed = Flush(descriptor), error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (failed != 0) throw new IOException($"cannot flush folder '{root}': error {error}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    sealed class OnDisk(SafeFileHandle file) : IDurableFile
    {
        public long Length => RandomAccess.GetLength(file);

        public int Read(Span<byte> buffer, long offset)
        {
            int done = 0;
            while (done < buffer.Length && RandomAccess.Read(file, buffer[done..], offset + done) is > 0 and var read) done += read;
            return done;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);
        public void SetLength(long length) => RandomAccess.SetLength(file, length);
        public void Flush() => RandomAccess.FlushToDisk(file);
        public void Dispose() => file.Dispose();
    }
}
