using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Zk.Transcripts;

/// <summary>
/// A proof being read: every message is taken from the bytes and absorbed in one step, so nothing can be used that was not absorbed. The first
/// check that fails stays: whatever runs after it works on zeros, and <see cref="Finish"/> cannot accept.
/// </summary>
sealed class VerifierChannel(ReadOnlyMemory<byte> proof, Transcript transcript)
{
    int position;

    /// <summary>The first check that failed, or null.</summary>
    public Verdict? Rejection { get; private set; }

    /// <summary>Absorbs something both sides know.</summary>
    public void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message) => transcript.Absorb(label, message);

    /// <inheritdoc cref="Transcript.Challenge"/>
    public Goldilocks2 Challenge() => transcript.Challenge();

    /// <inheritdoc cref="Transcript.Challenges"/>
    public Goldilocks2[] Challenges(int count) => transcript.Challenges(count);

    /// <inheritdoc cref="Transcript.Positions"/>
    public int[] Positions(int count, int logSize) => transcript.Positions(count, logSize);

    /// <summary>Reads and absorbs extension elements, each two big-endian words, constant coefficient first.</summary>
    public Goldilocks2[] Receive(ReadOnlySpan<byte> label, int count)
    {
        var elements = new Goldilocks2[count];
        Receive(label, elements);
        return elements;
    }

    /// <inheritdoc cref="Receive(ReadOnlySpan{byte}, int)"/>
    public void Receive(ReadOnlySpan<byte> label, Span<Goldilocks2> elements)
    {
        var bytes = Take(16 * elements.Length);
        transcript.Absorb(label, bytes);
        for (int i = 0; i < elements.Length; i++)
            elements[i] = bytes.IsEmpty ? default : new(Element(bytes[(16 * i)..]), Element(bytes[(16 * i + 8)..]));
    }

    /// <summary>Reads and absorbs a digest.</summary>
    public Keccak256Digest ReceiveDigest(ReadOnlySpan<byte> label)
    {
        var digest = TakeDigest();
        transcript.Absorb(label, digest.ToArray());
        return digest;
    }

    /// <summary>Reads one extension element and absorbs it.</summary>
    public Goldilocks2 ReceiveOne(ReadOnlySpan<byte> label)
    {
        Span<Goldilocks2> element = stackalloc Goldilocks2[1];
        Receive(label, element);
        return element[0];
    }

    /// <summary>Reads base-field elements that a root absorbed before already binds.</summary>
    public void TakeBound(Span<Goldilocks> elements)
    {
        var bytes = Take(8 * elements.Length);
        for (int i = 0; i < elements.Length; i++) elements[i] = bytes.IsEmpty ? default : Element(bytes[(8 * i)..]);
    }

    /// <summary>Reads a digest that a root absorbed before already binds.</summary>
    public Keccak256Digest TakeDigest()
    {
        var bytes = Take(Bytes32.Size);
        return bytes.IsEmpty ? default : new Keccak256Digest(bytes);
    }

    /// <summary>Whether so many bytes are left and nothing failed: asked before memory for them is allocated.</summary>
    public bool HasLeft(long size)
    {
        Require(size <= proof.Length - position, ZkChecks.Encoding, $"at least {position + size} bytes", $"{proof.Length}");
        return Rejection is null;
    }

    /// <summary>Records a failed check, unless one failed before.</summary>
    public void Require(bool holds, Check check, string expected, string found)
    {
        if (!holds) Rejection ??= Verdict.Reject(check, expected, found);
    }

    /// <summary>The verdict: accepted only if no check failed and nothing is left over.</summary>
    public Verdict Finish()
    {
        Require(position == proof.Length, ZkChecks.Encoding, $"{position} bytes", $"{proof.Length}");
        return Rejection ?? Verdict.Accept;
    }

    ReadOnlySpan<byte> Take(int size)
    {
        if (!HasLeft(size)) return default;
        position += size;
        return proof.Span.Slice(position - size, size);
    }

    Goldilocks Element(ReadOnlySpan<byte> bytes)
    {
        ulong value = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        if (Goldilocks.TryFromCanonical(value, out var element)) return element;
        Require(false, ZkChecks.Encoding, "field elements below p = 2^64 − 2^32 + 1", $"{value}");
        return default;
    }
}
