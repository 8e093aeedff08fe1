using Counterfoil.Evm.TypedData;

namespace Counterfoil.Evm.Contracts;

public static partial class LeaseEscrowContract
{
    /// <summary>The escrow's domain on a chain.</summary>
    public static Eip712Domain Domain(ulong chainId, Address contract) => new("Counterfoil Market", "1", chainId, contract);
}
