namespace Counterfoil.Log.Storage;

/// <summary>The files of a log, so far as what survives a crash depends on them.</summary>
interface ILogFiles
{
    /// <summary>The first <paramref name="length"/> bytes of a file, or fewer where it is shorter or absent.</summary>
    byte[] Read(string path, int length);

    /// <summary>Writes pieces of files, whatever lies there or behind: nothing committed ever does. All are durable when it returns. Creates files and folders.</summary>
    void Write(IReadOnlyList<FileWrite> writes);

    /// <summary>
    /// Puts a whole file in place of another at one instant: a reader sees the old bytes or the new. After loss of power it may be the old file
    /// again, but never a torn one.
    /// </summary>
    void Replace(string path, ReadOnlySpan<byte> bytes);
}

/// <summary>A piece of a file.</summary>
/// <param name="Path">Relative to the log's folder.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Bytes">What it holds.</param>
sealed record FileWrite(string Path, long Offset, ReadOnlyMemory<byte> Bytes);
