using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Counterfoil.Core.Digests.Lanes;

namespace Counterfoil.Core.Digests;

/// <summary>Keccak-256 with the original padding (the Keccak submission to SHA-3, version 3), as Ethereum uses it.</summary>
/// <remarks>
/// Differs from SHA3-256 (FIPS 202) in the first padding byte alone: 0x01 instead of 0x06. Not meant for secrets, though no branch depends
/// on the data.
/// <see cref="HashMany"/> takes equal-length messages eight (AVX-512) or four (AVX2) at a time; <see cref="Keccak256Hasher"/> takes one
/// piece by piece.
/// </remarks>
public static class Keccak256
{
    /// <summary>Bytes absorbed per permutation: 1600 − 2·256 bits.</summary>
    public const int Rate = 136;

    /// <summary>The digest of <paramref name="message"/>.</summary>
    public static Keccak256Digest Hash(ReadOnlySpan<byte> message)
    {
        Span<ulong> state = stackalloc ulong[KeccakF1600.Words];
        state.Clear();
        AbsorbAll(state, message);
        return Digest(state);
    }

    /// <summary>Writes the 32-byte digest of <paramref name="message"/> to <paramref name="digest"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> digest) => Hash(message).CopyTo(digest);

    /// <summary>The digests of messages of one length that lie one after the other.</summary>
    /// <param name="messages">The messages, <paramref name="length"/> bytes each.</param>
    /// <param name="length">The length of each in bytes, at least 0.</param>
    /// <param name="digests">Receives one digest for each message.</param>
    /// <exception cref="ArgumentException"><paramref name="messages"/> is not as long as <paramref name="digests"/> asks for.</exception>
    public static void HashMany(ReadOnlySpan<byte> messages, int length, Span<Keccak256Digest> digests)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (messages.Length != (long)length * digests.Length)
            throw new ArgumentException($"{digests.Length} messages of {length} bytes are not {messages.Length} bytes", nameof(messages));
        if (LongLanes8.IsSupported) KeccakLanes.HashMany<Vector512<ulong>, LongLanes8>(messages, length, digests);
        else if (LongLanes4.IsSupported) KeccakLanes.HashMany<Vector256<ulong>, LongLanes4>(messages, length, digests);
        else HashEach(messages, length, digests);
    }

    /// <summary>The scalar form of <see cref="HashMany"/>.</summary>
    internal static void HashEach(ReadOnlySpan<byte> messages, int length, Span<Keccak256Digest> digests)
    {
        for (int i = 0; i < digests.Length; i++) digests[i] = Hash(messages.Slice(i * length, length));
    }

    static void AbsorbAll(Span<ulong> state, ReadOnlySpan<byte> message)
    {
        while (message.Length >= Rate)
        {
            for (int i = 0; i < Rate / 8; i++) state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(message[(8 * i)..]);
            KeccakF1600.Permute(state);
            message = message[Rate..];
        }
        int word = 0;
        for (; message.Length >= 8; message = message[8..]) state[word++] ^= BinaryPrimitives.ReadUInt64LittleEndian(message);
        ulong tail = 0x01UL << 8 * message.Length; // the first padding byte
        for (int i = 0; i < message.Length; i++) tail |= (ulong)message[i] << 8 * i;
        state[word] ^= tail;
        state[Rate / 8 - 1] ^= 1UL << 63; // the last padding byte, 0x80
        KeccakF1600.Permute(state);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Keccak256Digest Digest(ReadOnlySpan<ulong> state) => new(new Bytes32(
        BinaryPrimitives.ReverseEndianness(state[0]), BinaryPrimitives.ReverseEndianness(state[1]),
        BinaryPrimitives.ReverseEndianness(state[2]), BinaryPrimitives.ReverseEndianness(state[3])));
}
