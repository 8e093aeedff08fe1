using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain;
using Counterfoil.DevChain.Precompiles;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Tests.DevChain;

/// <summary>What Prague and Osaka brought, where a differential run does not say it: prices of EIP-7702 and EIP-7623, and what a fork refuses.</summary>
public sealed class DelegationTests : IDisposable
{
    readonly ChainFixture fixture = new();
    readonly Secp256k1PrivateKey authority = ChainFixture.KeyOf("authority");

    static readonly Address Somebody = Address.FromWord(0xbeef);

    public void Dispose()
    {
        fixture.Dispose();
        authority.Dispose();
    }

    SignedTransaction SetCode(Address to, params SignedAuthorization[] authorizations) => new Transaction
    {
        Type = TransactionType.SetCode, ChainId = fixture.Chain.ChainId, Nonce = fixture.Chain.PendingNonce(fixture.Key.Address), MaxPriorityFeePerGas = 1, MaxFeePerGas = 3_000_000_000,
        GasLimit = 500_000, To = to, Authorizations = authorizations,
    }.Sign(fixture.Key);

    SignedAuthorization Authorize(Address delegated, ulong nonce) => new Authorization(fixture.Chain.ChainId, delegated, nonce).Sign(authority);

    MinedTransaction Send(SignedTransaction signed)
    {
        var verdict = fixture.Chain.Submit(signed.Encode(), out var hash);
        Assert.True(verdict.IsAccepted, verdict.ToString());
        return fixture.Chain.Find(hash)!.Value.Transaction;
    }

    [Fact]
    public void An_authorization_costs_25000_gas_of_which_half_comes_back_only_where_the_account_was_there()
    {
        Assert.Equal(46_000ul, Send(SetCode(Somebody, Authorize(Somebody, 0))).GasUsed);
        // 12,500 would come back, but no more than a fifth of what was used.
        Assert.Equal(46_000ul - 9_200, Send(SetCode(Somebody, Authorize(Somebody, 1))).GasUsed);
    }

    [Fact]
    public void A_delegation_outlives_the_failure_of_its_transaction_and_ends_with_the_zero_address()
    {
        var failing = fixture.Deploy([0xfe]);
        Assert.False(Send(SetCode(failing, Authorize(failing, 0))).Receipt.Succeeded);
        Assert.Equal(Delegation.To(failing), fixture.Chain.State.CodeOf(authority.Address).Bytes.ToArray());
        Assert.Equal(1ul, fixture.Chain.State.Nonce(authority.Address));
        Send(SetCode(Somebody, Authorize(default, 1)));
        Assert.Equal(0, fixture.Chain.State.CodeOf(authority.Address).Length);
    }

    [Fact]
    public void Code_runs_for_the_delegating_account_but_a_delegates_own_delegation_is_not_followed()
    {
        var writer = fixture.Deploy([0x60, 0x07, 0x5f, 0x55, 0x00]); // SSTORE(0, 7)
        Assert.True(Send(SetCode(authority.Address, Authorize(writer, 0))).Receipt.Succeeded);
        Assert.Equal((UInt256)7, fixture.Chain.State.Storage(authority.Address, 0));
        Assert.Equal(default, fixture.Chain.State.Storage(writer, 0));

        using var second = ChainFixture.KeyOf("second authority");
        var chained = new Authorization(fixture.Chain.ChainId, authority.Address, 0).Sign(second);
        var mined = Send(SetCode(second.Address, chained)); // runs ef0100…, which is no instruction
        Assert.Equal(Counterfoil.DevChain.Execution.Fault.InvalidOpcode, mined.Fault);
        Assert.True(Send(SetCode(second.Address, new Authorization(fixture.Chain.ChainId, Address.FromWord(1), 1).Sign(second))).Receipt.Succeeded); // a precompile's code is none
    }

