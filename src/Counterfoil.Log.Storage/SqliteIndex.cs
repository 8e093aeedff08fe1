using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Microsoft.Data.Sqlite;

namespace Counterfoil.Log.Storage;

/// <summary>The index in SQLite: every root committed, one for each size by the primary key, and the entries whose tiles are not yet on the device.</summary>
/// <remarks>
/// Write-ahead log, synchronous = FULL: a commit that returned survives loss of power, and costs one flush. Where each leaf is follows from the
/// tiles and is in <see cref="LeafPlaces"/>.
/// </remarks>
sealed class SqliteIndex : ILogIndex
{
    /// <summary>The layout below. Another number is another layout, and no code here reads it.</summary>
    public const int SchemaVersion = 2;

    readonly SqliteConnection connection;
    readonly SqliteCommand advance, add, forget;

    SqliteIndex(SqliteConnection connection)
    {
        this.connection = connection;
        advance = Command("INSERT INTO heads SELECT $a, $b WHERE (SELECT max(size) FROM heads) = $c");
        add = Command("INSERT INTO batches VALUES ($a, $b, $c)");
        forget = Command("DELETE FROM batches WHERE size <= $a");
    }

    /// <summary>Opens the index of the log that signs with <paramref name="key"/>, making it where there is none.</summary>
    /// <exception cref="InvalidDataException">Another log's index, or another version's.</exception>
    public static SqliteIndex Open(string path, string? key, bool readOnly = false)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            Pooling = false, // a pooled connection would outlive the log and hold its files
            DefaultTimeout = 30,
        }.ToString());
        try
        {
            connection.Open();
            Prepare(connection, key, readOnly);
            return new SqliteIndex(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    static void Prepare(SqliteConnection connection, string? key, bool readOnly)
    {
        using var command = connection.CreateCommand();
        if (!readOnly)
        {
            // Batches are large and short-lived: the log of writes takes sixteen megabytes of them before SQLite carries it over.
            command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;";
            command.ExecuteNonQuery();
        }
        command.CommandText = "PRAGMA user_version";
        long version = (long)command.ExecuteScalar()!;
        if (version == 0 && !readOnly)
        {
            command.CommandText = $"""
                BEGIN IMMEDIATE;
                CREATE TABLE batches (size INTEGER PRIMARY KEY, count INTEGER NOT NULL, entries BLOB NOT NULL);
                CREATE TABLE heads (size INTEGER PRIMARY KEY, root BLOB NOT NULL CHECK (length(root) = 32));
                CREATE TABLE log (verifier_key TEXT NOT NULL);
                INSERT INTO log VALUES ($key);
                INSERT INTO heads VALUES (0, $empty);
                PRAGMA user_version = {SchemaVersion};
                COMMIT;
                """;
            command.Parameters.AddWithValue("$key", key);
            command.Parameters.AddWithValue("$empty", MerkleTree.EmptyRoot.ToArray());
            command.ExecuteNonQuery();
        }
        else if (version == 1 && !readOnly)
        {
            // Version 1 knew leaves by a table of its own, and flushed every tile before it committed.
            command.CommandText = $"""
                BEGIN IMMEDIATE;
                DROP TABLE entries;
                CREATE TABLE batches (size INTEGER PRIMARY KEY, count INTEGER NOT NULL, entries BLOB NOT NULL);
                PRAGMA user_version = {SchemaVersion};
                COMMIT;
                """;
            command.ExecuteNonQuery();
        }
        else if (version != SchemaVersion) throw new InvalidDataException($"the log's index has layout {version}; this program reads {SchemaVersion}");
        command.CommandText = "SELECT verifier_key FROM log";
        string? found = command.ExecuteScalar() as string;
        if (key is not null && found != key) throw new InvalidDataException($"the folder holds the log of '{found}', not of '{key}'");
    }

    public Head Head
    {
        get
        {
            using var command = Command("SELECT size, root FROM heads ORDER BY size DESC LIMIT 1");
            using var reader = command.ExecuteReader();
            if (!reader.Read()) throw new InvalidDataException("the log's index has no head");
            return new(reader.GetInt64(0), new((byte[])reader[1]));
        }
    }

    public IReadOnlyList<Batch> Unsettled()
    {
        using var command = Command("SELECT size, root, count, entries FROM batches JOIN heads USING (size) ORDER BY size");
        using var reader = command.ExecuteReader();
        var batches = new List<Batch>();
        while (reader.Read()) batches.Add(new(new(reader.GetInt64(0), new((byte[])reader[1])), reader.GetInt32(2), (byte[])reader[3]));
        return batches;
    }

    public void Commit(Batch batch, long settled)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        if (settled > 0) Run(forget, transaction, settled);
        // A tree follows the one that is there, or another process writes here, whose tree this one would contradict: a lock can be deleted. The primary key refuses a second root for a size.
        if (Run(advance, transaction, batch.Head.Size, batch.Head.Root.ToArray(), batch.Head.Size - batch.Count) != 1)
            throw new IOException($"the index does not end at {batch.Head.Size - batch.Count} entries: another process writes to this log");
        Run(add, transaction, batch.Head.Size, batch.Count, batch.Entries.ToArray());
        transaction.Commit();
    }

    public void Settle(long settled)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        Run(forget, transaction, settled);
        transaction.Commit();
    }

    static readonly string[] Names = ["$a", "$b", "$c"];

    static int Run(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        if (command.Parameters.Count == 0)
            foreach (string name in Names[..values.Length]) command.Parameters.Add(new SqliteParameter { ParameterName = name });
        for (int i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command.ExecuteNonQuery();
    }

    /// <summary>Every tree committed, smallest first.</summary>
    public List<Head> Heads()
    {
        using var command = Command("SELECT size, root FROM heads ORDER BY size");
        using var reader = command.ExecuteReader();
        var heads = new List<Head>();
        while (reader.Read()) heads.Add(new(reader.GetInt64(0), new((byte[])reader[1])));
        return heads;
    }

    /// <summary>What SQLite's own check says: "ok".</summary>
    public string Inspect()
    {
        using var check = Command("PRAGMA integrity_check");
        return (string)check.ExecuteScalar()!;
    }

    /// <summary>The verifier key of the log that this is the index of.</summary>
    public string VerifierKey()
    {
        using var command = Command("SELECT verifier_key FROM log");
        return (string)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        advance.Dispose();
        add.Dispose();
        forget.Dispose();
        connection.Dispose();
    }

    SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
