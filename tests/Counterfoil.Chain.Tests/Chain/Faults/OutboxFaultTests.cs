using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Following;
using Counterfoil.Chain.Indexing;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Sending;
using Counterfoil.Chain.Storage;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;

namespace Counterfoil.Chain.Tests.Chain.Faults;

/// <summary>An account with two writers and an index, on a chain that is reorganised, by endpoints that lie and die, in processes that lose power. Everything from one seed.</summary>
public sealed class OutboxFaultTests
{
    [Fact]
    public Task Whatever_happens_each_intent_is_carried_out_once_no_money_is_lost_and_the_index_converges() => FaultRuns.RunAsync(200, 4_000, async seed =>
    {
        var scenario = new Scenario(seed);
        await scenario.RunAsync();
        return scenario.Faults;
    }, "reorganisations", "dropped", "power cuts", "dead", "dead after the deed", "late", "cut off", "old head", "says it took a transaction and did not");

    sealed class Scenario(int seed)
    {
        const int Intents = 5;
        const ulong Minted = 1_000_000;

        readonly Random random = new(seed);
        readonly List<HostileEndpoint> endpoints = [];
        int powerCuts;
        ShakyChain chain = null!;
        ChainClient honest = null!;
        Address dollar;

        public IEnumerable<KeyValuePair<string, int>> Faults => endpoints.SelectMany(e => e.Faults)
            .Append(new("reorganisations", chain.Reorganisations)).Append(new("dropped", chain.Dropped)).Append(new("power cuts", powerCuts));

        static Address Payee(int intent) => Address.FromWord((ulong)(0x1000 + intent));

        public async Task RunAsync()
        {
            using var key = ChainFixture.KeyOf("payer");
            using var faucet = ChainFixture.KeyOf("faucet");
            chain = new ShakyChain(random, key.Address, faucet.Address);
            honest = new ChainClient(new InProcessTransport("honest", chain.Rpc.Handle));
            using (var mints = new ChainAccount(honest, faucet))
            {
                dollar = (await mints.DeployAsync(ContractArtifact.TestDollar.InitCode())).Address;
                await mints.SendAndWaitAsync(new ContractCall { To = dollar, Data = new TestDollarContract.MintCall(key.Address, Minted).Encode() });
            }
            chain.Begin();
            await using var database = ChainDatabase.OpenSqlite(":memory:");
            var filter = new LogFilter { FirstBlock = 0, Addresses = [dollar], Events = [TestDollarContract.TransferEvent.Event.Topic] };
            var writers = new Outbox?[2];
            LogIndexer? indexer = null;
            double malice = random.NextDouble() * 0.25;
            int asked = 0;
            for (int tick = 0; tick < 60; tick++)
            {
                int who = random.Next(3);
                try
                {
                    if (who == 2) await (indexer ??= await IndexAsync(database, filter, Endpoint(malice))).StepAsync();
                    else
                    {
                        var writer = writers[who] ??= Open(database, key, Endpoint(malice));
                        // Asked twice at times, as by someone who did not hear the answer.
                        if (asked < Intents || random.Next(10) == 0) await writer.SubmitAsync(Pay(random.Next(4) == 0 ? random.Next(Intents) : Math.Min(asked++, Intents - 1)));
                        await writer.StepAsync();
                    }
                }
                catch (ChainException passing) when (passing.Kind != ChainFailure.Reorganised) { }
                catch (PowerLossException)
                {
                    powerCuts++;
                    if (who == 2) indexer = null;
                    else Interlocked.Exchange(ref writers[who], null)!.Dispose();
                }
                if (random.Next(3) > 0) chain.Tick();
            }
            await ConvergeAsync(database, key, filter);
            foreach (var writer in writers) writer?.Dispose();
        }

