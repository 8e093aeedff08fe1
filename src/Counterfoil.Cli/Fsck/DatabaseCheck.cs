using Counterfoil.Chain.Storage;
using Counterfoil.Core.Verdicts;
using Counterfoil.Payments.AspNetCore.Storage;
using Microsoft.Data.Sqlite;

namespace Counterfoil.Cli.Fsck;

/// <summary>The journals that are databases: of transactions to a chain, and of payments.</summary>
static class DatabaseCheck
{
    static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    public static bool IsDatabase(string file)
    {
        Span<byte> start = stackalloc byte[Magic.Length];
        try
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return (RandomAccess.Read(handle, start, 0) == start.Length && start.SequenceEqual(Magic)) || Path.GetExtension(file) == ".db";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Path.GetExtension(file) == ".db"; // its check says why it cannot be read
        }
    }

    public static CheckedPart Run(string file)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 30 }.ToString());
        connection.Open();
        var findings = new List<Reason>();
        long application = (long)Ask(connection, "PRAGMA application_id"), version = (long)Ask(connection, "PRAGMA user_version");
        var (what, known) = application switch
        {
            ChainDatabase.ApplicationId => ("journal of transactions", ChainDatabase.SchemaVersion),
            PaymentDatabase.ApplicationId => ("journal of payments", PaymentDatabase.SchemaVersion),
            _ => ("", 0),
        };
        if (known == 0) return CheckedPart.Of("database", file, Verdict.CannotTell(FsckChecks.Known, $"a program that knows databases of application {application:x8}"), "");
        if (version > known) findings.Add(new(FsckChecks.Database, $"layout {known} at most (a newer program wrote it: update)", $"{version}"));
        const UnixFileMode owners = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~owners) is not 0 and var loose) findings.Add(new(FsckChecks.Database, "a file that is its owner's alone", $"rights for others: {loose}"));
        foreach (string row in Rows(connection, "PRAGMA integrity_check"))
            if (row != "ok") findings.Add(new(FsckChecks.Database, "what SQLite's own check calls ok", row));
        return CheckedPart.Of("database", file, $"{what}, layout {version}", findings);
    }

    static object Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }

    static List<string> Rows(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(reader.GetString(0));
        return rows;
    }
}
