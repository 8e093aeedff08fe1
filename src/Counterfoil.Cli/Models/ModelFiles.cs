using System.Buffers.Binary;
using System.CommandLine;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;

namespace Counterfoil.Cli.Models;

/// <summary>What the verbs of <c>model</c> read, and how they are told what to do with it.</summary>
static class ModelFiles
{
    public static Argument<string> File() => new("model") { Description = "An ONNX file" };

    public static Option<bool> Json() => new("--json") { Description = "The same facts as JSON" };

    public static Option<string> Data() => new("--data") { Description = "Typical inputs, float32 little-endian, one after the other: they set the scales, and the error is about them", Required = true };

    public static Option<double> Coverage() => new("--coverage") { Description = "The share of magnitudes that a scale covers, above 0 and up to 1", DefaultValueFactory = _ => 1 };

    public static Option<int> OutputBits() => new("--output-bits") { Description = "Bits of an output cell, 8 or 16", DefaultValueFactory = _ => 8 };

    public static FloatModel Read(string path)
    {
        if (!System.IO.File.Exists(path)) throw new UsageException($"there is no file {path}", "an ONNX file is what is asked for");
        var limits = new OnnxLimits { Bytes = 1 << 30, Cells = 1 << 28 };
        if (new FileInfo(path).Length > limits.Bytes) throw new UsageException($"{path} has more than {limits.Bytes} bytes");
        OnnxReader.Read(System.IO.File.ReadAllBytes(path), out var model, limits).Require();
        return model!;
    }

    /// <summary>Quantises a model by the inputs of a file.</summary>
    public static (FloatModel Floats, IntegerModel Integers, QuantisationReport Report) Quantise(string path, string data, double coverage, int bits)
    {
        if (coverage is not (> 0 and <= 1)) throw new UsageException($"a coverage of {coverage}", "a share above 0, up to 1");
        if (bits is not (8 or 16)) throw new UsageException($"{bits} bits an output cell", "8 or 16");
        var model = Read(path);
        if (model.Inputs.Length != 1) throw new UsageException($"{path} has {model.Inputs.Length} inputs", "one input is what can be quantised");
        Quantiser.Quantise(model, Records(data, model.InputLength), new QuantiserOptions { Coverage = coverage, OutputBits = bits }, out var integers, out var report).Require();
        return (model, integers!, report!);
    }

    static List<float[]> Records(string data, int length)
    {
        if (!System.IO.File.Exists(data)) throw new UsageException($"there is no file {data}", "--data takes float32 cells, input after input");
        byte[] bytes = System.IO.File.ReadAllBytes(data);
        int size = length * sizeof(float);
        if (bytes.Length == 0 || bytes.Length % size != 0) throw new UsageException($"{data} has {bytes.Length} bytes, which is no whole number of inputs", $"an input has {length} cells of 4 bytes");
        var records = new List<float[]>();
        for (int at = 0; at < bytes.Length; at += size)
        {
            var record = new float[length];
            for (int c = 0; c < length; c++) record[c] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at + (c * sizeof(float))));
            records.Add(record);
        }
        return records;
    }
}
