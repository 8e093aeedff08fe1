using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Market.Bids;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Escrow;

/// <summary>Calldata for contracts/src/LeaseEscrow.sol.</summary>
public static class EscrowCalls
{
    /// <summary>The constructor's argument, to be appended to the bytecode: the token that everything is paid in.</summary>
    public static byte[] Constructor(Address token) => new LeaseEscrowContract.Constructor(token).Encode();

    /// <summary><c>placeOrder</c>: asks for bids.</summary>
    public static byte[] PlaceOrder(Sha256Digest manifestDigest, Rate maxRate) => new LeaseEscrowContract.PlaceOrderCall(manifestDigest.Value, maxRate.Scaled).Encode();

    /// <summary><c>closeOrder</c>: withdraws an order.</summary>
    public static byte[] CloseOrder(UInt256 orderId) => new LeaseEscrowContract.CloseOrderCall(orderId).Encode();

    /// <summary><c>cancelBid</c>: withdraws a bid; its provider sends this.</summary>
    public static byte[] CancelBid(Bid bid) => new LeaseEscrowContract.CancelBidCall(Signed(bid)).Encode();

    /// <summary><c>acceptBid</c>: opens a lease on the bid's order, paid from the account.</summary>
    public static byte[] AcceptBid(SignedBid bid, UInt256 accountId)
    {
        ArgumentNullException.ThrowIfNull(bid);
        return new LeaseEscrowContract.AcceptBidCall(Signed(bid.Bid), bid.Signature, accountId).Encode();
    }

    /// <summary><c>openAccount</c>: opens an account with a first deposit, which the token must have been told to allow; or nothing.</summary>
    public static byte[] OpenAccount(TokenAmount amount) => new LeaseEscrowContract.OpenAccountCall(amount.Units).Encode();

    /// <summary><c>deposit</c>: adds to an account.</summary>
    public static byte[] Deposit(UInt256 accountId, TokenAmount amount) => new LeaseEscrowContract.DepositCall(accountId, amount.Units).Encode();

    /// <summary><c>refund</c>: pays the tenant what no lease earned.</summary>
    public static byte[] Refund(UInt256 accountId) => new LeaseEscrowContract.RefundCall(accountId).Encode();

    /// <summary><c>settle</c>: writes down an exhaustion that is so already.</summary>
    public static byte[] Settle(UInt256 accountId) => new LeaseEscrowContract.SettleCall(accountId).Encode();

    /// <summary><c>closeLease</c>: ends a lease for a reason that is the sender's to give.</summary>
    public static byte[] CloseLease(UInt256 leaseId, CloseReason reason) => new LeaseEscrowContract.CloseLeaseCall(leaseId, (byte)reason).Encode();

    /// <summary><c>withdraw</c>: pays the provider what the lease earned and was not paid.</summary>
    public static byte[] Withdraw(UInt256 leaseId) => new LeaseEscrowContract.WithdrawCall(leaseId).Encode();

    /// <summary><c>owed</c>: units earned and not paid; answered by <see cref="EscrowAnswers.Owed"/>.</summary>
    public static byte[] Owed(UInt256 leaseId) => new LeaseEscrowContract.OwedCall(leaseId).Encode();

    /// <summary><c>account</c>; answered by <see cref="EscrowAnswers.Account"/>.</summary>
    public static byte[] Account(UInt256 accountId) => new LeaseEscrowContract.AccountCall(accountId).Encode();

    /// <summary><c>lease</c>; answered by <see cref="EscrowAnswers.Lease"/>.</summary>
    public static byte[] Lease(UInt256 leaseId) => new LeaseEscrowContract.LeaseCall(leaseId).Encode();

    /// <summary><c>bidDigest</c>: the contract's own word on what a provider signs.</summary>
    public static byte[] BidDigest(Bid bid) => new LeaseEscrowContract.BidDigestCall(Signed(bid)).Encode();

    static LeaseEscrowContract.Bid Signed(Bid bid)
    {
        ArgumentNullException.ThrowIfNull(bid);
        return bid.Signed;
    }
}
