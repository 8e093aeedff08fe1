using System.Buffers.Binary;
using System.Numerics;

namespace Counterfoil.Log.Storage;

/// <summary>SipHash-2-4: sixty-four bits of a message that nobody foretells who does not have the key.</summary>
/// <remarks>
/// J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF" (2012), §2. Made for hash tables that strangers fill: it is short, a signature's
/// or a commitment's hash it is not. .NET has one, under a key of the process that nobody can set, so no table on a disk can use it.
/// </remarks>
static class SipHash
{
    /// <summary>The hash of <paramref name="message"/> under a key of 128 bits, its first eight bytes, little-endian, in <paramref name="k0"/>.</summary>
    public static ulong Hash(ulong k0, ulong k1, ReadOnlySpan<byte> message)
    {
        ulong v0 = k0 ^ 0x736f6d6570736575, v1 = k1 ^ 0x646f72616e646f6d, v2 = k0 ^ 0x6c7967656e657261, v3 = k1 ^ 0x7465646279746573;
        var rest = message;
        for (; rest.Length >= 8; rest = rest[8..])
        {
            ulong m = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            v3 ^= m;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= m;
        }
        ulong last = (ulong)(byte)message.Length << 56;
        for (int i = 0; i < rest.Length; i++) last |= (ulong)rest[i] << (8 * i);
        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xff;
        for (int i = 0; i < 4; i++) Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
