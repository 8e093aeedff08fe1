using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Privacy;

/// <summary>Small files that are their owner's alone (mode 0600): made so, and refused where others may read them.</summary>
static class PrivateFile
{
    /// <summary>Makes one; durable when it returns.</summary>
    /// <exception cref="IOException">Something is there, or it cannot be written.</exception>
    public static void Create(string path, ReadOnlySpan<byte> bytes)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Reads one; of a longer file, one byte more than <paramref name="most"/>.</summary>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public static Verdict Read(string path, Check check, int most, out byte[] bytes)
    {
        using var file = File.OpenHandle(path);
        bytes = [];
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) is not 0 and var others)
            return Verdict.Reject(check, "a file that is its owner's alone (mode 600)", $"rights beyond: {others}");
        bytes = new byte[Math.Min(RandomAccess.GetLength(file), most + 1L)];
        bytes = bytes[..RandomAccess.Read(file, bytes, 0)];
        return Verdict.Accept;
    }
}
