using Counterfoil.Cli;
using System.Text.Json;
using Counterfoil.Cli.Demo;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evidence.Verification;

namespace Counterfoil.Story.Tests;

/// <summary>The main job: one story from committed data to settled payment, and what a verifier says of it.</summary>
public sealed class DemoTests(ToldStory told)
{
    static readonly string[] InOrder = [.. LinkType.All.Select(t => t.Name)];

    [Fact]
    public async Task The_command_tells_the_story_and_says_so_in_json()
    {
        var story = await told.Case;
        Assert.Equal(0, story.Command.Exit);
        using var json = JsonDocument.Parse(story.Command.Out);
        var answer = json.RootElement;
        Assert.Equal(["verdict", "links", "forgeries", "dataset", "model", "seconds", "bundle"], Names(answer));
        Assert.Equal("ACCEPT", answer.GetProperty("verdict").GetString());
        Assert.Equal(10_000, answer.GetProperty("dataset").GetProperty("records").GetInt64());
        Assert.Equal(25, answer.GetProperty("dataset").GetProperty("quarantined").GetInt32());
        Assert.InRange(answer.GetProperty("model").GetProperty("accuracy").GetDouble(), 0.82, 1);
        Assert.InRange(answer.GetProperty("seconds").GetDouble(), 0.1, 3600);
        Assert.Equal(story.BundlePath, answer.GetProperty("bundle").GetString());
        Assert.Equal(InOrder, answer.GetProperty("links").EnumerateArray().Select(l => l.GetProperty("type").GetString()!));
        Assert.All(answer.GetProperty("links").EnumerateArray(), l =>
        {
            Assert.Equal(["type", "verdict", "digest"], Names(l));
            Assert.Equal("ACCEPT", l.GetProperty("verdict").GetString());
            Assert.Matches("^[0-9a-f]{64}$", l.GetProperty("digest").GetString());
        });
        var forgeries = answer.GetProperty("forgeries").EnumerateArray().ToList();
        Assert.InRange(forgeries.Count, 7, 100);
        Assert.All(forgeries, f =>
        {
            Assert.Equal(["name", "verdict", "check"], Names(f));
            Assert.Equal("REJECT", f.GetProperty("verdict").GetString());
        });
    }

    [Fact]
    public async Task Progress_goes_to_stderr_and_only_the_answer_to_stdout()
    {
        var story = await told.Case;
        Assert.StartsWith("{", story.Command.Out);
        Assert.EndsWith("}", story.Command.Out.TrimEnd());
        Assert.Contains("10,000 records of Fashion-MNIST committed", story.Command.Error);
        Assert.DoesNotContain("\u001b", story.Command.Error); // no colour where there is no terminal
    }

    [Fact]
    public async Task A_second_run_in_the_same_home_goes_on_with_the_log_and_is_a_case_of_its_own()
    {
        var story = await told.Case;
        Assert.Equal(10_000, story.Story.Facts.Records);
        Assert.Equal(25, story.Story.Facts.Quarantined);
        Bundle.Decode(File.ReadAllBytes(story.BundlePath), out var first).Require();
        Assert.Equal(first!.Links[^1].Index + 1, story.Bundle.Links[0].Index);
        Assert.Equal(first.Log.Verifier, story.Bundle.Log.Verifier);
        Assert.Equal(first.Keys, story.Bundle.Keys);
        var report = story.Verify(story.Bundle);
        Assert.True(report.Verdict.IsAccepted, report.Verdict.ToString());
        Assert.Equal(InOrder, report.Links.Select(l => l.Type!.Name));
        Assert.All(report.Links, l => Assert.True(l.Verdict.IsAccepted));
    }

    [Fact]
    public async Task Two_cases_of_one_home_cannot_vouch_for_each_other()
    {
        var story = await told.Case;
        var report = BundleVerifier.Verify(File.ReadAllBytes(story.BundlePath), story.PolicyFile);
        Assert.IsType<Verdict.Rejected>(report.Verdict); // each has a settlement chain of its own
    }

    [Fact]
    public async Task Without_a_policy_every_link_is_unverifiable_for_want_of_a_trusted_signer()
    {
        var report = BundleVerifier.Verify((await told.Case).Bytes, null);
        Assert.IsType<Verdict.Unverifiable>(report.Verdict);
        Assert.Equal(EvidenceChecks.PolicySigner, report.Verdict.CheckOf());
        Assert.Equal(7, report.Links.Length);
        Assert.All(report.Links, l => Assert.Equal(EvidenceChecks.PolicySigner, l.Verdict.CheckOf()));
        Assert.Null(report.PolicyDigest);
        Assert.Empty(report.Proves);
    }

    [Fact]
    public async Task Without_the_last_anchor_the_links_that_it_holds_are_unverifiable()
    {
        var story = await told.Case;
        var chain = story.Bundle.Chains[0];
        var report = story.Verify(story.Bundle with { Chains = [chain with { Receipts = chain.Receipts.RemoveAt(chain.Receipts.Length - 1) }] });
        Assert.IsType<Verdict.Unverifiable>(report.Verdict);
        Assert.Equal(EvidenceChecks.ChainAnchor, report.Verdict.CheckOf());
        Assert.True(report.Links[0].Verdict.IsAccepted); // anchored before training, and still
        Assert.All(report.Links[1..], l => Assert.Equal(EvidenceChecks.ChainAnchor, l.Verdict.CheckOf()));
    }

    [Fact]
    public async Task Without_a_required_link_the_case_is_unverifiable_and_names_it()
    {
        var story = await told.Case;
        // The head alone can be left out without leaving a hole: its key goes with it.
        var settlement = story.Bundle.Links[^1];
        var signer = settlement.Envelope.Signatures[0].KeyId;
        var report = story.Verify(story.Bundle with { Links = story.Bundle.Links[..^1], Keys = [.. story.Bundle.Keys.Where(k => k.KeyId != signer)] });
        Assert.IsType<Verdict.Unverifiable>(report.Verdict);
        Assert.Equal(EvidenceChecks.PolicyRequired, report.Verdict.CheckOf());
        Assert.Contains("settlement", report.Verdict.ToString());
    }

    [Fact]
    public async Task Every_forgery_is_rejected_by_the_check_that_is_meant_for_it()
    {
        var story = await told.Case;
        var forgeries = story.Story.Forger(story.Bundle).All().ToList();
        Assert.InRange(forgeries.Count, 7, 100);
        Assert.All(forgeries, f =>
        {
            var verdict = story.Verify(f.Bundle).Verdict;
            Assert.IsType<Verdict.Rejected>(verdict);
            Assert.Equal((f.Name, f.Check), (f.Name, verdict.CheckOf()!.Value));
        });
    }

    static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(p => p.Name);
}
