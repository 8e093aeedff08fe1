using Counterfoil.Home;
using Microsoft.Win32.SafeHandles;

namespace Counterfoil.Node.Chain.Storage;

/// <summary>A journal on disk, its owner's alone. The home's lock keeps other writers away.</summary>
sealed class JournalFile : IJournalFile
{
    readonly SafeFileHandle file;
    long end;

    JournalFile(SafeFileHandle file) => (this.file, end) = (file, RandomAccess.GetLength(file));

    /// <summary>A journal that is only read, beside whoever writes it: as long as it is now.</summary>
    public static JournalFile OpenToRead(string path) => new(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    public JournalFile(string path)
    {
        bool isNew = !File.Exists(path);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 };
        if (isNew && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        file = File.OpenHandle(path, options.Mode, options.Access, options.Share);
        if (isNew)
        {
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            PrivateFiles.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!); // the name is to survive as well
        }
        end = RandomAccess.GetLength(file);
    }

    public long Length => end;

    public int Read(Span<byte> buffer, long offset)
    {
        int read = 0;
        while (read < buffer.Length && RandomAccess.Read(file, buffer[read..], offset + read) is > 0 and var n) read += n;
        return read;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(file, bytes, end);
        RandomAccess.FlushToDisk(file);
        end += bytes.Length;
    }

    public void Truncate(long length)
    {
        RandomAccess.SetLength(file, length);
        RandomAccess.FlushToDisk(file);
        end = length;
    }

    public void Dispose() => file.Dispose();
}
