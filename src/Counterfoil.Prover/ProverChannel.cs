using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover;

/// <summary>A proof being written: the mirror of <see cref="VerifierChannel"/>. What is sent is absorbed in the same step.</summary>
sealed class ProverChannel(Transcript transcript)
{
    byte[] bytes = new byte[4096];
    int length, pads;
    ReadOnlyMemory<Goldilocks2>? hidden;

    public RecordedTranscript Transcript { get; } = new(transcript);

    /// <summary>Whether messages that depend on secrets go out under pads.</summary>
    public bool IsHiding => hidden is not null;

    /// <summary>From now on adds these pads, in order, to whatever depends on secrets.</summary>
    public void Hide(ReadOnlyMemory<Goldilocks2> oneTimePads) => hidden = oneTimePads;

    /// <summary>Sends what depends on secrets, under the next pads if anything is hidden.</summary>
    public void SendClaims(ReadOnlySpan<byte> label, ReadOnlySpan<Goldilocks2> values)
    {
        if (hidden is not { } oneTimePads)
        {
            Send(label, values);
            return;
        }
        var padded = values.ToArray();
        for (int i = 0; i < padded.Length; i++) padded[i] += oneTimePads.Span[pads++];
        Send(label, padded);
    }

    public void Send(ReadOnlySpan<byte> label, ReadOnlySpan<Goldilocks2> elements)
    {
        var message = Reserve(16 * elements.Length);
        for (int i = 0; i < elements.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(message[(16 * i)..], elements[i].C0.Value);
            BinaryPrimitives.WriteUInt64BigEndian(message[(16 * i + 8)..], elements[i].C1.Value);
        }
        Transcript.Absorb(label, message);
    }

    public void Send(ReadOnlySpan<byte> label, Goldilocks2 element) => Send(label, [element]);

    public void Send(ReadOnlySpan<byte> label, ReadOnlySpan<byte> digest)
    {
        digest.CopyTo(Reserve(Bytes32.Size));
        Transcript.Absorb(label, digest);
    }

    /// <summary>Writes a base-field element that a root sent before binds.</summary>
    public void WriteBound(Goldilocks element) => BinaryPrimitives.WriteUInt64BigEndian(Reserve(8), element.Value);

    /// <summary>Writes a digest that a root sent before binds.</summary>
    public void WriteBound(Keccak256Digest digest) => digest.CopyTo(Reserve(Bytes32.Size));

    /// <summary>Writes bytes that a root sent before binds.</summary>
    public void WriteBound(ReadOnlySpan<byte> salt) => salt.CopyTo(Reserve(salt.Length));

    /// <summary>What was written so far, from <paramref name="start"/> on. Holds until the next message.</summary>
    public ReadOnlyMemory<byte> Written(int start = 0) => bytes.AsMemory(start, length - start);

    public byte[] ToArray() => bytes.AsSpan(0, length).ToArray();

    Span<byte> Reserve(int size)
    {
        if (length + size > bytes.Length) Array.Resize(ref bytes, Math.Max(2 * bytes.Length, length + size));
        length += size;
        return bytes.AsSpan(length - size, size);
    }
}
