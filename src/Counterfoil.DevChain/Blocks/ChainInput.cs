using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.DevChain;

/// <summary>One thing that came to a chain from outside and changed it. A chain is what its inputs, in their order, make of its genesis.</summary>
/// <remarks>What was refused changed nothing and is no input. <see cref="ChainEntry"/> writes them down.</remarks>
#pragma warning disable CS1591 // Each is named for the method of LocalChain that takes it, and described there.
public abstract record ChainInput
{
    private protected ChainInput()
    {
    }

    public sealed record Transaction(ReadOnlyMemory<byte> Raw) : ChainInput;
    public sealed record Impersonated(Address Sender, ReadOnlyMemory<byte> Raw) : ChainInput;
    public sealed record Mine : ChainInput;
    public sealed record Automine(bool On) : ChainInput;
    public sealed record Drop(Keccak256Digest Hash) : ChainInput;

    public sealed record Balance(Address Address, UInt256 Wei) : ChainInput;
    public sealed record Fund(Address Address, UInt256 Wei) : ChainInput;
    public sealed record Nonce(Address Address, ulong Value) : ChainInput;
    public sealed record Code(Address Address, ReadOnlyMemory<byte> Bytes) : ChainInput;
    public sealed record Slot(Address Address, UInt256 Key, UInt256 Value) : ChainInput;

    public sealed record IncreaseTime(TimeSpan By) : ChainInput;
    public sealed record SetTime(ulong Timestamp) : ChainInput;
    public sealed record NextTimestamp(ulong Timestamp) : ChainInput;
    public sealed record TimestampInterval(ulong? Seconds) : ChainInput;
    public sealed record MiningInterval(TimeSpan? Every) : ChainInput;
    public sealed record NextBaseFee(UInt256 Wei) : ChainInput;
    public sealed record Coinbase(Address Address) : ChainInput;

    public sealed record Snapshot : ChainInput;
    public sealed record Revert(int Number) : ChainInput;
    public sealed record Reorg(int Depth, IReadOnlyList<ReorgTransaction> Transactions, bool Keep, bool Replace) : ChainInput;
}
#pragma warning restore CS1591

/// <summary>An input with the time at which it came, and what the chain was after it.</summary>
/// <param name="At">The reading of the clock, which was the same for all that the input did.</param>
/// <param name="Input">What came.</param>
/// <param name="Height">The number of the latest block.</param>
/// <param name="Head">The hash of the latest block, which commits to all before it.</param>
/// <param name="State">The root of all accounts, what was changed outside any block included.</param>
public sealed partial record ChainEntry(DateTimeOffset At, ChainInput Input, ulong Height, Keccak256Digest Head, Keccak256Digest State);
