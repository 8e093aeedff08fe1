using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover;
using Counterfoil.Prover.Storage;
using Counterfoil.Zk;
using Counterfoil.Zk.Answers;

namespace Counterfoil.Cli.Inference;

/// <summary><c>counterfoil infer open</c>: single cells of a hidden input or output, shown by who holds its secret.</summary>
static class OpenCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("secrets") { Description = "The folder of secrets that \"infer prove\" made" };
        var which = new Option<string>("--of") { Description = "Which of the two the cells are of: input or output", Required = true };
        which.AcceptOnlyFromAmong("input", "output");
        var cells = new Option<int[]>("--cell") { Description = $"Numbers of cells, from 0 (of a batch, those of all inputs one after the other): up to {TensorOpening.MostCells}", Required = true, AllowMultipleArgumentsPerToken = true };
        var context = new Option<string?>("--context") { Description = "What the opening is for, 32 bytes in hexadecimal: it holds in no other context. Zeros unless told" };
        var output = new Option<string>("--out") { Description = "The file to write", Required = true };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("open", "Shows single cells of a hidden input or output, and proves that they are those; of the others it says nothing") { folder, which, cells, context, output, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(folder)!, parsed.GetValue(which)!, parsed.GetValue(cells)!, RequestFile.Context(parsed.GetValue(context)) ?? default, parsed.GetValue(output)!, parsed.GetValue(json)));
        return command;
    }

    static int Run(string path, string which, int[] cells, Bytes32 context, string output, bool asJson)
    {
        if (Directory.Exists(output)) throw new UsageException($"{output} is a folder", "--out takes a file");
        if (Path.GetDirectoryName(Path.GetFullPath(output)) is { } beside && !Directory.Exists(beside)) throw new UsageException($"there is no folder {beside}", "--out takes a file in a folder that exists");
        if (!Directory.Exists(path)) throw new UsageException($"there is no folder {path}", "\"counterfoil infer prove --hide-input\" or \"--hide-output\" makes one");
        TensorFolder.Open(path, out var folder).Require();
        folder!.Read(which == "input" ? TensorFolder.InputName : TensorFolder.OutputName, out var tensor).Require($"only who proved with --hide-{which} has it, in the folder that was made then");
        using (tensor)
        {
            int length = tensor!.Cells.Length;
            if (cells.FirstOrDefault(c => c < 0 || c >= length, -1) is var outside && cells.Any(c => c == outside)) throw new UsageException($"there is no cell {outside} in this {which}", $"its cells are 0 to {length - 1}");
            if (cells.Length > TensorOpening.MostCells) throw new UsageException($"{cells.Length} cells", $"one opening shows {TensorOpening.MostCells} at most");
            var verdict = tensor.TryOpen(cells, context, null, out var opening, out byte[] proof);
            verdict.Require(verdict is Verdict.Rejected { Reason.Check: var check } && check == ProverChecks.Budget ? "every opening that its masks hide is spent: one more would tell of the other cells" : null);
            var file = new ProvenOpening(opening!, proof);
            File.WriteAllBytes(output, file.Encode());
            folder.Left(tensor, out int left);
            if (asJson)
            {
                var facts = OpeningWords.Facts(file);
                facts["proofBytes"] = proof.Length;
                facts["openingsLeft"] = left;
                Console.Out.WriteLine(facts.ToJsonString(new() { WriteIndented = true }));
                return ExitCode.Yes;
            }
            OpeningWords.Print(file, null, false, null);
            Console.Out.WriteLine($"{output}, a proof of {proof.Length:N0} bytes; {left} openings left");
            Terminal.Hint($"counterfoil infer verify {output} --answer ANSWER");
            return ExitCode.Yes;
        }
    }
}
