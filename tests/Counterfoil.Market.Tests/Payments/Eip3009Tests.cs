using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Contracts;
using Counterfoil.Payments.Settlement;
using CsCheck;

namespace Counterfoil.Market.Tests.Payments;

public class Eip3009Tests
{
    static readonly SettlementIntent intent = Fair.Intent();
    static readonly Address token = Fair.Dollar.Contract, friend = Address.Parse("0x0000000000000000000000000000000000000bad");

    static LogEntry Used(byte nonce = 1, Address? emitter = null) =>
        new TestDollarContract.AuthorizationUsedEvent(Fair.Buyer, Fair.Authorize(nonce).Nonce).Encode(emitter ?? token);

    static LogEntry Moved(Address? to = null, ulong units = 400, Address? emitter = null) =>
        new TestDollarContract.TransferEvent(Fair.Buyer, to ?? Fair.Seller, units).Encode(emitter ?? token);

    [Fact]
    public void The_use_of_the_nonce_right_before_its_transfer_is_a_payment()
    {
        Assert.True(Eip3009.Paid(intent, [Used(), Moved()]));
        Assert.True(Eip3009.Paid(intent, [Used(2), Moved(friend), Used(), Moved(), Moved(friend)]));
    }

    [Fact]
    public void One_transfer_does_not_pay_for_two_nonces_used_in_one_transaction()
    {
        // Nonce 2 buys something else from the same seller for the same price; nonce 1 was signed a second time, to a friend.
        Assert.False(Eip3009.Paid(intent, [Used(2), Moved(), Used(), Moved(friend)]));
        Assert.False(Eip3009.Paid(intent, [Used(), Moved(friend), Used(2), Moved()]));
    }

    [Fact]
    public void Another_amount_payee_or_contract_is_no_payment()
    {
        Assert.False(Eip3009.Paid(intent, [Used(), Moved(units: 399)]));
        Assert.False(Eip3009.Paid(intent, [Used(), Moved(to: friend)]));
        Assert.False(Eip3009.Paid(intent, [Used(emitter: friend), Moved()]));
        Assert.False(Eip3009.Paid(intent, [Used(), Moved(emitter: friend)]));
        Assert.False(Eip3009.Paid(intent, [Moved(), Used()]));
        Assert.False(Eip3009.Paid(intent, [Used()]));
        Assert.False(Eip3009.Paid(intent, []));
    }

    [Fact]
    public void Answers_that_are_not_a_words_length_are_refused() => Gen.Byte.Array[0, 70].Sample(bytes =>
    {
        Assert.True(bytes.Length == 32 || !Eip3009.ReadBalance(bytes, out _).IsAccepted);
        Assert.Equal(bytes.Length == 32 && bytes.AsSpan(0, 31).IndexOfAnyExcept((byte)0) < 0 && bytes[31] < 2, Eip3009.ReadState(bytes, out _).IsAccepted);
    });
}
