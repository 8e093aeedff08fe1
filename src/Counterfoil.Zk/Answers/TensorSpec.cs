using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Zk.Answers;

/// <summary>The type of a tensor's elements, by the Open Inference Protocol's names.</summary>
public enum Datatype
{
    /// <summary>IEEE 754 binary32: real numbers.</summary>
    FP32 = 1,

    /// <summary>Whole numbers, two's complement: token numbers, for one.</summary>
    INT64 = 2,
}

/// <summary>A model's input or output as its users see it: a tensor of numbers, row-major, little-endian.</summary>
/// <param name="Name">Its name in the model's file.</param>
/// <param name="Datatype">The type of its elements.</param>
/// <param name="Shape">Its dimensions, each at least 1.</param>
/// <param name="Scale">Cell q of the graph stands for the real number q·Scale; 1 where elements are whole numbers.</param>
public sealed record TensorSpec(string Name, Datatype Datatype, ImmutableArray<int> Shape, double Scale)
{
    /// <summary>Bytes of a name, in UTF-8, at most.</summary>
    public const int MostNameBytes = 256;

    /// <summary>Dimensions at most.</summary>
    public const int MostDimensions = 16;

    /// <summary>Elements.</summary>
    public long Length => Shape.Aggregate(1L, (cells, d) => cells * d);

    /// <summary>Bytes of one element.</summary>
    public int ElementSize => Datatype == Datatype.FP32 ? sizeof(float) : sizeof(long);

    /// <summary>
    /// Rule E, normative: from the real number x to the cell, x/scale in binary64, rounded to the nearest whole number, halves to even, clamped to the graph's range. x is finite.
    /// </summary>
    public static int ToCell(float x, double scale, int least, int most) => (int)Math.Clamp(Math.Round(x / scale), least, most);

    /// <summary>The real number that a cell stands for: the product in binary64, rounded once to binary32.</summary>
    public float ToReal(long cell) => (float)(cell * Scale);

    /// <summary>From a request's bytes to the graph's input. Whoever verifies an answer repeats it, so that nobody can prove the right answer to another question.</summary>
    /// <param name="request">The tensor's elements, little-endian, one after the other.</param>
    /// <param name="input">The graph's input.</param>
    /// <param name="cells">The cells, or null unless accepted.</param>
    /// <param name="inputs">How many inputs the request has, one after the other.</param>
    public Verdict ToCells(ReadOnlySpan<byte> request, GraphInput input, out int[]? cells, int inputs = 1)
    {
        cells = null;
        long elements = Length * inputs;
        if (request.Length != elements * ElementSize) return Verdict.Reject(AnswerChecks.RequestLength, $"{elements} elements of {Datatype}, {elements * ElementSize} bytes", $"{request.Length} bytes");
        var read = new int[elements];
        for (int i = 0; i < read.Length; i++)
        {
            if (Datatype == Datatype.INT64)
            {
                long number = BinaryPrimitives.ReadInt64LittleEndian(request[(i * sizeof(long))..]);
                if (number < input.Least || number > input.Most) return Verdict.Reject(AnswerChecks.RequestElement, $"whole numbers in [{input.Least}, {input.Most}]", $"{number} at {i}");
                read[i] = (int)number;
                continue;
            }
            float x = BinaryPrimitives.ReadSingleLittleEndian(request[(i * sizeof(float))..]);
            if (!float.IsFinite(x)) return Verdict.Reject(AnswerChecks.RequestElement, "finite numbers", $"{x} at {i}");
            read[i] = ToCell(x, Scale, input.Least, input.Most);
        }
        cells = read;
        return Verdict.Accept;
    }

    /// <summary>Whether this can be a tensor of that many cells.</summary>
    internal Verdict Check(string which, long cells)
    {
        if (Shape.IsDefault || Shape.Length > MostDimensions || Shape.Any(d => d < 1)) return Refuse($"at most {MostDimensions} dimensions of at least 1", "others");
        // Dimensions are below 2^31 and at most 16: the product is checked before it can overflow.
        long length = 1;
        foreach (int d in Shape)
            if ((length *= d) > cells) break;
        if (length != cells) return Refuse($"{cells} elements", $"[{string.Join(", ", Shape)}]");
        if (Name.Length == 0 || System.Text.Encoding.UTF8.GetByteCount(Name) > MostNameBytes || Name.Any(char.IsControl)) return Refuse($"a name of 1 to {MostNameBytes} bytes without control characters", "another");
        if (Datatype is not (Datatype.FP32 or Datatype.INT64)) return Refuse("FP32 or INT64", $"type {(int)Datatype}");
        // Cells are below 2^62: no product leaves the range of binary32.
        if (Scale is not (> 0 and <= 1L << 60) || (Datatype == Datatype.INT64 && Scale != 1)) return Refuse("a scale above 0, at most 2^60, and 1 of whole numbers", $"{Scale}");
        return Verdict.Accept;

        Verdict Refuse(string expected, string found) => Verdict.Reject(AnswerChecks.PublishedTensors, $"{which}: {expected}", found);
    }
}

/// <summary>How far a model's integers are from its floats, on the data that set its scales. Said by its owner: no proof depends on it.</summary>
/// <param name="Samples">Inputs that were compared.</param>
/// <param name="MaximumError">The largest |integer output·scale − float output| of any cell.</param>
/// <param name="MeanError">The mean of the same over all cells.</param>
/// <param name="RootMeanSquareError">The root of the mean of its square.</param>
/// <param name="FloatRange">The largest float output less the least.</param>
/// <param name="Agreement">The share of inputs whose largest output is at the same index, 0 to 1.</param>
/// <param name="Saturated">The share of output cells at the ends of their range, 0 to 1.</param>
public sealed record CalibrationFacts(int Samples, double MaximumError, double MeanError, double RootMeanSquareError, double FloatRange, double Agreement, double Saturated)
{
    internal double[] Numbers => [MaximumError, MeanError, RootMeanSquareError, FloatRange, Agreement, Saturated];
}
