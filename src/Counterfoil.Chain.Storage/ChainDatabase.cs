using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Counterfoil.Chain.Storage;

/// <summary>Where outboxes and indexes are kept: one SQLite file for a home, or PostgreSQL for several machines. The same tables and statements in both.</summary>
/// <remarks>
/// Every piece of work is one transaction, durable when it returns (<c>synchronous = FULL</c>; <c>synchronous_commit</c> as the server has it, which is on). Several processes
/// may share either: SQLite by its write lock, which covers the file; PostgreSQL by the lock of an account's row.
/// </remarks>
public abstract class ChainDatabase : IAsyncDisposable
{
    /// <summary>The layout of the tables that this program writes.</summary>
    public const int SchemaVersion = 1;

    /// <summary>What tells a SQLite file of ours from others' ("CFCH").</summary>
    public const long ApplicationId = 0x43464348;

    /// <summary>Opens or creates a SQLite file, the owner's alone.</summary>
    /// <exception cref="InvalidDataException">It is another program's, or of a newer version.</exception>
    public static ChainDatabase OpenSqlite(string path) => SqliteChainDatabase.Open(path);

    /// <summary>Opens a PostgreSQL database and makes the tables where there are none, in the schema that the connection's search path names first.</summary>
    /// <exception cref="InvalidDataException">The tables are of a newer version.</exception>
    public static async Task<ChainDatabase> OpenPostgresAsync(string connection, CancellationToken cancellationToken = default) =>
        await PostgresChainDatabase.OpenAsync(connection, cancellationToken).ConfigureAwait(false);

    /// <summary>Runs work in one transaction, which is durable when this returns, or undone when the work throws.</summary>
    internal abstract Task<T> RunAsync<T>(Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    // {blob} and {id} are the two words that the databases have different names for.
    private protected const string Schema = """
        CREATE TABLE outbox_account (chain_id BIGINT NOT NULL, account {blob} NOT NULL, next_nonce BIGINT, PRIMARY KEY (chain_id, account));
        CREATE TABLE outbox_submission (id {id}, chain_id BIGINT NOT NULL, account {blob} NOT NULL, key TEXT NOT NULL, version BIGINT NOT NULL,
                                        has_ended BIGINT NOT NULL, nonce BIGINT, intent TEXT NOT NULL, state TEXT NOT NULL,
                                        UNIQUE (chain_id, account, key), UNIQUE (chain_id, account, nonce));
        CREATE INDEX outbox_open ON outbox_submission (chain_id, account) WHERE has_ended = 0;
        CREATE TABLE index_state (name TEXT PRIMARY KEY, chain_id BIGINT NOT NULL, filter TEXT NOT NULL, head BIGINT);
        CREATE TABLE index_block (name TEXT NOT NULL, number BIGINT NOT NULL, hash {blob} NOT NULL, PRIMARY KEY (name, number));
        CREATE TABLE index_log (name TEXT NOT NULL, block_number BIGINT NOT NULL, log_index BIGINT NOT NULL, block_hash {blob} NOT NULL, transaction_hash {blob} NOT NULL,
                                address {blob} NOT NULL, topic0 {blob}, topic1 {blob}, topic2 {blob}, topic3 {blob}, data {blob} NOT NULL,
                                PRIMARY KEY (name, block_number, log_index));
        CREATE INDEX index_log_topics ON index_log (name, topic0, topic1);
        """;
}

/// <summary>A transaction at work.</summary>
sealed class DatabaseSession(DbConnection connection, DbTransaction transaction, string rowLock)
{
    /// <summary>What a SELECT ends with to hold its rows to the transaction's end.</summary>
    public string RowLock => rowLock;

    public Task<int> ExecuteAsync(string sql, CancellationToken cancel, params ReadOnlySpan<object?> values) => Command(sql, values).ExecuteNonQueryAsync(cancel);

    public async Task<List<T>> ReadAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancel, params object?[] values)
    {
        var command = Command(sql, values);
        await using (command.ConfigureAwait(false))
        {
            var rows = new List<T>();
            var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
                while (await reader.ReadAsync(cancel).ConfigureAwait(false)) rows.Add(read(reader));
            return rows;
        }
    }

