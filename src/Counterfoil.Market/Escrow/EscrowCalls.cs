using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Contracts;
using Counterfoil.Market.Bids;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Escrow;

/// <summary>Calldata for contracts/src/LeaseEscrow.sol.</summary>
public static class EscrowCalls
{
    static readonly AbiFunction BidDigestFunction = new("bidDigest((uint256 orderId, address provider, uint256 rate, uint64 expiry, bytes32 salt) bid) returns (bytes32)");

    /// <summary>The constructor's argument, to be appended to the bytecode: the token that everything is paid in.</summary>
    public static byte[] Constructor(Address token) => AbiCodec.Encode([AbiType.Parse("address")], token);

    /// <summary><c>placeOrder</c>: asks for bids.</summary>
    public static byte[] PlaceOrder(Sha256Digest manifestDigest, Rate maxRate) => EscrowContract.PlaceOrder.EncodeCall(manifestDigest, maxRate.Scaled);

    /// <summary><c>closeOrder</c>: withdraws an order.</summary>
    public static byte[] CloseOrder(UInt256 orderId) => EscrowContract.CloseOrder.EncodeCall(orderId);

    /// <summary><c>cancelBid</c>: withdraws a bid; its provider sends this.</summary>
    public static byte[] CancelBid(Bid bid) => EscrowContract.CancelBid.EncodeCall(Tuple(bid));

    /// <summary><c>acceptBid</c>: opens a lease on the bid's order, paid from the account.</summary>
    public static byte[] AcceptBid(SignedBid bid, UInt256 accountId)
    {
        ArgumentNullException.ThrowIfNull(bid);
        return EscrowContract.AcceptBid.EncodeCall(Tuple(bid.Bid), bid.Signature, accountId);
    }

    /// <summary><c>openAccount</c>: opens an account with a first deposit, which the token must have been told to allow; or nothing.</summary>
    public static byte[] OpenAccount(TokenAmount amount) => EscrowContract.OpenAccount.EncodeCall(amount);

    /// <summary><c>deposit</c>: adds to an account.</summary>
    public static byte[] Deposit(UInt256 accountId, TokenAmount amount) => EscrowContract.Deposit.EncodeCall(accountId, amount);

    /// <summary><c>refund</c>: pays the tenant what no lease earned.</summary>
    public static byte[] Refund(UInt256 accountId) => EscrowContract.Refund.EncodeCall(accountId);

    /// <summary><c>settle</c>: writes down an exhaustion that is so already.</summary>
    public static byte[] Settle(UInt256 accountId) => EscrowContract.Settle.EncodeCall(accountId);

    /// <summary><c>closeLease</c>: ends a lease for a reason that is the sender's to give.</summary>
    public static byte[] CloseLease(UInt256 leaseId, CloseReason reason) => EscrowContract.CloseLease.EncodeCall(leaseId, (ulong)reason);

    /// <summary><c>withdraw</c>: pays the provider what the lease earned and was not paid.</summary>
    public static byte[] Withdraw(UInt256 leaseId) => EscrowContract.Withdraw.EncodeCall(leaseId);

    /// <summary><c>owed</c>: units earned and not paid; answered by <see cref="EscrowAnswers.Owed"/>.</summary>
    public static byte[] Owed(UInt256 leaseId) => EscrowContract.Owed.EncodeCall(leaseId);

    /// <summary><c>account</c>; answered by <see cref="EscrowAnswers.Account"/>.</summary>
    public static byte[] Account(UInt256 accountId) => EscrowContract.Account.EncodeCall(accountId);

    /// <summary><c>lease</c>; answered by <see cref="EscrowAnswers.Lease"/>.</summary>
    public static byte[] Lease(UInt256 leaseId) => EscrowContract.Lease.EncodeCall(leaseId);

    /// <summary><c>bidDigest</c>: the contract's own word on what a provider signs.</summary>
    public static byte[] BidDigest(Bid bid) => BidDigestFunction.EncodeCall(Tuple(bid));

    static AbiValue Tuple(Bid bid)
    {
        ArgumentNullException.ThrowIfNull(bid);
        return new AbiValue[] { bid.OrderId, bid.Provider, bid.Rate.Scaled, bid.Expiry, bid.Salt };
    }
}
