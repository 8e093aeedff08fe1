using System.Runtime.InteropServices;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Home;

/// <summary>Files and folders that are their owner's alone: 0600 and 0700, whole or not there at all.</summary>
/// <remarks>On Windows the modes mean nothing; there the user's profile folder protects its content.</remarks>
public static partial class PrivateFiles
{
    const UnixFileMode FileMode0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode Folder0700 = FileMode0600 | UnixFileMode.UserExecute;
    const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    /// <summary>What a file is called while <see cref="Write"/> is not done with it.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Creates a folder, 0700, and those above it that are missing.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, Folder0700);
    }

    /// <summary>Checks that nobody but the owner has any right to a file or folder that exists.</summary>
    public static Verdict CheckMode(string path)
    {
        if (OperatingSystem.IsWindows()) return Verdict.Accept;
        return CheckMode(path, File.GetUnixFileMode(path), Directory.Exists(path) ? "700" : "600");
    }

    static Verdict CheckMode(string path, UnixFileMode mode, string wanted) => (mode & Others) == 0
        ? Verdict.Accept
        : Verdict.Reject(HomeChecks.Permissions, $"{path} to be its owner's alone (chmod {wanted} it)", $"mode 0{Convert.ToString((int)mode, 8)}");

    /// <summary>
    /// Replaces a file as a whole: what a reader, or the machine after a power cut, finds there is all of the old or all of the new
    /// content.
    /// </summary>
    /// <remarks>
    /// A temporary file beside it, fsync, rename, fsync of the folder. The home has one writer, so one temporary name is enough.
    /// </remarks>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + TemporarySuffix;
        File.Delete(temporary); // left by a crash, perhaps with another mode
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = FileMode0600;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Reads a file that must be its owner's alone.</summary>
    /// <param name="path">The file, which exists.</param>
    /// <param name="most">The most bytes to read; a longer file is refused.</param>
    /// <param name="tooLong">The check that refuses a longer file.</param>
    /// <param name="content">The bytes.</param>
    public static Verdict Read(string path, int most, Check tooLong, out byte[] content)
    {
        content = [];
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
        if (!OperatingSystem.IsWindows())
        {
            var mode = CheckMode(path, File.GetUnixFileMode(file.SafeFileHandle), "600"); // of the file that is open, whatever the name means by now
            if (!mode.IsAccepted) return mode;
        }
        if (file.Length > most) return Verdict.Reject(tooLong, $"at most {most} bytes in {path}", $"{file.Length}");
        content = new byte[file.Length];
        file.ReadExactly(content);
        return Verdict.Accept;
    }

    /// <summary>Makes creations and renames in a folder survive a power cut.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return; // NTFS journals them
        int folder = OpenFolder(path, 0);
        if (folder < 0) throw new IOException($"cannot open {path} to sync it: error {Marshal.GetLastPInvokeError()}");
        int synced = Sync(folder);
        int error = Marshal.GetLastPInvokeError();
        _ = CloseFolder(folder);
        if (synced != 0) throw new IOException($"cannot sync {path}: error {error}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseFolder(int file);
}
