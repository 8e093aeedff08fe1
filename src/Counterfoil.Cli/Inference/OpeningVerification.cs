using System.Diagnostics;
using System.Text.Json.Nodes;
using Counterfoil.Cli.Data;
using Counterfoil.Cli.Verify;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Verification;
using Counterfoil.Zk.Answers;

namespace Counterfoil.Cli.Inference;

/// <summary>Whether opened cells are those of a hidden tensor, and of which answer.</summary>
static class OpeningVerification
{
    /// <param name="path">The file's name.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="asked">What the answer beside it must be about; its context is the opening's.</param>
    /// <param name="answerPath">That answer, or null.</param>
    /// <param name="tensor">The digest of the tensor, or null.</param>
    /// <param name="asJson">Whether to say it as JSON.</param>
    public static int Run(string path, byte[] file, Asked asked, string? answerPath, Keccak256Digest? tensor, bool asJson)
    {
        if (ProvenOpening.Decode(file, out var opening) is Verdict.Rejected { Reason: var malformed }) throw new UsageException($"{path} has no opened cells: {malformed}");
        if (answerPath is null && (asked.Model is not null || asked.Inputs.Length > 0 || asked.InputDigest is not null || asked.OutputDigest is not null))
            throw new UsageException("--model, --input and their digests are about an answer, and there is none", "pass --answer, or --tensor with the digest of the tensor");
        var answer = answerPath is null ? null : VerifyAnswerCommand.Decode(answerPath, InputFile.Read(answerPath, ProvenAnswer.MaximumBytes, "\"counterfoil infer prove\" writes one"));
        long start = Stopwatch.GetTimestamp();
        bool isOutput = false;
        PublishedModel? model = null;
        var verdict = opening!.Answers(tensor, asked.Context);
        if (verdict.IsAccepted && answer is not null) verdict = opening.IsOf(answer, out isOutput);
        if (verdict.IsAccepted) verdict = opening.Verify();
        if (verdict.IsAccepted && answer is not null) verdict = (asked with { Context = null }).Judge(answer, out model, out _);
        var took = Stopwatch.GetElapsedTime(start);
        bool isCarried = answer is not null && asked.Model is null;
        if (asJson)
        {
            var (word, reason) = VerificationReportJson.Words(verdict);
            var said = new JsonObject { ["verdict"] = word, ["check"] = reason?.Check.Id, ["expected"] = reason?.Expected, ["found"] = reason?.Found, ["verifyMillis"] = Math.Round(took.TotalMilliseconds, 1) };
            // What was refused says nothing: its cells are not shown as if it did.
            if (verdict.IsAccepted)
            {
                foreach (var (name, value) in model is null ? OpeningWords.Facts(opening) : OpeningWords.Facts(opening, model, isOutput)) said[name] = value?.DeepClone();
                said["proves"] = new JsonArray([.. OpeningWords.Proves(opening, model, isOutput).Select(l => (JsonNode)l)]);
                said["doesNotProve"] = new JsonArray([.. OpeningWords.DoesNotProve(model, isCarried).Select(l => (JsonNode)l)]);
            }
            Console.Out.WriteLine(said.ToJsonString(new() { WriteIndented = true }));
            return ExitCode.Of(verdict);
        }
        VerifyCommand.Say(verdict, $"in {took.TotalMilliseconds:F0} ms");
        if (verdict is Verdict.Unverifiable) Terminal.Hint("pass --model with the public.model that the model's owner gave you");
        if (!verdict.IsAccepted) return ExitCode.Of(verdict);
        OpeningWords.Print(opening, model, isOutput, answer);
        VerifyCommand.List("proves", OpeningWords.Proves(opening, model, isOutput));
        VerifyCommand.List("does not prove", OpeningWords.DoesNotProve(model, isCarried));
        return ExitCode.Yes;
    }
}
