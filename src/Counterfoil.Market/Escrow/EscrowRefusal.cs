using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Escrow;

/// <summary>What the escrow, or its token, said when it reverted, in words: a refusal on chain reads like one off chain.</summary>
public static class EscrowRefusal
{
    delegate (string Expected, string Found) Words(ReadOnlySpan<UInt256> arguments);

    sealed record Form(Check Check, int Arguments, Words Say);

    static readonly Dictionary<uint, Form> Forms = new()
    {
        [Selector("OrderUnknown(uint256)")] = new(MarketChecks.EscrowUnknown, 1, a => ("an order", $"none with number {a[0]}")),
        [Selector("AccountUnknown(uint256)")] = new(MarketChecks.EscrowUnknown, 1, a => ("an account", $"none with number {a[0]}")),
        [Selector("LeaseUnknown(uint256)")] = new(MarketChecks.EscrowUnknown, 1, a => ("a lease", $"none with number {a[0]}")),
        [Selector("NotTenant(address,address)")] = new(MarketChecks.EscrowParty, 2, a => ($"tenant {Who(a[0])}", Who(a[1]))),
        [Selector("NotProvider(address,address)")] = new(MarketChecks.EscrowParty, 2, a => ($"provider {Who(a[0])}", Who(a[1]))),
        [Selector("NotParty(uint256,address)")] = new(MarketChecks.EscrowParty, 2, a => ($"tenant or provider of lease {a[0]}", Who(a[1]))),
        [Selector("OrderIsClosed(uint256)")] = new(MarketChecks.OrderOpen, 1, a => ("an order that takes bids", $"order {a[0]}, withdrawn")),
        [Selector("OrderIsLeased(uint256,uint256)")] = new(MarketChecks.EscrowLeased, 2, a => ($"order {a[0]} without an open lease", $"lease {a[1]}, open")),
        [Selector("RateOutOfRange(uint256,uint256,uint256)")] = new(MarketChecks.RateRange, 3, a => ($"a rate of {a[1]} … {a[2]}", $"{a[0]}")),
        [Selector("RateAboveMaximum(uint256,uint256)")] = new(MarketChecks.BidRate, 2, a => ($"a rate of at most {a[1]}", $"{a[0]}")),
        [Selector("BidExpired(uint64,uint256)")] = new(MarketChecks.BidExpired, 2, a => ($"a bid that is good at {a[1]}", $"one that expired at {a[0]}")),
        [Selector("BidIsSpent(bytes32)")] = new(MarketChecks.BidSpent, 1, a => ("a bid that was neither accepted nor cancelled", Word(a[0]))),
        [Selector("BidSignatureInvalid(address,bytes32)")] = new(MarketChecks.BidSignature, 2, a => ($"a signature by {Who(a[0])} over {Word(a[1])}", "another")),
        [Selector("TooManyLeases(uint256)")] = new(MarketChecks.EscrowLeases, 1, a => ($"at most 16 open leases of account {a[0]}", "one more")),
        [Selector("InsufficientDeposit(uint256,uint256,uint256)")] = new(MarketChecks.EscrowDeposit, 3,
            a => ($"account {a[0]} with a second's money, at least {Ceiling(a[2])} units", $"{a[1]} units")),
        [Selector("LeaseIsClosed(uint256,uint8)")] = new(MarketChecks.EscrowLeaseOpen, 2, a => ($"lease {a[0]} open", $"closed: {Reason(a[1])}")),
        [Selector("ReasonNotYours(uint8)")] = new(MarketChecks.EscrowReason, 1, a => ("1 or 2 from the tenant, 3 to 5 from the provider", $"{a[0]} ({Reason(a[0])})")),
        [Selector("LeasesAreOpen(uint256,uint256)")] = new(MarketChecks.EscrowRefund, 2, a => ($"account {a[0]} without an open lease", $"{a[1]} open")),
        [Selector("AmountTooLarge(uint256)")] = new(MarketChecks.EscrowToken, 1, a => ("an account below 2^128 units", $"{a[0]} more")),
        [Selector("FeeOnTransfer(uint256,uint256)")] = new(MarketChecks.EscrowToken, 2, a => ($"{a[0]} units to arrive", $"{a[1]}: the token charges on transfer")),
        [Selector("TransferFailed()")] = new(MarketChecks.EscrowToken, 0, _ => ("a transfer", "the token's refusal")),
        [Selector("TokenUnknown(address)")] = new(MarketChecks.EscrowToken, 1, a => ("a token", $"{Who(a[0])}, which has no code")),
        [Selector("Reentered()")] = new(MarketChecks.EscrowToken, 0, _ => ("one call at a time", "a call from within a call")),
        // The token's own errors come through unchanged.
        [Selector("InsufficientBalance(address,uint256,uint256)")] = new(MarketChecks.EscrowToken, 3, a => ($"{a[2]} units of {Who(a[0])}", $"{a[1]}")),
        [Selector("InsufficientAllowance(address,address,uint256,uint256)")] = new(MarketChecks.EscrowToken, 4,
            a => ($"{Who(a[0])} to allow {Who(a[1])} {a[3]} units", $"{a[2]}")),
        [Selector("ZeroAddress()")] = new(MarketChecks.EscrowToken, 0, _ => ("an address", "the zero address")),
    };

    /// <summary>Reads what a call reverted with. Always a rejection: by the check that failed, or by <see cref="MarketChecks.EscrowCall"/> where the data is of no known error.</summary>
    public static Verdict Read(ReadOnlySpan<byte> reverted)
    {
        if (reverted.Length < 4 || !Forms.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(reverted), out var form) || reverted.Length != 4 + 32 * form.Arguments)
            return Verdict.Reject(MarketChecks.EscrowCall, "success, or an error of the escrow", reverted.IsEmpty ? "a revert without data" : $"0x{Convert.ToHexStringLower(reverted[..Math.Min(68, reverted.Length)])}");
        var arguments = new UInt256[form.Arguments];
        for (int i = 0; i < arguments.Length; i++) arguments[i] = UInt256.ReadBigEndian(reverted.Slice(4 + 32 * i, 32));
        var (expected, found) = form.Say(arguments);
        return Verdict.Reject(form.Check, expected, found);
    }

    static uint Selector(string signature) => BinaryPrimitives.ReadUInt32BigEndian(Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).ToArray());

    static string Who(UInt256 word) => Address.FromWord(word).ToString();

    static string Word(UInt256 word) => $"0x{Convert.ToHexStringLower(word.ToBigEndian())}";

    static string Reason(UInt256 word) => word.IsUInt64 && CloseReasons.IsDefined((byte)Math.Min(255, word.U0)) ? ((CloseReason)word.U0).InWords() : "no reason to close";

    // Units that one second costs at a scaled rate, rounded up.
    static UInt256 Ceiling(UInt256 rate) => (rate >> 64) + ((rate << 192).IsZero ? 0 : 1);
}
