using System.Buffers.Binary;
using Counterfoil.Core.Digests;

namespace Counterfoil.Zk.Transcripts;

/// <summary>
/// A hash chain over Keccak-256: <c>state ← H(tag ‖ state ‖ messages since the last challenge)</c>, challenge words from
/// <c>H(tag′ ‖ state ‖ counter)</c>. A chain rather than a duplex, because a contract has the digest as one opcode and not the permutation.
/// </summary>
/// <remarks>
/// A message is framed as label length (1 byte), label, message length (4 bytes, big-endian), message: no two sequences of messages give the
/// same bytes. The words of one block are its four 64-bit big-endian quarters.
/// </remarks>
sealed class KeccakTranscript : Transcript
{
    readonly byte[] state = new byte[Bytes32.Size];
    readonly ulong[] words = new ulong[4];
    byte[] pending = new byte[512];
    int length = HeaderSize, next = 4;
    ulong counter;

    // The tag and the state come first in the hashed bytes; messages are collected behind the room they take.
    const int HeaderSize = 8 + Bytes32.Size;

    public override void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message)
    {
        int size = 1 + label.Length + 4 + message.Length;
        if (length + size > pending.Length) Array.Resize(ref pending, Math.Max(2 * pending.Length, length + size));
        var free = pending.AsSpan(length, size);
        free[0] = checked((byte)label.Length);
        label.CopyTo(free[1..]);
        BinaryPrimitives.WriteInt32BigEndian(free[(1 + label.Length)..], message.Length);
        message.CopyTo(free[(5 + label.Length)..]);
        length += size;
    }

    protected internal override ulong NextWord()
    {
        if (length > HeaderSize) Advance();
        if (next == words.Length) Squeeze();
        return words[next++];
    }

    void Advance()
    {
        Domains.ProofAbsorb.CopyTo(pending);
        state.CopyTo(pending.AsSpan(8));
        Keccak256.Hash(pending.AsSpan(0, length), state);
        length = HeaderSize;
        counter = 0;
        next = words.Length;
    }

    void Squeeze()
    {
        Span<byte> block = stackalloc byte[HeaderSize + 8];
        Domains.ProofSqueeze.CopyTo(block);
        state.CopyTo(block[8..]);
        BinaryPrimitives.WriteUInt64BigEndian(block[HeaderSize..], counter++);
        Span<byte> digest = stackalloc byte[Bytes32.Size];
        Keccak256.Hash(block, digest);
        for (int i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt64BigEndian(digest[(8 * i)..]);
        next = 0;
    }
}
