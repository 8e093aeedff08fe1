using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;

namespace Counterfoil.Zk.Transcripts;

/// <summary>
/// A proof being read: every message is taken from the bytes and absorbed in one step, so nothing can be used that was not absorbed. The first
/// check that fails stays: whatever runs after it works on zeros, and <see cref="Finish"/> cannot accept.
/// </summary>
/// <param name="proof">The proof.</param>
/// <param name="transcript">Where its messages are absorbed.</param>
/// <param name="constraints">Collects what hidden messages must satisfy; null if nothing is hidden, and every relation is checked as it comes.</param>
sealed class VerifierChannel(ReadOnlyMemory<byte> proof, Transcript transcript, Constraints? constraints = null)
{
    int position;

    /// <summary>What hidden messages must satisfy; null if nothing is hidden.</summary>
    public Constraints? Constraints => constraints;

    /// <summary>The first check that failed, or null.</summary>
    public Verdict? Rejection { get; private set; }

    /// <summary>By how much the first relation fails, if it was one that failed: what a forger would have to make up for.</summary>
    public Goldilocks2 Off { get; private set; }

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

    /// <summary>Reads and absorbs messages that depend on secrets: sent under a pad each, where anything is hidden.</summary>
    public Claim[] ReceiveClaims(ReadOnlySpan<byte> label, int count)
    {
        var sent = Receive(label, count);
        var claims = new Claim[count];
        for (int i = 0; i < count; i++) claims[i] = constraints is null ? sent[i] : Claim.Padded(sent[i], constraints.TakePad());
        return claims;
    }

    /// <summary>Demands that a claim is zero.</summary>
    public void Demand(Claim zero, Check check, string expected, string found)
    {
        if (constraints is null) Require(zero.Constant, check, expected, found);
        else constraints.Add(zero);
    }

    /// <summary>A claim to be multiplied with another.</summary>
    public Factor Factor(Claim claim) => constraints?.AddFactor(claim) ?? new Factor(0, claim);

    /// <summary>Demands that Σ coefficient·left·right + rest is zero.</summary>
    public void Demand(Product[] products, Claim rest, Check check, string expected, string found)
    {
        if (constraints is not null)
        {
            constraints.Add(products, rest);
            return;
        }
        var sum = rest.Constant;
        foreach (var (left, right, coefficient) in products) sum += coefficient * left.Claim.Constant * right.Claim.Constant;
        Require(sum, check, expected, found);
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

    /// <summary>Reads bytes that a root absorbed before already binds; zeros if they are not there.</summary>
    public void TakeBound(Span<byte> bytes)
    {
        var taken = Take(bytes.Length);
        if (taken.IsEmpty) bytes.Clear();
        else taken.CopyTo(bytes);
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

    void Require(Goldilocks2 zero, Check check, string expected, string found)
    {
        if (zero != Goldilocks2.Zero && Rejection is null) Off = zero;
        Require(zero == Goldilocks2.Zero, check, expected, found);
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
