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

    /// <summary>The digests of messages of any lengths, each behind a prefix and its own length: SHA-256(prefix ‖ u64 length, big-endian ‖ message).</summary>
    /// <param name="prefix">What comes first, at most 120 bytes.</param>
    /// <param name="messages">The messages, one after the other.</param>
    /// <param name="ends">Where in <paramref name="messages"/> each ends; it begins where the one before ended, the first at 0.</param>
    /// <param name="digests">Receives one digest for each message.</param>
    /// <exception cref="ArgumentException">The ends do not ascend to the length of <paramref name="messages"/>, or the counts or the prefix do not fit.</exception>
    public static void HashFramed(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> messages, ReadOnlySpan<int> ends, Span<Sha256Digest> digests)
    {
        FramedMessages.Check(prefix, messages, ends, digests.Length);
        if (WordLanes16.IsSupported) FramedMessages.Hash<Vector512<uint>, WordLanes16>(prefix, messages, ends, digests);
        else if (WordLanes8.IsSupported) FramedMessages.Hash<Vector256<uint>, WordLanes8>(prefix, messages, ends, digests);
        else if (WordLanes4.IsSupported) FramedMessages.Hash<Vector128<uint>, WordLanes4>(prefix, messages, ends, digests);
        else FramedMessages.HashEach(prefix, messages, ends, digests);
    }

    /// <summary>Parents of a binary hash tree: SHA-256(prefix ‖ left ‖ right) of each pair of children.</summary>
    /// <param name="prefix">The tree's byte for a node, such as <see cref="Domains.MerkleNode"/>.</param>
    /// <param name="children">Twice as many as <paramref name="parents"/>. May overlap it if it begins where that does.</param>
    /// <param name="parents">Receives a digest for each pair.</param>
    /// <exception cref="ArgumentException">There are not twice as many children as parents.</exception>
    public static void HashPairs(byte prefix, ReadOnlySpan<Sha256Digest> children, Span<Sha256Digest> parents)
    {
        if (children.Length != 2L * parents.Length) throw new ArgumentException($"{parents.Length} parents have twice as many children, not {children.Length}", nameof(children));
        if (WordLanes16.IsSupported) Sha256Lanes.HashPairs<Vector512<uint>, WordLanes16>(prefix, children, parents);
        else if (WordLanes8.IsSupported) Sha256Lanes.HashPairs<Vector256<uint>, WordLanes8>(prefix, children, parents);
        else if (WordLanes4.IsSupported) Sha256Lanes.HashPairs<Vector128<uint>, WordLanes4>(prefix, children, parents);
        else HashPairsEach(prefix, children, parents);
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
    internal static void HashPairsEach(byte prefix, ReadOnlySpan<Sha256Digest> children, Span<Sha256Digest> parents)
    {
        Span<byte> node = stackalloc byte[1 + 2 * Bytes32.Size];
        node[0] = prefix;
        for (int i = 0; i < parents.Length; i++)
        {
            children[2 * i].CopyTo(node[1..]);
            children[2 * i + 1].CopyTo(node[(1 + Bytes32.Size)..]);
            parents[i] = Hash(node);
        }
    }
}
