using Counterfoil.Chain.Following;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Sending;
using Counterfoil.Chain.Storage;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Tests.Chain.Sending;

/// <summary>Several writers of one account, each with a connection of its own, as several processes have.</summary>
public sealed class SharedJournalTests : IDisposable
{
    const int Writers = 4, Each = 6;

    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-outbox-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public Task Writers_that_share_a_SQLite_file_never_share_a_nonce() =>
        ShareAsync(() => Task.FromResult(ChainDatabase.OpenSqlite(Path.Combine(folder, "chain.db"))));

    [Fact]
    public async Task Writers_that_share_a_PostgreSQL_database_never_share_a_nonce()
    {
        await using var server = await PostgresServer.StartAsync();
        await ShareAsync(() => ChainDatabase.OpenPostgresAsync(server.Connection));
    }

    static async Task ShareAsync(Func<Task<ChainDatabase>> open)
    {
        using var fixture = new ChainFixture();
        var address = Address.FromWord(0xa11ce);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            await using var database = await open();
            using var outbox = new Outbox(new ChainClient(new InProcessTransport("devchain", fixture.Rpc.Handle)), fixture.Key,
                new OutboxJournal(database, fixture.Chain.ChainId, fixture.Key.Address),
                new OutboxOptions { ChainId = fixture.Chain.ChainId, Finality = new Finality { Depth = 1 }, Interval = TimeSpan.FromMilliseconds(5) });
            // Every third intent is one that all of them ask for.
            var intents = Enumerable.Range(0, Each).Select(i => new SendIntent(i % 3 == 0 ? $"all {i}" : $"{writer} {i}", address, default, 1, 21_000)).ToList();
            foreach (var intent in intents) await outbox.SubmitAsync(intent);
            foreach (var intent in intents) Assert.IsType<SubmissionState.Done>(await outbox.WaitAsync(intent.Key));
        })));
        await using var read = await open();
        var span = await new OutboxJournal(read, fixture.Chain.ChainId, fixture.Key.Address).ReadFromAsync(0);
        int intents = 2 + Writers * (Each - 2);
        Assert.Equal(Enumerable.Range(0, intents).Select(nonce => (ulong?)(ulong)nonce), span.Records.Select(record => record.State.OwnNonce));
        Assert.Equal((ulong)intents, span.Next);
        Assert.Equal((UInt256)(ulong)intents, fixture.Chain.State.Balance(address));
    }
}
