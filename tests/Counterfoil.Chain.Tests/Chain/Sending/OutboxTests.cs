using System.Text.Json.Nodes;
using Counterfoil.Chain.Sending;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Tests.Chain.Sending;

public sealed class OutboxTests
{
    static Address Someone => OutboxWorld.Someone;

    static SignedTransaction Read(JsonNode parameters)
    {
        Assert.True(SignedTransaction.Decode(Convert.FromHexString(parameters[0]!.GetValue<string>()[2..]), out var signed).IsAccepted);
        return signed!;
    }

    [Fact]
    public async Task An_intent_is_done_once_its_block_is_final_and_its_receipt_proven()
    {
        await using var world = new OutboxWorld(depth: 3);
        await world.Outbox.SubmitAsync(OutboxWorld.Pay("rent", Someone, 5));
        Assert.IsType<SubmissionState.Queued>(await world.StateAsync("rent"));
        for (int blocks = 1; blocks <= 3; blocks++)
        {
            Assert.Equal(1, await world.Outbox.StepAsync());
            world.Mine();
        }
        Assert.Equal(0, await world.Outbox.StepAsync());
        var done = Assert.IsType<SubmissionState.Done>(await world.StateAsync("rent"));
        Assert.True(done.Succeeded);
        Assert.Equal(1UL, done.Block.Number);
        // Asked again under the same key, it is the same; another intent under it is a mistake of the caller.
        Assert.Equal(done, (await world.Outbox.SubmitAsync(OutboxWorld.Pay("rent", Someone, 5))).State);
        await Assert.ThrowsAsync<ArgumentException>(() => world.Outbox.SubmitAsync(OutboxWorld.Pay("rent", Someone, 6)));
        Assert.Equal((UInt256)5, await world.Honest.GetBalanceAsync(Someone));
    }

    [Fact]
    public async Task A_call_that_would_revert_ends_without_ever_having_a_nonce()
    {
        await using var world = new OutboxWorld();
        await world.Outbox.SubmitAsync(new SendIntent("bad", null, new byte[] { 0x5f, 0x5f, 0xfd })); // REVERT
        await world.FinishAsync();
        Assert.Null(Assert.IsType<SubmissionState.Abandoned>(await world.StateAsync("bad")).Nonce);
        Assert.Equal(0UL, await world.Honest.GetNonceAsync(world.Fixture.Key.Address));
    }

    [Fact]
    public async Task A_transaction_that_fees_left_behind_is_replaced_under_its_nonce_and_one_of_the_two_is_mined()
    {
        await using var world = new OutboxWorld();
        await world.Outbox.SubmitAsync(OutboxWorld.Pay("rent", Someone, 5));
        await world.Outbox.StepAsync();
        var first = Assert.Single(Assert.IsType<SubmissionState.Underway>(await world.StateAsync("rent")).Attempts);
        for (int block = 0; block < 4; block++)
        {
            world.Fixture.Chain.SetNextBaseFee(100_000_000_000);
            world.Mine();
            await world.Outbox.StepAsync();
        }
        var underway = Assert.IsType<SubmissionState.Underway>(await world.StateAsync("rent"));
        Assert.True(underway.Attempts.Length > 1);
        Assert.Equal(0UL, underway.Nonce);
        Assert.True(underway.Last.Fees.Most >= first.Fees.Most + first.Fees.Most / 8 && underway.Last.Fees.Tip >= first.Fees.Tip + first.Fees.Tip / 8);
        await world.FinishAsync();
        Assert.Contains(Assert.IsType<SubmissionState.Done>(await world.StateAsync("rent")).Transaction, underway.Attempts.Select(a => a.Hash));
        Assert.Equal((UInt256)5, await world.Honest.GetBalanceAsync(Someone));
    }

    [Fact]
    public async Task An_endpoint_that_hides_every_receipt_makes_nobody_pay_twice()
    {
        await using var world = new OutboxWorld();
        world.Lie = (method, _) => method is "eth_getTransactionReceipt" or "eth_getTransactionByHash" ? JsonValue.Create("null") : null;
        await world.Outbox.SubmitAsync(OutboxWorld.Pay("rent", Someone, 5));
        await world.FinishAsync();
        Assert.Equal(0UL, Assert.IsType<SubmissionState.Done>(await world.StateAsync("rent")).Nonce);
        Assert.Equal((UInt256)5, await world.Honest.GetBalanceAsync(Someone));
    }

    [Fact]
    public async Task An_endpoint_that_says_the_nonce_is_used_is_not_believed_without_proof()
    {
        await using var world = new OutboxWorld();
        world.Lie = (method, _) => method switch
        {
            "eth_getProof" => OutboxWorld.Refusal("no proofs here"),
            "eth_getTransactionCount" => "0x7",
            "eth_sendRawTransaction" => OutboxWorld.Refusal("nonce too low"),
            _ => null,
        };
        await world.Outbox.SubmitAsync(OutboxWorld.Pay("rent", Someone, 5));
        for (int i = 0; i < 3; i++) // fewer refusals than make it fill the nonce
        {
            await world.Outbox.StepAsync();
            world.Mine();
        }
        // Whatever nonce the liar made it begin with, it never got a second one.
        ulong nonce = Assert.IsType<SubmissionState.Underway>(await world.StateAsync("rent")).Nonce;
        Assert.Equal(7UL, nonce);
        world.Lie = (_, _) => null;
        await world.FinishAsync();
        Assert.Equal(nonce, Assert.IsType<SubmissionState.Done>(await world.StateAsync("rent")).Nonce);
        // The nonces below it were nobody's, and were filled.
        Assert.Equal(nonce + 1, await world.Honest.GetNonceAsync(world.Fixture.Key.Address));
        Assert.Equal((UInt256)5, await world.Honest.GetBalanceAsync(Someone));
    }

