using System.Buffers.Binary;

namespace Counterfoil.Core.Digests;

/// <summary>Keccak-256 of a message that comes piece by piece.</summary>
public sealed class Keccak256Hasher
{
    readonly ulong[] state = new ulong[KeccakF1600.Words];
    int position; // bytes absorbed of the block at hand, 0 to Rate − 1

    /// <summary>Appends a piece; how a message is cut up does not matter.</summary>
    public void Append(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            if ((position & 7) == 0 && piece.Length >= 8)
            {
                int words = Math.Min(piece.Length, Keccak256.Rate - position) / 8;
                var target = state.AsSpan(position / 8, words);
                for (int i = 0; i < target.Length; i++) target[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(piece[(8 * i)..]);
                piece = piece[(8 * words)..];
                position += 8 * words;
            }
            else
            {
                state[position / 8] ^= (ulong)piece[0] << 8 * (position & 7);
                piece = piece[1..];
                position++;
            }
            if (position != Keccak256.Rate) continue;
            KeccakF1600.Permute(state);
            position = 0;
        }
    }

    /// <summary>Appends one byte.</summary>
    public void Append(byte value) => Append([value]);

    /// <summary>The digest of everything appended so far. More may be appended afterwards.</summary>
    public Keccak256Digest Snapshot()
    {
        Span<ulong> padded = stackalloc ulong[KeccakF1600.Words];
        state.CopyTo(padded);
        padded[position >> 3] ^= 0x01UL << 8 * (position & 7);
        padded[Keccak256.Rate / 8 - 1] ^= 1UL << 63;
        KeccakF1600.Permute(padded);
        return Keccak256.Digest(padded);
    }

    /// <summary>The digest of everything appended; afterwards the hasher is as new.</summary>
    public Keccak256Digest Finish()
    {
        var digest = Snapshot();
        Reset();
        return digest;
    }

    /// <summary>Forgets everything appended.</summary>
    public void Reset()
    {
        Array.Clear(state);
        position = 0;
    }

    /// <summary>An independent hasher with the same bytes appended.</summary>
    public Keccak256Hasher Clone()
    {
        var copy = new Keccak256Hasher { position = position };
        state.CopyTo(copy.state, 0);
        return copy;
    }
}
