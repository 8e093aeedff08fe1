using System.Collections.Immutable;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;

namespace Counterfoil.Evidence.Bundles;

/// <summary>One file that proves a whole story offline, as decoded: well formed, canonical, within limits, and not yet believed.</summary>
/// <param name="Keys">Public keys of the signers, ascending by SubjectPublicKeyInfo.</param>
/// <param name="Log">The transparency log's checkpoints.</param>
/// <param name="Links">The links, ascending by their place in the log.</param>
/// <param name="Chains">What the settlement chains say, ascending by id.</param>
/// <param name="Blobs">What links name by digest, ascending by SHA-256.</param>
public sealed partial record Bundle(
    ImmutableArray<PublicKey> Keys,
    BundledLog Log,
    ImmutableArray<BundledLink> Links,
    ImmutableArray<BundledChain> Chains,
    ImmutableArray<ReadOnlyMemory<byte>> Blobs)
{
    /// <summary>The version that this code writes and reads.</summary>
    public const int Version = 1;

    /// <summary>The largest bundle, in bytes.</summary>
    public const int MaximumBytes = 64 << 20;
    /// <summary>The most links.</summary>
    public const int MaximumLinks = 64;
    /// <summary>The most checkpoints.</summary>
    public const int MaximumCheckpoints = 16;
    /// <summary>The most chains.</summary>
    public const int MaximumChains = 8;
    /// <summary>The most headers of a chain.</summary>
    public const int MaximumHeaders = 4096;
    /// <summary>The most receipts of a chain.</summary>
    public const int MaximumReceipts = 256;
    /// <summary>The most blobs.</summary>
    public const int MaximumBlobs = 256;
    /// <summary>The most nodes of a Merkle path or trie proof.</summary>
    public const int MaximumPath = 64;
    /// <summary>The largest blob, in bytes.</summary>
    public const int MaximumBlobBytes = 32 << 20;
}

/// <summary>A log's checkpoints, each with the proof that it extends the one before.</summary>
/// <param name="Verifier">C2SP verifier key of the log.</param>
/// <param name="Checkpoints">Sizes strictly ascending.</param>
public sealed record BundledLog(string Verifier, ImmutableArray<BundledCheckpoint> Checkpoints);

/// <summary>A checkpoint as it was signed.</summary>
/// <param name="Note">The signed note, byte for byte.</param>
/// <param name="Consistency">RFC 9162 consistency path from the checkpoint before it; empty for the first.</param>
public sealed record BundledCheckpoint(ReadOnlyMemory<byte> Note, ImmutableArray<Sha256Digest> Consistency);

/// <summary>A link and its place in the log.</summary>
/// <param name="Envelope">The signed statement.</param>
/// <param name="Checkpoint">Which checkpoint the path leads to: the earliest that holds the link.</param>
/// <param name="Index">Its leaf index.</param>
/// <param name="Path">RFC 9162 inclusion path.</param>
public sealed record BundledLink(Envelope Envelope, int Checkpoint, long Index, ImmutableArray<Sha256Digest> Path);

/// <summary>A stretch of a chain and the receipts that are proven in it.</summary>
/// <param name="Id">CAIP-2 identifier.</param>
/// <param name="Headers">RLP headers, each the parent of the next.</param>
/// <param name="Receipts">By header, then by index, strictly ascending.</param>
public sealed record BundledChain(string Id, ImmutableArray<ReadOnlyMemory<byte>> Headers, ImmutableArray<BundledReceipt> Receipts);

/// <summary>One transaction and its receipt, proven under a header.</summary>
/// <param name="Header">Index of the header.</param>
/// <param name="Index">Index of the transaction in the block.</param>
/// <param name="Transaction">Trie nodes, root first, to the transaction.</param>
/// <param name="Receipt">Trie nodes, root first, to the receipt.</param>
public sealed record BundledReceipt(
    int Header,
    int Index,
    ImmutableArray<ReadOnlyMemory<byte>> Transaction,
    ImmutableArray<ReadOnlyMemory<byte>> Receipt);
