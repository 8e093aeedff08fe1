namespace Counterfoil.Data.Compression;

/// <summary>How much may come out of compressed data before it counts as a bomb. Reading streams, so memory is no matter of these; time and what is written are.</summary>
public sealed record CompressionLimits
{
    /// <summary>Bytes inside one object at most.</summary>
    public long BytesInside { get; init; } = 1L << 40;

    /// <summary>Bytes inside for each byte outside at most, once more than <see cref="Unquestioned"/> came out.</summary>
    public int Ratio { get; init; } = 1000;

    /// <summary>So many bytes inside are never too many, whatever their ratio.</summary>
    public long Unquestioned { get; init; } = 64 << 20;

    /// <summary>Memory that a decoder may ask for its window or dictionary at most, in bytes: what <c>zstd --ultra -22</c> and <c>xz -9</c> need.</summary>
    public int Window { get; init; } = 128 << 20;

    /// <summary>The limits when none are given.</summary>
    public static CompressionLimits Default { get; } = new();
}