        // The storm is over: endpoints are honest, blocks come. A process that starts now finds everything in the journal.
        async Task ConvergeAsync(ChainDatabase database, Secp256k1PrivateKey key, LogFilter filter)
        {
            using var writer = Open(database, key, new InProcessTransport("honest", chain.Rpc.Handle));
            for (int i = 0; i < Intents; i++) await writer.SubmitAsync(Pay(i));
            for (int blocks = 0; await writer.StepAsync() > 0; blocks++)
            {
                Assert.True(blocks < 200, "a submission does not end");
                chain.Mine();
            }
            var journal = new OutboxJournal(database, chain.Chain.ChainId, key.Address);
            for (int i = 0; i < Intents; i++)
            {
                var done = Assert.IsType<SubmissionState.Done>((await journal.FindAsync($"pay {i}"))!.State);
                Assert.True(done.Succeeded);
                Assert.Equal(done.Block.Number, (await honest.GetReceiptAsync(done.Transaction))!.BlockNumber);
                Assert.Equal((UInt256)(ulong)(100 + i), await BalanceAsync(Payee(i)));
            }
            ulong paid = (ulong)Enumerable.Range(100, Intents).Sum();
            Assert.Equal((UInt256)(Minted - paid), await BalanceAsync(key.Address));
            // No nonce was wasted on anything else, and none is left open.
            Assert.Equal(await honest.GetNonceAsync(key.Address, chain.Chain.Head.Number), await honest.GetNonceAsync(key.Address));
            await AssertIndexAsync(database, filter);
        }

        async Task AssertIndexAsync(ChainDatabase database, LogFilter filter)
        {
            var transport = new InProcessTransport("honest", chain.Rpc.Handle);
            await (await IndexAsync(database, filter, transport)).CatchUpAsync();
            await using var fresh = ChainDatabase.OpenSqlite(":memory:");
            await (await IndexAsync(fresh, filter, transport)).CatchUpAsync();
            var expected = await Rows(fresh);
            Assert.Equal(expected, await Rows(database));
            Assert.Equal(Intents + 1, expected.Count);

            async Task<List<string>> Rows(ChainDatabase from) => [.. (await (await LogStore.OpenAsync(from, "dollar", chain.Chain.ChainId, filter)).ReadAsync(0, 0, 1_000))
                .Select(log => $"{log.BlockNumber} {log.BlockHash} {log.LogIndex} {log.TransactionHash} {log.Entry.Address} {string.Join(' ', log.Entry.Topics)} {Convert.ToHexString(log.Entry.Data.Span)}")];
        }

        async Task<UInt256> BalanceAsync(Address account) => UInt256.ReadBigEndian(await honest.CallAsync(new ContractCall { To = dollar, Data = new TestDollarContract.BalanceOfCall(account).Encode() }));

        SendIntent Pay(int i) => new($"pay {i}", dollar, new TestDollarContract.TransferCall(Payee(i), (ulong)(100 + i)).Encode(), GasLimit: 100_000);

        HostileEndpoint Endpoint(double malice)
        {
            var endpoint = new HostileEndpoint(chain.Rpc.Handle, random) { Malice = malice, PowerCuts = 0.01, KeepsLogsBack = seed % 2 == 1 };
            endpoints.Add(endpoint);
            return endpoint;
        }

        async Task<LogIndexer> IndexAsync(ChainDatabase database, LogFilter filter, IJsonRpcTransport transport) =>
            new(new ChainClient(transport), await LogStore.OpenAsync(database, "dollar", chain.Chain.ChainId, filter), filter, new LogIndexerOptions { Bound = 16, CatchesUpByRange = seed % 2 == 0 });

        Outbox Open(ChainDatabase database, Secp256k1PrivateKey key, IJsonRpcTransport transport) =>
            new(new ChainClient(transport), key, new OutboxJournal(database, chain.Chain.ChainId, key.Address), new OutboxOptions
            {
                ChainId = chain.Chain.ChainId, Bound = 16, Finality = new Finality { Depth = ShakyChain.DeepestReorganisation + 1 }, Interval = TimeSpan.Zero,
            }, chain.Clock);
    }
}
