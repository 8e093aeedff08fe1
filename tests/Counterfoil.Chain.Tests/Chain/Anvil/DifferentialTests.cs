using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.DevChain;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Chain.Anvil;

/// <summary>The same random transactions on our chain and on Foundry's: equal receipts, gas, logs, code, storage and balances.</summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    static readonly int Count = Surroundings.IsCampaign ? 4_000 : 400;
    const int Round = 200; // so many are sent before their receipts are compared

    [Theory, InlineData(Fork.Cancun), InlineData(Fork.Prague), InlineData(Fork.Osaka)]
    public async Task Random_transactions_do_the_same_on_both_chains(Fork fork)
    {
        string seed = Environment.GetEnvironmentVariable("DIFFERENTIAL_SEED") ?? Random.Shared.Next().ToString();
        output.WriteLine($"DIFFERENTIAL_SEED={seed} replays this run");
        await using var anvil = await AnvilNode.StartAsync(fork);
        using var fixture = new ChainFixture(fork: fork);
        var ours = new ChainClient(new InProcessTransport("devchain", fixture.Rpc.Handle));
        await anvil.FundAsync(fixture.Key.Address, ChainFixture.Ether * 1_000);

        var programs = new RandomPrograms(int.Parse(seed), fixture.Key.Address, fork);
        foreach (var address in programs.Delegating)
        {
            fixture.Chain.SetBalance(address, 1);
            await anvil.FundAsync(address, 1);
        }
        int succeeded = 0, logs = 0;
        var sent = new List<SignedTransaction>();
        for (ulong nonce = 0; nonce < (ulong)Count; nonce++)
        {
            var signed = programs.Next(nonce, fixture.Chain.ChainId).Sign(fixture.Key);
            await ours.SendRawTransactionAsync(signed.Encode());
            await anvil.Client.SendRawTransactionAsync(signed.Encode());
            sent.Add(signed);
            if (sent.Count < Round && nonce + 1 < (ulong)Count) continue;
            foreach (var each in sent)
            {
                var mine = await CompareAsync(each, $"seed {seed}, transaction {each.Transaction.Nonce}: {Convert.ToHexString(each.Transaction.Data.Span)}");
                succeeded += mine.Succeeded ? 1 : 0;
                logs += mine.Logs.Count;
            }
            sent.Clear();
        }
        output.WriteLine($"{Count} transactions, {succeeded} succeeded, {logs} logs");
        // Programs that only ever failed, or only ever succeeded, would compare little.
        Assert.InRange(succeeded, Count / 4, Count - 1);
        Assert.NotEqual(0, logs);

        foreach (var address in programs.Deployed)
        {
            Assert.Equal(await anvil.Client.GetCodeAsync(address), await ours.GetCodeAsync(address));
            Assert.Equal(await anvil.Client.GetBalanceAsync(address), await ours.GetBalanceAsync(address));
            for (ulong slot = 0; slot < RandomPrograms.Slots; slot += 3)
                Assert.Equal(await anvil.Client.GetStorageAsync(address, slot), await ours.GetStorageAsync(address, slot));
        }

        async Task<ChainReceipt> CompareAsync(SignedTransaction signed, string what)
        {
            var mine = await ours.WaitForReceiptAsync(signed.Hash);
            var theirs = await anvil.Client.WaitForReceiptAsync(signed.Hash);
            Assert.True(theirs.Succeeded == mine.Succeeded, $"success {mine.Succeeded}, anvil {theirs.Succeeded}; {what}");
            Assert.True(theirs.GasUsed == mine.GasUsed, $"gas {mine.GasUsed}, anvil {theirs.GasUsed}; {what}");
            Assert.Equal(theirs.Receipt.Type, mine.Receipt.Type);
            Assert.True(theirs.Logs.Count == mine.Logs.Count, $"{mine.Logs.Count} logs, anvil {theirs.Logs.Count}; {what}");
            foreach (var (one, other) in mine.Logs.Zip(theirs.Logs))
            {
                Assert.Equal(other.Address, one.Address);
                Assert.Equal(other.Topics, one.Topics);
                Assert.Equal(Convert.ToHexString(other.Data.Span), Convert.ToHexString(one.Data.Span));
            }
            if (mine.Succeeded && mine.Created is not null) Assert.Equal(theirs.Created, mine.Created);
            return mine;
        }
    }
}
