using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Attestation;

public sealed partial record Envelope
{
    const int SignatureSize = 64;

    /// <summary>The envelope as a CBOR document: <c>[payloadType, payload, [[keyid, signature], …]]</c>.</summary>
    public byte[] EncodeCbor()
    {
        var writer = new CborWriter();
        WriteTo(writer);
        return writer.ToArray();
    }

    /// <summary>Writes the same as one item of a larger document.</summary>
    public void WriteTo(CborWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.BeginArray(3);
        writer.WriteText(PayloadType);
        writer.WriteBytes(Payload.Span);
        writer.BeginArray(Signatures.Length);
        foreach (var (id, signature) in Signatures)
        {
            writer.BeginArray(2);
            writer.WriteBytes(id.Fingerprint.ToArray());
            writer.WriteBytes(signature.AsSpan());
            writer.EndArray();
        }
        writer.EndArray();
        writer.EndArray();
    }

    /// <summary>Reads one CBOR document. What is accepted encodes to the same bytes again.</summary>
    public static Verdict DecodeCbor(ReadOnlyMemory<byte> bytes, out Envelope? envelope)
    {
        var reader = new CborReader(bytes.Span, new CborLimits { Bytes = MaxPayload + 8192, Depth = 3, Items = 3 + 1 + 3 * MaxSignatures });
        envelope = ReadFrom(ref reader);
        var verdict = reader.Finish();
        if (!verdict.IsAccepted) envelope = null;
        return verdict;
    }

    /// <summary>
    /// Reads an envelope that is one item of a larger document. After a failure, which the reader keeps, the value is meaningless.
    /// </summary>
    public static Envelope ReadFrom(ref CborReader reader)
    {
        reader.BeginArray(3, 3);
        string type = reader.ReadText(MaxPayloadType);
        byte[] payload = reader.ReadBytes(MaxPayload).ToArray();
        int count = reader.BeginArray(1, MaxSignatures);
        var signatures = ImmutableArray.CreateBuilder<EnvelopeSignature>(count);
        for (int i = 0; i < count; i++)
        {
            reader.BeginArray(2, 2);
            var id = new KeyId(new Sha256Digest(reader.ReadBytes32()));
            var signature = reader.ReadBytes();
            if (signature.Length != SignatureSize)
                reader.Fail(CoreChecks.SignatureLength, $"{SignatureSize} bytes", $"{signature.Length} bytes");
            reader.EndArray();
            signatures.Add(new EnvelopeSignature(id, [.. signature]));
        }
        reader.EndArray();
        reader.EndArray();
        var envelope = new Envelope(type, payload, signatures.DrainToImmutable());
        if (!reader.Failed && envelope.CheckShape() is Verdict.Rejected { Reason: var reason })
            reader.Fail(reason.Check, reason.Expected, reason.Found);
        return envelope;
    }
}
