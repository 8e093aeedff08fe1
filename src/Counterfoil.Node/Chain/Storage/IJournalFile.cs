namespace Counterfoil.Node.Chain.Storage;

/// <summary>The file of a journal, so far as what survives a crash depends on it.</summary>
interface IJournalFile : IDisposable
{
    /// <summary>How many bytes there are.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends, and returns how many bytes that were.</summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes at the end. The bytes are on the device when it returns; where it throws, any part of them may be.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Cuts off what lies beyond a length, on the device too.</summary>
    void Truncate(long length);
}
