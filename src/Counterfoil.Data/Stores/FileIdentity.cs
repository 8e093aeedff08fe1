using System.Runtime.InteropServices;
using Counterfoil.Data.Compression;
using Microsoft.Win32.SafeHandles;

namespace Counterfoil.Data.Stores;

/// <summary>What tells a file from another, and from itself after a change: device, inode, length, times of modification and of status change (nanoseconds since 1970).</summary>
/// <remarks>From <c>statx</c> on Linux, whose structure is the same on every processor. Elsewhere the runtime's length, time of modification and time of creation.</remarks>
readonly partial record struct FileIdentity(ulong Device, ulong Inode, long Length, Int128 Modified, Int128 Changed)
{
    const int AtNowhere = -100, EmptyPath = 0x1000, NoFollow = 0x100, Basic = 0x7ff, RegularFile = 0x8000, KindOfFile = 0xf000;

    /// <summary>Of the file at a path.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    /// <exception cref="RefusedDataException">It is no plain file.</exception>
    public static FileIdentity Of(string path, string name)
    {
        if (OperatingSystem.IsLinux()) return OfLinux(AtNowhere, path, NoFollow, name);
        var file = new FileInfo(path);
        if ((file.Attributes & (FileAttributes.Device | FileAttributes.ReparsePoint)) != 0) throw new RefusedDataException(DataChecks.Files, "plain files", $"'{name}'");
        return new(0, 0, file.Length, file.LastWriteTimeUtc.Ticks, file.CreationTimeUtc.Ticks);
    }

    /// <summary>Of an open file.</summary>
    public static FileIdentity Of(SafeFileHandle file, string name) =>
        OperatingSystem.IsLinux()
            ? OfLinux((int)file.DangerousGetHandle(), "", EmptyPath, name)
            : new(0, 0, RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file).Ticks, File.GetCreationTimeUtc(file).Ticks);

    static FileIdentity OfLinux(int folder, string path, int flags, string name)
    {
        if (Statx(folder, path, flags, Basic, out var found) != 0) throw new IOException($"'{name}': {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        if ((found.Mode & KindOfFile) != RegularFile) throw new RefusedDataException(DataChecks.Files, "plain files", $"'{name}', which is none");
        return new((ulong)found.DeviceMajor << 32 | found.DeviceMinor, found.Inode, (long)found.Size, found.Modified.Nanoseconds, found.Changed.Nanoseconds);
    }

    /// <summary>One line that is the same as long as the file is.</summary>
    public override string ToString() => $"{Device:x}:{Inode} {Length} {Modified} {Changed}";

    [StructLayout(LayoutKind.Sequential)]
    readonly struct Time
    {
        readonly long seconds;
        readonly uint nanoseconds;
        readonly int reserved;

        public Int128 Nanoseconds => (Int128)seconds * 1_000_000_000 + nanoseconds;
    }

    /// <summary>struct statx of linux/stat.h: 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    readonly struct StatxResult
    {
        [FieldOffset(28)] public readonly ushort Mode;
        [FieldOffset(32)] public readonly ulong Inode;
        [FieldOffset(40)] public readonly ulong Size;
        [FieldOffset(96)] public readonly Time Changed;
        [FieldOffset(112)] public readonly Time Modified;
        [FieldOffset(136)] public readonly uint DeviceMajor;
        [FieldOffset(140)] public readonly uint DeviceMinor;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out StatxResult result);
}
