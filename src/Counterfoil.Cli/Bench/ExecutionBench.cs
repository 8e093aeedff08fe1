using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Models.Onnx;
using Counterfoil.Models.Zoo;
using Counterfoil.Prover;
using Counterfoil.Zk;

namespace Counterfoil.Cli.Bench;

/// <summary>Proofs of executions of whole models, from ONNX: part of <see cref="ProofBench"/>.</summary>
static class ExecutionBench
{
    static readonly Bytes32 Context = Keccak256.Hash("a context for measurements"u8).Value;

    /// <summary>All that was measured of a model.</summary>
    /// <param name="Row">What programs read.</param>
    /// <param name="Model">What a verifier knows.</param>
    /// <param name="Stages">Each stage's seconds in the last run, in order.</param>
    public sealed record Figures(ProofDocument Row, CommittedGraph Model, ImmutableArray<StageTiming> Stages);

    /// <summary>Measures every model that can be registered here; of the others, what the verdict says.</summary>
    public static (List<Figures> Measured, List<string> Refused) Measure(BenchRun run)
    {
        var (measured, refused) = (new List<Figures>(), new List<string>());
        foreach (var zoo in ZooModel.All.Where(m => !run.Quick || m.Name is "mlp" or "lenet5"))
        {
            run.Next($"{zoo.Name}, as a graph");
            OnnxReader.Read(zoo.Build(), out var read, zoo.Limits).Require();
            var inputs = ZooModel.Inputs(read!, zoo.IsLarge ? 1 : 4);
            Quantiser.Quantise(read!, inputs, new QuantiserOptions(), out var model, out _).Require();
            RegisteredGraph? registered = null;
            Verdict verdict = Verdict.Accept;
            double register = Stopwatches.Once(() => verdict = RegisteredGraph.TryRegister(model!, null, out registered));
            if (registered is null) refused.Add($"{zoo.Name} is not registered here: {verdict}.");
            else
                using (registered) measured.Add(Measure(run, zoo, model!, registered, Quantiser.ToCells(inputs[0], model!), register));
        }
        return (measured, refused);
    }

    static Figures Measure(BenchRun run, ZooModel zoo, IntegerModel model, RegisteredGraph registered, int[] input, double register)
    {
        var executor = new FastExecutor(model);
        double infer = Stopwatches.Median(run, () => executor.Execute(input));
        ProvenExecution proven = null!;
        double prove = Stopwatches.Median(run, () => proven = registered.Prove(input, Context));
        long peak = PeakMemory.During(() => registered.Prove(input, Context));
        var statement = new ExecutionStatement(registered.Model, input, proven.Output.AsMemory(), Context);
        double verify = Stopwatches.Median(run, () => ExecutionProof.Verify(statement, proven.Proof).Require());
        return new Figures(
            new ProofDocument(zoo.Name, model.Parameters, model.Macs, Millis(infer), Millis(register), Millis(prove), Millis(verify), proven.Proof.Length, peak, registered.Model.Parameters.WeightsHidden,
                Math.Floor(registered.Model.Ledger.SecurityBits * 10) / 10),
            registered.Model, proven.Timings);
    }

    static double Millis(double seconds) => Math.Round(seconds * 1e3, 4);

    /// <summary>What the models cost, and where the time goes.</summary>
    public static IReadOnlyList<MarkdownTable> Tables(List<Figures> measured)
    {
        var models = new MarkdownTable("Executions of whole models", "model", "parameters", "MACs", "primitives", "infer ms", "register ms", "prove ms", "verify ms", "proof kB", "peak MB", "bits");
        foreach (var m in measured)
            models.Add(m.Row.Model, m.Row.Parameters.ToString("N0"), m.Row.Macs.ToString("N0"), $"{m.Model.Graph.Nodes.Length}", MarkdownTable.Number(m.Row.InferMillis), MarkdownTable.Number(m.Row.RegisterMillis),
                MarkdownTable.Number(m.Row.ProveMillis), MarkdownTable.Number(m.Row.VerifyMillis), MarkdownTable.Number(m.Row.ProofBytes / 1e3), MarkdownTable.Number(m.Row.PeakBytes / 1e6), $"{m.Row.SecurityBits:F1}");
        if (measured.Count == 0) return [models];
        var stages = new MarkdownTable("Each stage's share of proving an execution", ["model", .. measured[0].Stages.Select(s => s.Stage)]);
        foreach (var m in measured)
        {
            double all = m.Stages.Sum(s => s.Elapsed.TotalSeconds);
            stages.Add([m.Row.Model, .. m.Stages.Select(s => $"{100 * s.Elapsed.TotalSeconds / all:F0} %")]);
        }
        return [models, stages];
    }
}
