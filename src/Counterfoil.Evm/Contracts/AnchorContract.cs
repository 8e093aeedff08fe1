using Counterfoil.Core.Digests;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.Contracts;

/// <summary>What <c>contracts/src/Anchor.sol</c> takes and writes.</summary>
public static class AnchorContract
{
    /// <summary>Anchors a checkpoint in the caller's name.</summary>
    public static AbiFunction Anchor { get; } = new("anchor(bytes32 logId, uint64 size, bytes32 root) returns (bytes32 head)");
    /// <summary>The last checkpoint that a publisher anchored for a log; all zero if there is none.</summary>
    public static AbiFunction Latest { get; } = new("latest(address publisher, bytes32 logId) returns ((uint64 size, bytes32 root, bytes32 head))");

    /// <summary>A checkpoint was anchored.</summary>
    public static ContractEvent<Anchored> Anchored { get; } = new(
        "event Anchored(address indexed publisher, bytes32 indexed logId, uint64 size, bytes32 root, bytes32 head)",
        v => new(v[0].AsAddress, v[1].AsBytes32, v[2].AsNumber.U0, v[3].AsBytes32, v[4].AsBytes32),
        e => [e.Publisher, e.LogId, e.Size, e.Root, e.Head]);

    /// <summary>The head after a checkpoint: Keccak-256 of the head before, the size and the root, as ABI words. It commits to every checkpoint so far.</summary>
    public static Bytes32 HeadAfter(Bytes32 previous, ulong size, Bytes32 root) => Keccak256.Hash(AbiCodec.Encode(HeadTypes, previous, size, root)).Value;

    static readonly AbiType[] HeadTypes = [AbiType.Parse("bytes32"), AbiType.Parse("uint64"), AbiType.Parse("bytes32")];
}

/// <summary>A checkpoint was anchored.</summary>
/// <param name="Publisher">Who sent it: the entry is in this account's name and nobody else's.</param>
/// <param name="LogId">The log.</param>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">Root of the tree of that size (RFC 9162 §2.1.1).</param>
/// <param name="Head">The rolling head.</param>
public sealed record Anchored(Address Publisher, Bytes32 LogId, ulong Size, Bytes32 Root, Bytes32 Head);
