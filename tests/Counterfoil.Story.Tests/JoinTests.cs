using System.Reflection;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Verification;
using Counterfoil.Story.Tests.Attacks;

namespace Counterfoil.Story.Tests;

/// <summary>
/// For every check that holds a case together, somebody who gets everything else right: all keys, the log, the account that anchors. Exactly that check stops
/// them, at exactly that link.
/// </summary>
public sealed class JoinTests(ToldStory told)
{
    internal static readonly IReadOnlyList<Attack> Attacks =
    [
        .. OnLinks.Guard, .. OnLinks.Lease, .. OnLinks.Training, .. OnLinks.Model, .. OnLinks.Inference, .. OnLinks.Settlement,
        .. OnChains.Blocks, .. OnChains.Receipts, .. OnChains.Anchors, .. OnFiles.Bundles, .. OnFiles.Statements, .. OnFiles.Policies,
    ];

    public static TheoryData<string> Names => [.. Attacks.Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_forgery_is_stopped_by_its_check_alone(string name)
    {
        var attack = Attacks.Single(a => a.Name == name);
        var forged = await attack.Forge(new Scene(await told.Case));
        var report = BundleVerifier.Verify(forged.Bundle, forged.Policy.Length == 0 ? (ReadOnlyMemory<byte>?)null : forged.Policy);
        Assert.Equal($"{attack.Word} {attack.Check}", $"{report.Verdict.Word()} {report.Verdict.CheckOf()}");
        if (attack.Link is { } link)
            Assert.Contains(report.Links, l => (l.Type is null || l.Type == link) && l.Verdict.CheckOf() == attack.Check && l.Verdict.Word() == attack.Word);
        if (!attack.TouchesOthers)
            Assert.All(report.Links, l => Assert.False(l.Verdict is Verdict.Rejected && l.Type is not null && l.Type != attack.Link, $"{l.Type}: {l.Verdict}"));
    }

    [Fact]
    public async Task The_same_insider_who_lies_about_nothing_is_accepted()
    {
        var scene = new Scene(await told.Case);
        // Signed again under another subject name, logged and anchored again: nothing of the forger's craft is what the checks find.
        var forged = await scene.AnchorAsync(scene.Relog([.. scene.Envelopes[..^1], scene.Sign(scene.Predicate<Evidence.Predicates.Settlement>(), Evidence.Predicates.LinkType.Settlement)]));
        var report = BundleVerifier.Verify(forged.Bundle, forged.Policy);
        Assert.True(report.Verdict.IsAccepted, report.Verdict.ToString());
    }

    [Fact]
    public async Task As_of_the_very_second_of_the_last_block_the_case_holds()
    {
        var story = await told.Case;
        var last = new Scene(story).Header(story.Bundle.Chains[0].Headers.Length - 1);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds((long)last.Timestamp), story.Policy.AsOf);
        Assert.True(story.Verify(story.Bundle).Verdict.IsAccepted);
    }

    [Fact]
    public async Task A_second_pin_further_back_changes_nothing()
    {
        var scene = new Scene(await told.Case);
        var forged = scene.Under(t => t with { Blocks = [new(scene.Header(2).Number, scene.Header(2).Hash), .. t.Blocks] });
        Assert.True(BundleVerifier.Verify(forged.Bundle, forged.Policy).Verdict.IsAccepted);
    }

    [Fact]
    public void Every_check_has_an_attack()
    {
        var checks = typeof(EvidenceChecks).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (Check)f.GetValue(null)!);
        // The reader's own rules leave a bundle one encoding; that it is encoded again and compared is the second lock on that door, and
        // MutationTests look for a file that reaches it.
        Assert.Equal([EvidenceChecks.BundleEncoding], checks.Except(Attacks.Select(a => a.Check)));
    }

    [Fact]
    public void No_two_attacks_share_a_name() => Assert.Empty(Attacks.GroupBy(a => a.Name).Where(g => g.Count() > 1).Select(g => g.Key));
}
