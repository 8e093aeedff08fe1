using Counterfoil.DevChain.Execution;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.DevChain.Transactions;

/// <summary>What an included transaction did.</summary>
/// <param name="Fault">Why it failed, or <see cref="Fault.None"/>.</param>
/// <param name="GasUsed">Gas paid for, refunds subtracted.</param>
/// <param name="EffectiveGasPrice">Wei per gas.</param>
/// <param name="Output">What the call returned or reverted with.</param>
/// <param name="Created">The contract it created.</param>
/// <param name="Logs">The events, in order.</param>
sealed record TransactionResult(
    Fault Fault, long GasUsed, UInt256 EffectiveGasPrice, ReadOnlyMemory<byte> Output, Address? Created, IReadOnlyList<LogEntry> Logs)
{
    public bool Succeeded => Fault == Fault.None;
}
