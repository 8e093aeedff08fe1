using System.Data.Common;
using Counterfoil.Chain.Sending;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Storage;

/// <summary>The journal of one account's outbox on one chain, in a <see cref="ChainDatabase"/>.</summary>
/// <param name="database">The database, which stays the caller's.</param>
/// <param name="chainId">The chain.</param>
/// <param name="account">The account.</param>
public sealed class OutboxJournal(ChainDatabase database, ulong chainId, Address account) : IOutboxJournal
{
    const string Mine = "chain_id = @p0 AND account = @p1", Columns = "intent, state, version, key";

    readonly object[] me = [(long)chainId, account.ToArray()];

    /// <inheritdoc/>
    public async ValueTask<SubmissionRecord> AddAsync(SendIntent intent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(intent);
        return await database.RunAsync(async session =>
        {
            await session.ExecuteAsync("INSERT INTO outbox_submission (chain_id, account, key, version, has_ended, intent, state) VALUES (@p0, @p1, @p2, 0, 0, @p3, @p4) ON CONFLICT DO NOTHING",
                cancellationToken, [.. me, intent.Key, StoredJson.Write(intent), StoredJson.Write(new SubmissionState.Queued())]).ConfigureAwait(false);
            return (await FindAsync(session, intent.Key, cancellationToken).ConfigureAwait(false))!;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SubmissionRecord?> FindAsync(string key, CancellationToken cancellationToken = default) =>
        await database.RunAsync(session => FindAsync(session, key, cancellationToken), cancellationToken).ConfigureAwait(false);

    async Task<SubmissionRecord?> FindAsync(DatabaseSession session, string key, CancellationToken cancel) =>
        (await session.ReadAsync($"SELECT {Columns} FROM outbox_submission WHERE {Mine} AND key = @p2", Read, cancel, [.. me, key]).ConfigureAwait(false)).SingleOrDefault();

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SubmissionRecord>> ReadOpenAsync(CancellationToken cancellationToken = default) =>
        await database.RunAsync(session => session.ReadAsync(
            $"SELECT {Columns} FROM outbox_submission WHERE {Mine} AND has_ended = 0 ORDER BY nonce NULLS LAST, id", Read, cancellationToken, me), cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<SubmissionRecord?> AllocateAsync(SubmissionRecord record, ulong unused, Func<ulong, SubmissionState> sign, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(sign);
        return await database.RunAsync(async session =>
        {
            await session.ExecuteAsync("INSERT INTO outbox_account (chain_id, account) VALUES (@p0, @p1) ON CONFLICT DO NOTHING", cancellationToken, [.. me]).ConfigureAwait(false);
            // The lock under which nonces are given out: of the row here, of the file in SQLite.
            var next = (await NextAsync(session, session.RowLock, cancellationToken).ConfigureAwait(false)).Single();
            ulong nonce = Math.Max(next ?? unused, unused);
            // A nonce that the chain shows as unused may be somebody's of an earlier life of the chain: never two to one nonce.
            while ((await session.ReadAsync($"SELECT 1 FROM outbox_submission WHERE {Mine} AND nonce = @p2", _ => 1, cancellationToken, [.. me, (long)nonce]).ConfigureAwait(false)).Count > 0) nonce++;
            var state = sign(nonce);
            if (!await WriteAsync(session, record, state, cancellationToken).ConfigureAwait(false)) return null;
            await session.ExecuteAsync($"UPDATE outbox_account SET next_nonce = @p2 WHERE {Mine}", cancellationToken, [.. me, (long)nonce + 1]).ConfigureAwait(false);
            return record with { State = state, Version = record.Version + 1 };
        }, cancellationToken).ConfigureAwait(false);
    }

    Task<List<ulong?>> NextAsync(DatabaseSession session, string rowLock, CancellationToken cancel) =>
        session.ReadAsync<ulong?>($"SELECT next_nonce FROM outbox_account WHERE {Mine}{rowLock}", row => row.IsDBNull(0) ? null : (ulong)row.GetInt64(0), cancel, me);

    /// <inheritdoc/>
    public async ValueTask<bool> TryWriteAsync(SubmissionRecord read, SubmissionState state, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        return await database.RunAsync(session => WriteAsync(session, read, state, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    async Task<bool> WriteAsync(DatabaseSession session, SubmissionRecord read, SubmissionState state, CancellationToken cancel) =>
        await session.ExecuteAsync($"UPDATE outbox_submission SET state = @p2, nonce = @p3, has_ended = @p4, version = version + 1 WHERE {Mine} AND key = @p5 AND version = @p6", cancel,
            [.. me, StoredJson.Write(state), (long?)state.OwnNonce, state.HasEnded ? 1L : 0L, read.Intent.Key, read.Version]).ConfigureAwait(false) == 1;

    /// <inheritdoc/>
    public async ValueTask<NonceSpan> ReadFromAsync(ulong nonce, CancellationToken cancellationToken = default) => await database.RunAsync(async session =>
    {
        var next = (await NextAsync(session, session.RowLock, cancellationToken).ConfigureAwait(false)).SingleOrDefault();
        var records = await session.ReadAsync($"SELECT {Columns} FROM outbox_submission WHERE {Mine} AND nonce >= @p2 ORDER BY nonce", Read, cancellationToken, [.. me, (long)nonce]).ConfigureAwait(false);
        return new NonceSpan(next, records);
    }, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<bool> TryFillAsync(SendIntent intent, SubmissionState.Underway state, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(state);
        return await database.RunAsync(async session => await session.ExecuteAsync(
            "INSERT INTO outbox_submission (chain_id, account, key, version, has_ended, nonce, intent, state) VALUES (@p0, @p1, @p2, 0, 0, @p3, @p4, @p5) ON CONFLICT DO NOTHING", cancellationToken,
            [.. me, intent.Key, (long)state.Nonce, StoredJson.Write(intent), StoredJson.Write(state)]).ConfigureAwait(false) == 1, cancellationToken).ConfigureAwait(false);
    }

    static SubmissionRecord Read(DbDataReader row) => new(StoredJson.ReadIntent(row.GetString(3), row.GetString(0)), StoredJson.ReadState(row.GetString(1)), row.GetInt64(2));
}
