using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;

namespace Counterfoil.Core.Merkle;

/// <summary>
/// The Merkle tree of RFC 9162 §2.1: ordered leaves, SHA-256, and an odd node moves up unhashed rather than being doubled.
/// </summary>
/// <remarks>
/// Leaf prefix 0x00 and node prefix 0x01 (§2.1.1) separate leaves from nodes. Not constant-time: every input is public.
/// Differs from the RFC: nothing. These functions see all leaf hashes at once; <see cref="Frontier"/> appends in O(log n) memory.
/// </remarks>
public static class MerkleTree
{
    /// <summary>The root of a tree without leaves: SHA-256 of nothing (§2.1.1).</summary>
    public static Sha256Digest EmptyRoot { get; } = Sha256.Hash([]);

    /// <summary>SHA-256(0x00 ‖ <paramref name="leaf"/>).</summary>
    public static Sha256Digest LeafHash(ReadOnlySpan<byte> leaf)
    {
        if (leaf.Length < 1024)
        {
            Span<byte> input = stackalloc byte[1024];
            input[0] = Domains.MerkleLeaf;
            leaf.CopyTo(input[1..]);
            return Sha256.Hash(input[..(1 + leaf.Length)]);
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([Domains.MerkleLeaf]);
        hash.AppendData(leaf);
        Span<byte> digest = stackalloc byte[Bytes32.Size];
        hash.GetHashAndReset(digest);
        return new Sha256Digest(digest);
    }

    /// <summary>SHA-256(0x01 ‖ <paramref name="left"/> ‖ <paramref name="right"/>).</summary>
    public static Sha256Digest NodeHash(Sha256Digest left, Sha256Digest right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Bytes32.Size];
        input[0] = Domains.MerkleNode;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Bytes32.Size)..]);
        return Sha256.Hash(input);
    }

    /// <summary>Leaf hashes of leaves of one length that lie one after the other: many times faster than one by one.</summary>
    /// <param name="leaves">The leaves, <paramref name="length"/> bytes each.</param>
    /// <param name="length">The length of each in bytes.</param>
    /// <param name="leafHashes">Receives one hash for each leaf.</param>
    public static void LeafHashes(ReadOnlySpan<byte> leaves, int length, Span<Sha256Digest> leafHashes) =>
        Sha256.HashMany([Domains.MerkleLeaf], leaves, length, leafHashes);

    /// <summary>MTH of §2.1.1 over leaves that are hashed already.</summary>
    public static Sha256Digest Root(ReadOnlySpan<Sha256Digest> leafHashes)
    {
        if (leafHashes.Length <= 1) return leafHashes.IsEmpty ? EmptyRoot : leafHashes[0];
        var rented = ArrayPool<Sha256Digest>.Shared.Rent((leafHashes.Length + 1) / 2);
        var level = rented.AsSpan(0, HashLevel(leafHashes, rented));
        while (level.Length > 1) level = level[..HashLevel(level, level)];
        var root = level[0];
        ArrayPool<Sha256Digest>.Shared.Return(rented);
        return root;
    }

    /// <summary>PATH of §2.1.3.1: the siblings from the leaf at <paramref name="index"/> up to the root.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not the index of a leaf.</exception>
    public static ImmutableArray<Sha256Digest> InclusionPath(ReadOnlySpan<Sha256Digest> leafHashes, int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)leafHashes.Length, nameof(index));
        var path = ImmutableArray.CreateBuilder<Sha256Digest>();
        while (leafHashes.Length > 1)
        {
            // The largest power of two smaller than the length is where the tree splits.
            int split = 1 << BitOperations.Log2((uint)leafHashes.Length - 1);
            path.Add(Root(index < split ? leafHashes[split..] : leafHashes[..split]));
            leafHashes = index < split ? leafHashes[..split] : leafHashes[split..];
            index &= split - 1;
        }
        path.Reverse();
        return path.DrainToImmutable();
    }

    /// <summary>PROOF of §2.1.4.1: the nodes that show the first <paramref name="oldSize"/> leaves to be a prefix of these.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="oldSize"/> is not in 1 … the number of leaves.</exception>
    public static ImmutableArray<Sha256Digest> ConsistencyPath(ReadOnlySpan<Sha256Digest> leafHashes, int oldSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, leafHashes.Length);
        var path = ImmutableArray.CreateBuilder<Sha256Digest>();
        bool whole = true; // is the subtree at hand one whose root the verifier holds as the old root?
        while (oldSize < leafHashes.Length)
        {
            int split = 1 << BitOperations.Log2((uint)leafHashes.Length - 1);
            if (oldSize <= split)
            {
                path.Add(Root(leafHashes[split..]));
                leafHashes = leafHashes[..split];
            }
            else
            {
                path.Add(Root(leafHashes[..split]));
                leafHashes = leafHashes[split..];
                oldSize -= split;
                whole = false;
            }
        }
        if (!whole) path.Add(Root(leafHashes));
        path.Reverse();
        return path.DrainToImmutable();
    }

    // One level up. In place is fine: a parent lands at or before its left child.
    static int HashLevel(ReadOnlySpan<Sha256Digest> children, Span<Sha256Digest> parents)
    {
        int pairs = children.Length / 2;
        var odd = children[^1];
        Sha256.HashPairs(Domains.MerkleNode, children[..(2 * pairs)], parents[..pairs]);
        if ((children.Length & 1) == 0) return pairs;
        parents[pairs] = odd;
        return pairs + 1;
    }
}
