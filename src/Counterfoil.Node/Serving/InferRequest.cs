using System.Globalization;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Answers;

namespace Counterfoil.Node.Serving;

/// <summary>An inference request of the Open Inference Protocol v2, as far as one model of one input and one output understands it.</summary>
/// <param name="Id">The client's name for it, which comes back; null if there is none.</param>
/// <param name="Tensor">The input's elements, little-endian.</param>
/// <param name="Context">What the answer is for; zeros unless told.</param>
/// <param name="IsProven">Whether the answer is to be proven: yes unless told.</param>
/// <param name="IsBinary">Whether the output is to follow the JSON as bytes.</param>
sealed record InferRequest(string? Id, byte[] Tensor, Bytes32 Context, bool IsProven, bool IsBinary)
{
    const int MostIdLength = 256;

    // What JSON takes beside the elements, and what an element takes at most: a sign, 17 digits, a point, an exponent, a comma and white space.
    const int HeaderBytes = 64 << 10, ElementBytes = 32;

    /// <summary>Bytes of a request's body at most.</summary>
    public static long MostBytes(TensorSpec input) => HeaderBytes + (ElementBytes * input.Length);

    /// <summary>Reads a body.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="jsonLength">How many of them are JSON, by the binary tensor data extension; null for all.</param>
    /// <param name="model">The model that is asked.</param>
    /// <param name="request">The request, or null unless accepted.</param>
    public static Verdict Read(ReadOnlyMemory<byte> body, string? jsonLength, PublishedModel model, out InferRequest? request)
    {
        request = null;
        int length = body.Length;
        if (jsonLength is not null && (!int.TryParse(jsonLength, NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > body.Length))
            return Malformed($"a JSON part of at most {body.Length} bytes", jsonLength.Length > 32 ? "another" : $"'{jsonLength}'");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body[..length], TensorJson.Strict);
        }
        catch (JsonException unreadable)
        {
            return Malformed("JSON", unreadable.Message);
        }
        using (document) return Read(document.RootElement, body[length..], model, out request);
    }

    static Verdict Read(JsonElement root, ReadOnlyMemory<byte> binary, PublishedModel model, out InferRequest? request)
    {
        request = null;
        if (root.ValueKind != JsonValueKind.Object) return Malformed("an object", $"{root.ValueKind}");
        string? id = null;
        if (root.TryGetProperty("id", out var given))
        {
            if (given.ValueKind != JsonValueKind.String || given.GetString() is not { Length: <= MostIdLength } text) return Malformed($"an id that is a string of at most {MostIdLength} characters", "another");
            id = text;
        }
        var (context, isProven, isBinary) = (default(Bytes32), true, false);
        if (root.TryGetProperty("parameters", out var parameters))
        {
            if (parameters.ValueKind != JsonValueKind.Object) return Malformed("parameters that are an object", $"{parameters.ValueKind}");
            if (parameters.TryGetProperty("context", out var about))
            {
                if (about.ValueKind != JsonValueKind.String || !Keccak256Digest.TryParse(about.GetString(), out var digest)) return Malformed("a context of 64 lower-case hexadecimal digits", "another");
                context = digest.Value;
            }
            if (!TryFlag(parameters, "unproven", ref isProven, negated: true) || !TryFlag(parameters, "binary_data_output", ref isBinary)) return Malformed("true or false as unproven and binary_data_output", "another");
        }
        var verdict = Outputs(root, model.Output, ref isBinary);
        if (!verdict.IsAccepted) return verdict;
        verdict = Input(root, binary, model.Input, out byte[]? tensor);
        if (verdict.IsAccepted) request = new InferRequest(id, tensor!, context, isProven, isBinary);
        return verdict;
    }

    static Verdict Outputs(JsonElement root, TensorSpec output, ref bool isBinary)
    {
        if (!root.TryGetProperty("outputs", out var outputs)) return Verdict.Accept;
        if (outputs.ValueKind != JsonValueKind.Array) return Malformed("outputs that are an array", $"{outputs.ValueKind}");
        foreach (var wanted in outputs.EnumerateArray())
        {
            if (Text(wanted, "name") is not { } name || name != output.Name) return Malformed($"no output but '{output.Name}'", "another");
            if (wanted.TryGetProperty("parameters", out var parameters) && (parameters.ValueKind != JsonValueKind.Object || !TryFlag(parameters, "binary_data", ref isBinary))) return Malformed("true or false as binary_data", "another");
        }
        return Verdict.Accept;
    }

    static Verdict Input(JsonElement root, ReadOnlyMemory<byte> binary, TensorSpec input, out byte[]? tensor)
    {
        tensor = null;
        if (!root.TryGetProperty("inputs", out var inputs) || inputs.ValueKind != JsonValueKind.Array || inputs.GetArrayLength() != 1) return Malformed("one input", "none, or more");
        var only = inputs[0];
        if (Text(only, "name") != input.Name) return Malformed($"the input '{input.Name}'", "another");
        if (Text(only, "datatype") != input.Datatype.ToString()) return Malformed($"the input '{input.Name}' as {input.Datatype}", Text(only, "datatype") is { Length: < 16 } type ? type : "another");
        if (!only.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array || !Same(shape, input.Shape.AsSpan()))
            return Malformed($"the shape [{string.Join(", ", input.Shape)}]", shape.ValueKind == JsonValueKind.Array && shape.GetArrayLength() <= TensorSpec.MostDimensions ? shape.GetRawText() : "another");
        if (only.TryGetProperty("parameters", out var parameters) && parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty("binary_data_size", out var size))
        {
            if (only.TryGetProperty("data", out _)) return Malformed("data as JSON or as bytes", "both");
            if (size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out long bytes) || bytes != binary.Length) return Malformed($"a binary_data_size of {binary.Length}", "another");
            if (bytes != input.Length * input.ElementSize) return Verdict.Reject(AnswerChecks.RequestLength, $"{input.Length * input.ElementSize} bytes", $"{bytes}");
            tensor = binary.ToArray();
            return Verdict.Accept;
        }
        if (!binary.IsEmpty) return Malformed("nothing behind the JSON", $"{binary.Length} bytes");
        return only.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array ? TensorJson.Read(data, input, out tensor) : Malformed("data that is an array", "none");
    }

    static bool Same(JsonElement shape, ReadOnlySpan<int> dimensions)
    {
        if (shape.GetArrayLength() != dimensions.Length) return false;
        for (int i = 0; i < dimensions.Length; i++)
            if (shape[i].ValueKind != JsonValueKind.Number || !shape[i].TryGetInt64(out long d) || d != dimensions[i]) return false;
        return true;
    }

    static string? Text(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // False where the parameter is there and is no flag.
    static bool TryFlag(JsonElement parameters, string name, ref bool flag, bool negated = false)
    {
        if (!parameters.TryGetProperty(name, out var value)) return true;
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) return false;
        flag = value.GetBoolean() != negated;
        return true;
    }

    static Verdict.Rejected Malformed(string expected, string found) => new(new Reason(ServingChecks.Request, expected, found));
}

/// <summary>The checks of the server.</summary>
public static class ServingChecks
{
    /// <summary>A request is one of the Open Inference Protocol v2, for this model: its input, by name, datatype and shape.</summary>
    public static readonly Check Request = new("serving.request");
}
