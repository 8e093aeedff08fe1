using System.Text.Json;

namespace Counterfoil.Story.Tests;

/// <summary><c>counterfoil verify</c> in a process of its own: the answer on stdout, its exit code, and no network.</summary>
public sealed class VerifyCommandTests(ToldStory told)
{
    [Fact]
    public async Task Under_the_policy_a_process_without_a_network_accepts_with_exit_code_0()
    {
        var story = await told.Case;
        var ran = await TheCommand.RunWithoutNetworkAsync("verify", story.BundlePath, "--policy", story.PolicyPath, "--json");
        Assert.Equal((0, ""), (ran.Exit, ran.Error));
        using var json = JsonDocument.Parse(ran.Out);
        var answer = json.RootElement;
        Assert.Equal(["verdict", "check", "expected", "found", "policyDigest", "links", "proves", "doesNotProve", "millis"], Names(answer));
        Assert.Equal("ACCEPT", answer.GetProperty("verdict").GetString());
        Assert.Equal(7, answer.GetProperty("links").GetArrayLength());
        Assert.All(answer.GetProperty("links").EnumerateArray(), l => Assert.Equal(["type", "digest", "verdict", "check", "expected", "found"], Names(l)));
        Assert.NotEqual(0, answer.GetProperty("proves").GetArrayLength());
        Assert.NotEqual(0, answer.GetProperty("doesNotProve").GetArrayLength());
        Assert.InRange(answer.GetProperty("millis").GetDouble(), 0, 600_000);
    }

    [Fact]
    public async Task Without_a_policy_the_answer_is_unverifiable_with_exit_code_3()
    {
        var story = await told.Case;
        var ran = await TheCommand.RunAsync("verify", story.BundlePath, "--json");
        Assert.Equal((3, ""), (ran.Exit, ran.Error));
        using var json = JsonDocument.Parse(ran.Out);
        Assert.Equal("UNVERIFIABLE", json.RootElement.GetProperty("verdict").GetString());
        Assert.Equal("policy.signer", json.RootElement.GetProperty("check").GetString());
    }

    [Fact]
    public async Task Under_another_cases_policy_the_answer_is_no_with_exit_code_1_and_in_words_for_people()
    {
        var story = await told.Case;
        string path = Path.Combine(story.Folder, "other.policy");
        await File.WriteAllBytesAsync(path, story.PolicyFile);
        var ran = await TheCommand.RunAsync("verify", story.BundlePath, "--policy", path);
        Assert.Equal((1, ""), (ran.Exit, ran.Error));
        Assert.Contains("REJECT", ran.Out);
        Assert.Contains("does not prove", ran.Out);
        Assert.DoesNotContain("\u001b", ran.Out);
    }

    [Fact]
    public async Task Both_forms_of_the_answer_say_the_same()
    {
        var story = await told.Case;
        var people = await TheCommand.RunAsync("verify", story.BundlePath, "--policy", story.PolicyPath);
        var programs = await TheCommand.RunAsync("verify", story.BundlePath, "--policy", story.PolicyPath, "--json");
        Assert.Equal((0, ""), (people.Exit, people.Error));
        using var json = JsonDocument.Parse(programs.Out);
        Assert.Contains(json.RootElement.GetProperty("policyDigest").GetString()!, people.Out);
        foreach (string list in (string[])["proves", "doesNotProve"])
            Assert.All(json.RootElement.GetProperty(list).EnumerateArray(), line => Assert.Contains(line.GetString()!, people.Out));
        Assert.All(json.RootElement.GetProperty("links").EnumerateArray(), l => Assert.Contains(l.GetProperty("type").GetString()!, people.Out));
    }

    static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(p => p.Name);
}
