using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Escrow;

/// <summary>An account as of a block: the escrow's <c>account</c>.</summary>
/// <param name="Tenant">Who gets the refund.</param>
/// <param name="Unspent">Units that no lease has earned yet.</param>
/// <param name="Rate">Sum of the rates of its open leases; may exceed what one lease may cost.</param>
/// <param name="ExhaustAt">When the money ends, in Unix seconds; the largest value for never.</param>
/// <param name="OpenLeases">The leases that it pays for, in no order.</param>
public sealed record AccountState(Address Tenant, TokenAmount Unspent, Rate Rate, ulong ExhaustAt, ImmutableArray<UInt256> OpenLeases);

/// <summary>A lease as of a block: the escrow's <c>lease</c>.</summary>
/// <param name="OrderId">The order that it serves.</param>
/// <param name="AccountId">The account that pays.</param>
/// <param name="Provider">Who serves and is paid.</param>
/// <param name="Rate">What it costs.</param>
/// <param name="OpenedAt">Unix seconds.</param>
/// <param name="ClosedAt">Unix seconds; 0 while it is open.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Earned">Units earned in all, paid or not.</param>
/// <param name="Paid">Units withdrawn.</param>
public sealed record LeaseState(UInt256 OrderId, UInt256 AccountId, Address Provider, Rate Rate, ulong OpenedAt, ulong ClosedAt, CloseReason Reason, TokenAmount Earned, TokenAmount Paid);

/// <summary>What the escrow's views answer. A node answers, so the bytes are a stranger's.</summary>
public static class EscrowAnswers
{
    /// <summary>The answer of <c>owed</c>.</summary>
    public static Verdict Owed(ReadOnlySpan<byte> answer, out TokenAmount amount)
    {
        var verdict = LeaseEscrowContract.OwedCall.DecodeResult(answer, out var owed);
        amount = new TokenAmount(owed);
        return verdict;
    }

    /// <summary>The answer of <c>account</c>.</summary>
    public static Verdict Account(ReadOnlySpan<byte> answer, out AccountState? account)
    {
        account = null;
        var verdict = LeaseEscrowContract.AccountCall.DecodeResult(answer, out var read);
        if (read is not null) account = new AccountState(read.Tenant, new TokenAmount(read.Unspent), new Rate(read.Rate), read.ExhaustAt, [.. read.OpenLeases]);
        return verdict;
    }

    /// <summary>The answer of <c>lease</c>.</summary>
    public static Verdict Lease(ReadOnlySpan<byte> answer, out LeaseState? lease)
    {
        lease = null;
        var verdict = LeaseEscrowContract.LeaseCall.DecodeResult(answer, out var read);
        if (read is null) return verdict;
        var reason = (CloseReason)read.Reason;
        if (reason > CloseReason.Exhausted) return Verdict.Reject(MarketChecks.EscrowAnswer, "a close reason", $"{reason:d}");
        lease = new LeaseState(
            read.OrderId, read.AccountId, read.Provider, new Rate(read.Rate), read.OpenedAt, read.ClosedAt, reason, new TokenAmount(read.Earned), new TokenAmount(read.Paid));
        return verdict;
    }
}
