using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Indexing;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Storage;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;

namespace Counterfoil.Chain.Tests.Chain.Indexing;

/// <summary>An index says the same in SQLite and in PostgreSQL: resumed, after a reorganisation, and to whoever asks page by page.</summary>
public sealed class LogStoreTests
{
    const int Mints = 12, Undone = 5;

    [Fact]
    public Task In_sqlite_an_index_follows_the_chain_back_and_forth() => FollowsAsync(() => Task.FromResult(ChainDatabase.OpenSqlite(":memory:")));

    [Fact]
    public async Task In_postgresql_an_index_follows_the_chain_back_and_forth()
    {
        await using var server = await PostgresServer.StartAsync();
        await FollowsAsync(() => ChainDatabase.OpenPostgresAsync(server.Connection));
    }

    static async Task FollowsAsync(Func<Task<ChainDatabase>> open)
    {
        using var fixture = new ChainFixture();
        var client = new ChainClient(new InProcessTransport("devchain", fixture.Rpc.Handle));
        using var faucet = new ChainAccount(client, fixture.Key);
        var dollar = (await faucet.DeployAsync(ContractArtifact.TestDollar.InitCode())).Address;
        var filter = new LogFilter { FirstBlock = 0, Addresses = [dollar], Events = [TestDollarContract.TransferEvent.Event.Topic] };
        await using var database = await open();
        async Task<LogStore> StoreAsync() => await LogStore.OpenAsync(database, "dollar", fixture.Chain.ChainId, filter);
        async Task CatchUpAsync() => await new LogIndexer(client, await StoreAsync(), filter, new LogIndexerOptions { Bound = 16 }).CatchUpAsync();
        async Task<List<ulong>> AmountsAsync()
        {
            var amounts = new List<ulong>();
            // Three at a time, from behind the last: what a reader who pages sees.
            for (var (block, index) = (0UL, 0UL); (await (await StoreAsync()).ReadAsync(block, index, 3)) is { Count: > 0 } page; (block, index) = (page[^1].BlockNumber, page[^1].LogIndex + 1))
                foreach (var log in page)
                {
                    Assert.True(TestDollarContract.TransferEvent.TryDecode(log.Entry, dollar, out var moved));
                    amounts.Add((ulong)moved.Value);
                }
            return amounts;
        }

        for (ulong i = 1; i <= Mints; i++)
        {
            await faucet.SendAndWaitAsync(new ContractCall { To = dollar, Data = new TestDollarContract.MintCall(Address.FromWord(0xa11ce), i).Encode() });
            if (i % 4 == 0) await CatchUpAsync(); // each time by an indexer that begins anew
        }
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], await AmountsAsync());

        fixture.Ask("anvil_reorg", $"[{Undone},[]]");
        await CatchUpAsync();
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], await AmountsAsync());

        await Assert.ThrowsAsync<InvalidDataException>(() => LogStore.OpenAsync(database, "dollar", 1, filter));
        await Assert.ThrowsAsync<InvalidDataException>(() => LogStore.OpenAsync(database, "dollar", fixture.Chain.ChainId, filter with { FirstBlock = 1 }));
    }
}
