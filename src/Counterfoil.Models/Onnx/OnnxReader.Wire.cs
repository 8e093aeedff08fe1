using Counterfoil.Core.Verdicts;
using Counterfoil.Models.Onnx.Format;
using Google.Protobuf;

namespace Counterfoil.Models.Onnx;

public static partial class OnnxReader
{
    static Verdict Parse(ReadOnlySpan<byte> bytes, OnnxLimits limits, out ModelProto? model)
    {
        model = null;
        if (bytes.IsEmpty || bytes.Length > limits.Bytes) return Verdict.Reject(OnnxChecks.Limits, $"1 to {limits.Bytes} bytes", $"{bytes.Length}");
        long data = TensorData(bytes, 0);
        if (data < 0) return Verdict.Reject(OnnxChecks.Encoding, "protocol buffers, whole and well formed", "a field that runs past its end");
        if (bytes.Length - data > limits.StructureBytes)
            return Verdict.Reject(OnnxChecks.Limits, $"at most {limits.StructureBytes} bytes besides tensor data", $"{bytes.Length - data}");
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
            return Verdict.Accept;
        }
        catch (InvalidProtocolBufferException e)
        {
            // The library's parser reports by throwing; its limit on depth is among what it reports.
            return Verdict.Reject(OnnxChecks.Encoding, "protocol buffers, whole and well formed", e.Message);
        }
    }

    // Model → graph → initialiser → raw_data or packed float_data or double_data, which are all there is of bulk.
    static readonly int[][] Path = [[7], [5], [4, 9, 10]];

    /// <summary>
    /// The bytes of tensor data in a message, found without building anything: a file of a million empty nodes is small on disk and huge in memory, so it
    /// must be refused before it is parsed. −1 if a field runs past its end.
    /// </summary>
    static long TensorData(ReadOnlySpan<byte> message, int depth)
    {
        long data = 0;
        while (!message.IsEmpty)
        {
            if (!TryVarint(ref message, out ulong tag)) return -1;
            ulong length;
            switch (tag & 7)
            {
                case 0:
                    if (!TryVarint(ref message, out _)) return -1;
                    continue;
                case 1: length = 8; break;
                case 5: length = 4; break;
                case 2:
                    if (!TryVarint(ref message, out length)) return -1;
                    break;
                default: return -1;   // groups: ONNX has none
            }
            if (length > (ulong)message.Length) return -1;
            if ((tag & 7) == 2 && Path[depth].Contains((int)Math.Min(tag >> 3, int.MaxValue)))
            {
                long inner = depth == Path.Length - 1 ? (long)length : TensorData(message[..(int)length], depth + 1);
                if (inner < 0) return -1;
                data += inner;
            }
            message = message[(int)length..];
        }
        return data;
    }

    static bool TryVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int i = 0; i < Math.Min(10, bytes.Length); i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            bytes = bytes[(i + 1)..];
            return true;
        }
        return false;
    }
}
