using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models.Onnx.Format;

namespace Counterfoil.Models.Onnx;

/// <summary>A constant of an ONNX graph: real cells in float32, or whole numbers (shapes, indices, masks, quantised weights) in int64.</summary>
sealed record OnnxTensor(ImmutableArray<int> Dimensions, float[]? Floats, long[]? Integers)
{
    const int Float = 1, UInt8 = 2, Int8 = 3, Int32 = 6, Int64 = 7, Boolean = 9, Double = 11;

    /// <summary>The steps of weights that came quantised, one or one per index of the first dimension; none for all others.</summary>
    public ImmutableArray<float> Scales { get; init; } = [];

    /// <summary>Range of the file's type: what a zero point says about quantised cells.</summary>
    public (int Least, int Most) Range { get; init; } = (sbyte.MinValue, sbyte.MaxValue);

    public int Length => FloatNode.Product(Dimensions);

    public static bool IsReal(int type) => type is Float or Double;

    public static bool IsInteger(int type) => type is UInt8 or Int8 or Int32 or Int64 or Boolean;

    public static OnnxTensor Vector(params long[] cells) => new([cells.Length], null, cells);

    /// <summary>As real numbers: whole numbers up to 2^24 are exact.</summary>
    public float[] AsFloats() => Floats ?? Array.ConvertAll(Integers!, v => (float)v);

    public static Verdict Read(TensorProto proto, OnnxLimits limits, out OnnxTensor? tensor)
    {
        tensor = null;
        string name = OnnxReader.Quote(proto.Name);
        if (proto.DataLocation != 0 || proto.ExternalData.Count > 0) return Verdict.Reject(OnnxChecks.External, "data in the file", $"tensor {name} elsewhere");
        if (!(IsReal(proto.DataType) || IsInteger(proto.DataType)) || !proto.Segment.IsEmpty)
            return Verdict.Reject(OnnxChecks.DataType, "float32, float64, int8, uint8, int32, int64 or bool, whole", $"tensor {name} of type {proto.DataType}");
        if (proto.Dims.Count > limits.Rank) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Rank} dimensions", $"tensor {name} of {proto.Dims.Count}");
        long cells = 1;
        foreach (long d in proto.Dims)
        {
            // A list of no numbers is a shape of a scalar; no other tensor is empty.
            if (d < 1 && !(d == 0 && proto.Dims.Count == 1 && proto.DataType == Int64 && proto.RawData.IsEmpty)) return Verdict.Reject(OnnxChecks.Dimensions, "positive dimensions", $"tensor {name}: {d}");
            if (d > limits.Cells || (cells *= d) > limits.Cells) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells", $"tensor {name} of more");
        }

        int size = proto.DataType switch { Float or Int32 => 4, Int64 or Double => 8, _ => 1 };
        int listed = proto.DataType switch { Float => proto.FloatData.Count, Double => proto.DoubleData.Count, Int64 => proto.Int64Data.Count, _ => proto.Int32Data.Count };
        bool raw = listed == 0;
        if (raw ? proto.RawData.Length != cells * size : listed != cells || !proto.RawData.IsEmpty)
            return Verdict.Reject(OnnxChecks.Dimensions, $"{cells} cells in tensor {name}", raw ? $"{proto.RawData.Length} bytes" : $"{listed}");

        var bytes = proto.RawData.Span;
        var floats = IsReal(proto.DataType) ? new float[cells] : null;
        var integers = floats is null ? new long[cells] : null;
        for (int i = 0; i < cells; i++)
        {
            var at = raw ? bytes[(i * size)..] : default;
            if (floats is null)
                integers![i] = proto.DataType switch
                {
                    Int64 => raw ? BinaryPrimitives.ReadInt64LittleEndian(at) : proto.Int64Data[i],
                    Int32 => raw ? BinaryPrimitives.ReadInt32LittleEndian(at) : proto.Int32Data[i],
                    Int8 => raw ? (sbyte)at[0] : (sbyte)proto.Int32Data[i],
                    UInt8 => raw ? at[0] : (byte)proto.Int32Data[i],
                    _ => (raw ? at[0] : proto.Int32Data[i]) == 0 ? 0 : 1,
                };
            else
            {
                floats[i] = proto.DataType == Float ? (raw ? BinaryPrimitives.ReadSingleLittleEndian(at) : proto.FloatData[i])
                    : (float)(raw ? BinaryPrimitives.ReadDoubleLittleEndian(at) : proto.DoubleData[i]);
                // −∞ is how masks are written; where a weight is asked for, it is refused.
                if (!float.IsFinite(floats[i]) && !float.IsNegativeInfinity(floats[i])) return Verdict.Reject(OnnxChecks.Finite, "finite weights", $"tensor {name}: {floats[i]} at {i}");
            }
        }
        tensor = new OnnxTensor([.. proto.Dims.Select(d => (int)d)], floats, integers) { Range = proto.DataType == UInt8 ? (0, 255) : (sbyte.MinValue, sbyte.MaxValue) };
        return Verdict.Accept;
    }
}
