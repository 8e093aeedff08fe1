using System.Globalization;
using System.Text;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Home;

/// <summary>The writer's lock: the operating system's own, on an empty file, so that it ends with its process however that ends.</summary>
/// <remarks>
/// A process id in a file would outlive kill -9 and lock everyone out, or name an innocent process. The file beside it that says who holds
/// the lock is for people: it is believed only while the lock is held.
/// </remarks>
sealed class HomeLock : IDisposable
{
    const string LockName = "lock", HolderName = "lock.holder";

    readonly FileStream file;

    HomeLock(FileStream file) => this.file = file;

    public static bool IsPart(string path) => Path.GetFileName(path) is LockName or HolderName or HolderName + PrivateFiles.TemporarySuffix;

    public static Verdict Take(string folder, string holder, TimeProvider clock, out HomeLock? taken)
    {
        taken = null;
        string path = Path.Combine(folder, LockName);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream file;
        try
        {
            file = new FileStream(path, options);
        }
        catch (IOException) when (File.Exists(path))
        {
            return Verdict.Reject(HomeChecks.Lock, $"no other writer in {folder} (stop it, or pass another home)", WhoHolds(folder));
        }
        var since = clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        PrivateFiles.Write(Path.Combine(folder, HolderName), Encoding.UTF8.GetBytes($"{holder} (process {Environment.ProcessId}, since {since})\n"));
        taken = new HomeLock(file);
        return Verdict.Accept;
    }

    // Between taking the lock and saying so there is a moment, and the text is nobody's promise: read defensively.
    static string WhoHolds(string folder)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(folder, HolderName)).Trim();
            return text.Length is > 0 and < 500 ? text : "a writer that has not said who it is";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "a writer that has not said who it is";
        }
    }

    public void Dispose() => file.Dispose();
}
