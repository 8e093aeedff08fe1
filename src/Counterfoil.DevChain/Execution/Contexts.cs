using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Execution;

/// <summary>What a program can ask about the block it runs in.</summary>
sealed record BlockContext
{
    public required Fork Fork { get; init; }
    public required ulong ChainId { get; init; }
    public required ulong Number { get; init; }
    /// <summary>Seconds since 1970.</summary>
    public required ulong Timestamp { get; init; }
    public required ulong GasLimit { get; init; }
    public required UInt256 BaseFee { get; init; }
    public required Address Coinbase { get; init; }
    public Bytes32 PrevRandao { get; init; }
    /// <summary>Wei per unit of blob gas (EIP-4844, EIP-7516).</summary>
    public UInt256 BlobBaseFee { get; init; } = UInt256.One;
    /// <summary>The hash of an earlier block of this chain, if it is known; asked only for the 256 before this one.</summary>
    public required Func<ulong, Keccak256Digest?> HashOf { get; init; }
}

/// <summary>What a program can ask about the transaction it runs in.</summary>
/// <param name="Origin">Who signed.</param>
/// <param name="GasPrice">What the signer pays per gas, in wei.</param>
/// <param name="BlobHashes">Versioned hashes of the blobs (EIP-4844).</param>
sealed record TransactionContext(Address Origin, UInt256 GasPrice, IReadOnlyList<Bytes32> BlobHashes);

/// <summary>A call or creation that is to be made from outside: by a transaction, or by a question such as <c>eth_call</c>.</summary>
/// <remarks>Without <c>To</c> it creates a contract, at an address made of the creator and <c>CreatorNonce</c>.</remarks>
readonly record struct Message(Address From, Address? To, UInt256 Value, ReadOnlyMemory<byte> Data, long Gas, ulong CreatorNonce);

/// <summary>How a message ended.</summary>
/// <remarks><c>Output</c> is what it returned, or reverted with; <c>Created</c> is the address of a new contract, also where its creation failed.</remarks>
readonly record struct Outcome(Fault Fault, long GasLeft, ReadOnlyMemory<byte> Output, Address? Created)
{
    public bool Succeeded => Fault == Fault.None;
}
