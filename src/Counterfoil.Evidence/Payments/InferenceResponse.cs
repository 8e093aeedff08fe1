using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk;

namespace Counterfoil.Evidence.Payments;

/// <summary>What a paid inference returns: the model, its output, and the proof. The verifier of a bundle makes the same bytes again.</summary>
/// <param name="ModelId">The model that answered.</param>
/// <param name="Output">The output's cells, 8 bytes each (<see cref="TensorBytes"/>).</param>
/// <param name="Proof">The proof that it did.</param>
public sealed record InferenceResponse(ModelId ModelId, ReadOnlyMemory<byte> Output, ReadOnlyMemory<byte> Proof)
{
    /// <summary>The media type of the encoding.</summary>
    public const string MediaType = "application/vnd.counterfoil.inference+cbor";

    /// <summary>The largest response that is read, in bytes.</summary>
    public const int MaximumBytes = 64 << 20;

    /// <summary>The canonical encoding: a deterministic CBOR map.</summary>
    public byte[] Encode()
    {
        var w = new CborWriter();
        w.BeginMap(3);
        w.WriteText("proof");
        w.WriteBytes(Proof.Span);
        w.WriteText("output");
        w.WriteBytes(Output.Span);
        w.WriteText("modelId");
        w.WriteBytes(ModelId.Value.ToArray());
        w.EndMap();
        return w.ToArray();
    }

    /// <summary>Reads the canonical encoding and no other.</summary>
    /// <param name="bytes">The response's body.</param>
    /// <param name="response">The response, when the verdict accepts.</param>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out InferenceResponse? response)
    {
        response = null;
        var r = new CborReader(bytes.Span, new CborLimits { Bytes = MaximumBytes, Depth = 1, Items = 16 });
        r.BeginMap(3, 3);
        r.ReadKey("proof");
        var proof = r.ReadBytes().ToArray();
        r.ReadKey("output");
        var output = r.ReadBytes().ToArray();
        r.ReadKey("modelId");
        var modelId = new ModelId(new Keccak256Digest(r.ReadBytes32()));
        r.EndMap();
        var verdict = r.Finish();
        if (verdict.IsAccepted) response = new InferenceResponse(modelId, output, proof);
        return verdict;
    }

    /// <summary>SHA-256 of the encoding: the response digest of a settlement.</summary>
    public static Sha256Digest Digest(ModelId modelId, ReadOnlyMemory<byte> output, ReadOnlyMemory<byte> proof) =>
        Sha256.Hash(new InferenceResponse(modelId, output, proof).Encode());
}
