using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Escrow;

/// <summary>What the escrow, or its token, said when it reverted, in words: a refusal on chain reads like one off chain.</summary>
public static class EscrowRefusal
{
    delegate Verdict? Reader(ReadOnlySpan<byte> reverted);

    sealed record Form(uint Selector, Reader Read);

    static readonly Dictionary<uint, Form> Forms = new[]
    {
        Of<LeaseEscrowContract.OrderUnknownError>(MarketChecks.EscrowUnknown, e => ("an order", $"none with number {e.OrderId}")),
        Of<LeaseEscrowContract.AccountUnknownError>(MarketChecks.EscrowUnknown, e => ("an account", $"none with number {e.AccountId}")),
        Of<LeaseEscrowContract.LeaseUnknownError>(MarketChecks.EscrowUnknown, e => ("a lease", $"none with number {e.LeaseId}")),
        Of<LeaseEscrowContract.NotTenantError>(MarketChecks.EscrowParty, e => ($"tenant {e.Tenant}", $"{e.Caller}")),
        Of<LeaseEscrowContract.NotProviderError>(MarketChecks.EscrowParty, e => ($"provider {e.Provider}", $"{e.Caller}")),
        Of<LeaseEscrowContract.NotPartyError>(MarketChecks.EscrowParty, e => ($"tenant or provider of lease {e.LeaseId}", $"{e.Caller}")),
        Of<LeaseEscrowContract.OrderIsClosedError>(MarketChecks.OrderOpen, e => ("an order that takes bids", $"order {e.OrderId}, withdrawn")),
        Of<LeaseEscrowContract.OrderIsLeasedError>(MarketChecks.EscrowLeased, e => ($"order {e.OrderId} without an open lease", $"lease {e.LeaseId}, open")),
        Of<LeaseEscrowContract.RateOutOfRangeError>(MarketChecks.RateRange, e => ($"a rate of {e.Minimum} … {e.Maximum}", $"{e.Rate}")),
        Of<LeaseEscrowContract.RateAboveMaximumError>(MarketChecks.BidRate, e => ($"a rate of at most {e.MaxRate}", $"{e.Rate}")),
        Of<LeaseEscrowContract.BidExpiredError>(MarketChecks.BidExpired, e => ($"a bid that is good at {e.Timestamp}", $"one that expired at {e.Expiry}")),
        Of<LeaseEscrowContract.BidIsSpentError>(MarketChecks.BidSpent, e => ("a bid that was neither accepted nor cancelled", Word(e.BidDigest))),
        Of<LeaseEscrowContract.BidSignatureInvalidError>(MarketChecks.BidSignature, e => ($"a signature by {e.Provider} over {Word(e.BidDigest)}", "another")),
        Of<LeaseEscrowContract.TooManyLeasesError>(MarketChecks.EscrowLeases, e => ($"at most 16 open leases of account {e.AccountId}", "one more")),
        Of<LeaseEscrowContract.InsufficientDepositError>(MarketChecks.EscrowDeposit, e => ($"account {e.AccountId} with a second's money, at least {Ceiling(e.Rate)} units", $"{e.Unspent} units")),
        Of<LeaseEscrowContract.LeaseIsClosedError>(MarketChecks.EscrowLeaseOpen, e => ($"lease {e.LeaseId} open", $"closed: {Reason(e.Reason)}")),
        Of<LeaseEscrowContract.ReasonNotYoursError>(MarketChecks.EscrowReason, e => ("1 or 2 from the tenant, 3 to 5 from the provider", $"{e.Reason} ({Reason(e.Reason)})")),
        Of<LeaseEscrowContract.LeasesAreOpenError>(MarketChecks.EscrowRefund, e => ($"account {e.AccountId} without an open lease", $"{e.Count} open")),
        Of<LeaseEscrowContract.AmountTooLargeError>(MarketChecks.EscrowToken, e => ("an account below 2^128 units", $"{e.Amount} more")),
        Of<LeaseEscrowContract.FeeOnTransferError>(MarketChecks.EscrowToken, e => ($"{e.Sent} units to arrive", $"{e.Received}: the token charges on transfer")),
        Of<LeaseEscrowContract.TransferFailedError>(MarketChecks.EscrowToken, e => ("a transfer", $"the refusal of token {e.Token}")),
        Of<LeaseEscrowContract.TokenUnknownError>(MarketChecks.EscrowToken, e => ("a token", $"{e.Token}, which has no code")),
        Of<LeaseEscrowContract.ReenteredError>(MarketChecks.EscrowToken, _ => ("one call at a time", "a call from within a call")),
        // The token's own errors come through unchanged.
        Of<TestDollarContract.InsufficientBalanceError>(MarketChecks.EscrowToken, e => ($"{e.Value} units of {e.Account}", $"{e.Balance}")),
        Of<TestDollarContract.InsufficientAllowanceError>(MarketChecks.EscrowToken, e => ($"{e.Owner} to allow {e.Spender} {e.Value} units", $"{e.Allowance}")),
        Of<TestDollarContract.ZeroAddressError>(MarketChecks.EscrowToken, _ => ("an address", "the zero address")),
    }.ToDictionary(f => f.Selector);

    static Form Of<T>(Check check, Func<T, (string Expected, string Found)> say) where T : class, IContractError<T> => new(BinaryPrimitives.ReadUInt32BigEndian(T.Abi.Selector), reverted =>
    {
        if (!ErrorCodec.TryDecode<T>(reverted, out var error)) return null;
        var (expected, found) = say(error);
        return Verdict.Reject(check, expected, found);
    });

    /// <summary>Reads what a call reverted with. Always a rejection: by the check that failed, or by <see cref="MarketChecks.EscrowCall"/> where the data is of no known error.</summary>
    public static Verdict Read(ReadOnlySpan<byte> reverted)
    {
        if (reverted.Length >= 4 && Forms.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(reverted), out var form) && form.Read(reverted) is { } refusal) return refusal;
        return Verdict.Reject(MarketChecks.EscrowCall, "success, or an error of the escrow", reverted.IsEmpty ? "a revert without data" : $"0x{Convert.ToHexStringLower(reverted[..Math.Min(68, reverted.Length)])}");
    }

    static string Word(Bytes32 word) => $"0x{word}";

    static string Reason(UInt256 word) => word.IsUInt64 && CloseReasons.IsDefined((byte)Math.Min(255, word.U0)) ? ((CloseReason)word.U0).InWords() : "no reason to close";

    // Units that one second costs at a scaled rate, rounded up.
    static UInt256 Ceiling(UInt256 rate) => (rate >> 64) + ((rate << 192).IsZero ? 0 : 1);
}
