using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Cli.Bench;
using Counterfoil.Cli.Models;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk.Answers;

namespace Counterfoil.Cli.Inference;

/// <summary><c>counterfoil infer prove</c>: one answer, with its proof, in a file.</summary>
static class ProveAnswerCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "The folder that \"model register\" wrote", Required = true };
        var input = new Option<string>("--input") { Description = RequestFile.Description, Required = true };
        var context = new Option<string?>("--context") { Description = "What the answer is for, 32 bytes in hexadecimal: it holds in no other context. Zeros unless told" };
        var detached = new Option<bool>("--detached") { Description = "Leaves the published model out of the file: whoever verifies passes it with --model" };
        var output = new Option<string>("--out") { Description = "The file to write", Required = true };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("prove", "Answers, and proves that the registered model gives this answer") { model, input, context, detached, output, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(model)!, parsed.GetValue(input)!, RequestFile.Context(parsed.GetValue(context)) ?? default, !parsed.GetValue(detached), parsed.GetValue(output)!, parsed.GetValue(json)));
        return command;
    }

    static int Run(string path, string input, Bytes32 context, bool isCarrying, string output, bool asJson)
    {
        // An opening is spent before the file is written: whether it can be is looked at first.
        if (Directory.Exists(output)) throw new UsageException($"{output} is a folder", "--out takes a file");
        if (Path.GetDirectoryName(Path.GetFullPath(output)) is { } beside && !Directory.Exists(beside)) throw new UsageException($"there is no folder {beside}", "--out takes a file in a folder that exists");
        if (!Directory.Exists(path)) throw new UsageException($"there is no folder {path}", "\"counterfoil model register\" writes one");
        using var lines = new StageLines("proving");
        ModelFolder.Open(path, out var folder).Require();
        using (folder)
        {
            byte[] request = RequestFile.Read(input, folder!.Published.Input);
            Verdict verdict = Verdict.Accept;
            ProvenAnswer? answer = null;
            ProvenExecution? execution = null;
            long peak = PeakMemory.During(() => verdict = folder.TryAnswer(request, context, isCarrying, out answer, out execution, lines));
            lines.Dispose();
            if (verdict is Verdict.Rejected { Reason: var refused } && (refused.Check == AnswerChecks.RequestLength || refused.Check == AnswerChecks.RequestElement))
                throw new UsageException($"{input} is no input of this model: {refused}", $"the input is {folder.Published.Input.Name} [{string.Join(", ", folder.Published.Input.Shape)}] of {folder.Published.Input.Datatype}");
            verdict.Require();
            byte[] file = answer!.Encode();
            File.WriteAllBytes(output, file);
            folder.Left(out int? left);
            if (asJson)
            {
                var facts = AnswerWords.Json(folder.Published, answer);
                facts["outputDigest"] = Sha256.Hash(answer.OutputBytes()).ToString();
                facts["proveMillis"] = Math.Round(execution!.Elapsed.TotalMilliseconds, 1);
                facts["inferMillis"] = Math.Round(execution.Inference.TotalMilliseconds, 3);
                facts["proofBytes"] = answer.Proof.Length;
                facts["fileBytes"] = file.Length;
                facts["peakBytes"] = peak;
                facts["proofsLeft"] = left;
                facts["stages"] = new JsonObject(execution.Timings.Select(t => KeyValuePair.Create(t.Stage, (JsonNode?)Math.Round(t.Elapsed.TotalMilliseconds, 1))));
                Console.Out.WriteLine(facts.ToJsonString(new() { WriteIndented = true }));
                return ExitCode.Yes;
            }
            AnswerWords.Print(folder.Published, answer);
            Console.Out.WriteLine($"proven in {execution!.Elapsed.TotalSeconds:F2} s, {answer.Proof.Length:N0} bytes; {output} has {file.Length:N0}{(left is null ? "" : $"; {left} proofs left")}");
            Terminal.Hint($"counterfoil infer verify {output}{(isCarrying ? "" : $" --model {Path.Combine(path, ModelFolder.PublicName)}")}");
            return ExitCode.Yes;
        }
    }
}
