using Counterfoil.Node.Chain.Storage;

namespace Counterfoil.Chain.Tests.Chain.Storage;

/// <summary>A file in memory whose writes can fail, having written any part of what they were given.</summary>
sealed class MemoryFile(byte[] content) : IJournalFile
{
    byte[] content = content;

    /// <summary>How many writes succeed from now on; null for all.</summary>
    public int? WritesLeft { get; set; }

    /// <summary>How many bytes of the write that fails reach the disk.</summary>
    public int Torn { get; set; }

    public int Writes { get; private set; }

    public byte[] Content => (byte[])content.Clone();

    public long Length => content.Length;

    public int Read(Span<byte> buffer, long offset)
    {
        if (offset >= content.Length) return 0;
        int count = (int)Math.Min(buffer.Length, content.Length - offset);
        content.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Writes++;
        if (WritesLeft == 0)
        {
            content = [.. content, .. bytes[..Math.Min(Torn, bytes.Length)]];
            throw new IOException("no space left on device");
        }
        WritesLeft--;
        content = [.. content, .. bytes];
    }

    public void Truncate(long length) => content = content[..(int)length];

    public void Dispose()
    {
    }
}
