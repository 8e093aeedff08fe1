using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk;

/// <summary>What an inference proof proves: this model gives this output on this input, said in this context.</summary>
/// <param name="Model">The model.</param>
/// <param name="Input">The quantised input tensor, each cell in [−127, 127].</param>
/// <param name="Output">The int8 output tensor.</param>
/// <param name="Context">What the proof was made for, the lease and payment context: a proof holds in no other.</param>
public sealed record InferenceStatement(CommittedModel Model, ReadOnlyMemory<sbyte> Input, ReadOnlyMemory<sbyte> Output, Bytes32 Context)
{
    internal Verdict Check()
    {
        int outputs = Model.Space.Last.Node.OutputLength;
        if (Input.Length != Model.Graph.InputLength)
            return Verdict.Reject(ZkChecks.Statement, $"an input of {Model.Graph.InputLength} cells", $"{Input.Length}");
        if (Output.Length != outputs) return Verdict.Reject(ZkChecks.Statement, $"an output of {outputs} cells", $"{Output.Length}");
        if (Input.Span.Contains(sbyte.MinValue) || Output.Span.Contains(sbyte.MinValue))
            return Verdict.Reject(ZkChecks.Statement, "cells in [-127, 127]", "-128");
        return Verdict.Accept;
    }

    // Everything that fixes what is proven comes before the first challenge; the model id covers all that the shapes say, and they are cheap.
    internal void AbsorbInto(Transcript transcript) => AbsorbInto(transcript.Absorb);

    internal void AbsorbInto(VerifierChannel channel) => AbsorbInto(channel.Absorb);

    delegate void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message);

    void AbsorbInto(Absorb absorb)
    {
        Span<byte> shapes = stackalloc byte[16];
        BinaryPrimitives.WriteInt32BigEndian(shapes, Input.Length);
        BinaryPrimitives.WriteInt32BigEndian(shapes[4..], Output.Length);
        BinaryPrimitives.WriteInt32BigEndian(shapes[8..], Model.Inference.Columns);
        BinaryPrimitives.WriteInt32BigEndian(shapes[12..], Model.Inference.Depth);
        absorb(Labels.Protocol, "counterfoil/inference/v2"u8);
        absorb(Labels.Model, Model.Id.Value.ToArray());
        absorb(Labels.Root, Model.WeightRoot.ToArray());
        absorb(Labels.Shapes, shapes);
        absorb(Labels.Input, MemoryMarshal.AsBytes(Input.Span));
        absorb(Labels.Output, MemoryMarshal.AsBytes(Output.Span));
        absorb(Labels.Context, Context.ToArray());
    }
}
