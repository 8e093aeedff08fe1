using Counterfoil.Core.Digests;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.State;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain;

/// <summary>A block of the in-process chain, with what a full node keeps beside it.</summary>
/// <param name="Header">Whose digest is the block's hash.</param>
/// <param name="Hash">The block's hash.</param>
/// <param name="Transactions">In order.</param>
/// <param name="State">All accounts after the block.</param>
public sealed record Block(BlockHeader Header, Keccak256Digest Hash, IReadOnlyList<MinedTransaction> Transactions, StateSnapshot State)
{
    /// <summary>How far the block is from the first, which is 0.</summary>
    public ulong Number => Header.Number;

    /// <summary>All accounts before the block: its parent's, and what was changed outside any block since.</summary>
    internal StateSnapshot Before { get; init; } = StateSnapshot.Empty;

    /// <summary>The length of the block's RLP in bytes.</summary>
    internal int Size => Header.Encode().Length + Transactions.Sum(transaction => transaction.Raw.Length) + 10;
}

/// <summary>A transaction in a block.</summary>
public sealed record MinedTransaction
{
    /// <summary>The transaction's hash.</summary>
    public required Keccak256Digest Hash { get; init; }
    /// <summary>As it was submitted: the bytes that the transactions root commits to.</summary>
    public required ReadOnlyMemory<byte> Raw { get; init; }
    /// <summary>The bytes, read.</summary>
    public required SignedTransaction Signed { get; init; }
    /// <summary>Who signed it.</summary>
    public required Address From { get; init; }
    /// <summary>The block's number.</summary>
    public required ulong BlockNumber { get; init; }
    /// <summary>Its place in the block.</summary>
    public required int Index { get; init; }
    /// <summary>What the receipts root commits to.</summary>
    public required TransactionReceipt Receipt { get; init; }
    /// <summary>Gas that this transaction used.</summary>
    public required ulong GasUsed { get; init; }
    /// <summary>Wei per gas that was paid.</summary>
    public required UInt256 EffectiveGasPrice { get; init; }
    /// <summary>The contract that it created, if that was what it asked for and it succeeded.</summary>
    public required Address? Created { get; init; }
    /// <summary>Why it failed, or <see cref="Fault.None"/>.</summary>
    public required Fault Fault { get; init; }
    /// <summary>What the call returned, or reverted with.</summary>
    public required ReadOnlyMemory<byte> Output { get; init; }
}
