namespace Counterfoil.Data.Files;

/// <summary>Appends to a file through one buffer.</summary>
sealed class AppendingFile(IDurableFile file, long start, int bufferBytes = 1 << 18)
{
    readonly byte[] buffer = new byte[bufferBytes];
    int used;
    long written = start;

    /// <summary>Where the next byte goes.</summary>
    public long Position => written + used;

    /// <summary>Room for <paramref name="length"/> bytes, no more than the buffer's, to be filled by the caller at once.</summary>
    public Span<byte> Take(int length)
    {
        if (length > buffer.Length - used) Write();
        used += length;
        return buffer.AsSpan(used - length, length);
    }

    /// <summary>Hands what is buffered to the file.</summary>
    public void Write()
    {
        if (used > 0) file.Write(buffer.AsSpan(0, used), written);
        written += used;
        used = 0;
    }
}
