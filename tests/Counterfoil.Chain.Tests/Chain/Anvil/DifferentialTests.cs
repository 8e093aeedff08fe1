using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain.Tests.Chain.Anvil;

/// <summary>The same random transactions on our chain and on Foundry's: equal receipts, gas, logs, code, storage and balances.</summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    const int Count = 400;

    [Fact]
    public async Task Random_transactions_do_the_same_on_both_chains()
    {
        string seed = Environment.GetEnvironmentVariable("DIFFERENTIAL_SEED") ?? Random.Shared.Next().ToString();
        output.WriteLine($"DIFFERENTIAL_SEED={seed} replays this run");
        await using var anvil = await AnvilNode.StartAsync();
        using var fixture = new ChainFixture();
        var ours = new ChainClient(new InProcessTransport("devchain", fixture.Rpc.Handle));
        await anvil.FundAsync(fixture.Key.Address, ChainFixture.Ether * 1_000);

        var programs = new RandomPrograms(int.Parse(seed), fixture.Key.Address);
        var sent = new List<Transaction>();
        for (ulong nonce = 0; nonce < Count; nonce++)
        {
            var transaction = programs.Next(nonce, fixture.Chain.ChainId);
            byte[] raw = transaction.Sign(fixture.Key).Encode();
            await ours.SendRawTransactionAsync(raw);
            await anvil.Client.SendRawTransactionAsync(raw);
            sent.Add(transaction);
        }

        int succeeded = 0, logs = 0;
        foreach (var transaction in sent)
        {
            var hash = transaction.Sign(fixture.Key).Hash;
            var mine = await ours.WaitForReceiptAsync(hash);
            var theirs = await anvil.Client.WaitForReceiptAsync(hash);
            string what = $"seed {seed}, transaction {transaction.Nonce}: {Convert.ToHexString(transaction.Data.Span)}";
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
            succeeded += mine.Succeeded ? 1 : 0;
            logs += mine.Logs.Count;
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
    }
}
