using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;

namespace Counterfoil.Chain.Tests.Chain;

public sealed class ChainClientTests : IDisposable
{
    static readonly Address Someone = Address.Parse("0x00000000000000000000000000000000000a11ce");

    readonly DevChainWorld world = new();
    ChainClient Client => world.Client;

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task Money_is_sent_and_the_receipt_waited_for()
    {
        var receipt = await world.Rich.SendAndWaitAsync(new ContractCall { To = Someone, Value = 5 });
        Assert.True(receipt.Succeeded);
        Assert.Equal((UInt256)5, await Client.GetBalanceAsync(Someone));
        Assert.Equal(1UL, await Client.GetBlockNumberAsync());
        Assert.Equal(receipt.BlockHash, (await Client.GetBlockAsync(1))!.Hash);
        Assert.Null(await Client.GetBlockAsync(2));
        Assert.Equal(31_337UL, await Client.GetChainIdAsync());
    }

    [Fact]
    public async Task Many_transactions_under_way_at_once_each_get_a_nonce()
    {
        var hashes = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => world.Rich.SendAsync(new ContractCall { To = Someone, Value = 1 }))));
        Assert.Equal(40, hashes.Distinct().Count());
        foreach (var hash in hashes) await Client.WaitForReceiptAsync(hash);
        Assert.Equal((UInt256)40, await Client.GetBalanceAsync(Someone));
    }

    [Fact]
    public async Task After_a_refusal_the_next_transaction_has_the_right_nonce()
    {
        await world.Rich.SendAndWaitAsync(new ContractCall { To = Someone, Value = 1 });
        var refused = await Assert.ThrowsAsync<ChainException>(() => world.Rich.SendAsync(new ContractCall { To = Someone, Value = ChainFixture.Ether * 10_000 }, gasLimit: 21_000));
        Assert.Equal(ChainFailure.Refused, refused.Kind);
        await world.Rich.SendAndWaitAsync(new ContractCall { To = Someone, Value = 1 });
        Assert.Equal((UInt256)2, await Client.GetBalanceAsync(Someone));
    }

    [Fact]
    public async Task Confirmations_are_blocks_on_top_counting_its_own()
    {
        var hash = await world.Rich.SendAsync(new ContractCall { To = Someone, Value = 1 });
        await Assert.ThrowsAsync<ChainException>(() => Client.WaitForReceiptAsync(hash, confirmations: 3, timeout: TimeSpan.FromMilliseconds(50)));
        world.Fixture.Chain.Mine();
        world.Fixture.Chain.Mine();
        Assert.Equal(1UL, (await Client.WaitForReceiptAsync(hash, confirmations: 3)).BlockNumber);
    }

    [Fact]
    public async Task The_products_contracts_are_deployed_and_found_again_by_their_address_book()
    {
        var deployment = await world.DeployAsync();
        string json = deployment.Addresses.ToJson();
        Assert.True(AddressBook.Decode(System.Text.Encoding.UTF8.GetBytes(json), out var book).IsAccepted);
        Assert.Equal(deployment.Addresses, book);
        await Deployment.OpenAsync(Client, book!);
        await Assert.ThrowsAsync<ChainException>(() => Deployment.OpenAsync(Client, book! with { ChainId = 1 }));
        await Assert.ThrowsAsync<ChainException>(() => Deployment.OpenAsync(Client, book!.With(book.Find("Anchor")! with { Address = Someone })));
    }

    [Fact]
    public async Task A_contract_is_called_asked_and_its_events_are_read()
    {
        var dollar = (await world.DeployAsync()).TestDollar;
        await world.Rich.SendAndWaitAsync(dollar.Call("mint", world.Rich.Address, 1_000_000UL));
        await world.Rich.SendAndWaitAsync(dollar.Call("transfer", Someone, 400UL));
        Assert.Equal((UInt256)400, (await dollar.AskAsync("balanceOf", [Someone]))[0].AsNumber);
        var events = await dollar.EventsAsync("Transfer");
        Assert.Equal(2, events.Count);
        Assert.Equal(Someone, events[1].Arguments[1].AsAddress);
        Assert.Equal((UInt256)400, events[1].Arguments[2].AsNumber);
    }

    [Fact]
    public async Task Typed_functions_and_events_speak_to_the_same_contract()
    {
        var dollar = (await world.DeployAsync()).TestDollar;
        await world.Rich.SendAndWaitAsync(dollar.Call(new TestDollarContract.MintCall(Someone, 7)));
        Assert.Equal((UInt256)7, await dollar.AskAsync(new TestDollarContract.BalanceOfCall(Someone)));
        Assert.Equal(Someone, Assert.Single(await dollar.EventsAsync<TestDollarContract.TransferEvent>()).Event.To);
    }

    [Fact]
    public async Task A_call_in_the_next_block_sees_the_time_of_now_and_one_on_the_latest_that_of_its_block()
    {
        var clock = world.Fixture.Deploy([0x42, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]); // RETURN(TIMESTAMP)
        world.Fixture.Clock.Advance(TimeSpan.FromHours(1));
        var call = new ContractCall { To = clock };
        ulong start = (ulong)ChainFixture.Start.ToUnixTimeSeconds();
        Assert.Equal((UInt256)start, UInt256.ReadBigEndian(await Client.CallAsync(call)));
        Assert.Equal((UInt256)(start + 3_600), UInt256.ReadBigEndian(await Client.CallNextAsync(call)));
    }

    [Fact]
    public async Task A_revert_is_told_in_the_contracts_own_words_before_anything_is_sent()
    {
        var dollar = (await world.DeployAsync()).TestDollar;
        ulong nonce = await Client.GetNonceAsync(world.Rich.Address);
        var reverted = await Assert.ThrowsAsync<ChainException>(() => world.Rich.SendAsync(dollar.Call("transfer", Someone, 5UL)));
        Assert.Equal(ChainFailure.Reverted, reverted.Kind);
        Assert.Equal("eth_estimateGas", reverted.Method);
        Assert.Equal($"InsufficientBalance({world.Rich.Address}, 0, 5)", dollar.Artifact.DescribeRevert(reverted.RevertData.Span));
        Assert.Equal(nonce, await Client.GetNonceAsync(world.Rich.Address));
    }

    [Fact]
    public async Task Proof_of_an_anchors_event_is_verified_offline_under_the_blocks_hash_and_under_no_other()
    {
        var anchor = (await world.DeployAsync()).Anchor;
        // Five transactions in one block, so that the tries have branches.
        world.Fixture.Chain.Automine = false;
        var hashes = new List<Keccak256Digest>();
        for (ulong i = 0; i < 5; i++)
            hashes.Add(await world.Rich.SendAsync(anchor.Call("anchor", Keccak256.Hash([(byte)i]), 10 + i, Keccak256.Hash([9])), gasLimit: 100_000));
        var block = world.Fixture.Chain.Mine();
        var evidence = await Client.GetReceiptProofAsync(hashes[3]);
        Assert.Equal(block.Hash, evidence.BlockHash);

        Assert.True(evidence.Receipt.Verify(block.Hash, out var receipt).IsAccepted);
        Assert.True(evidence.Transaction.Verify(block.Hash, out var transaction).IsAccepted);
        Assert.Equal(hashes[3], transaction!.Hash);
        Assert.Equal(3UL, receipt!.TransactionIndex);
        var log = Assert.Single(receipt.Receipt.Logs);
        Assert.Equal(anchor.Address, log.Address);
        Assert.True(anchor.Artifact.Event("Anchored").Decode(log, out var arguments).IsAccepted);
        Assert.Equal((UInt256)13, arguments[2].AsNumber);

        Assert.False(evidence.Receipt.Verify(world.Fixture.Chain.BlockAt(1)!.Hash, out _).IsAccepted);
        Assert.False((evidence.Receipt with { TransactionIndex = 2 }).Verify(block.Hash, out _).IsAccepted);
    }
}
