using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Zk.Graphs;

/// <summary>
/// From a request's bytes to the graph's input. Normative and integer: whoever verifies an answer repeats it from the request, so that
/// nobody can prove the right answer to another question. A definition has a name and never changes; another one is another name.
/// </summary>
/// <param name="Name">The name that a model's commitment and every inference proof carry, <c>/v1</c> and so on included.</param>
/// <param name="Denominator">The cell q stands for the real number q / Denominator: the exact scale of the first layer's input.</param>
/// <remarks>design: rule E. Cells are in [−127, 127]; whether the graph takes them is the statement's to check.</remarks>
public sealed record Preprocessing(string Name, int Denominator)
{
    /// <summary>The most bytes any preprocessing accepts: 2^24.</summary>
    public const int MaximumLength = 1 << 24;

    /// <summary><c>uint8-shift1/v1</c>: one cell per byte, q = byte &gt;&gt; 1, in [0, 127]; q stands for q/127. For grey-scale pixels.</summary>
    public static readonly Preprocessing Uint8Shift1 = new("uint8-shift1/v1", 127);

    /// <summary><c>int8/v1</c>: one cell per byte, q = the byte as a two's complement number; q stands for q/127. The byte 0x80 (−128) is refused.</summary>
    public static readonly Preprocessing Int8 = new("int8/v1", 127);

    /// <summary>Every definition there is.</summary>
    public static readonly ImmutableArray<Preprocessing> All = [Uint8Shift1, Int8];

    /// <summary>The definition of that name.</summary>
    public static bool TryFind(string? name, [NotNullWhen(true)] out Preprocessing? preprocessing)
    {
        preprocessing = null;
        foreach (var candidate in All)
            if (candidate.Name == name) preprocessing = candidate;
        return preprocessing is not null;
    }

    /// <summary>Turns a request's bytes into the input tensor, one cell per byte, by the definition named.</summary>
    /// <param name="name">The definition's name, as the proof or the commitment says it.</param>
    /// <param name="bytes">The request's bytes. Their number is not compared with a graph here: one byte makes one cell.</param>
    /// <param name="tensor">The cells, or null unless accepted.</param>
    public static Verdict Apply(string? name, ReadOnlySpan<byte> bytes, out int[]? tensor)
    {
        tensor = null;
        if (!TryFind(name, out var preprocessing))
            return Verdict.Reject(PreprocessingChecks.Name, string.Join(" or ", All.Select(p => p.Name)), $"'{(name is { Length: > 64 } ? name[..64] : name)}'");
        if (bytes.Length is 0 or > MaximumLength) return Verdict.Reject(PreprocessingChecks.Length, $"1 to {MaximumLength} bytes", $"{bytes.Length}");

        var cells = new int[bytes.Length];
        if (preprocessing == Uint8Shift1)
        {
            for (int i = 0; i < cells.Length; i++) cells[i] = bytes[i] >> 1;
        }
        else
        {
            int at = bytes.IndexOf((byte)0x80);
            if (at >= 0) return Verdict.Reject(PreprocessingChecks.Cell, "bytes other than 0x80 (-128)", $"0x80 at {at}");
            for (int i = 0; i < cells.Length; i++) cells[i] = (sbyte)bytes[i];
        }
        tensor = cells;
        return Verdict.Accept;
    }
}

/// <summary>The checks of <see cref="Preprocessing.Apply"/>.</summary>
public static class PreprocessingChecks
{
    /// <summary>The preprocessing is one that this version knows.</summary>
    public static readonly Check Name = new("input.preprocessing.name");

    /// <summary>There is at least one byte, and not more than the limit.</summary>
    public static readonly Check Length = new("input.preprocessing.length");

    /// <summary>Every byte has a cell.</summary>
    public static readonly Check Cell = new("input.preprocessing.cell");
}
