using System.Buffers.Binary;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Escrow;

/// <summary>What the escrow, or its token, said when it reverted, in words: a refusal on chain reads like one off chain.</summary>
public static class EscrowRefusal
{
    delegate (string Expected, string Found) Words(IReadOnlyList<AbiValue> arguments);

    sealed record Form(AbiFunction Error, Check Check, Words Say);

    static readonly Dictionary<uint, Form> Forms = new Form[]
    {
        new(new("OrderUnknown(uint256)"), MarketChecks.EscrowUnknown, a => ("an order", $"none with number {a[0].AsNumber}")),
        new(new("AccountUnknown(uint256)"), MarketChecks.EscrowUnknown, a => ("an account", $"none with number {a[0].AsNumber}")),
        new(new("LeaseUnknown(uint256)"), MarketChecks.EscrowUnknown, a => ("a lease", $"none with number {a[0].AsNumber}")),
        new(new("NotTenant(address,address)"), MarketChecks.EscrowParty, a => ($"tenant {a[0].AsAddress}", $"{a[1].AsAddress}")),
        new(new("NotProvider(address,address)"), MarketChecks.EscrowParty, a => ($"provider {a[0].AsAddress}", $"{a[1].AsAddress}")),
        new(new("NotParty(uint256,address)"), MarketChecks.EscrowParty, a => ($"tenant or provider of lease {a[0].AsNumber}", $"{a[1].AsAddress}")),
        new(new("OrderIsClosed(uint256)"), MarketChecks.OrderOpen, a => ("an order that takes bids", $"order {a[0].AsNumber}, withdrawn")),
        new(new("OrderIsLeased(uint256,uint256)"), MarketChecks.EscrowLeased, a => ($"order {a[0].AsNumber} without an open lease", $"lease {a[1].AsNumber}, open")),
        new(new("RateOutOfRange(uint256,uint256,uint256)"), MarketChecks.RateRange, a => ($"a rate of {a[1].AsNumber} … {a[2].AsNumber}", $"{a[0].AsNumber}")),
        new(new("RateAboveMaximum(uint256,uint256)"), MarketChecks.BidRate, a => ($"a rate of at most {a[1].AsNumber}", $"{a[0].AsNumber}")),
        new(new("BidExpired(uint64,uint256)"), MarketChecks.BidExpired, a => ($"a bid that is good at {a[1].AsNumber}", $"one that expired at {a[0].AsNumber}")),
        new(new("BidIsSpent(bytes32)"), MarketChecks.BidSpent, a => ("a bid that was neither accepted nor cancelled", Word(a[0].AsNumber))),
        new(new("BidSignatureInvalid(address,bytes32)"), MarketChecks.BidSignature, a => ($"a signature by {a[0].AsAddress} over {Word(a[1].AsNumber)}", "another")),
        new(new("TooManyLeases(uint256)"), MarketChecks.EscrowLeases, a => ($"at most 16 open leases of account {a[0].AsNumber}", "one more")),
        new(new("InsufficientDeposit(uint256,uint256,uint256)"), MarketChecks.EscrowDeposit, a => ($"account {a[0].AsNumber} with a second's money, at least {Ceiling(a[2].AsNumber)} units", $"{a[1].AsNumber} units")),
        new(new("LeaseIsClosed(uint256,uint8)"), MarketChecks.EscrowLeaseOpen, a => ($"lease {a[0].AsNumber} open", $"closed: {Reason(a[1].AsNumber)}")),
        new(new("ReasonNotYours(uint8)"), MarketChecks.EscrowReason, a => ("1 or 2 from the tenant, 3 to 5 from the provider", $"{a[0].AsNumber} ({Reason(a[0].AsNumber)})")),
        new(new("LeasesAreOpen(uint256,uint256)"), MarketChecks.EscrowRefund, a => ($"account {a[0].AsNumber} without an open lease", $"{a[1].AsNumber} open")),
        new(new("AmountTooLarge(uint256)"), MarketChecks.EscrowToken, a => ("an account below 2^128 units", $"{a[0].AsNumber} more")),
        new(new("FeeOnTransfer(uint256,uint256)"), MarketChecks.EscrowToken, a => ($"{a[0].AsNumber} units to arrive", $"{a[1].AsNumber}: the token charges on transfer")),
        new(new("TransferFailed(address)"), MarketChecks.EscrowToken, a => ("a transfer", $"the refusal of token {a[0].AsAddress}")),
        new(new("TokenUnknown(address)"), MarketChecks.EscrowToken, a => ("a token", $"{a[0].AsAddress}, which has no code")),
        new(new("Reentered()"), MarketChecks.EscrowToken, _ => ("one call at a time", "a call from within a call")),
        // The token's own errors come through unchanged.
        new(new("InsufficientBalance(address,uint256,uint256)"), MarketChecks.EscrowToken, a => ($"{a[2].AsNumber} units of {a[0].AsAddress}", $"{a[1].AsNumber}")),
        new(new("InsufficientAllowance(address,address,uint256,uint256)"), MarketChecks.EscrowToken, a => ($"{a[0].AsAddress} to allow {a[1].AsAddress} {a[3].AsNumber} units", $"{a[2].AsNumber}")),
        new(new("ZeroAddress()"), MarketChecks.EscrowToken, _ => ("an address", "the zero address")),
    }.ToDictionary(f => BinaryPrimitives.ReadUInt32BigEndian(f.Error.Selector));

    /// <summary>Reads what a call reverted with. Always a rejection: by the check that failed, or by <see cref="MarketChecks.EscrowCall"/> where the data is of no known error.</summary>
    public static Verdict Read(ReadOnlySpan<byte> reverted)
    {
        if (reverted.Length >= 4 && Forms.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(reverted), out var form) && form.Error.DecodeCall(reverted, out var arguments).IsAccepted)
        {
            var (expected, found) = form.Say(arguments);
            return Verdict.Reject(form.Check, expected, found);
        }
        return Verdict.Reject(MarketChecks.EscrowCall, "success, or an error of the escrow", reverted.IsEmpty ? "a revert without data" : $"0x{Convert.ToHexStringLower(reverted[..Math.Min(68, reverted.Length)])}");
    }

    static string Word(UInt256 word) => $"0x{Convert.ToHexStringLower(word.ToBigEndian())}";

    static string Reason(UInt256 word) => word.IsUInt64 && CloseReasons.IsDefined((byte)Math.Min(255, word.U0)) ? ((CloseReason)word.U0).InWords() : "no reason to close";

    // Units that one second costs at a scaled rate, rounded up.
    static UInt256 Ceiling(UInt256 rate) => (rate >> 64) + ((rate << 192).IsZero ? 0 : 1);
}
