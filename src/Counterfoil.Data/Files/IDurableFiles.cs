namespace Counterfoil.Data.Files;

/// <summary>The files of one folder, so far as what survives a crash depends on them: the seam at which tests let writes fail.</summary>
interface IDurableFiles
{
    /// <summary>The first bytes of a file, at most <paramref name="most"/>; null where there is none.</summary>
    byte[]? Read(string name, int most);

    /// <summary>Opens a file to read and write; makes an empty one where there is none.</summary>
    IDurableFile Open(string name);

    /// <summary>Opens a file to read it; null where there is none.</summary>
    IDurableFile? OpenToRead(string name);

    /// <summary>Puts a whole file in place of another at one instant, durable when it returns: a crash leaves the old bytes or the new.</summary>
    void Replace(string name, ReadOnlySpan<byte> bytes);

    /// <summary>Removes a file, if it is there.</summary>
    void Delete(string name);

    /// <summary>Makes the folder's entries durable: files that were made, and files that are gone.</summary>
    void FlushNames();
}

/// <summary>A file read and written at offsets. Several threads may use it.</summary>
interface IDurableFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads up to the buffer's length; fewer at the end of the file.</summary>
    int Read(Span<byte> buffer, long offset);

    void Write(ReadOnlySpan<byte> bytes, long offset);

    void SetLength(long length);

    /// <summary>Makes durable what was written before.</summary>
    void Flush();
}

static class DurableFileReading
{
    /// <exception cref="EndOfStreamException">The file has fewer bytes.</exception>
    public static void ReadExactly(this IDurableFile file, Span<byte> buffer, long offset)
    {
        if (file.Read(buffer, offset) is var read && read < buffer.Length) throw new EndOfStreamException($"a file ends {buffer.Length - read} bytes before {offset + buffer.Length}");
    }
}
