using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using Counterfoil.Log.Storage;
using Microsoft.Data.Sqlite;

namespace Counterfoil.Tests.Log;

/// <summary>An index of the first layout is taken to the second, whole, when the log is opened to be written.</summary>
public sealed class SqliteIndexTests : IDisposable
{
    readonly Logbook book = new();

    public void Dispose() => book.Dispose();

    string Index => Path.Combine(book.Folder, "index.db");

    static object? Ask(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>A log in a folder as programs of layout 1 left it: the statements are theirs.</summary>
    async Task MakeOldLog(int entries)
    {
        List<Head> heads;
        await using (var log = book.Open())
            for (int i = 0; i < entries; i += 50) await Task.WhenAll(Enumerable.Range(i, Math.Min(50, entries - i)).Select(j => book.Append(log, Logbook.Entry(0, j))));
        using (var now = SqliteIndex.Open(Index, book.Signer.Key.ToString(), readOnly: true)) heads = now.Heads();
        foreach (string file in (string[])[Index, Index + "-wal", Index + "-shm", Path.Combine(book.Folder, "places")]) File.Delete(file);

        using var connection = new SqliteConnection($"Data Source={Index};Pooling=False");
        connection.Open();
        void Run(string sql, params (string, object)[] values)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
            command.ExecuteNonQuery();
        }
        Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        Run("""
            BEGIN IMMEDIATE;
            CREATE TABLE entries (leaf BLOB PRIMARY KEY CHECK (length(leaf) = 32), place INTEGER NOT NULL UNIQUE) WITHOUT ROWID;
            CREATE TABLE heads (size INTEGER PRIMARY KEY, root BLOB NOT NULL CHECK (length(root) = 32));
            CREATE TABLE log (verifier_key TEXT NOT NULL);
            INSERT INTO log VALUES ($key);
            INSERT INTO heads VALUES (0, $empty);
            PRAGMA user_version = 1;
            COMMIT;
            """, ("$key", book.Signer.Key.ToString()), ("$empty", MerkleTree.EmptyRoot.ToArray()));
        Run("BEGIN IMMEDIATE");
        foreach (var (entry, appended) in book.Acknowledged) Run("INSERT INTO entries VALUES ($leaf, $place)", ("$leaf", MerkleTree.LeafHash(entry).ToArray()), ("$place", appended.Index));
        foreach (var head in heads.Where(h => h.Size > 0)) Run("INSERT INTO heads VALUES ($size, $root)", ("$size", head.Size), ("$root", head.Root.ToArray()));
        Run("COMMIT");
    }

    [Fact]
    public async Task A_log_of_layout_one_is_opened_and_goes_on_as_one_of_layout_two()
    {
        await MakeOldLog(600);
        object? heads = Ask(Index, "SELECT count(*) FROM heads");
        await using (var log = book.Open())
        {
            Assert.Equal(600, log.Checkpoint.Checkpoint.Size);
            foreach (int i in (int[])[0, 255, 256, 599]) Assert.True((await log.AppendAsync(Logbook.Entry(0, i))).AlreadyPresent);
            Assert.Equal(600, (await book.Append(log, Logbook.Entry(1, 0))).Index);
            await book.HoldsItsPromises(log); // every checkpoint that was signed before is continued
        }
        Assert.Equal(2L, Ask(Index, "PRAGMA user_version"));
        Assert.Equal((long)heads! + 1, Ask(Index, "SELECT count(*) FROM heads"));
        Assert.Equal("batches heads log", Ask(Index, "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name)"));
        Assert.Empty((await LogCheck.RunAsync(book.Folder, book.Signer.Key)).Findings);
        await using var again = book.Open();
        Assert.Equal(601, again.Checkpoint.Checkpoint.Size);
    }

    [Fact]
    public async Task Who_only_reads_changes_no_layout_and_says_which_it_found()
    {
        await MakeOldLog(3);
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => LogCheck.RunAsync(book.Folder, book.Signer.Key));
        Assert.Contains("layout 1", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => TransparencyLog.KeyOf(book.Folder));
        Assert.Equal(1L, Ask(Index, "PRAGMA user_version"));
    }

    [Fact]
    public async Task A_migration_that_is_cut_off_leaves_layout_one_whole()
    {
        await MakeOldLog(3);
        // A table that the migration means to make is in its way, so that it ends in its middle.
        Ask(Index, "CREATE TABLE batches (x)");
        Assert.Throws<SqliteException>(book.Open);
        Assert.Equal(1L, Ask(Index, "PRAGMA user_version"));
        Assert.Equal(3L, Ask(Index, "SELECT count(*) FROM entries"));
        Ask(Index, "DROP TABLE batches");
        await using var log = book.Open();
        await book.HoldsItsPromises(log);
    }

    [Fact]
    public async Task A_layout_of_the_future_is_not_touched()
    {
        await using (var log = book.Open()) await log.AppendAsync(new byte[1]);
        Ask(Index, "PRAGMA user_version = 3");
        Assert.Throws<InvalidDataException>(book.Open);
        Assert.Equal(3L, Ask(Index, "PRAGMA user_version"));
    }

    [Fact]
    public void A_home_takes_its_log_a_version_up_and_a_reader_is_told_to_wait_for_that()
    {
        string path = Path.Combine(book.Folder, "home");
        Assert.Equal(Verdict.Accept, HomeFolder.OpenToWrite(path, "test", TimeProvider.System, [new StoreSchema("log", 1)], out var old));
        old!.Dispose();
        Assert.Equal(HomeChecks.Version, Assert.IsType<Verdict.Rejected>(HomeFolder.OpenToRead(path, [TransparencyLog.Schema], out _)).Reason.Check);
        Assert.Equal(Verdict.Accept, HomeFolder.OpenToWrite(path, "test", TimeProvider.System, [TransparencyLog.Schema], out var home));
        Assert.Equal(2, home!.Manifest.Stores["log"]);
        home.Dispose();
    }
}
