using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Counterfoil.Core.Digests.Lanes;

namespace Counterfoil.Core.Digests;

/// <summary>SHA-256 (FIPS 180-4): the runtime's for one message, kernels of our own for many short ones.</summary>
/// <remarks>
/// A call of the runtime costs more than half a microsecond before the first byte, which millions of leaves would pay each.
/// <see cref="HashMany(ReadOnlySpan{byte}, int, Span{Sha256Digest})"/> takes sixteen (AVX-512), eight (AVX2) or four messages at a
/// time. Not for secrets.
/// </remarks>
public static class Sha256
{
    /// <summary>The digest of <paramref name="message"/>.</summary>
    public static Sha256Digest Hash(ReadOnlySpan<byte> message)
    {
        Span<byte> digest = stackalloc byte[Bytes32.Size];
        SHA256.HashData(message, digest);
        return new Sha256Digest(digest);
    }

    /// <summary>The digests of messages of one length that lie one after the other.</summary>
    /// <param name="messages">The messages, <paramref name="length"/> bytes each.</param>
    /// <param name="length">The length of each in bytes, at least 0.</param>
    /// <param name="digests">Receives one digest for each message.</param>
    /// <exception cref="ArgumentException"><paramref name="messages"/> is not as long as <paramref name="digests"/> asks for.</exception>
    public static void HashMany(ReadOnlySpan<byte> messages, int length, Span<Sha256Digest> digests) =>
        HashMany([], messages, length, digests);

    /// <summary>The same with a prefix before every message, such as <see cref="Domains.MerkleLeaf"/>.</summary>
    public static void HashMany(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, int length, Span<Sha256Digest> digests)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (messages.Length != (long)length * digests.Length)
            throw new ArgumentException($"{digests.Length} messages of {length} bytes are not {messages.Length} bytes", nameof(messages));
        if (WordLanes16.IsSupported) Sha256Lanes.HashMany<Vector512<uint>, WordLanes16>(prefix, messages, length, digests);
        else if (WordLanes8.IsSupported) Sha256Lanes.HashMany<Vector256<uint>, WordLanes8>(prefix, messages, length, digests);
        else if (WordLanes4.IsSupported) Sha256Lanes.HashMany<Vector128<uint>, WordLanes4>(prefix, messages, length, digests);
        else HashEach(prefix, messages, length, digests);
    }

    /// <summary>Parents of a Merkle tree: SHA-256(0x01 ‖ left ‖ right) of each pair of children.</summary>
    /// <param name="children">Twice as many as <paramref name="parents"/>. May overlap it if it begins where that does.</param>
    /// <param name="parents">Receives a digest for each pair.</param>
    internal static void HashPairs(ReadOnlySpan<Sha256Digest> children, Span<Sha256Digest> parents)
    {
        if (WordLanes16.IsSupported) Sha256Lanes.HashPairs<Vector512<uint>, WordLanes16>(children, parents);
        else if (WordLanes8.IsSupported) Sha256Lanes.HashPairs<Vector256<uint>, WordLanes8>(children, parents);
        else if (WordLanes4.IsSupported) Sha256Lanes.HashPairs<Vector128<uint>, WordLanes4>(children, parents);
        else HashPairsEach(children, parents);
    }

    /// <summary>
    /// The form of <see cref="HashMany(ReadOnlySpan{byte}, ReadOnlySpan{byte}, int, Span{Sha256Digest})"/> without vectors.
    /// </summary>
    internal static void HashEach(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, int length, Span<Sha256Digest> digests)
    {
        byte[] message = new byte[prefix.Length + length];
        prefix.CopyTo(message);
        for (int i = 0; i < digests.Length; i++)
        {
            messages.Slice(i * length, length).CopyTo(message.AsSpan(prefix.Length));
            digests[i] = Hash(message);
        }
    }

    /// <summary>The form of <see cref="HashPairs"/> without vectors.</summary>
    internal static void HashPairsEach(ReadOnlySpan<Sha256Digest> children, Span<Sha256Digest> parents)
    {
        Span<byte> node = stackalloc byte[1 + 2 * Bytes32.Size];
        node[0] = Domains.MerkleNode;
        for (int i = 0; i < parents.Length; i++)
        {
            children[2 * i].CopyTo(node[1..]);
            children[2 * i + 1].CopyTo(node[(1 + Bytes32.Size)..]);
            parents[i] = Hash(node);
        }
    }
}
