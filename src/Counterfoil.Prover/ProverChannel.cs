using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover;

/// <summary>A proof being written: the mirror of <see cref="VerifierChannel"/>. What is sent is absorbed in the same step.</summary>
sealed class ProverChannel(Transcript transcript)
{
    byte[] bytes = new byte[4096];
    int length;

    public Transcript Transcript => transcript;

    public void Send(ReadOnlySpan<byte> label, ReadOnlySpan<Goldilocks2> elements)
    {
        var message = Reserve(16 * elements.Length);
        for (int i = 0; i < elements.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(message[(16 * i)..], elements[i].C0.Value);
            BinaryPrimitives.WriteUInt64BigEndian(message[(16 * i + 8)..], elements[i].C1.Value);
        }
        transcript.Absorb(label, message);
    }

    public void Send(ReadOnlySpan<byte> label, Goldilocks2 element) => Send(label, [element]);

    public void Send(ReadOnlySpan<byte> label, ReadOnlySpan<byte> digest)
    {
        digest.CopyTo(Reserve(Bytes32.Size));
        transcript.Absorb(label, digest);
    }

    /// <summary>Writes a base-field element that a root sent before binds.</summary>
    public void WriteBound(Goldilocks element) => BinaryPrimitives.WriteUInt64BigEndian(Reserve(8), element.Value);

    /// <summary>Writes a digest that a root sent before binds.</summary>
    public void WriteBound(Keccak256Digest digest) => digest.CopyTo(Reserve(Bytes32.Size));

    public byte[] ToArray() => bytes.AsSpan(0, length).ToArray();

    Span<byte> Reserve(int size)
    {
        if (length + size > bytes.Length) Array.Resize(ref bytes, Math.Max(2 * bytes.Length, length + size));
        length += size;
        return bytes.AsSpan(length - size, size);
    }
}
