using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Payments.Exact;

namespace Counterfoil.Payments.Settlement;

/// <summary>A payment that a facilitator has taken on.</summary>
/// <param name="Token">The token, as the facilitator knows it.</param>
/// <param name="Authorization">What the payer signed.</param>
/// <param name="Signature">The payer's signature.</param>
public sealed record SettlementIntent(Token Token, TransferAuthorization Authorization, AuthorizationSignature Signature)
{
    /// <summary>What makes this payment one payment.</summary>
    public PaymentKey Key => new(Token.Network, Token.Contract, Authorization.From, Authorization.Nonce);
}

/// <summary>A transaction that is signed and, as far as this record says, not sent: its hash is known before anyone else can know it.</summary>
/// <param name="Hash">The transaction's hash.</param>
/// <param name="AccountNonce">The nonce of the submitting account.</param>
/// <param name="Raw">The signed bytes.</param>
public sealed record PreparedTransfer(Bytes32 Hash, ulong AccountNonce, ReadOnlyMemory<byte> Raw);

/// <summary>Where a transaction is.</summary>
public enum TransactionPlace
{
    /// <summary>The chain does not know it: never sent, or dropped.</summary>
    Unknown,
    /// <summary>It waits for a block.</summary>
    Waiting,
    /// <summary>It is in a block and succeeded.</summary>
    Succeeded,
    /// <summary>It is in a block and was reverted.</summary>
    Reverted,
}

/// <summary>What a chain shows of a payment, at one block. What is not final yet can be taken back by a reorganisation.</summary>
/// <param name="NonceUsed">Whether the authorization's nonce is used or cancelled.</param>
/// <param name="PaidBy">The transaction that used it <em>and</em> moved the amount from payer to payee, whoever sent it; null where there is none.</param>
/// <param name="Confirmations">Blocks on top of that transaction's, its own included; 0 where there is none.</param>
/// <param name="Place">Where the facilitator's own transaction is.</param>
/// <param name="FinalTime">The time of the latest final block, Unix seconds: no transaction can come into a block before it.</param>
/// <param name="IsFinal">Whether the block with the payment is final; where there is none, the one that spent the nonce otherwise; where that is unused, the one in which our transaction was reverted.</param>
public readonly record struct Sighting(bool NonceUsed, Bytes32? PaidBy, ulong Confirmations, TransactionPlace Place, ulong FinalTime, bool IsFinal);

/// <summary>What a node says to a transaction. An exception is neither: the transaction may be on its way.</summary>
/// <param name="Refusal">Why the node will not have it, or null where it took it or had it already.</param>
public readonly record struct SendResult(string? Refusal)
{
    /// <summary>The node has the transaction.</summary>
    public static SendResult Taken => default;
}

/// <summary>The chain as a facilitator sees it. The host implements it; calls may come from several threads.</summary>
public interface ISettlementChain
{
    /// <summary>The chain.</summary>
    NetworkId Network { get; }

    /// <summary>The account that submits and pays for gas.</summary>
    Evm.Address Submitter { get; }

    /// <summary>A payer's balance and the state of a nonce, at the latest block.</summary>
    ValueTask<PayerView> ViewAsync(Evm.Address asset, Evm.Address payer, Bytes32 nonce, CancellationToken cancellation);

    /// <summary>Runs the transfer on the latest block without sending it: accepted where it succeeds, else <see cref="PaymentChecks.Simulation"/> with the revert's reason.</summary>
    ValueTask<Verdict> SimulateAsync(SettlementIntent intent, CancellationToken cancellation);

    /// <summary>The submitter's lowest account nonce that no transaction in a block has; those that wait for one are in the journal.</summary>
    ValueTask<ulong> NextAccountNonceAsync(CancellationToken cancellation);

    /// <summary>Builds and signs the transaction that calls <c>transferWithAuthorization</c>. Sends nothing.</summary>
    ValueTask<PreparedTransfer> PrepareAsync(SettlementIntent intent, ulong accountNonce, CancellationToken cancellation);

    /// <summary>Hands a transaction to the chain. Handing it over twice is harmless.</summary>
    ValueTask<SendResult> SendAsync(PreparedTransfer transfer, CancellationToken cancellation);

    /// <summary>Looks for a payment: the nonce's state, the event <c>AuthorizationUsed</c> with the <c>Transfer</c> beside it, and our transaction.</summary>
    ValueTask<Sighting> LookAsync(SettlementIntent intent, PreparedTransfer? transfer, CancellationToken cancellation);
}
