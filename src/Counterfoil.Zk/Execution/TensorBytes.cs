using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Zk;

/// <summary>A tensor's cells as bytes, big-endian, two's complement: what a proof absorbs, and hence what files, responses and digests have of a tensor in the clear.</summary>
public static class TensorBytes
{
    /// <summary>An input: 4 bytes a cell.</summary>
    public static byte[] OfInput(ReadOnlySpan<int> cells)
    {
        var bytes = new byte[sizeof(int) * cells.Length];
        for (int i = 0; i < cells.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(sizeof(int) * i), cells[i]);
        return bytes;
    }

    /// <summary>An output: 8 bytes a cell.</summary>
    public static byte[] OfOutput(ReadOnlySpan<long> cells)
    {
        var bytes = new byte[sizeof(long) * cells.Length];
        for (int i = 0; i < cells.Length; i++) BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(sizeof(long) * i), cells[i]);
        return bytes;
    }

    /// <summary>Reads a stranger's output. Whether it has a graph's length and range is the statement's to check.</summary>
    /// <param name="bytes">What <see cref="OfOutput"/> wrote.</param>
    /// <param name="cells">The cells, or null unless accepted.</param>
    public static Verdict ReadOutput(ReadOnlySpan<byte> bytes, out long[]? cells)
    {
        cells = null;
        if (bytes.Length % sizeof(long) != 0) return Verdict.Reject(ZkChecks.Statement, $"an output of {sizeof(long)} bytes a cell", $"{bytes.Length} bytes");
        cells = new long[bytes.Length / sizeof(long)];
        for (int i = 0; i < cells.Length; i++) cells[i] = BinaryPrimitives.ReadInt64BigEndian(bytes[(sizeof(long) * i)..]);
        return Verdict.Accept;
    }
}
