namespace Counterfoil.Log.Storage;

/// <summary>The files of a log, so far as what survives a crash depends on them. Every write is durable when it returns.</summary>
interface ILogFiles
{
    /// <summary>The first <paramref name="length"/> bytes of a file, or fewer where it is shorter or absent.</summary>
    byte[] Read(string path, int length);

    /// <summary>Writes at <paramref name="offset"/>, whatever lies there or behind: nothing committed ever does. Creates file and folders.</summary>
    void WriteAt(string path, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Puts a whole file in place of another at one instant: a reader sees the old bytes or the new.</summary>
    void Replace(string path, ReadOnlySpan<byte> bytes);
}
