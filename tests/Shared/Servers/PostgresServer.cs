using System.Diagnostics;

namespace Counterfoil.Tests.Servers;

/// <summary>A PostgreSQL server of the test's own, on a socket in a temporary folder; it listens to no network.</summary>
sealed class PostgresServer : IAsyncDisposable
{
    readonly string bin, folder;

    PostgresServer(string bin, string folder) => (this.bin, this.folder) = (bin, folder);

    public string Connection => $"Host={folder};Username=postgres;Database=postgres;Maximum Pool Size=20";

    public static async Task<PostgresServer> StartAsync()
    {
        var installed = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin", "initdb")) : [];
        string bin = Path.GetDirectoryName(Surroundings.Tool("initdb", [.. installed]))!;
        string folder = Directory.CreateTempSubdirectory("counterfoil-pg-").FullName;
        var server = new PostgresServer(bin, folder);
        // Only a machine that loses power would miss the flushes; a killed process does not.
        // The server refuses to run as root; Debian's package brings a user for it.
        if (Environment.UserName == "root") await RunAsync("/usr/bin/chown", ["postgres", folder]);
        await server.AsServerAsync("initdb", ["-D", $"{folder}/data", "-U", "postgres", "-A", "trust", "-N", "--no-instructions"]);
        await server.AsServerAsync("pg_ctl", ["-D", $"{folder}/data", "-l", $"{folder}/log", "-w", "-o", $"-k {folder} -c listen_addresses='' -c shared_buffers=16MB -c fsync=off", "start"]);
        return server;
    }

    Task AsServerAsync(string tool, string[] arguments) => Environment.UserName == "root"
        ? RunAsync("/usr/sbin/runuser", ["-u", "postgres", "--", Path.Combine(bin, tool), .. arguments]) : RunAsync(Path.Combine(bin, tool), arguments);

    static async Task RunAsync(string file, string[] arguments)
    {
        // The server outlives pg_ctl and would hold a pipe open: it has files to write to.
        string complaint = Path.GetTempFileName();
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "complaint=$0; exec \"$@\" >/dev/null 2>\"$complaint\" </dev/null", complaint, file, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        string said = await File.ReadAllTextAsync(complaint);
        File.Delete(complaint);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{file} ended with {process.ExitCode}: {said}");
    }

    public async ValueTask DisposeAsync()
    {
        await AsServerAsync("pg_ctl", ["-D", $"{folder}/data", "-m", "immediate", "-w", "stop"]);
        Directory.Delete(folder, recursive: true);
    }
}
