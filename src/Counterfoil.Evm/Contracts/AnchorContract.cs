using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.Contracts;

/// <summary>What <c>contracts/src/Anchor.sol</c> takes and writes.</summary>
public static class AnchorContract
{
    /// <summary>Anchors a checkpoint in the caller's name.</summary>
    public static AbiFunction Anchor { get; } = new("anchor(bytes32 logId, uint64 size, bytes32 root)");
    /// <summary>The last checkpoint that a publisher anchored for a log; all zero if there is none.</summary>
    public static AbiFunction Latest { get; } = new("latest(address publisher, bytes32 logId) returns (uint64 size, bytes32 head)");

    /// <summary>A checkpoint was anchored.</summary>
    public static ContractEvent<Anchored> Anchored { get; } = new(
        "event Anchored(address indexed publisher, bytes32 indexed logId, bytes32 root, bytes32 head)",
        v => new(v[0].AsAddress, v[1].AsBytes32, v[2].AsBytes32, v[3].AsBytes32), e => [e.Publisher, e.LogId, e.Root, e.Head]);

    /// <summary>
    /// The head after a checkpoint: the first 26 bytes are those of the Keccak-256 digest of the head before, the size and the root, as ABI words; the last six are the size.
    /// It commits to every checkpoint so far.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is 2^48 or more, which the contract refuses.</exception>
    public static Bytes32 HeadAfter(Bytes32 previous, ulong size, Bytes32 root)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
        byte[] head = Keccak256.Hash(AbiCodec.Encode(HeadTypes, previous, size, root)).ToArray();
        for (int i = 0; i < 6; i++) head[^(i + 1)] = (byte)(size >> 8 * i);
        return new Bytes32(head);
    }

    /// <summary>The size that a head ends with.</summary>
    public static ulong SizeOf(Bytes32 head) => BinaryPrimitives.ReadUInt64BigEndian(head.ToArray().AsSpan(24)) & MaxSize;

    const ulong MaxSize = (1UL << 48) - 1;

    static readonly AbiType[] HeadTypes = [AbiType.Parse("bytes32"), AbiType.Parse("uint64"), AbiType.Parse("bytes32")];
}

/// <summary>A checkpoint was anchored.</summary>
/// <param name="Publisher">Who sent it: the entry is in this account's name and nobody else's.</param>
/// <param name="LogId">The log.</param>
/// <param name="Root">Root of the tree of that size (RFC 9162 §2.1.1).</param>
/// <param name="Head">The rolling head.</param>
public sealed record Anchored(Address Publisher, Bytes32 LogId, Bytes32 Root, Bytes32 Head)
{
    /// <summary>Number of leaves.</summary>
    public ulong Size => AnchorContract.SizeOf(Head);
}
