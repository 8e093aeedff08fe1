namespace Counterfoil.Story.Tests;

/// <summary>Whatever is handed to the command, it answers in a line that says what was wrong: never a stack trace, nothing lost.</summary>
public sealed class BadInputTests(ToldStory told)
{
    static void Refused(Ran ran, int exit, params string[] words)
    {
        string all = ran.Out + ran.Error;
        Assert.DoesNotContain("   at ", all, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", all, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, all, StringComparison.Ordinal));
        Assert.True(exit == ran.Exit, $"exit {ran.Exit}, not {exit}: {all}");
    }

    [Theory]
    [InlineData(2, "demi")]
    [InlineData(2)]
    [InlineData(2, "verify")]
    [InlineData(2, "verify", "case.bundle", "--polcy", "x")]
    [InlineData(2, "verify", "/nowhere/case.bundle")]
    [InlineData(2, "verify", "/")]
    [InlineData(2, "demo", "--out", "/nowhere/case.bundle")]
    [InlineData(2, "chain", "run", "--port", "70000")]
    [InlineData(2, "chain", "run", "--fund", "0x12")]
    public async Task Words_that_make_no_command_are_a_matter_of_usage(int exit, params string[] arguments) => Refused(await TheCommand.RunAsync(arguments), exit, "counterfoil: error: ");

    public static TheoryData<string, string, string> Files => new()
    {
        { "nothing", "", "cbor." },
        { "text", "this is no bundle", "cbor." },
        { "json", "{\"version\":1}", "cbor." },
        { "deep", new string('\u0081', 5000), "cbor." },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_that_is_no_bundle_is_refused_by_name(string name, string content, string check)
    {
        var story = await told.Case;
        string file = Path.Combine(story.Folder, $"{name}.bundle");
        await File.WriteAllBytesAsync(file, System.Text.Encoding.Latin1.GetBytes(content));
        Refused(await TheCommand.RunAsync("verify", file, "--policy", story.PolicyPath), 2, "REJECT", check);
    }

    [Theory]
    [InlineData("", "policy.encoding")]
    [InlineData("{}", "policy.encoding")]
    [InlineData("[1,2", "policy.encoding")]
    public async Task A_file_that_is_no_policy_is_refused_by_name(string content, string check)
    {
        var story = await told.Case;
        string file = Path.Combine(story.Folder, $"{Guid.NewGuid():N}.policy");
        await File.WriteAllTextAsync(file, content);
        Refused(await TheCommand.RunAsync("verify", story.BundlePath, "--policy", file), 2, "REJECT", check);
    }

    [Fact]
    public async Task A_truncated_bundle_is_refused_and_left_as_it_was()
    {
        var story = await told.Case;
        string file = Path.Combine(story.Folder, "short.bundle");
        byte[] half = story.Bytes[..(story.Bytes.Length / 2)];
        await File.WriteAllBytesAsync(file, half);
        Refused(await TheCommand.RunAsync("verify", file, "--policy", story.PolicyPath), 2, "REJECT", "cbor.");
        Assert.Equal(half, await File.ReadAllBytesAsync(file));
    }

    [Fact]
    public async Task A_home_that_another_process_holds_is_refused_with_its_holder()
    {
        var story = await told.Case;
        Refused(await TheCommand.RunAsync("demo", "--home", story.Home, "--out", Path.Combine(story.Folder, "other.bundle")), 3, "home.lock", "counterfoil demo");
    }

    [Fact]
    public async Task A_home_that_others_can_read_is_refused()
    {
        var story = await told.Case;
        string home = Path.Combine(story.Folder, "open-home");
        Directory.CreateDirectory(home);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(home, (UnixFileMode)0b111_101_101);
        Refused(await TheCommand.RunAsync("demo", "--home", home, "--out", Path.Combine(story.Folder, "other.bundle")), 3, "counterfoil: error: ", "home.");
    }
}
