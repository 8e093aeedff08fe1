using System.Buffers.Binary;
using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models.Onnx.Format;

namespace Counterfoil.Models.Onnx;

/// <summary>A constant of an ONNX graph: float32 cells, or the int64 numbers of a shape.</summary>
sealed record OnnxTensor(ImmutableArray<int> Dimensions, float[]? Floats, long[]? Integers)
{
    const int Float = 1, Int64 = 7;

    public static Verdict Read(TensorProto proto, OnnxLimits limits, out OnnxTensor? tensor)
    {
        tensor = null;
        string name = OnnxReader.Quote(proto.Name);
        if (proto.DataLocation != 0 || proto.ExternalData.Count > 0) return Verdict.Reject(OnnxChecks.External, "data in the file", $"tensor {name} elsewhere");
        if (proto.DataType is not (Float or Int64) || !proto.Segment.IsEmpty) return Verdict.Reject(OnnxChecks.DataType, "float32 or int64, whole", $"tensor {name} of type {proto.DataType}");
        if (proto.Dims.Count > limits.Rank) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Rank} dimensions", $"tensor {name} of {proto.Dims.Count}");
        long cells = 1;
        foreach (long d in proto.Dims)
        {
            if (d < 1) return Verdict.Reject(OnnxChecks.Dimensions, "positive dimensions", $"tensor {name}: {d}");
            if (d > limits.Cells || (cells *= d) > limits.Cells) return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.Cells} cells", $"tensor {name} of more");
        }

        bool isFloat = proto.DataType == Float;
        int size = isFloat ? sizeof(float) : sizeof(long), listed = isFloat ? proto.FloatData.Count : proto.Int64Data.Count;
        bool raw = listed == 0;
        if (raw ? proto.RawData.Length != cells * size : listed != cells || !proto.RawData.IsEmpty)
            return Verdict.Reject(OnnxChecks.Dimensions, $"{cells} cells in tensor {name}", raw ? $"{proto.RawData.Length} bytes" : $"{listed}");

        var bytes = proto.RawData.Span;
        var floats = isFloat ? new float[cells] : null;
        var integers = isFloat ? null : new long[cells];
        for (int i = 0; i < cells; i++)
        {
            if (floats is null) integers![i] = raw ? BinaryPrimitives.ReadInt64LittleEndian(bytes[(i * size)..]) : proto.Int64Data[i];
            else
            {
                floats[i] = raw ? BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * size)..]) : proto.FloatData[i];
                if (!float.IsFinite(floats[i])) return Verdict.Reject(OnnxChecks.Finite, "finite weights", $"tensor {name}: {floats[i]} at {i}");
            }
        }
        tensor = new OnnxTensor([.. proto.Dims.Select(d => (int)d)], floats, integers);
        return Verdict.Accept;
    }
}