    [Fact]
    public async Task A_nonce_that_a_stranger_used_for_good_is_given_up_and_the_intent_gets_another()
    {
        await using var world = new OutboxWorld();
        bool swallows = true;
        world.Lie = (method, parameters) => swallows && method == "eth_sendRawTransaction" ? $"0x{Read(parameters).Hash}" : null;
        await world.Outbox.SubmitAsync(OutboxWorld.Pay("rent", Someone, 5));
        await world.Outbox.StepAsync();
        // Someone else with the same key.
        await world.Honest.SendRawTransactionAsync(world.Fixture.Signed(0, OutboxWorld.Other, 1).Encode());
        world.Mine();
        await world.Outbox.StepAsync();
        Assert.IsType<SubmissionState.Underway>(await world.StateAsync("rent")); // a reorganisation could still take it back
        swallows = false;
        await world.FinishAsync();
        Assert.Equal(1UL, Assert.IsType<SubmissionState.Done>(await world.StateAsync("rent")).Nonce);
        Assert.Equal((UInt256)5, await world.Honest.GetBalanceAsync(Someone));
    }

    [Fact]
    public async Task A_nonce_whose_transaction_no_endpoint_takes_is_filled_so_that_those_behind_it_are_mined()
    {
        await using var world = new OutboxWorld();
        world.Lie = (method, parameters) => method == "eth_sendRawTransaction" && Read(parameters).Transaction.To == OutboxWorld.Other ? OutboxWorld.Refusal("not in this house") : null;
        await world.Outbox.SubmitAsync(OutboxWorld.Pay("refused", OutboxWorld.Other, 7));
        await world.Outbox.SubmitAsync(OutboxWorld.Pay("rent", Someone, 5));
        await world.FinishAsync();
        var refused = Assert.IsType<SubmissionState.Abandoned>(await world.StateAsync("refused"));
        Assert.Equal(0UL, refused.Nonce);
        Assert.Equal(1UL, Assert.IsType<SubmissionState.Done>(await world.StateAsync("rent")).Nonce);
        Assert.Equal((UInt256)0, await world.Honest.GetBalanceAsync(OutboxWorld.Other));
        Assert.Equal((UInt256)5, await world.Honest.GetBalanceAsync(Someone));
    }

    [Fact]
    public async Task A_reorganisation_that_takes_back_what_was_final_stops_the_outbox()
    {
        await using var world = new OutboxWorld(depth: 2);
        world.Mine();
        int before = world.Fixture.Chain.TakeSnapshot();
        await world.Outbox.SubmitAsync(OutboxWorld.Pay("rent", Someone, 5));
        await world.FinishAsync();
        world.Fixture.Chain.RevertTo(before);
        world.Mine(8);
        await world.Outbox.SubmitAsync(OutboxWorld.Pay("more", Someone, 5));
        var loud = await Assert.ThrowsAsync<ChainException>(() => world.Outbox.StepAsync());
        Assert.Equal(ChainFailure.Reorganised, loud.Kind);
    }

    [Fact]
    public async Task An_endpoint_of_another_chain_gets_nothing_signed()
    {
        await using var world = new OutboxWorld();
        world.Lie = (method, _) => method == "eth_chainId" ? "0x1" : null;
        await world.Outbox.SubmitAsync(OutboxWorld.Pay("rent", Someone, 5));
        Assert.Equal(ChainFailure.WrongAnswer, (await Assert.ThrowsAsync<ChainException>(() => world.Outbox.StepAsync())).Kind);
        Assert.IsType<SubmissionState.Queued>(await world.StateAsync("rent"));
    }

    [Fact]
    public void Fees_stay_below_the_cap_whatever_an_endpoint_says()
    {
        var rules = new FeeRules();
        var most = UInt256.Zero - 1;
        foreach (var history in (FeeHistory[])[new(most, [most, most]), new(0, []), new(most, []), new(1, [0, 0]), new(rules.Cap, [most])])
        {
            var fees = Fees.Estimate(history, rules);
            Assert.True(fees.Most <= rules.Cap && fees.Tip <= fees.Most, $"{history}: {fees}");
        }
        Assert.Equal(new Fees(23, 3), Fees.Estimate(new FeeHistory(10, [0, 1, 3, 9]), rules with { LeastTip = 1 }));
        Assert.Null(new Fees(rules.Cap - 1, 1).Replace(default, rules));
        var raised = new Fees(1_000, 8).Replace(new Fees(1_050, 100), rules)!.Value;
        Assert.True(raised.Most >= 1_125 && raised.Tip == 100);
    }
}
