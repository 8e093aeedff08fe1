namespace Counterfoil.Log.Storage;

/// <summary>The files of a log, so far as what survives a crash depends on them.</summary>
interface ILogFiles
{
    /// <summary>The first <paramref name="length"/> bytes of a file, or fewer where it is shorter or absent.</summary>
    byte[] Read(string path, int length);

    /// <summary>Writes pieces of files, whatever lies there or behind: nothing settled ever does. Creates files and folders. Durable after <see cref="Flush"/>.</summary>
    void Write(IReadOnlyList<FileWrite> writes);

    /// <summary>Waits until everything written before is on the device. May run beside writes. Where it throws, what was written since the last flush may be lost.</summary>
    void Flush();

    /// <summary>
    /// Puts a whole file in place of another at one instant: a reader sees the old bytes or the new. After loss of power it may be the old file,
    /// the new, or an empty one.
    /// </summary>
    void Replace(string path, ReadOnlySpan<byte> bytes);
}

/// <summary>A piece of a file.</summary>
/// <param name="Path">Relative to the log's folder.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Bytes">What it holds.</param>
sealed record FileWrite(string Path, long Offset, ReadOnlyMemory<byte> Bytes);
