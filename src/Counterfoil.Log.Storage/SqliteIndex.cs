using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Microsoft.Data.Sqlite;

namespace Counterfoil.Log.Storage;

/// <summary>The index in SQLite: leaf hash → place, and every root committed, one for each size by the primary key.</summary>
/// <remarks>Write-ahead log, synchronous = FULL: a commit that returned survives loss of power.</remarks>
sealed class SqliteIndex : ILogIndex
{
    /// <summary>The layout below. Another number is another layout, and no code here reads it.</summary>
    public const int SchemaVersion = 1;

    readonly SqliteConnection connection;
    readonly SqliteCommand find;
    readonly SqliteParameter findLeaf;

    SqliteIndex(SqliteConnection connection)
    {
        this.connection = connection;
        find = Command("SELECT place FROM entries WHERE leaf = $leaf");
        findLeaf = find.Parameters.Add("$leaf", SqliteType.Blob);
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
            command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
            command.ExecuteNonQuery();
        }
        command.CommandText = "PRAGMA user_version";
        long version = (long)command.ExecuteScalar()!;
        if (version == 0 && !readOnly)
        {
            command.CommandText = $"""
                BEGIN IMMEDIATE;
                CREATE TABLE entries (leaf BLOB PRIMARY KEY CHECK (length(leaf) = 32), place INTEGER NOT NULL UNIQUE) WITHOUT ROWID;
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

    public long? Find(Sha256Digest leafHash)
    {
        findLeaf.Value = leafHash.ToArray();
        return find.ExecuteScalar() as long?;
    }

    public void Commit(ReadOnlySpan<Sha256Digest> leafHashes, Head head)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        using var insert = Command("INSERT INTO entries VALUES ($leaf, $place)");
        insert.Transaction = transaction;
        var leaf = insert.Parameters.Add("$leaf", SqliteType.Blob);
        var place = insert.Parameters.Add("$place", SqliteType.Integer);
        long next = head.Size - leafHashes.Length;
        foreach (var hash in leafHashes)
        {
            (leaf.Value, place.Value) = (hash.ToArray(), next++);
            insert.ExecuteNonQuery();
        }
        // The primary key refuses a second root for a size: what was committed once is never contradicted.
        using var advance = Command("INSERT INTO heads VALUES ($size, $root)");
        advance.Transaction = transaction;
        advance.Parameters.AddWithValue("$size", head.Size);
        advance.Parameters.AddWithValue("$root", head.Root.ToArray());
        advance.ExecuteNonQuery();
        transaction.Commit();
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

    /// <summary>How many entries are indexed, and what SQLite's own check says ("ok").</summary>
    public (long Entries, string Integrity) Inspect()
    {
        using var count = Command("SELECT count(*) FROM entries");
        using var check = Command("PRAGMA integrity_check");
        return ((long)count.ExecuteScalar()!, (string)check.ExecuteScalar()!);
    }

    /// <summary>The verifier key of the log that this is the index of.</summary>
    public string VerifierKey()
    {
        using var command = Command("SELECT verifier_key FROM log");
        return (string)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        find.Dispose();
        connection.Dispose();
    }

    SqliteCommand Command(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
