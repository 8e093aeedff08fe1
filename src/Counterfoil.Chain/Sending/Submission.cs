using System.Collections.Immutable;
using Counterfoil.Chain.Following;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Sending;

/// <summary>What is to be done on a chain, once.</summary>
/// <param name="Key">What makes it one thing: asked again under the same key, it is the same; 1 to 200 characters.</param>
/// <param name="To">The contract; null creates one from <paramref name="Data"/>.</param>
/// <param name="Data">Selector and arguments.</param>
/// <param name="Value">Wei sent along.</param>
/// <param name="GasLimit">The most gas; estimated if null.</param>
public sealed record SendIntent(string Key, Address? To, ReadOnlyMemory<byte> Data, UInt256 Value = default, ulong? GasLimit = null)
{
    /// <summary>A call as an intent.</summary>
    public static SendIntent Of(string key, ContractCall call, ulong? gasLimit = null)
    {
        ArgumentNullException.ThrowIfNull(call);
        return new(key, call.To, call.Data, call.Value, gasLimit);
    }

    /// <summary>Whether another intent asks for the same.</summary>
    public bool Asks(SendIntent other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Key == other.Key && To == other.To && Value == other.Value && GasLimit == other.GasLimit && Data.Span.SequenceEqual(other.Data.Span);
    }
}

/// <summary>A transaction that is signed and recorded, and may have been sent.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="Raw">The signed bytes.</param>
/// <param name="Fees">What it offers.</param>
/// <param name="IsFiller">Whether it only uses the nonce up, in place of one that no endpoint would take.</param>
public sealed record SignedAttempt(Keccak256Digest Hash, ReadOnlyMemory<byte> Raw, Fees Fees, bool IsFiller);

/// <summary>Where a submission stands: what its journal says after a crash.</summary>
public abstract record SubmissionState
{
    SubmissionState() { }

    /// <summary>Recorded, and without a nonce: no transaction of it can be on any chain.</summary>
    public sealed record Queued : SubmissionState;

    /// <summary>It has a nonce, and transactions of that nonce alone, at most one of which can be mined.</summary>
    /// <param name="Nonce">The account's nonce.</param>
    /// <param name="Attempts">The first and its replacements, oldest first; never empty.</param>
    /// <param name="Since">The head's number when the last was made.</param>
    /// <param name="Refusals">How often in a row endpoints refused the last.</param>
    /// <param name="Refusal">Why, in their words.</param>
    public sealed record Underway(ulong Nonce, ImmutableArray<SignedAttempt> Attempts, ulong Since, int Refusals = 0, string? Refusal = null) : SubmissionState
    {
        /// <summary>The transaction that is sent now.</summary>
        public SignedAttempt Last => Attempts[^1];
    }

    /// <summary>It was mined, and its block is final.</summary>
    /// <param name="Nonce">The account's nonce.</param>
    /// <param name="Transaction">The transaction.</param>
    /// <param name="Block">The block.</param>
    /// <param name="Succeeded">False where it was reverted: it is done all the same, and costs its gas.</param>
    public sealed record Done(ulong Nonce, Keccak256Digest Transaction, BlockReference Block, bool Succeeded) : SubmissionState;

    /// <summary>It was not done, and no transaction of it can be mined any more.</summary>
    /// <param name="Nonce">The nonce that something else used up; null where it never had one.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Abandoned(ulong? Nonce, string Reason) : SubmissionState;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => this is Done or Abandoned;

    /// <summary>The account's nonce that belongs to it.</summary>
    public ulong? OwnNonce => this switch { Underway u => u.Nonce, Done d => d.Nonce, Abandoned a => a.Nonce, _ => null };
}
