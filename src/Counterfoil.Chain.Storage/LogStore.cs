using System.Data.Common;
using Counterfoil.Chain.Following;
using Counterfoil.Chain.Indexing;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.Chain.Storage;

/// <summary>The rows of one index, in a <see cref="ChainDatabase"/>: the table <c>index_log</c>, which anyone may read with SQL.</summary>
public sealed class LogStore : ILogStore
{
    readonly ChainDatabase database;
    readonly string name;

    LogStore(ChainDatabase database, string name) => (this.database, this.name) = (database, name);

    /// <summary>Opens the index of a name, or makes it.</summary>
    /// <exception cref="InvalidDataException">It is of another chain, or holds other events.</exception>
    public static async Task<LogStore> OpenAsync(ChainDatabase database, string name, ulong chainId, LogFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(filter);
        string holds = $"from {filter.FirstBlock} of {string.Join(' ', filter.Addresses.Select(a => a.ToHex()).Order(StringComparer.Ordinal))} events {string.Join(' ', filter.Events.Order())}";
        await database.RunAsync(async session =>
        {
            await session.ExecuteAsync("INSERT INTO index_state (name, chain_id, filter) VALUES (@p0, @p1, @p2) ON CONFLICT DO NOTHING", cancellationToken, name, (long)chainId, holds).ConfigureAwait(false);
            var (chain, stored) = (await session.ReadAsync("SELECT chain_id, filter FROM index_state WHERE name = @p0", row => ((ulong)row.GetInt64(0), row.GetString(1)), cancellationToken, name)
                .ConfigureAwait(false)).Single();
            if (chain != chainId) throw new InvalidDataException($"index '{name}' is of chain {chain}, not {chainId}");
            return stored == holds ? true : throw new InvalidDataException($"index '{name}' holds other events: {stored}");
        }, cancellationToken).ConfigureAwait(false);
        return new LogStore(database, name);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<BlockReference>> ReadWindowAsync(CancellationToken cancellationToken = default) => await database.RunAsync(session => session.ReadAsync(
        "SELECT number, hash FROM index_block WHERE name = @p0 ORDER BY number", row => new BlockReference((ulong)row.GetInt64(0), new(Bytes(row, 1))), cancellationToken, name), cancellationToken)
        .ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<bool> TryApplyAsync(BlockReference? expected, ulong? keep, IReadOnlyList<ChainLog> logs, IReadOnlyList<BlockReference> window, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(window);
        return await database.RunAsync(async session =>
        {
            await session.ReadAsync($"SELECT name FROM index_state WHERE name = @p0{session.RowLock}", _ => true, cancellationToken, name).ConfigureAwait(false);
            var head = (await session.ReadAsync("SELECT number, hash FROM index_block WHERE name = @p0 ORDER BY number DESC LIMIT 1",
                row => (BlockReference?)new BlockReference((ulong)row.GetInt64(0), new(Bytes(row, 1))), cancellationToken, name).ConfigureAwait(false)).SingleOrDefault();
            if (head != expected) return false;
            long above = keep is { } kept ? (long)kept : -1;
            await session.ExecuteAsync("DELETE FROM index_log WHERE name = @p0 AND block_number > @p1", cancellationToken, name, above).ConfigureAwait(false);
            await session.ExecuteAsync("DELETE FROM index_block WHERE name = @p0 AND (number > @p1 OR number < @p2)", cancellationToken, name, above, (long)window[0].Number).ConfigureAwait(false);
            foreach (var block in window)
                await session.ExecuteAsync("INSERT INTO index_block (name, number, hash) VALUES (@p0, @p1, @p2) ON CONFLICT DO NOTHING", cancellationToken,
                    name, (long)block.Number, block.Hash.ToArray()).ConfigureAwait(false);
            foreach (var log in logs)
                await session.ExecuteAsync("INSERT INTO index_log VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10)", cancellationToken, [name, (long)log.BlockNumber, (long)log.LogIndex,
                    log.BlockHash.ToArray(), log.TransactionHash.ToArray(), log.Entry.Address.ToArray(), Topic(log, 0), Topic(log, 1), Topic(log, 2), Topic(log, 3), log.Entry.Data.ToArray()]).ConfigureAwait(false);
            await session.ExecuteAsync("UPDATE index_state SET head = @p1 WHERE name = @p0", cancellationToken, name, (long)window[^1].Number).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ChainLog>> ReadAsync(ulong fromBlock, ulong fromIndex, int most, CancellationToken cancellationToken = default) => await database.RunAsync(session => session.ReadAsync(
        """
        SELECT block_number, log_index, block_hash, transaction_hash, address, topic0, topic1, topic2, topic3, data FROM index_log
        WHERE name = @p0 AND (block_number > @p1 OR (block_number = @p1 AND log_index >= @p2)) ORDER BY block_number, log_index LIMIT @p3
        """, Read, cancellationToken, name, (long)fromBlock, (long)fromIndex, (long)most), cancellationToken).ConfigureAwait(false);

    static byte[]? Topic(ChainLog log, int place) => place < log.Entry.Topics.Count ? log.Entry.Topics[place].ToArray() : null;

    static byte[] Bytes(DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    static ChainLog Read(DbDataReader row)
    {
        var topics = Enumerable.Range(5, 4).TakeWhile(column => !row.IsDBNull(column)).Select(column => new Bytes32(Bytes(row, column))).ToArray();
        return new ChainLog(new LogEntry(new Address(Bytes(row, 4)), topics, Bytes(row, 9)), new Keccak256Digest(Bytes(row, 2)), (ulong)row.GetInt64(0), new Keccak256Digest(Bytes(row, 3)), (ulong)row.GetInt64(1));
    }
}
