using System.Text;
using Counterfoil.Evidence.Bundles;

namespace Counterfoil.Story.Tests;

/// <summary>Whatever is wrong with what the command is given, it says so in one line and ends with 2 or 3; nobody is shown a stack trace.</summary>
public sealed class BadInputTests(ToldStory told) : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-bad-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("missing", "there is no file")]
    [InlineData("folder", "is a folder, not a file")]
    [InlineData("empty", "cbor.truncated")]
    [InlineData("text", "is not a bundle: cbor.")]
    [InlineData("huge", "bundle.limits")]
    [InlineData("truncated", "is not a bundle: cbor.truncated")]
    [InlineData("json", "is not a bundle: cbor.")]
    [InlineData("deep", "is not a bundle: cbor.")]
    public async Task A_file_that_is_no_bundle_is_named_with_what_is_wrong(string kind, string said)
    {
        var story = await told.Case;
        Refused(2, said, await TheCommand.RunAsync("verify", File(kind, story.Bytes), "--policy", story.PolicyPath));
    }

    [Theory]
    [InlineData("missing", "there is no file")]
    [InlineData("folder", "is a folder, not a file")]
    [InlineData("empty", "is not a policy: policy.encoding")]
    [InlineData("text", "is not a policy: policy.encoding")]
    [InlineData("huge", "is not a policy: policy.encoding")]
    [InlineData("truncated", "is not a policy: policy.encoding")]
    [InlineData("older", "is not a policy: policy.version")]
    [InlineData("json", "is not a policy: policy.encoding")]
    [InlineData("stranger", "is not a policy: policy.encoding")]
    public async Task A_file_that_is_no_policy_is_named_with_what_is_wrong(string kind, string said)
    {
        var story = await told.Case;
        Refused(2, said, await TheCommand.RunAsync("verify", story.BundlePath, "--policy", File(kind, story.PolicyFile)));
    }

    [Theory]
    [InlineData]
    [InlineData("frobnicate")]
    [InlineData("chain", "run", "--port", "70000")]
    [InlineData("chain", "run", "--fund", "0x12")]
    [InlineData("chain", "deploy")]
    [InlineData("chain", "deploy", "--rpc", "ftp://127.0.0.1")]
    [InlineData("chain", "deploy", "--rpc", "http://127.0.0.1", "--confirmations", "0")]
    [InlineData("chain", "status", "--rpc", "http://127.0.0.1", "--account", "0x12")]
    [InlineData("verify")]
    [InlineData("verify", "a.bundle", "--polciy", "a.policy")]
    [InlineData("verify", "a.bundle", "b.bundle")]
    [InlineData("demo", "--serve=perhaps")]
    [InlineData("bench", "everything")]
    public async Task What_the_command_does_not_know_is_a_matter_of_usage(params string[] arguments) => Refused(2, "", await TheCommand.RunAsync(arguments), hint: true);

    [Fact]
    public async Task A_place_that_cannot_be_written_is_refused_before_the_story_and_not_after_it()
    {
        string home = Path.Combine(folder, "home");
        Refused(2, "there is no folder", await TheCommand.RunAsync("demo", "--home", home, "--out", Path.Combine(folder, "not", "there.bundle")));
        Refused(2, "is a folder", await TheCommand.RunAsync("demo", "--home", home, "--out", folder), hint: true);
        Refused(2, "where the policy would go", await TheCommand.RunAsync("demo", "--home", home, "--out", Path.Combine(folder, "case.policy")), hint: true);
        Assert.False(Directory.Exists(home));
    }

    [Fact]
    public async Task A_home_that_another_process_writes_to_is_refused_and_the_other_is_named()
    {
        var ran = await Demo((await told.Case).Home);
        Refused(3, "home.lock", ran);
        Assert.Contains($"process {Environment.ProcessId}", ran.Error);
    }

    [Fact]
    public async Task A_folder_of_something_else_is_not_made_a_home()
    {
        System.IO.File.WriteAllText(Path.Combine(folder, "diary.txt"), "dear diary");
        Owner(folder);
        Refused(3, "home.missing", await Demo(folder));
        Refused(3, "", await Demo(Path.Combine(folder, "diary.txt")));
    }

    [Fact]
    public async Task A_home_that_others_can_read_is_refused_with_what_mends_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: modes mean nothing on Windows");
        string home = Copy((await told.Case).Home);
        if (!OperatingSystem.IsWindows()) System.IO.File.SetUnixFileMode(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
        var ran = await Demo(home);
        Refused(3, "home.permissions", ran);
        Assert.Contains("chmod 700", ran.Error);
    }

    [Theory]
    [InlineData("data.key", "home.key.")]
    [InlineData("home-key.cbor", "home.")]
    [InlineData("home-key.secret", "home.unlock")]
    public async Task A_key_file_of_which_a_byte_has_changed_is_refused(string key, string said)
    {
        string home = Copy((await told.Case).Home), path = Path.Combine(home, "keys", key);
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await System.IO.File.WriteAllBytesAsync(path, bytes);
        Refused(3, said, await Demo(home));
    }

    [Theory]
    [InlineData("home.json", "home.")]
    [InlineData("log/index.db", "")]
    public async Task A_store_that_holds_rubbish_is_refused_and_not_a_crash(string file, string said)
    {
        string home = Copy((await told.Case).Home), path = Path.Combine(home, file);
        if (!System.IO.File.Exists(path)) path = Directory.EnumerateFiles(Path.Combine(home, "log")).First(f => new FileInfo(f).Length > 0);
        await System.IO.File.WriteAllBytesAsync(path, Encoding.UTF8.GetBytes(new string('x', 8192)));
        Refused(3, said, await Demo(home));
    }

    Task<Ran> Demo(string home) => TheCommand.RunAsync("demo", "--home", home, "--out", Path.Combine(folder, "x.bundle"));

    /// <summary>One line that says what was wrong, perhaps with a hint below it, and nothing on stdout.</summary>
    static void Refused(int exit, string said, Ran ran, bool hint = false)
    {
        Assert.DoesNotContain("   at ", ran.Error);
        Assert.Equal((exit, ""), (ran.Exit, ran.Out));
        var lines = ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith("counterfoil: ", StringComparison.Ordinal)).ToList();
        Assert.Contains(said, lines[0]);
        Assert.Matches("^counterfoil: error: [^A-Z]", lines[0]);
        Assert.DoesNotMatch("\\.$", lines[0]);
        Assert.All(lines.Skip(1), l => Assert.StartsWith(hint || !l.StartsWith("counterfoil: error", StringComparison.Ordinal) ? "counterfoil: " : "counterfoil: hint: ", l));
    }

    string File(string kind, byte[] honest)
    {
        string path = Path.Combine(folder, "given");
        switch (kind)
        {
            case "missing": break;
            case "folder": Directory.CreateDirectory(path); break;
            case "empty": System.IO.File.WriteAllBytes(path, []); break;
            case "text": System.IO.File.WriteAllText(path, "trust me\n"); break;
            case "json": System.IO.File.WriteAllText(path, "{\"version\":1}"); break;
            case "deep": System.IO.File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)0x81, 5000)]); break;
            case "truncated": System.IO.File.WriteAllBytes(path, honest[..(honest.Length / 2)]); break;
            case "older": System.IO.File.WriteAllText(path, Encoding.UTF8.GetString(honest).Replace("\"version\": 1", "\"version\": 0")); break;
            case "stranger": System.IO.File.WriteAllText(path, Encoding.UTF8.GetString(honest).Replace("\"version\": 1", "\"version\": 1, \"mood\": \"lenient\"")); break;
            case "huge":
                using (var file = System.IO.File.Create(path)) file.SetLength((long)Bundle.MaximumBytes * 100); // sparse: it costs nothing
                break;
        }
        return path;
    }

    string Copy(string home)
    {
        string copy = Path.Combine(folder, "home");
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file).StartsWith("lock", StringComparison.Ordinal)) continue; // the other process holds it
            string to = Path.Combine(copy, Path.GetRelativePath(home, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            System.IO.File.Copy(file, to);
            Owner(to);
        }
        foreach (string each in Directory.EnumerateDirectories(copy, "*", SearchOption.AllDirectories).Append(copy)) Owner(each);
        return copy;
    }

    static void Owner(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        System.IO.File.SetUnixFileMode(path, Directory.Exists(path) ? mode | UnixFileMode.UserExecute : mode);
    }
}
