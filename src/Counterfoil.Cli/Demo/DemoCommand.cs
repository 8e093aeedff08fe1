using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Verification;
using Counterfoil.Home;
using Spectre.Console;

namespace Counterfoil.Cli.Demo;

/// <summary><c>counterfoil demo</c>: the whole story on real data, then forgeries of it, each caught by the check that is meant for it.</summary>
static class DemoCommand
{
    /// <summary>What the trained model must reach on the images it never saw; 82 % lies four deviations of the split below the recipe's mean of 86 %.</summary>
    const double LeastAccuracy = 0.82;

    public static Command Create()
    {
        var home = new Option<string>("--home") { Description = "The folder of keys, log and journals", DefaultValueFactory = _ => Path.Combine(HomeFolder.DefaultPath, "demo") };
        var output = new Option<string>("--out") { Description = "Where the bundle goes; the policy goes beside it", DefaultValueFactory = _ => "case.bundle" };
        var serve = new Option<bool>("--serve") { Description = "Keep selling and answering until interrupted" };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("demo", "Tells the whole story on real data, and writes a bundle that anyone verifies offline") { home, output, serve, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(home)!, parsed.GetValue(output)!, parsed.GetValue(serve), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string home, string output, bool serve, bool json, CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        string policyPath = PolicyBeside(ref output);
        var narrator = new Narrator();
        await using var story = await DemoStory.OpenAsync(Path.GetFullPath(home), narrator, cancel);
        await story.RunAsync(cancel);

        narrator.Begin("writing the bundle and the policy, and verifying them in a fresh process");
        var bundle = await story.BundleAsync(cancel);
        byte[] bytes = bundle.Encode(), policy = (await story.PolicyAsync(cancel)).Encode();
        await File.WriteAllBytesAsync(output, bytes, cancel);
        await File.WriteAllBytesAsync(policyPath, policy, cancel);
        var report = BundleVerifier.Verify(bytes, policy);
        bool held = await AskFreshProcessAsync(bundle, output, policyPath, narrator, cancel);

        Narrator.Chapter("6 Forgeries");
        var forgeries = new List<ForgeryDocument>();
        foreach (var forgery in story.Forger(bundle).All())
        {
            narrator.Begin(forgery.Name);
            var refused = BundleVerifier.Verify(forgery.Bundle.Encode(), policy).Verdict;
            var (word, reason) = VerificationReportJson.Words(refused);
            bool meant = refused is Verdict.Rejected && reason!.Check == forgery.Check;
            held &= meant;
            forgeries.Add(new ForgeryDocument(forgery.Name, word, reason?.Check.Id));
            narrator.Done($"{forgery.Name}: {word} by {reason?.Check.Id ?? "no check"}{(meant ? "" : $", and {forgery.Check} was meant to")}");
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        held &= report.Verdict.IsAccepted;
        if (story.Facts.Accuracy < LeastAccuracy)
        {
            Terminal.Error($"the model labels {story.Facts.Accuracy:P1} of the held-back images right, and {LeastAccuracy:P0} was to be reached");
            held = false;
        }
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(new DemoDocument(
                VerificationReportJson.Words(report.Verdict).Word,
                [.. report.Links.Select(l => new DemoLinkDocument(l.Type?.Name, VerificationReportJson.Words(l.Verdict).Word, l.Digest.ToString()))],
                forgeries, new DatasetDocument(story.Facts.Records, story.Facts.Quarantined), new ModelDocument(story.Facts.Accuracy), Math.Round(seconds, 2), output),
                DemoJson.Default.DemoDocument));
        else Print(report, forgeries, seconds, output, policyPath, bytes.Length);
        if (serve)
        {
            Terminal.Notes.WriteLine($"counterfoil: selling at {story.SellerAddress}; interrupt to stop");
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return held ? ExitCode.Yes : ExitCode.No;
    }

    /// <summary>Where the policy goes. What cannot be written is better known before the story than after it.</summary>
    static string PolicyBeside(ref string output)
    {
        string asked = output;
        output = Path.GetFullPath(output);
        if (Directory.Exists(output)) throw new UsageException($"{asked} is a folder, and the bundle is a file", $"pass --out {Path.Combine(asked, "case.bundle")}");
        if (!Directory.Exists(Path.GetDirectoryName(output))) throw new UsageException($"there is no folder {Path.GetDirectoryName(output)} to put the bundle in");
        string policy = Path.ChangeExtension(output, ".policy");
        return policy != output ? policy : throw new UsageException($"{asked} is where the policy would go", "give the bundle another ending");
    }

    /// <summary>ACCEPT under the policy; UNVERIFIABLE without it, and without the anchor.</summary>
    static async Task<bool> AskFreshProcessAsync(Bundle bundle, string output, string policyPath, Narrator narrator, CancellationToken cancel)
    {
        var (verdict, networkless) = await FreshProcess.VerifyAsync(output, policyPath, cancel);
        var (withoutPolicy, _) = await FreshProcess.VerifyAsync(output, null, cancel);
        string unanchored = Path.Combine(Path.GetTempPath(), $"counterfoil-{Guid.NewGuid():N}.bundle");
        string withoutAnchor;
        try
        {
            await File.WriteAllBytesAsync(unanchored, WithoutFinalAnchor(bundle).Encode(), cancel);
            (withoutAnchor, _) = await FreshProcess.VerifyAsync(unanchored, policyPath, cancel);
        }
        finally
        {
            File.Delete(unanchored);
        }
        narrator.Done($"a fresh process{(networkless ? " without a network" : "")} says {verdict} under the policy, {withoutPolicy} without it, {withoutAnchor} without the last anchor");
        return verdict == "ACCEPT" && withoutPolicy == "UNVERIFIABLE" && withoutAnchor == "UNVERIFIABLE";
    }

    /// <summary>The same bundle without the receipt that anchors its last checkpoint.</summary>
    static Bundle WithoutFinalAnchor(Bundle bundle) =>
        bundle with { Chains = [bundle.Chains[0] with { Receipts = bundle.Chains[0].Receipts.RemoveAt(bundle.Chains[0].Receipts.Length - 1) }] };

    static void Print(VerificationReport report, List<ForgeryDocument> forgeries, double seconds, string output, string policyPath, int bytes)
    {
        var (word, _) = VerificationReportJson.Words(report.Verdict);
        Terminal.Out.WriteLine($"{word}: {report.Links.Length} links, one story, in {seconds:F1} s");
        foreach (var link in report.Links) WriteRow($"{VerificationReportJson.Words(link.Verdict).Word,-13} {link.Type?.Name}", 36, Short($"{link.Digest}"));
        Terminal.Out.WriteLine($"{forgeries.Count(f => f.Verdict == "REJECT")} of {forgeries.Count} forgeries rejected");
        foreach (var forgery in forgeries) WriteRow($"{forgery.Verdict,-13} {forgery.Check}", 42, forgery.Name);
        Terminal.Out.WriteLine($"{output} ({bytes / 1024.0:F0} KiB) and {policyPath}: check them with");
        Terminal.Out.WriteLine($"  counterfoil verify {output} --policy {policyPath}");

        static void WriteRow(string head, int column, string text)
        {
            Terminal.Out.Write($"  {head} ".PadRight(column));
            Terminal.Out.WriteWrapped(text, column);
        }

        // As much of a digest as a row has room for; --json has all of it.
        static string Short(string digest) => Terminal.Out.Profile.Width > 36 + digest.Length ? digest : $"{digest.AsSpan(0, 40)}…";
    }
}

sealed record DemoDocument(
    string Verdict, ImmutableArray<DemoLinkDocument> Links, IReadOnlyList<ForgeryDocument> Forgeries, DatasetDocument Dataset, ModelDocument Model, double Seconds, string Bundle);

sealed record DemoLinkDocument(string? Type, string Verdict, string Digest);

sealed record ForgeryDocument(string Name, string Verdict, string? Check);

sealed record DatasetDocument(long Records, int Quarantined);

sealed record ModelDocument(double Accuracy);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DemoDocument))]
sealed partial class DemoJson : JsonSerializerContext;
