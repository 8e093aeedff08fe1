using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Microsoft.Data.Sqlite;

namespace Counterfoil.Cli.Fsck;

/// <summary>One thing that was checked.</summary>
/// <param name="Kind">What it is: <c>keys</c>, <c>log</c>, <c>commitment</c> …</param>
/// <param name="Path">Where it is.</param>
/// <param name="Verdict">Whether it holds; of several things that do not, the first.</param>
/// <param name="Said">What there is, in words.</param>
/// <param name="Findings">Everything that does not hold.</param>
sealed record CheckedPart(string Kind, string Path, Verdict Verdict, string Said, ImmutableArray<Reason> Findings)
{
    public static CheckedPart Of(string kind, string path, Verdict verdict, string said) => new(kind, path, verdict, said, verdict switch
    {
        Verdict.Rejected rejected => [rejected.Reason],
        Verdict.Unverifiable unverifiable => [unverifiable.Reason],
        _ => [],
    });

    public static CheckedPart Of(string kind, string path, string said, IEnumerable<Reason> findings)
    {
        ImmutableArray<Reason> all = [.. findings];
        return new(kind, path, all.IsEmpty ? Verdict.Accept : new Verdict.Rejected(all[0]), said, all);
    }

    /// <summary>Checks a part. What its own code calls damage is a refusal; what the disk or another process keeps us from seeing is nothing that we found out.</summary>
    public static async Task<CheckedPart> RunAsync(string kind, string path, Check damage, Func<Task<CheckedPart>> check)
    {
        try
        {
            return await check();
        }
        catch (RefusedException e)
        {
            return Of(kind, path, new Verdict.Rejected(e.Reason), "");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return Of(kind, path, Verdict.Reject(damage, $"a sound {kind}", e.Message), "");
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NotADatabase)
        {
            return Of(kind, path, Verdict.Reject(damage, $"a sound {kind}", e.Message), "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SqliteException)
        {
            return Of(kind, path, Verdict.CannotTell(FsckChecks.Readable, e.Message), "");
        }
    }

    const int Corrupt = 11, NotADatabase = 26; // SQLITE_CORRUPT, SQLITE_NOTADB
}
