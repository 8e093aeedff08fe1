using System.CommandLine;
using System.Diagnostics;
using Counterfoil.Cli.Data;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Verification;
using Spectre.Console;

namespace Counterfoil.Cli.Verify;

/// <summary><c>counterfoil verify</c>: the question this product exists for.</summary>
static class VerifyCommand
{
    public const string Hint = "counterfoil demo writes a bundle and its policy";

    public static Command Create()
    {
        var bundle = new Argument<string>("file") { Description = "The file to verify: a bundle, a proof about a record, evidence of a near-duplicate, a delta of a dataset, or a signed statement about data" };
        var policy = new Option<string?>("--policy") { Description = "Whom and what you trust; without it the answer is REJECT or UNVERIFIABLE, never ACCEPT" };
        var rpc = new Option<string[]>("--rpc") { Description = "An endpoint that says whether the case's blocks are on its chain now; may be given again, for other chains. It can only take an ACCEPT away" };
        var depth = new Option<ulong>("--confirmations") { Description = "Blocks that must be on top of each, counting itself", DefaultValueFactory = _ => LiveChains.Confirmations };
        var record = new Option<string?>("--record") { Description = "Of a proof or evidence about a record: a file with the record's bytes exactly (- for stdin)" };
        var statement = new Option<string?>("--statement") { Description = "Of evidence, and of a proof or delta that does not hold its signed statement: the file that does" };
        var before = new Option<string?>("--before") { Description = "Of a delta: the signed statement before it, whose roots it must begin with" };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("verify", "Says ACCEPT (exit 0), REJECT (1) or UNVERIFIABLE (3), link by link, offline unless --rpc is given") { bundle, policy, rpc, depth, record, statement, before, json };
        command.SetAction((parsed, cancel) => ProofVerification.TryRun(parsed.GetValue(bundle)!, parsed.GetValue(record), parsed.GetValue(statement), parsed.GetValue(before), parsed.GetValue(policy), parsed.GetValue(json)) is { } exit ? Task.FromResult(exit) : RunAsync(
            parsed.GetValue(bundle)!, parsed.GetValue(policy), parsed.GetValue(rpc) ?? [], parsed.GetValue(depth), parsed.GetValue(json), cancel));
        return command;
    }

    static async Task<int> RunAsync(string bundlePath, string? policyPath, string[] rpc, ulong confirmations, bool json, CancellationToken cancel)
    {
        var endpoints = rpc.Select(LiveChains.Address).ToList();
        if (confirmations == 0) throw new UsageException("0 confirmations say nothing", "1 counts the block itself");
        var bundle = InputFile.Read(bundlePath, Bundle.MaximumBytes, Hint);
        ReadOnlyMemory<byte>? policy = policyPath is null ? (ReadOnlyMemory<byte>?)null : InputFile.Read(policyPath, Evidence.Policies.Policy.MaximumBytes, Hint);
        long start = Stopwatch.GetTimestamp();
        var report = BundleVerifier.Verify(bundle, policy);
        if (endpoints.Count > 0) report = report.With(await LiveChains.AskAsync(report, endpoints, confirmations, cancel));
        var took = Stopwatch.GetElapsedTime(start);
        // A file that could not be read as a bundle or a policy at all is malformed input, not a case that was judged.
        bool judged = !report.Links.IsEmpty;
        if (json) Console.Out.WriteLine(report.ToJson(took));
        else if (judged) Print(report, took);
        if (judged) return ExitCode.Of(report.Verdict);
        var reason = VerificationReportJson.Words(report.Verdict).Reason!;
        string fault = reason.Check == EvidenceChecks.PolicyEncoding || reason.Check == EvidenceChecks.PolicyVersion ? $"{policyPath} is not a policy" : $"{bundlePath} is not a bundle";
        throw new UsageException($"{fault}: {reason}");
    }

    static void Print(VerificationReport report, TimeSpan took)
    {
        foreach (var link in report.Links) Say(link.Verdict, $"{link.Type?.Name ?? "unreadable link",-19} {link.Digest.ToString()[..16]}", column: 13);
        if (report.Links.Any()) Terminal.Out.WriteLine();
        Say(report.Verdict, $"in {took.TotalMilliseconds:F0} ms");
        if (report.PolicyDigest is { } digest) Terminal.Out.WriteLine($"under policy {digest}");
        if (!report.Live.IsEmpty) Terminal.Out.WriteLine();
        foreach (var live in report.Live)
        {
            string which = $"block {live.Block.Number} of {live.Block.Chain}{(live.Block.Pinned ? ", pinned" : "")}{(live.Confirmations is { } depth ? $", {depth} deep at {live.Endpoint}" : "")}";
            Say(live.Verdict, which, column: 13);
        }
        List("proves", report.Proves);
        List("does not prove", report.DoesNotProve);
        if (report.Live.Any(l => l.Verdict is Verdict.Unverifiable { Reason.Check: var check } && check == LiveChecks.Endpoint))
            Terminal.Hint("--rpc takes the address of a node of the chain that the bundle names; without --rpc the answer is the offline one");
        if (report.PolicyDigest is null && report.Verdict is Verdict.Unverifiable) Terminal.Hint("pass --policy FILE, which says whom and what you trust (docs/trust.md)");
    }

    public static void List(string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0) return;
        Terminal.Out.WriteLine();
        Terminal.Out.WriteLine(title);
        foreach (string line in lines)
        {
            Terminal.Out.Write("  - ");
            Terminal.Out.WriteWrapped(line, 4);
        }
    }

    /// <summary>A verdict and what it is about; the reason beside them where there is room, below them where there is not.</summary>
    public static void Say(Verdict verdict, string about, int column = 0)
    {
        var (word, colour) = Word(verdict);
        string reason = Because(verdict);
        about = new string(' ', Math.Max(1, column - word.Length)) + about;
        Terminal.Out.Markup($"[bold {colour}]{word}[/]{Markup.Escape(about)}");
        if (reason.Length == 0) Terminal.Out.WriteLine();
        else if (word.Length + about.Length + 2 + reason.Length < Terminal.Out.Profile.Width) Terminal.Out.WriteLine("  " + reason);
        else
        {
            Terminal.Out.WriteLine();
            Terminal.Out.Write("    ");
            Terminal.Out.WriteWrapped(reason, 4);
        }
    }

    static string Because(Verdict verdict) => verdict switch
    {
        Verdict.Rejected { Reason: var r } => $"{r.Check}: expected {r.Expected}, found {r.Found}",
        Verdict.Unverifiable { Reason: var r } => $"{r.Check}: missing {r.Expected}",
        _ => "",
    };

    static (string Word, string Colour) Word(Verdict verdict) => verdict switch
    {
        Verdict.Rejected => ("REJECT", "red"),
        Verdict.Unverifiable => ("UNVERIFIABLE", "yellow"),
        _ => ("ACCEPT", "green"),
    };
}
