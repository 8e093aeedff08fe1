using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Cli.Bench;
using Counterfoil.Cli.Models;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk;
using Counterfoil.Zk.Answers;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Cli.Inference;

/// <summary><c>counterfoil infer prove</c>: one answer, or several in one proof, in a file.</summary>
static class ProveAnswerCommand
{
    /// <summary>How the folder of secrets is called beside an answer, unless told.</summary>
    const string SecretsSuffix = ".secrets";

    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "The folder that \"model register\" wrote", Required = true };
        var input = new Option<string[]>("--input")
        {
            Description = $"{RequestFile.Description}. Several files are answered in one proof, which costs one opening and little more than the longest: up to {GraphBatch.MostInputs}, of hidden weights as many as --batch made room for",
            Required = true, AllowMultipleArgumentsPerToken = true,
        };
        var context = new Option<string?>("--context") { Description = "What the answer is for, 32 bytes in hexadecimal: it holds in no other context. Zeros unless told" };
        var hideInput = new Option<bool>("--hide-input") { Description = "Leaves the input out of the file: a commitment stands for it, and the proof says nothing of it" };
        var hideOutput = new Option<bool>("--hide-output") { Description = "The same of the output" };
        var secrets = new Option<string?>("--secrets") { Description = $"The folder, new, for what opens the hidden input and output; it stays with you. The name of --out with {SecretsSuffix} unless told" };
        var detached = new Option<bool>("--detached") { Description = "Leaves the published model out of the file: whoever verifies passes it with --model" };
        var output = new Option<string>("--out") { Description = "The file to write", Required = true };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("prove", "Answers, and proves that the registered model gives this answer") { model, input, context, hideInput, hideOutput, secrets, detached, output, json };
        command.SetAction(parsed =>
        {
            var options = new AnswerOptions
            {
                Context = RequestFile.Context(parsed.GetValue(context)) ?? default, IsCarrying = !parsed.GetValue(detached), HideInput = parsed.GetValue(hideInput), HideOutput = parsed.GetValue(hideOutput),
            };
            return Run(parsed.GetValue(model)!, parsed.GetValue(input)!, options, parsed.GetValue(secrets), parsed.GetValue(output)!, parsed.GetValue(json));
        });
        return command;
    }

    static int Run(string path, string[] inputs, AnswerOptions options, string? secrets, string output, bool asJson)
    {
        // An opening is spent before the file is written: whether it can be is looked at first.
        if (Directory.Exists(output)) throw new UsageException($"{output} is a folder", "--out takes a file");
        if (Path.GetDirectoryName(Path.GetFullPath(output)) is { } beside && !Directory.Exists(beside)) throw new UsageException($"there is no folder {beside}", "--out takes a file in a folder that exists");
        if (!Directory.Exists(path)) throw new UsageException($"there is no folder {path}", "\"counterfoil model register\" writes one");
        if (inputs.Length > GraphBatch.MostInputs) throw new UsageException($"{inputs.Length} inputs", $"one proof is about {GraphBatch.MostInputs} at most");
        bool hides = options.HideInput || options.HideOutput;
        if (!hides && secrets is not null) throw new UsageException("--secrets, and nothing to hide", "--hide-input, --hide-output or both say what");
        secrets ??= Path.TrimEndingDirectorySeparator(output) + SecretsSuffix;
        if (hides && (File.Exists(secrets) || Directory.Exists(secrets))) throw new UsageException($"there is something at {secrets}", "--secrets takes a folder that is new: those of an earlier answer would be lost");
        using var lines = new StageLines("proving");
        ModelFolder.Open(path, out var folder).Require();
        using (folder)
        {
            var published = folder!.Published;
            ReadOnlyMemory<byte>[] requests = [.. inputs.Select(file => (ReadOnlyMemory<byte>)RequestFile.Read(file, published.Input))];
            for (int i = 0; i < requests.Length; i++)
                if (published.Input.ToCells(requests[i].Span, published.Model.Graph.Input, out _) is Verdict.Rejected { Reason: var unfit })
                    throw new UsageException($"{inputs[i]} is no input of this model: {unfit}", RequestFile.Hint(published.Input));
            Verdict verdict = Verdict.Accept;
            ProvenAnswer? answer = null;
            ProvenExecution? execution = null;
            long peak = 0;
            bool isDone = false;
            try
            {
                if (hides) options = options with { Secrets = TensorFolder.Create(secrets) };
                peak = PeakMemory.During(() => verdict = folder.TryAnswer(requests, options, out answer, out execution, lines));
                lines.Dispose();
                verdict.Require(HintFor(verdict, inputs.Length));
                File.WriteAllBytes(output, answer!.Encode());
                isDone = true;
            }
            finally
            {
                // Secrets of an answer that never came to be open nothing.
                if (hides && !isDone && Directory.Exists(secrets)) Directory.Delete(secrets, recursive: true);
            }
            Tell(folder, answer, execution!, peak, output, hides ? secrets : null, path, asJson);
            return ExitCode.Yes;
        }
    }

    static void Tell(ModelFolder folder, ProvenAnswer answer, ProvenExecution execution, long peak, string output, string? secrets, string path, bool asJson)
    {
        var model = folder.Published;
        long bytes = new FileInfo(output).Length;
        folder.Left(out int? left);
        var words = new AnswerWords(model, answer, execution.SecurityBits);
        if (asJson)
        {
            var facts = words.Json();
            if (answer.HiddenOutput is null) facts["outputDigest"] = Core.Digests.Sha256.Hash(answer.OutputBytes()).ToString();
            facts["proveMillis"] = Math.Round(execution.Elapsed.TotalMilliseconds, 1);
            facts["inferMillis"] = Math.Round(execution.Inference.TotalMilliseconds, 3);
            facts["proofBytes"] = answer.Proof.Length;
            facts["fileBytes"] = bytes;
            facts["peakBytes"] = peak;
            facts["proofsLeft"] = left;
            facts["secrets"] = secrets;
            facts["stages"] = new JsonObject(execution.Timings.Select(t => KeyValuePair.Create(t.Stage, (JsonNode?)Math.Round(t.Elapsed.TotalMilliseconds, 1))));
            Console.Out.WriteLine(facts.ToJsonString(new() { WriteIndented = true }));
            return;
        }
        words.Print();
        Console.Out.WriteLine($"proven in {execution.Elapsed.TotalSeconds:F2} s, {answer.Proof.Length:N0} bytes; {output} has {bytes:N0}{(left is null ? "" : $"; {left} proofs left")}");
        if (secrets is not null) Terminal.Hint($"{secrets} opens what is hidden: it stays with you, and counts as spent wherever it is copied");
        Terminal.Hint($"counterfoil infer verify {output}{(answer.CarriedModel is null ? $" --model {Path.Combine(path, ModelFolder.PublicName)}" : "")}");
    }

    /// <summary>What to do about a refusal.</summary>
    static string? HintFor(Verdict verdict, int inputs)
    {
        if (verdict is not Verdict.Rejected { Reason.Check: var check }) return null;
        if (check == ZkChecks.HiddenRows) return "this model looks its input up: --hide-output hides the output alone";
        if (check == ZkChecks.Hidden) return $"register the model with --tensor-budget N, for N proofs about one hidden input or output{(inputs > 1 ? $", and --batch {inputs}" : "")}";
        if (check == ZkChecks.ModelHiding || check == ZkChecks.ModelSecurity) return $"register the model with --batch {inputs}, or prove fewer inputs at once";
        if (check == ProverChecks.Budget) return "every opening is spent: register the model again, with a larger --budget if need be";
        return null;
    }
}
