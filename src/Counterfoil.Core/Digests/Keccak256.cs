using System.Buffers.Binary;
using System.Numerics;

namespace Counterfoil.Core.Digests;

/// <summary>Keccak-256 with the original padding (the Keccak submission to SHA-3, version 3), as Ethereum uses it.</summary>
/// <remarks>Differs from SHA3-256 (FIPS 202) in the first padding byte alone: 0x01 instead of 0x06. Inputs here are public.</remarks>
public static class Keccak256
{
    /// <summary>Bytes absorbed per permutation: 1600 − 2·256 bits.</summary>
    public const int Rate = 136;

    /// <summary>The digest of <paramref name="message"/>.</summary>
    public static Keccak256Digest Hash(ReadOnlySpan<byte> message)
    {
        Span<byte> digest = stackalloc byte[Bytes32.Size];
        Hash(message, digest);
        return new Keccak256Digest(digest);
    }

    /// <summary>Writes the 32-byte digest of <paramref name="message"/> to <paramref name="digest"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> digest)
    {
        Span<ulong> state = stackalloc ulong[25];
        state.Clear();
        while (message.Length >= Rate)
        {
            Absorb(state, message[..Rate]);
            KeccakF1600.Permute(state);
            message = message[Rate..];
        }
        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        message.CopyTo(last);
        last[message.Length] = 0x01;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);
        KeccakF1600.Permute(state);
        for (int i = 0; i < 4; i++) BinaryPrimitives.WriteUInt64LittleEndian(digest[(8 * i)..], state[i]);
    }

    static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (int i = 0; i < Rate / 8; i++) state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
    }
}

/// <summary>The permutation Keccak-f[1600] (FIPS 202 §3.3): 24 rounds over 25 words.</summary>
public static class KeccakF1600
{
    static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    // ρ and π walk one cycle through the 24 words other than word 0: word Lane[i] moves on, rotated by Rotation[i].
    static ReadOnlySpan<byte> Lane => [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];
    static ReadOnlySpan<byte> Rotation => [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

    /// <summary>Permutes the 25 words in place.</summary>
    public static void Permute(Span<ulong> state)
    {
        Span<ulong> column = stackalloc ulong[5];
        foreach (ulong constant in RoundConstants)
        {
            for (int x = 0; x < 5; x++) column[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
            for (int x = 0; x < 5; x++)
            {
                ulong d = column[(x + 4) % 5] ^ BitOperations.RotateLeft(column[(x + 1) % 5], 1);
                for (int y = 0; y < 25; y += 5) state[y + x] ^= d;
            }
            ulong moved = state[1];
            for (int i = 0; i < 24; i++)
            {
                int lane = Lane[i];
                (moved, state[lane]) = (state[lane], BitOperations.RotateLeft(moved, Rotation[i]));
            }
            for (int y = 0; y < 25; y += 5)
            {
                state.Slice(y, 5).CopyTo(column);
                for (int x = 0; x < 5; x++) state[y + x] = column[x] ^ (~column[(x + 1) % 5] & column[(x + 2) % 5]);
            }
            state[0] ^= constant;
        }
    }
}
