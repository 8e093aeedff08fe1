using Counterfoil.Cli.Demo;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Verification;
using Counterfoil.Story.Tests;

[assembly: AssemblyFixture(typeof(ToldStory))]

namespace Counterfoil.Story.Tests;

/// <summary>
/// The story, told twice in one temporary home for all tests of this assembly, when the first of them asks: by the command in a process of its own, and then
/// in this process, where tests can reach the keys of everyone in it.
/// </summary>
public sealed class ToldStory : IAsyncDisposable
{
    readonly Lazy<Task<Case>> told = new(TellAsync);

    internal Task<Case> Case => told.Value;

    static async Task<Case> TellAsync()
    {
        string folder = Directory.CreateTempSubdirectory("counterfoil-story-").FullName;
        string home = Path.Combine(folder, "home");
        var command = await TheCommand.RunAsync("demo", "--json", "--home", home, "--out", Path.Combine(folder, "case.bundle"));
        var story = await DemoStory.OpenAsync(home, new Narrator(), default);
        await story.RunAsync(default);
        var bundle = await story.BundleAsync(default);
        return new Case(folder, home, command, story, bundle, await story.PolicyAsync(default));
    }

    /// <summary>Ends the story and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!told.IsValueCreated || !told.Value.IsCompletedSuccessfully) return;
        var told1 = await told.Value;
        await told1.Story.DisposeAsync();
        Directory.Delete(told1.Folder, recursive: true);
    }
}

/// <summary>What both tellings left.</summary>
/// <param name="Folder">Of case.bundle and case.policy, which the command wrote.</param>
/// <param name="Home">Of both; this process holds its lock.</param>
/// <param name="Command">How the command ended and what it said.</param>
/// <param name="Story">The second telling, still open.</param>
/// <param name="Bundle">Its bundle.</param>
/// <param name="Policy">The policy for it.</param>
sealed record Case(string Folder, string Home, Ran Command, DemoStory Story, Bundle Bundle, Policy Policy)
{
    readonly Lazy<byte[]> bytes = new(Bundle.Encode), policyFile = new(Policy.Encode);

    public byte[] Bytes => bytes.Value;

    public byte[] PolicyFile => policyFile.Value;

    public string BundlePath => Path.Combine(Folder, "case.bundle");

    public string PolicyPath => Path.Combine(Folder, "case.policy");

    public VerificationReport Verify(Bundle forged) => BundleVerifier.Verify(forged.Encode(), PolicyFile);

    public VerificationReport Verify(Policy other) => BundleVerifier.Verify(Bytes, other.Encode());
}

static class VerdictReading
{
    /// <summary>The check that a verdict names; null where it accepts.</summary>
    public static Check? CheckOf(this Verdict verdict) => VerificationReportJson.Words(verdict).Reason?.Check;

    public static string Word(this Verdict verdict) => VerificationReportJson.Words(verdict).Word;
}
