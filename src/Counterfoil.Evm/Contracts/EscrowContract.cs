using Counterfoil.Core.Digests;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.TypedData;

namespace Counterfoil.Evm.Contracts;

/// <summary>What <c>contracts/src/LeaseEscrow.sol</c> takes and writes. Rates are token units · 2^64 per second.</summary>
public static class EscrowContract
{
    const string BidTuple = "(uint256 orderId, address provider, uint256 rate, uint64 expiry, bytes32 salt)";

    /// <summary>Asks for bids; returns the order's number.</summary>
    public static AbiFunction PlaceOrder { get; } = new("placeOrder(bytes32 manifestDigest, uint256 maxRate) returns (uint256 orderId)");
    /// <summary>Withdraws an order.</summary>
    public static AbiFunction CloseOrder { get; } = new("closeOrder(uint256 orderId)");
    /// <summary>Withdraws a bid.</summary>
    public static AbiFunction CancelBid { get; } = new($"cancelBid({BidTuple} bid)");
    /// <summary>Opens a lease on a signed bid, paid from an account; returns the lease's number.</summary>
    public static AbiFunction AcceptBid { get; } = new($"acceptBid({BidTuple} bid, bytes signature, uint256 accountId) returns (uint256 leaseId)");
    /// <summary>Opens an account with a first deposit; returns its number.</summary>
    public static AbiFunction OpenAccount { get; } = new("openAccount(uint256 amount) returns (uint256 accountId)");
    /// <summary>Adds to an account.</summary>
    public static AbiFunction Deposit { get; } = new("deposit(uint256 accountId, uint256 amount)");
    /// <summary>Pays the tenant what no lease earned.</summary>
    public static AbiFunction Refund { get; } = new("refund(uint256 accountId) returns (uint256 amount)");
    /// <summary>Writes down an exhaustion that is so already.</summary>
    public static AbiFunction Settle { get; } = new("settle(uint256 accountId)");
    /// <summary>Ends a lease, for a reason.</summary>
    public static AbiFunction CloseLease { get; } = new("closeLease(uint256 leaseId, uint8 reason)");
    /// <summary>Pays the provider what a lease earned and was not paid.</summary>
    public static AbiFunction Withdraw { get; } = new("withdraw(uint256 leaseId) returns (uint256 amount)");
    /// <summary>Units earned and not paid.</summary>
    public static AbiFunction Owed { get; } = new("owed(uint256 leaseId) returns (uint256)");
    /// <summary>An order, as of now.</summary>
    public static AbiFunction Order { get; } = new("order(uint256 orderId) returns ((address tenant, bytes32 manifestDigest, uint256 maxRate, uint256 leaseId, bool closed))");
    /// <summary>An account, as of now.</summary>
    public static AbiFunction Account { get; } = new("account(uint256 accountId) returns ((address tenant, uint256 unspent, uint256 rate, uint64 exhaustAt, uint256[] openLeases))");
    /// <summary>A lease, as of now.</summary>
    public static AbiFunction Lease { get; } = new(
        "lease(uint256 leaseId) returns ((uint256 orderId, uint256 accountId, address provider, uint256 rate, uint64 openedAt, uint64 closedAt, uint8 reason, uint256 earned, uint256 paid))");

    /// <summary>What a provider signs.</summary>
    public static Eip712Type BidType { get; } = Eip712Type.Parse("Bid(uint256 orderId,address provider,uint256 rate,uint64 expiry,bytes32 salt)");

    /// <summary>The escrow's domain on a chain.</summary>
    public static Eip712Domain Domain(ulong chainId, Address contract) => new("Counterfoil Market", "1", chainId, contract);

