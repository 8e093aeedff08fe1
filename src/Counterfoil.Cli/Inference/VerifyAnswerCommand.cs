using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterfoil.Cli.Data;
using Counterfoil.Cli.Verify;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Verification;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk;
using Counterfoil.Zk.Answers;
using Spectre.Console;

namespace Counterfoil.Cli.Inference;

/// <summary><c>counterfoil infer verify</c>: whether an answer is the model's, or opened cells those of a hidden tensor, offline.</summary>
static class VerifyAnswerCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The file that \"infer prove\" or \"infer open\" wrote, or the decoded proof of a server's response" };
        var model = new Option<string?>("--model") { Description = "The public.model (or the folder that holds one) that its owner gave you; without it, what the file carries" };
        var input = new Option<string[]>("--input") { Description = "The input that you asked about, several in the order in which you asked: the answer must be about them", AllowMultipleArgumentsPerToken = true };
        var inputDigest = new Option<string?>("--input-digest") { Description = "The digest of the hidden input that the answer must be about" };
        var outputDigest = new Option<string?>("--output-digest") { Description = "The digest of the hidden output that the answer must be about" };
        var context = new Option<string?>("--context") { Description = "The context that you asked in, 32 bytes in hexadecimal: the file must have been made for it" };
        var answer = new Option<string?>("--answer") { Description = "Of opened cells: the answer that hides their tensor; it is verified too, and --model, --input and digests are about it" };
        var tensor = new Option<string?>("--tensor") { Description = "Of opened cells: the digest of their tensor" };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("verify", "Says ACCEPT (exit 0), REJECT (1) or UNVERIFIABLE (3), offline") { file, model, input, inputDigest, outputDigest, context, answer, tensor, json };
        command.SetAction(parsed =>
        {
            var asked = new Asked(
                KnownModel(parsed.GetValue(model)), parsed.GetValue(input) ?? [], RequestFile.Digest(parsed.GetValue(inputDigest), "digest"), RequestFile.Digest(parsed.GetValue(outputDigest), "digest"),
                RequestFile.Context(parsed.GetValue(context)));
            return Run(parsed.GetValue(file)!, asked, parsed.GetValue(answer), RequestFile.Digest(parsed.GetValue(tensor), "digest"), parsed.GetValue(json));
        });
        return command;
    }

    static int Run(string path, Asked asked, string? answerPath, Keccak256Digest? tensor, bool asJson)
    {
        byte[] file = InputFile.Read(path, ProvenAnswer.MaximumBytes, "\"counterfoil infer prove\" writes one");
        if (ProvenOpening.Is(file)) return OpeningVerification.Run(path, file, asked, answerPath, tensor, asJson);
        if (answerPath is not null || tensor is not null) throw new UsageException($"{path} has no opened cells", "--answer and --tensor are about what \"counterfoil infer open\" wrote");
        var answer = Decode(path, file);
        long start = Stopwatch.GetTimestamp();
        var verdict = asked.Judge(answer, out var model, out var statement);
        var took = Stopwatch.GetElapsedTime(start);
        // What was refused says nothing: its output is not shown as if it did.
        var words = statement is null ? null : new AnswerWords(model!, answer, statement.Ledger!.SecurityBits);
        if (asJson) Write(verdict, words, answer, took, isCarried: asked.Model is null);
        else Print(verdict, words, took, isCarried: asked.Model is null);
        return ExitCode.Of(verdict);
    }

    /// <summary>An answer from a file.</summary>
    public static ProvenAnswer Decode(string path, byte[] file) =>
        ProvenAnswer.Decode(file, out var answer) is Verdict.Rejected { Reason: var malformed } ? throw new UsageException($"{path} is not a proven answer: {malformed}") : answer!;

    static PublishedModel? KnownModel(string? path)
    {
        if (path is null) return null;
        if (ModelFolder.ReadPublished(path, out var known) is Verdict.Rejected { Reason: var unread }) throw new UsageException($"{path} is not a published model: {unread}", "public.model, as \"counterfoil model register\" writes it");
        return known;
    }

    static void Print(Verdict verdict, AnswerWords? words, TimeSpan took, bool isCarried)
    {
        VerifyCommand.Say(verdict, $"in {took.TotalMilliseconds:F0} ms");
        if (verdict is Verdict.Unverifiable) Terminal.Hint("pass --model with the public.model that the model's owner gave you");
        if (words is null) return;
        words.Print();
        VerifyCommand.List("proves", words.Proves());
        VerifyCommand.List("does not prove", words.DoesNotProve(isCarried));
    }

    static void Write(Verdict verdict, AnswerWords? words, ProvenAnswer answer, TimeSpan took, bool isCarried)
    {
        var (word, reason) = VerificationReportJson.Words(verdict);
        var said = new JsonObject { ["verdict"] = word, ["check"] = reason?.Check.Id, ["expected"] = reason?.Expected, ["found"] = reason?.Found, ["verifyMillis"] = Math.Round(took.TotalMilliseconds, 1) };
        if (words is not null)
        {
            foreach (var (name, value) in words.Json()) said[name] = value?.DeepClone();
            if (answer.HiddenInput is null) said["requestDigest"] = Sha256.Hash(answer.Request.Span).ToString();
            said["proves"] = Lines(words.Proves());
            said["doesNotProve"] = Lines(words.DoesNotProve(isCarried));
        }
        Console.Out.WriteLine(said.ToJsonString(new() { WriteIndented = true }));

        static JsonArray Lines(IReadOnlyList<string> lines) => [.. lines.Select(l => (JsonNode)l)];
    }
}

/// <summary>What whoever verifies knows of what he asked; null, or nothing, where any will do.</summary>
/// <param name="Model">The published model at hand.</param>
/// <param name="Inputs">Files of the inputs.</param>
/// <param name="InputDigest">Of the hidden input.</param>
/// <param name="OutputDigest">Of the hidden output.</param>
/// <param name="Context">The context.</param>
sealed record Asked(PublishedModel? Model, string[] Inputs, Keccak256Digest? InputDigest, Keccak256Digest? OutputDigest, Bytes32? Context)
{
    /// <summary>Whether an answer is one to it; the model that gave it, and what was proven, if so.</summary>
    public Verdict Judge(ProvenAnswer answer, out PublishedModel? model, out ExecutionStatement? statement)
    {
        statement = null;
        var verdict = answer.Resolve(Model, out model);
        if (!verdict.IsAccepted) return verdict;
        verdict = answer.Answers(Inputs.Length == 0 ? (ReadOnlyMemory<byte>?)null : RequestFile.ReadAll(Inputs, model!.Input), Context);
        if (verdict.IsAccepted) verdict = answer.Hides(InputDigest, OutputDigest);
        return verdict.IsAccepted ? answer.Verify(model!, out statement) : verdict;
    }
}
