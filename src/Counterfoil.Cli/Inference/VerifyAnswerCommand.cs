using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterfoil.Cli.Data;
using Counterfoil.Cli.Verify;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Verification;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk.Answers;
using Spectre.Console;

namespace Counterfoil.Cli.Inference;

/// <summary><c>counterfoil infer verify</c>: whether an answer is the model's, offline.</summary>
static class VerifyAnswerCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The file that \"infer prove\" wrote, or the decoded proof of a server's response" };
        var model = new Option<string?>("--model") { Description = "The public.model (or the folder that holds one) that its owner gave you; without it, what the file carries" };
        var input = new Option<string?>("--input") { Description = "The input that you asked about: the answer must be about it" };
        var context = new Option<string?>("--context") { Description = "The context that you asked in, 32 bytes in hexadecimal: the answer must have been made for it" };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("verify", "Says ACCEPT (exit 0), REJECT (1) or UNVERIFIABLE (3), offline") { file, model, input, context, json };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, parsed.GetValue(model), parsed.GetValue(input), RequestFile.Context(parsed.GetValue(context)), parsed.GetValue(json)));
        return command;
    }

    static int Run(string path, string? modelPath, string? input, Bytes32? context, bool asJson)
    {
        byte[] file = InputFile.Read(path, ProvenAnswer.MaximumBytes, "\"counterfoil infer prove\" writes one");
        if (ProvenAnswer.Decode(file, out var answer) is Verdict.Rejected { Reason: var malformed }) throw new UsageException($"{path} is not a proven answer: {malformed}");
        PublishedModel? known = null;
        if (modelPath is not null && ModelFolder.ReadPublished(modelPath, out known) is Verdict.Rejected { Reason: var unread }) throw new UsageException($"{modelPath} is not a published model: {unread}", "public.model, as \"counterfoil model register\" writes it");
        long start = Stopwatch.GetTimestamp();
        var verdict = answer!.Resolve(known, out var model);
        if (verdict.IsAccepted) verdict = answer.Answers(input is null ? (ReadOnlyMemory<byte>?)null : RequestFile.Read(input, model!.Input), context).Then(() => answer.Verify(model!));
        var took = Stopwatch.GetElapsedTime(start);
        if (asJson) Write(verdict, model, answer, took, isCarried: known is null);
        else Print(verdict, model, answer, took, isCarried: known is null);
        return ExitCode.Of(verdict);
    }

    static void Print(Verdict verdict, PublishedModel? model, ProvenAnswer answer, TimeSpan took, bool isCarried)
    {
        VerifyCommand.Say(verdict, $"in {took.TotalMilliseconds:F0} ms");
        if (verdict is Verdict.Unverifiable) Terminal.Hint("pass --model with the public.model that the model's owner gave you");
        // What was refused says nothing: its output is not shown as if it did.
        if (!verdict.IsAccepted || model is null) return;
        AnswerWords.Print(model, answer);
        VerifyCommand.List("proves", AnswerWords.Proves(model));
        VerifyCommand.List("does not prove", AnswerWords.DoesNotProve(isCarried));
    }

    static void Write(Verdict verdict, PublishedModel? model, ProvenAnswer answer, TimeSpan took, bool isCarried)
    {
        var (word, reason) = VerificationReportJson.Words(verdict);
        var said = new JsonObject { ["verdict"] = word, ["check"] = reason?.Check.Id, ["expected"] = reason?.Expected, ["found"] = reason?.Found, ["verifyMillis"] = Math.Round(took.TotalMilliseconds, 1) };
        if (verdict.IsAccepted && model is not null)
        {
            foreach (var (name, value) in AnswerWords.Json(model, answer)) said[name] = value?.DeepClone();
            said["requestDigest"] = Sha256.Hash(answer.Request.Span).ToString();
            said["proves"] = Lines(AnswerWords.Proves(model));
            said["doesNotProve"] = Lines(AnswerWords.DoesNotProve(isCarried));
        }
        Console.Out.WriteLine(said.ToJsonString(new() { WriteIndented = true }));

        static JsonArray Lines(IReadOnlyList<string> lines) => [.. lines.Select(l => (JsonNode)l)];
    }
}
