using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.Chain;

/// <summary>A block as an endpoint tells it; its header was rebuilt and hashes to <paramref name="Hash"/>.</summary>
/// <param name="Header">The header.</param>
/// <param name="Hash">The block's hash.</param>
/// <param name="Transactions">The hashes of its transactions, in order.</param>
public sealed record ChainBlock(BlockHeader Header, Keccak256Digest Hash, IReadOnlyList<Keccak256Digest> Transactions);

/// <summary>What came of a transaction, and where it is.</summary>
public sealed record ChainReceipt
{
    /// <summary>The transaction.</summary>
    public required Keccak256Digest TransactionHash { get; init; }
    /// <summary>The block it is in.</summary>
    public required Keccak256Digest BlockHash { get; init; }
    /// <summary>That block's number.</summary>
    public required ulong BlockNumber { get; init; }
    /// <summary>Its place in the block.</summary>
    public required int Index { get; init; }
    /// <summary>Who sent it.</summary>
    public required Address From { get; init; }
    /// <summary>Whom it called; null where it created a contract.</summary>
    public required Address? To { get; init; }
    /// <summary>Gas that it used.</summary>
    public required ulong GasUsed { get; init; }
    /// <summary>Wei per gas that it paid.</summary>
    public required UInt256 EffectiveGasPrice { get; init; }
    /// <summary>The contract that it created.</summary>
    public required Address? Created { get; init; }
    /// <summary>What the receipts root commits to: type, success, gas, logs.</summary>
    public required TransactionReceipt Receipt { get; init; }

    /// <summary>Whether it ran to its end.</summary>
    public bool Succeeded => Receipt.Succeeded;
    /// <summary>The events, in order.</summary>
    public IReadOnlyList<LogEntry> Logs => Receipt.Logs;
}

/// <summary>An event and where it is.</summary>
/// <param name="Entry">Emitter, topics and data.</param>
/// <param name="BlockHash">The block.</param>
/// <param name="BlockNumber">Its number.</param>
/// <param name="TransactionHash">The transaction.</param>
/// <param name="LogIndex">Its place among the logs of the block.</param>
public sealed record ChainLog(LogEntry Entry, Keccak256Digest BlockHash, ulong BlockNumber, Keccak256Digest TransactionHash, ulong LogIndex);

/// <summary>What gas cost in the latest blocks.</summary>
/// <param name="NextBaseFee">Wei per gas that the next block burns.</param>
/// <param name="Tips">Wei per gas that builders were given at the percentile asked for, oldest block first; 0 in an empty block.</param>
public sealed record FeeHistory(UInt256 NextBaseFee, IReadOnlyList<UInt256> Tips);

/// <summary>Which events to ask for.</summary>
public sealed record LogQuery
{
    /// <summary>The first block.</summary>
    public ulong FromBlock { get; init; }
    /// <summary>The last block; the latest if null.</summary>
    public ulong? ToBlock { get; init; }
    /// <summary>The emitters; any if empty.</summary>
    public IReadOnlyList<Address> Addresses { get; init; } = [];
    /// <summary>For each place the topic it must have; null for any.</summary>
    public IReadOnlyList<Bytes32?> Topics { get; init; } = [];
}

/// <summary>A call to a contract.</summary>
public sealed record ContractCall
{
    /// <summary>Who calls; needs no key where it is only tried out.</summary>
    public Address From { get; init; }
    /// <summary>The contract; null creates one from <see cref="Data"/>.</summary>
    public required Address? To { get; init; }
    /// <summary>Selector and arguments.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }
    /// <summary>Wei sent along.</summary>
    public UInt256 Value { get; init; }
}