    DbCommand Command(string sql, ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // constant statements of this namespace; values travel as parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        for (int i = 0; i < values.Length; i++)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ($"@p{i}", values[i] ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }
        return command;
    }
}

sealed class SqliteChainDatabase : ChainDatabase
{
    readonly SqliteConnection connection;
    readonly SemaphoreSlim turn = new(1, 1);

    SqliteChainDatabase(SqliteConnection connection) => this.connection = connection;

    public static SqliteChainDatabase Open(string path)
    {
        // Signed transactions lie in it: the owner's alone, and SQLite gives its side files the same mode.
        if (!OperatingSystem.IsWindows() && path != ":memory:" && !File.Exists(path))
            new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString());
        try
        {
            connection.Open();
            Scalar(connection, "PRAGMA journal_mode = WAL");
            Scalar(connection, "PRAGMA synchronous = FULL");
            using var transaction = connection.BeginTransaction(deferred: false);
            long version = (long)Scalar(connection, "PRAGMA user_version", transaction)!;
            if (version > SchemaVersion) throw new InvalidDataException($"'{path}' has schema version {version}; this program knows {SchemaVersion}");
            if (Scalar(connection, "PRAGMA application_id", transaction) is not 0L and not ApplicationId) throw new InvalidDataException($"'{path}' is another program's database");
            if (version == 0)
                Scalar(connection, Schema.Replace("{blob}", "BLOB", StringComparison.Ordinal).Replace("{id}", "INTEGER PRIMARY KEY AUTOINCREMENT", StringComparison.Ordinal)
                    + $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion};", transaction);
            transaction.Commit();
            return new SqliteChainDatabase(connection);
        }
        catch (Exception error)
        {
            connection.Dispose();
            const int notADatabase = 26; // SQLITE_NOTADB
            if (error is SqliteException { SqliteErrorCode: notADatabase }) throw new InvalidDataException($"'{path}' is no database", error);
            throw;
        }
    }

    static object? Scalar(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // constant statements
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    internal override async Task<T> RunAsync<T>(Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Not deferred: whoever reads in order to write holds the write lock from the start, against other processes too.
            using var transaction = connection.BeginTransaction(deferred: false);
            var result = await work(new DatabaseSession(connection, transaction, "")).ConfigureAwait(false);
            transaction.Commit();
            return result;
        }
        finally
        {
            turn.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync().ConfigureAwait(false);
        turn.Dispose();
    }
}

sealed class PostgresChainDatabase : ChainDatabase
{
    const long SchemaLock = 0x43464348; // of whoever makes the tables

    readonly NpgsqlDataSource source;

    PostgresChainDatabase(NpgsqlDataSource source) => this.source = source;

    public static async Task<PostgresChainDatabase> OpenAsync(string connection, CancellationToken cancel)
    {
        var database = new PostgresChainDatabase(NpgsqlDataSource.Create(connection));
        try
        {
            await database.RunAsync(async session =>
            {
                await session.ExecuteAsync($"SELECT pg_advisory_xact_lock({SchemaLock})", cancel).ConfigureAwait(false);
                await session.ExecuteAsync("CREATE TABLE IF NOT EXISTS chain_schema (version BIGINT NOT NULL)", cancel).ConfigureAwait(false);
                var versions = await session.ReadAsync("SELECT version FROM chain_schema", row => row.GetInt64(0), cancel).ConfigureAwait(false);
                if (versions.Count > 0 && versions[0] != SchemaVersion) throw new InvalidDataException($"the chain's tables have version {versions[0]}; this program knows {SchemaVersion}");
                if (versions.Count > 0) return true;
                await session.ExecuteAsync(Schema.Replace("{blob}", "BYTEA", StringComparison.Ordinal)
                    .Replace("{id}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", StringComparison.Ordinal), cancel).ConfigureAwait(false);
                await session.ExecuteAsync("INSERT INTO chain_schema VALUES (@p0)", cancel, (long)SchemaVersion).ConfigureAwait(false);
                return true;
            }, cancel).ConfigureAwait(false);
            return database;
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal override async Task<T> RunAsync<T>(Func<DatabaseSession, Task<T>> work, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var result = await work(new DatabaseSession(connection, transaction, " FOR UPDATE")).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return result;
            }
        }
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();
}