    [Fact]
    public void A_delegating_account_still_sends_transactions_of_its_own()
    {
        fixture.Chain.SetBalance(authority.Address, ChainFixture.Ether);
        Send(SetCode(Somebody, Authorize(Somebody, 0)));
        var own = new Transaction { ChainId = fixture.Chain.ChainId, Nonce = 1, MaxPriorityFeePerGas = 1, MaxFeePerGas = 3_000_000_000, GasLimit = 21_000, To = Somebody }.Sign(authority);
        Assert.True(fixture.Chain.Submit(own.Encode(), out _).IsAccepted);
    }

    [Fact]
    public void Data_costs_its_floor_whatever_runs_and_the_limit_must_cover_it()
    {
        var data = new byte[1_000]; // 1,000 tokens: 4 gas each to begin with, 10 at least
        Assert.Equal(31_000ul, fixture.Send(Somebody, data: data).GasUsed);
        var verdict = fixture.Chain.Submit(fixture.Signed(1, Somebody, data: data, gas: 30_999).Encode(), out _);
        Assert.Equal(DevChainChecks.IntrinsicGas, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);
        using var cancun = new ChainFixture(fork: Fork.Cancun);
        Assert.Equal(25_000ul, cancun.Send(Somebody, data: data).GasUsed);
    }

    [Theory, InlineData(Fork.Cancun, false), InlineData(Fork.Prague, true), InlineData(Fork.Osaka, true)]
    public void A_transaction_that_sets_code_is_taken_from_Prague_on(Fork fork, bool taken)
    {
        using var chain = new ChainFixture(fork: fork);
        var verdict = chain.Chain.Submit(SetCode(Somebody, Authorize(Somebody, 0)).Encode(), out _);
        if (taken) Assert.True(verdict.IsAccepted);
        else Assert.Equal(DevChainChecks.Authorizations, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);
    }

    [Theory, InlineData(Fork.Prague, 16_777_217, true), InlineData(Fork.Osaka, 16_777_217, false), InlineData(Fork.Osaka, 16_777_216, true)]
    public void A_transaction_has_at_most_two_to_the_24_gas_from_Osaka_on(Fork fork, ulong gas, bool taken)
    {
        using var chain = new ChainFixture(fork: fork);
        Assert.Equal(taken, chain.Chain.Submit(chain.Signed(0, Somebody, gas: gas).Encode(), out _).IsAccepted);
    }

    [Theory, InlineData(Fork.Cancun, false), InlineData(Fork.Prague, false), InlineData(Fork.Osaka, true)]
    public void Leading_zeros_are_counted_from_Osaka_on(Fork fork, bool counted)
    {
        using var chain = new ChainFixture(fork: fork);
        var asks = chain.Deploy([0x60, 0x01, 0x1e, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]);
        Assert.True(chain.Chain.Call(new CallRequest { To = asks }, null, out var result).IsAccepted);
        if (counted) Assert.Equal((UInt256)255, UInt256.ReadBigEndian(result!.Output.Span));
        else Assert.Equal(Counterfoil.DevChain.Execution.Fault.InvalidOpcode, result!.Fault);
    }

    [Theory, InlineData(Fork.Cancun), InlineData(Fork.Prague), InlineData(Fork.Osaka)]
    public void The_curve_of_Prague_is_absent_loudly_and_before_it_nobody_is_there(Fork fork)
    {
        using var chain = new ChainFixture(fork: fork);
        for (ulong address = 11; address <= 17; address++)
        {
            var call = new CallRequest { To = Address.FromWord(address), Data = new byte[128] };
            if (fork == Fork.Cancun) Assert.True(chain.Chain.Call(call, null, out var result).IsAccepted && result!.Output.IsEmpty);
            else Assert.Equal((int)address, Assert.Throws<AbsentPrecompileException>(() => chain.Chain.Call(call, null, out _)).Address);
        }
    }

    [Fact]
    public void A_header_commits_to_no_requests_from_Prague_on()
    {
        using var cancun = new ChainFixture(fork: Fork.Cancun);
        Assert.Null(cancun.Chain.Mine().Header.RequestsHash);
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", fixture.Chain.Mine().Header.RequestsHash!.Value.ToString());
    }
}
