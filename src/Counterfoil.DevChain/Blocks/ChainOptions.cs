using Counterfoil.Evm;

namespace Counterfoil.DevChain;

/// <summary>What an in-process chain begins with.</summary>
public sealed partial record ChainOptions
{
    /// <summary>Whose rules it runs by.</summary>
    public Fork Fork { get; init; } = Fork.Osaka;

    /// <summary>The chain's id, which every signature names (EIP-155). 31337 is what development chains use.</summary>
    public ulong ChainId { get; init; } = 31_337;

    /// <summary>Gas that fits into one block. At most 2^40, so that no program can ask for memory without end.</summary>
    public ulong GasLimit { get; init; } = 30_000_000;

    /// <summary>Wei per gas that the first block burns; later blocks follow EIP-1559.</summary>
    public UInt256 InitialBaseFee { get; init; } = 1_000_000_000;

    /// <summary>Who receives the tips.</summary>
    public Address Coinbase { get; init; }

    /// <summary>Whether every transaction is mined at once into a block of its own; otherwise blocks are made by <see cref="LocalChain.Mine"/>.</summary>
    public bool Automine { get; init; } = true;

    /// <summary>Money in wei that exists from the start.</summary>
    public IReadOnlyDictionary<Address, UInt256> Genesis { get; init; } = new Dictionary<Address, UInt256>();
}
