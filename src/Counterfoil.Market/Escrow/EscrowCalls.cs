using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Market.Bids;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Escrow;

/// <summary>Calldata for LeaseEscrow.sol. Everything but a bid's signature is a static word.</summary>
public static class EscrowCalls
{
    const string BidTuple = "(uint256,address,uint256,uint64,bytes32)";

    /// <summary>The constructor's argument, to be appended to the bytecode: the token that everything is paid in.</summary>
    public static byte[] Constructor(Address token) => token.ToWord().ToBigEndian();

    /// <summary><c>placeOrder</c>: asks for bids.</summary>
    public static byte[] PlaceOrder(Sha256Digest manifestDigest, Rate maxRate) => Call("placeOrder(bytes32,uint256)", Word(manifestDigest.Value), maxRate.Scaled);

    /// <summary><c>closeOrder</c>: withdraws an order.</summary>
    public static byte[] CloseOrder(UInt256 orderId) => Call("closeOrder(uint256)", orderId);

    /// <summary><c>cancelBid</c>: withdraws a bid; its provider sends this.</summary>
    public static byte[] CancelBid(Bid bid) => Call($"cancelBid({BidTuple})", Words(bid));

    /// <summary><c>acceptBid</c>: opens a lease on the bid's order, paid from the account.</summary>
    public static byte[] AcceptBid(SignedBid bid, UInt256 accountId)
    {
        ArgumentNullException.ThrowIfNull(bid);
        // Seven words, of which the sixth is the signature's offset; then its length and its bytes, padded to words.
        int length = bid.Signature.Length;
        byte[] head = Call($"acceptBid({BidTuple},bytes,uint256)", [.. Words(bid.Bid), 7 * 32, accountId, length]);
        var call = new byte[head.Length + (length + 31) / 32 * 32];
        head.CopyTo(call, 0);
        bid.Signature.Span.CopyTo(call.AsSpan(head.Length));
        return call;
    }

    /// <summary><c>openAccount</c>: opens an account with a first deposit, which the token must have been told to allow; or nothing.</summary>
    public static byte[] OpenAccount(TokenAmount amount) => Call("openAccount(uint256)", amount.Units);

    /// <summary><c>deposit</c>: adds to an account.</summary>
    public static byte[] Deposit(UInt256 accountId, TokenAmount amount) => Call("deposit(uint256,uint256)", accountId, amount.Units);

    /// <summary><c>refund</c>: pays the tenant what no lease earned.</summary>
    public static byte[] Refund(UInt256 accountId) => Call("refund(uint256)", accountId);

    /// <summary><c>settle</c>: writes down an exhaustion that is so already.</summary>
    public static byte[] Settle(UInt256 accountId) => Call("settle(uint256)", accountId);

    /// <summary><c>closeLease</c>: ends a lease for a reason that is the sender's to give.</summary>
    public static byte[] CloseLease(UInt256 leaseId, CloseReason reason) => Call("closeLease(uint256,uint8)", leaseId, (ulong)reason);

    /// <summary><c>withdraw</c>: pays the provider what the lease earned and was not paid.</summary>
    public static byte[] Withdraw(UInt256 leaseId) => Call("withdraw(uint256)", leaseId);

    /// <summary><c>owed</c>: units earned and not paid; answered by <see cref="EscrowAnswers.Amount"/>.</summary>
    public static byte[] Owed(UInt256 leaseId) => Call("owed(uint256)", leaseId);

    /// <summary><c>account</c>; answered by <see cref="EscrowAnswers.Account"/>.</summary>
    public static byte[] Account(UInt256 accountId) => Call("account(uint256)", accountId);

    /// <summary><c>lease</c>; answered by <see cref="EscrowAnswers.Lease"/>.</summary>
    public static byte[] Lease(UInt256 leaseId) => Call("lease(uint256)", leaseId);

    /// <summary><c>bidDigest</c>: the contract's own word on what a provider signs.</summary>
    public static byte[] BidDigest(Bid bid) => Call($"bidDigest({BidTuple})", Words(bid));

    static UInt256[] Words(Bid bid)
    {
        ArgumentNullException.ThrowIfNull(bid);
        return [bid.OrderId, bid.Provider.ToWord(), bid.Rate.Scaled, bid.Expiry, Word(bid.Salt)];
    }

    static UInt256 Word(Bytes32 bytes) => UInt256.ReadBigEndian(bytes.ToArray());

    static byte[] Call(string signature, params ReadOnlySpan<UInt256> words)
    {
        var call = new byte[4 + 32 * words.Length];
        Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).ToArray().AsSpan(0, 4).CopyTo(call);
        for (int i = 0; i < words.Length; i++) words[i].WriteBigEndian(call.AsSpan(4 + 32 * i));
        return call;
    }
}
