using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.Contracts;

public static partial class AnchorContract
{
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

    public sealed partial record AnchoredEvent
    {
        /// <summary>Number of leaves.</summary>
        public ulong Size => SizeOf(Head);
    }
}
