using Counterfoil.Core.Digests;
using Counterfoil.Evm.Abi;

namespace Counterfoil.Evm.Contracts;

public static partial class AnchorContract
{
    /// <summary>The head after a checkpoint: Keccak-256 of the head before, the size and the root, as ABI words. It commits to every checkpoint so far.</summary>
    public static Bytes32 HeadAfter(Bytes32 previous, ulong size, Bytes32 root) => Keccak256.Hash(AbiCodec.Encode(HeadTypes, previous, size, root)).Value;

    static readonly AbiType[] HeadTypes = [AbiType.Parse("bytes32"), AbiType.Parse("uint64"), AbiType.Parse("bytes32")];
}
