using System.Text.Json;
using Counterfoil.Cli.Data;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Node.Serving;
using Counterfoil.Zk.Answers;

namespace Counterfoil.Cli.Inference;

/// <summary>What a model is asked, from a file, and in which context, from the command line.</summary>
static class RequestFile
{
    public const string Description = "The input: its elements as raw little-endian numbers (float32; int64 where the model takes whole numbers), or, in a file *.json, an array of numbers, flat or nested";

    // What a number takes in JSON at most, with its comma and its line.
    const int ElementBytes = 64;

    /// <summary>The request's bytes.</summary>
    public static byte[] Read(string path, TensorSpec tensor)
    {
        bool isJson = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        string hint = Hint(tensor);
        byte[] bytes = InputFile.Read(path, (int)Math.Min(int.MaxValue - 64, 1024 + (tensor.Length * (isJson ? ElementBytes : tensor.ElementSize))), hint);
        if (!isJson) return bytes;
        try
        {
            using var document = JsonDocument.Parse(bytes, TensorJson.Strict);
            var verdict = TensorJson.Read(document.RootElement, tensor, out byte[]? request);
            return verdict is Verdict.Rejected { Reason: var reason } ? throw new UsageException($"{path} is no input of this model: {reason}", hint) : request!;
        }
        catch (JsonException unreadable)
        {
            throw new UsageException($"{path} is no JSON: {unreadable.Message.TrimEnd('.')}", hint);
        }
    }

    /// <summary>Several inputs' bytes, one after the other.</summary>
    public static byte[] ReadAll(IEnumerable<string> paths, TensorSpec tensor) => [.. paths.SelectMany(path => Read(path, tensor))];

    /// <summary>What an input is.</summary>
    public static string Hint(TensorSpec tensor) => $"the input is {tensor.Name} [{string.Join(", ", tensor.Shape)}] of {tensor.Datatype}";

    /// <summary>32 bytes in hexadecimal; null where none are given.</summary>
    public static Bytes32? Context(string? text) => Digest(text, "context")?.Value;

    /// <summary>A digest in hexadecimal; null where none is given.</summary>
    /// <param name="text">64 digits.</param>
    /// <param name="what">What it is, in a word.</param>
    public static Keccak256Digest? Digest(string? text, string what) => text is null ? null
        : Keccak256Digest.TryParse(text, out var digest) ? digest
        : throw new UsageException($"'{text}' is no {what}", "32 bytes, as 64 lower-case hexadecimal digits");
}
