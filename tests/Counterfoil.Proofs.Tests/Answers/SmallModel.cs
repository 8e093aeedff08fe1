using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk.Answers;

namespace Counterfoil.Proofs.Tests.Answers;

/// <summary>A perceptron of 5 inputs and 3 outputs as it would be registered: with names, shapes and scales.</summary>
static class SmallModel
{
    public static SourceModel Source { get; } = Of("mlp", [1, 5], [3]);

    public static SourceModel Of(string name, int[] input, int[] output, double scale = 0.25)
    {
        var integers = SmallGraphs.All[name] with { InputScale = scale, OutputScale = 0.5 };
        return new SourceModel(integers, new TensorSpec("pixels", Datatype.FP32, [.. input], scale), new TensorSpec("scores", Datatype.FP32, [.. output], 0.5), new CalibrationFacts(4, 0.5, 0.25, 0.3, 10, 1, 0));
    }

    /// <summary>The check that refused.</summary>
    public static Check CheckOf(Verdict verdict) => Assert.IsType<Verdict.Rejected>(verdict).Reason.Check;

    /// <summary>A request: its elements, little-endian.</summary>
    public static byte[] Request(params ReadOnlySpan<float> elements)
    {
        var bytes = new byte[sizeof(float) * elements.Length];
        for (int i = 0; i < elements.Length; i++) System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(sizeof(float) * i), elements[i]);
        return bytes;
    }

    public static byte[] Usual { get; } = Request(1.25f, -3, 0.5f, 7.75f, -0.25f);
}
