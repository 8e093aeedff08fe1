using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Counterfoil.Prover;

/// <summary>What tells a file from a copy of it.</summary>
/// <param name="Inode">Its number in the file system; 0 where there is none.</param>
/// <param name="Born">When it came to be, in nanoseconds (Linux) or 100 nanoseconds; 0 where the file system does not say.</param>
readonly partial record struct FileIdentity(long Inode, long Born)
{
    // statx(2), <linux/stat.h>: AT_FDCWD; STATX_INO | STATX_BTIME; stx_mask at 0, stx_ino at 32, stx_btime at 80.
    const int CurrentFolder = -100;
    const uint Inodes = 0x100, BirthTimes = 0x800;

    /// <summary>The identity of a file that exists.</summary>
    public static FileIdentity Of(string path)
    {
        if (!OperatingSystem.IsLinux()) return new(0, File.GetCreationTimeUtc(path).Ticks);
        Span<byte> status = stackalloc byte[256];
        if (Status(CurrentFolder, path, 0, Inodes | BirthTimes, ref MemoryMarshal.GetReference(status)) != 0)
            throw new IOException($"cannot stat {path}: error {Marshal.GetLastPInvokeError()}");
        bool born = (BinaryPrimitives.ReadUInt32LittleEndian(status) & BirthTimes) != 0;
        long inode = BinaryPrimitives.ReadInt64LittleEndian(status[32..]);
        return new(inode, born ? BinaryPrimitives.ReadInt64LittleEndian(status[80..]) * 1_000_000_000 + BinaryPrimitives.ReadUInt32LittleEndian(status[88..]) : 0);
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, ref byte buffer);
}
