using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Contracts;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Events;

public abstract partial record MarketEvent
{
    delegate MarketEvent Reader(IReadOnlyList<AbiValue> a);

    sealed record Form(AbiEvent Event, Reader Read);

    static readonly Dictionary<Bytes32, Form> Forms = new Form[]
    {
        new(EscrowContract.OrderPlaced.Abi,
            a => new OrderPlaced(a[0].AsNumber, a[1].AsAddress, new Sha256Digest(a[2].AsBytes32), new Rate(a[3].AsNumber))),
        new(new("OrderClosed(uint256 indexed orderId)"), a => new OrderClosed(a[0].AsNumber)),
        new(new("BidCancelled(bytes32 indexed bidDigest, address indexed provider)"), a => new BidCancelled(new Keccak256Digest(a[0].AsBytes32), a[1].AsAddress)),
        new(new("AccountOpened(uint256 indexed accountId, address indexed tenant)"), a => new AccountOpened(a[0].AsNumber, a[1].AsAddress)),
        new(EscrowContract.Deposited.Abi, a => new Deposited(a[0].AsNumber, a[1].AsAddress, new TokenAmount(a[2].AsNumber))),
        new(EscrowContract.Refunded.Abi, a => new Refunded(a[0].AsNumber, a[1].AsAddress, new TokenAmount(a[2].AsNumber))),
        new(new("ExhaustionMoved(uint256 indexed accountId, uint64 exhaustAt)"), a => new ExhaustionMoved(a[0].AsNumber, a[1].AsNumber.U0)),
        new(EscrowContract.LeaseOpened.Abi,
            a => new LeaseOpened(a[0].AsNumber, a[1].AsNumber, a[2].AsAddress, a[3].AsAddress, a[4].AsNumber, new Rate(a[5].AsNumber), new Keccak256Digest(a[6].AsBytes32))),
        new(EscrowContract.LeaseClosed.Abi,
            a => new LeaseClosed(a[0].AsNumber, (CloseReason)a[1].AsNumber.U0, new TokenAmount(a[2].AsNumber), a[3].AsNumber.U0)),
        new(EscrowContract.Withdrawn.Abi, a => new Withdrawn(a[0].AsNumber, a[1].AsAddress, new TokenAmount(a[2].AsNumber))),
    }.ToDictionary(f => f.Event.Topic);

    /// <summary>Reads a log entry of the escrow: another contract's entry of the same form is refused, since anyone can write one.</summary>
    /// <param name="log">The entry, from a stranger.</param>
    /// <param name="escrow">The escrow's address.</param>
    /// <param name="decoded">The event, when the verdict accepts.</param>
    public static Verdict Decode(LogEntry log, Address escrow, out MarketEvent? decoded)
    {
        ArgumentNullException.ThrowIfNull(log);
        decoded = null;
        if (log.Address != escrow) return Verdict.Reject(MarketChecks.EventEmitter, $"an entry of {escrow}", $"one of {log.Address}");
        if (log.Topics.Count == 0 || !Forms.TryGetValue(log.Topics[0], out var form))
            return Verdict.Reject(MarketChecks.EventForm, "an event of the escrow", log.Topics.Count == 0 ? "no topic" : $"topic {log.Topics[0]}");
        if (form.Event.Decode(log, out var arguments) is Verdict.Rejected { Reason: var malformed })
            return Verdict.Reject(MarketChecks.EventForm, $"{form.Event.Name} with {malformed.Expected}", malformed.Found);
        var read = form.Read(arguments);
        if (read is LeaseClosed { Reason: var reason } && !CloseReasons.IsDefined((byte)reason))
            return Verdict.Reject(MarketChecks.EventForm, $"{form.Event.Name} with a close reason", $"{reason:d}");
        decoded = read;
        return Verdict.Accept;
    }
}
