using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Counterfoil.Payments.AspNetCore.Storage;

/// <summary>
/// One SQLite file for sales, settlements and purse. One writer; what arrives while a commit runs shares the next one, so that the disk's
/// latency is paid once per batch and not once per payment.
/// </summary>
/// <remarks>WAL with <c>synchronous = FULL</c>: a task that completes has been flushed to the disk. All work runs in the order in which it was handed over.</remarks>
public sealed class PaymentDatabase : IAsyncDisposable
{
    /// <summary>The layout of the tables that this program writes.</summary>
    public const int SchemaVersion = 3;

    /// <summary>What tells a file of ours from others' ("CFPA").</summary>
    public const long ApplicationId = 0x43465041;

    const int BatchLimit = 256;

    readonly SqliteConnection connection;
    readonly Dictionary<string, SqliteCommand> commands = [];
    readonly Channel<Work> queue = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    readonly Task writer;

    PaymentDatabase(SqliteConnection connection)
    {
        this.connection = connection;
        writer = Task.Run(WriteAsync);
    }

    /// <summary>Opens or creates the file.</summary>
    /// <exception cref="InvalidDataException">The file was written by a newer version, or is another program's.</exception>
    public static PaymentDatabase Open(string path)
    {
        // Signed authorizations lie in it: the owner's alone, and SQLite gives its side files the same mode.
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            if (!File.Exists(path))
                new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, UnixCreateMode = owners }).Dispose();
            // One that was copied here under a looser mask is mended. By its name: closing a handle of it would drop the locks that SQLite holds in this process.
            else if ((File.GetUnixFileMode(path) & ~owners) != 0) File.SetUnixFileMode(path, owners);
        }
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            long version = (long)Scalar(connection, "PRAGMA user_version")!;
            if (version > SchemaVersion) throw new InvalidDataException($"'{path}' has schema version {version}; this program knows {SchemaVersion}");
            if (Scalar(connection, "PRAGMA application_id") is not 0L and not ApplicationId)
                throw new InvalidDataException($"'{path}' is another program's database");
            Scalar(connection, "PRAGMA journal_mode = WAL");
            Scalar(connection, "PRAGMA synchronous = FULL");
            if (version < SchemaVersion)
                Scalar(connection, $"BEGIN IMMEDIATE; {(version == 0 ? Schema : "")} {PurseIndex} {Watching} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion}; COMMIT");
            return new PaymentDatabase(connection);
        }
        catch (Exception error)
        {
            connection.Dispose();
            const int notADatabase = 26; // SQLITE_NOTADB
            if (error is SqliteException { SqliteErrorCode: notADatabase }) throw new InvalidDataException($"'{path}' is no database", error);
            throw;
        }
    }

    const string Schema = """
        CREATE TABLE sale (key TEXT PRIMARY KEY, stage INTEGER NOT NULL, request TEXT NOT NULL, host TEXT, status INTEGER, headers TEXT, body BLOB,
                           receipt TEXT, reason TEXT) WITHOUT ROWID;
        CREATE TABLE settlement (key TEXT PRIMARY KEY, stage INTEGER NOT NULL, token TEXT NOT NULL, authorization TEXT NOT NULL, signature TEXT NOT NULL,
                                 hash TEXT, account_nonce INTEGER, raw BLOB, attempt INTEGER, refusal TEXT, reason TEXT) WITHOUT ROWID;
        CREATE INDEX settlement_open ON settlement (account_nonce) WHERE stage = 1;
        CREATE TABLE purse (key TEXT PRIMARY KEY, id TEXT NOT NULL, stage INTEGER NOT NULL, token TEXT NOT NULL, amount TEXT NOT NULL, valid_before TEXT NOT NULL,
                            header TEXT NOT NULL, transaction_hash TEXT) WITHOUT ROWID;
        CREATE TABLE purse_total (token TEXT PRIMARY KEY, committed TEXT NOT NULL) WITHOUT ROWID;
        """;

    // Version 1 indexed the open payments alone.
    const string PurseIndex = "DROP INDEX IF EXISTS purse_open; CREATE INDEX IF NOT EXISTS purse_id ON purse (id, stage);";

    // Up to version 2 a settled payment was not watched.
    const string Watching = """
        ALTER TABLE settlement ADD COLUMN paid_by TEXT;
        DROP INDEX settlement_open;
        CREATE INDEX settlement_open ON settlement (account_nonce) WHERE stage IN (1, 4);
        """;

    /// <summary>Runs work inside a transaction; completes once it is durable. Work that throws is undone alone.</summary>
    internal async Task<T> RunAsync<T>(Func<PaymentDatabase, T> work)
    {
        var item = new Work<T>(work);
        Post(item);
        return await item.Done.Task.ConfigureAwait(false);
    }

    /// <summary>Runs work some time soon, after all that was handed over before.</summary>
    internal void RunLater(Action<PaymentDatabase> work) => Post(new Work<bool>(db => { work(db); return true; }));

    void Post(Work item) => ObjectDisposedException.ThrowIf(!queue.Writer.TryWrite(item), this);

    /// <summary>A prepared statement with its parameters set: <c>$0</c>, <c>$1</c>, …</summary>
    internal SqliteCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            commands[sql] = command = connection.CreateCommand();
#pragma warning disable CA2100 // constant statements of this namespace; values travel as parameters
            command.CommandText = sql;
#pragma warning restore CA2100
        }
        command.Parameters.Clear();
        for (int i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"${i}", values[i] ?? DBNull.Value);
        return command;
    }

    async Task WriteAsync()
    {
        var batch = new List<Work>();
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < BatchLimit && queue.Reader.TryRead(out var item)) batch.Add(item);
            Commit(batch);
        }
    }

    void Commit(List<Work> batch)
    {
        try
        {
            Command("BEGIN IMMEDIATE").ExecuteNonQuery();
            foreach (var item in batch)
            {
                Command("SAVEPOINT item").ExecuteNonQuery();
                if (!item.TryRun(this)) Command("ROLLBACK TO item").ExecuteNonQuery();
                Command("RELEASE item").ExecuteNonQuery();
            }
            Command("COMMIT").ExecuteNonQuery();
            foreach (var item in batch) item.Complete();
        }
        // Whatever broke the commit, those who wait must hear it: their work is not durable.
        catch (Exception broken)
        {
            foreach (var item in batch) item.Fail(broken);
            try { Command("ROLLBACK").ExecuteNonQuery(); }
            catch (SqliteException) { }
        }
    }

    static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constant statements
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    /// <summary>Finishes what was handed over, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writer.ConfigureAwait(false);
        foreach (var command in commands.Values) await command.DisposeAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    abstract class Work
    {
        public abstract bool TryRun(PaymentDatabase database);
        public abstract void Complete();
        public abstract void Fail(Exception broken);
    }

    sealed class Work<T>(Func<PaymentDatabase, T> work) : Work
    {
        T result = default!;
        Exception? error;

        public TaskCompletionSource<T> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool TryRun(PaymentDatabase database)
        {
            try { result = work(database); }
            catch (Exception e) { error = e; }
            return error is null;
        }

        public override void Complete()
        {
            if (error is null) Done.TrySetResult(result);
            else Done.TrySetException(error);
        }

        public override void Fail(Exception broken) => Done.TrySetException(broken);
    }
}
