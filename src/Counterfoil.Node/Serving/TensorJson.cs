using System.Buffers.Binary;
using System.Text.Json;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Answers;

namespace Counterfoil.Node.Serving;

/// <summary>A tensor's elements as JSON: an array of numbers, flat or nested, row-major.</summary>
public static class TensorJson
{
    /// <summary>How a stranger's JSON is read: nothing twice, nothing deeper than tensors are.</summary>
    public static JsonDocumentOptions Strict { get; } = new() { AllowDuplicateProperties = false, MaxDepth = TensorSpec.MostDimensions + 8 };

    /// <summary>The bytes of a request: its elements, little-endian. A real number becomes the nearest binary32.</summary>
    /// <param name="data">The array.</param>
    /// <param name="tensor">The tensor that it is to be.</param>
    /// <param name="request">The bytes, or null unless accepted.</param>
    public static Verdict Read(JsonElement data, TensorSpec tensor, out byte[]? request)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        request = null;
        var bytes = new byte[tensor.Length * tensor.ElementSize];
        int at = 0;
        var verdict = Fill(data, tensor, bytes, ref at);
        if (!verdict.IsAccepted) return verdict;
        if (at != bytes.Length) return Verdict.Reject(AnswerChecks.RequestLength, $"{tensor.Length} elements", $"{at / tensor.ElementSize}");
        request = bytes;
        return verdict;
    }

    static Verdict Fill(JsonElement data, TensorSpec tensor, byte[] bytes, ref int at)
    {
        switch (data.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in data.EnumerateArray())
                {
                    var verdict = Fill(item, tensor, bytes, ref at);
                    if (!verdict.IsAccepted) return verdict;
                }
                return Verdict.Accept;
            case JsonValueKind.Number when at == bytes.Length: return Verdict.Reject(AnswerChecks.RequestLength, $"{tensor.Length} elements", "more");
            case JsonValueKind.Number when tensor.Datatype == Datatype.FP32 && data.TryGetSingle(out float real):
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), real);
                break;
            case JsonValueKind.Number when tensor.Datatype == Datatype.INT64 && data.TryGetInt64(out long whole):
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), whole);
                break;
            default: return Verdict.Reject(AnswerChecks.RequestElement, $"numbers of {tensor.Datatype}", $"{data.ValueKind} at {at / tensor.ElementSize}");
        }
        at += tensor.ElementSize;
        return Verdict.Accept;
    }
}