    /// <summary>A tenant asks for bids.</summary>
    public static ContractEvent<OrderPlaced> OrderPlaced { get; } = new(
        "event OrderPlaced(uint256 indexed orderId, address indexed tenant, bytes32 manifestDigest, uint256 maxRate)",
        v => new(v[0].AsNumber, v[1].AsAddress, new Sha256Digest(v[2].AsBytes32), v[3].AsNumber), e => [e.OrderId, e.Tenant, e.ManifestDigest, e.MaxRate]);
    /// <summary>A bid was accepted.</summary>
    public static ContractEvent<LeaseOpened> LeaseOpened { get; } = new(
        "event LeaseOpened(uint256 indexed leaseId, uint256 indexed orderId, address indexed provider, address tenant, uint256 accountId, uint256 rate, bytes32 bidDigest)",
        v => new(v[0].AsNumber, v[1].AsNumber, v[2].AsAddress, v[3].AsAddress, v[4].AsNumber, v[5].AsNumber, new Keccak256Digest(v[6].AsBytes32)),
        e => [e.LeaseId, e.OrderId, e.Provider, e.Tenant, e.AccountId, e.Rate, e.BidDigest]);
    /// <summary>A lease ended.</summary>
    public static ContractEvent<LeaseClosed> LeaseClosed { get; } = new(
        "event LeaseClosed(uint256 indexed leaseId, uint8 reason, uint256 earned, uint64 closedAt)",
        v => new(v[0].AsNumber, (byte)v[1].AsNumber.U0, new TokenAmount(v[2].AsNumber), v[3].AsNumber.U0), e => [e.LeaseId, (ulong)e.Reason, e.Earned, e.ClosedAt]);
    /// <summary>A provider was paid.</summary>
    public static ContractEvent<Withdrawn> Withdrawn { get; } = new(
        "event Withdrawn(uint256 indexed leaseId, address indexed provider, uint256 amount)",
        v => new(v[0].AsNumber, v[1].AsAddress, new TokenAmount(v[2].AsNumber)), e => [e.LeaseId, e.Provider, e.Amount]);
    /// <summary>An account received money.</summary>
    public static ContractEvent<Deposited> Deposited { get; } = new(
        "event Deposited(uint256 indexed accountId, address indexed from, uint256 amount)",
        v => new(v[0].AsNumber, v[1].AsAddress, new TokenAmount(v[2].AsNumber)), e => [e.AccountId, e.From, e.Amount]);
    /// <summary>What nobody had earned went back to the tenant.</summary>
    public static ContractEvent<Refunded> Refunded { get; } = new(
        "event Refunded(uint256 indexed accountId, address indexed tenant, uint256 amount)",
        v => new(v[0].AsNumber, v[1].AsAddress, new TokenAmount(v[2].AsNumber)), e => [e.AccountId, e.Tenant, e.Amount]);
}

/// <summary>A tenant asks for bids.</summary>
/// <param name="OrderId">The order's number, from 1.</param>
/// <param name="Tenant">Who asks.</param>
/// <param name="ManifestDigest">SHA-256 of the workload's manifest.</param>
/// <param name="MaxRate">No bid above this can be accepted; units · 2^64 per second.</param>
public sealed record OrderPlaced(UInt256 OrderId, Address Tenant, Sha256Digest ManifestDigest, UInt256 MaxRate);

/// <summary>A bid was accepted and earns from this block's time on.</summary>
/// <param name="LeaseId">The lease's number, from 1.</param>
/// <param name="OrderId">The order it serves.</param>
/// <param name="Provider">Who serves and is paid.</param>
/// <param name="Tenant">Who is served.</param>
/// <param name="AccountId">The account that pays.</param>
/// <param name="Rate">Units · 2^64 per second.</param>
/// <param name="BidDigest">The EIP-712 digest that the provider signed.</param>
public sealed record LeaseOpened(UInt256 LeaseId, UInt256 OrderId, Address Provider, Address Tenant, UInt256 AccountId, UInt256 Rate, Keccak256Digest BidDigest);

/// <summary>A lease ended.</summary>
/// <param name="LeaseId">The lease.</param>
/// <param name="Reason">1 done, 2 unserved, 3 provider withdrew, 4 provider failed, 5 manifest refused, 6 exhausted.</param>
/// <param name="Earned">Units earned in all, paid or not.</param>
/// <param name="ClosedAt">Unix seconds.</param>
public sealed record LeaseClosed(UInt256 LeaseId, byte Reason, TokenAmount Earned, ulong ClosedAt);

/// <summary>A provider was paid.</summary>
/// <param name="LeaseId">For which lease.</param>
/// <param name="Provider">Who.</param>
/// <param name="Amount">Units.</param>
public sealed record Withdrawn(UInt256 LeaseId, Address Provider, TokenAmount Amount);

/// <summary>An account received money.</summary>
/// <param name="AccountId">Which.</param>
/// <param name="From">From whom.</param>
/// <param name="Amount">Units.</param>
public sealed record Deposited(UInt256 AccountId, Address From, TokenAmount Amount);

/// <summary>What nobody had earned went back to the tenant.</summary>
/// <param name="AccountId">From which account.</param>
/// <param name="Tenant">To whom.</param>
/// <param name="Amount">Units.</param>
public sealed record Refunded(UInt256 AccountId, Address Tenant, TokenAmount Amount);
