using System.Collections.Immutable;
using Counterfoil.Cli.Demo;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Models;

namespace Counterfoil.Cli.Bench;

/// <summary>Proofs of inference: one row a model, each stage's share, and the rate at which weights are committed.</summary>
static class ProofBench
{
    static readonly Bytes32 Context = Keccak256.Hash("a context for measurements"u8).Value;

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var measured = new List<ProofFigures>();
        await foreach (var model in ModelsAsync(run))
            foreach (var options in new[] { new RegistrationOptions(), new RegistrationOptions { Schedule = Schedule.Short }, Hidden, Hidden with { Schedule = Schedule.Short } })
            {
                run.Next($"{model.Name} ({model.ParameterCount:N0} parameters, weights {(options.Profile == PrivacyProfile.HiddenWeights ? "hidden" : "public")}, {Name(options.Schedule)} schedule)");
                measured.Add(Measure(run, model, options));
            }
        var (executions, refused) = ExecutionBench.Measure(run);
        return BenchReport.Of([.. measured.Select(m => m.Row), .. executions.Select(m => m.Row)], [Models(measured), Cost(measured), Stages(measured), .. ExecutionBench.Tables(executions)],
            [
            "Medians of warm runs. \"prove\" includes running the model; \"infer\" is the normative integer executor alone, plain on purpose.",
            "The peak is the process's resident set while it proves, model and registration included; \"allocated\" is what one proof takes from the garbage-collected heap in all.",
            "Bits: the weakest round of the ledger, no conjecture and no grinding; \"sum\" is over all rounds of registration and inference.",
            "Where weights are not hidden, proofs show correctness and hide nothing. Where they are, proofs are zero-knowledge, 64 of them before the root is drawn anew.",
            "Schedule: wide sends the opened row, short folds it; the short one chooses longer rows and its own rates.",
            .. refused]);
    }

    static readonly RegistrationOptions Hidden = new() { Profile = PrivacyProfile.HiddenWeights, Openings = new Uncounted() };

    /// <summary>No account: what is measured here is nobody's secret, and is proven more often than a budget allows.</summary>
    sealed class Uncounted : IProofBudget
    {
        public void Create(Keccak256Digest root, int proofs) { }

        public Verdict Take(Keccak256Digest root, Opening opening) => Verdict.Accept;
    }

    static async IAsyncEnumerable<BenchModel> ModelsAsync(BenchRun run)
    {
        yield return BenchModels.Random("MLP 64-64-10", 1, 64, 64, 10);
        if (run.Quick) yield break;
        run.Next("training of MLP 784-128-10");
        yield return await BenchModels.TrainedAsync(run, 784, 128, 10);
        yield return BenchModels.Random("MLP 784-256-128-10", 2, 784, 256, 128, 10);
        yield return BenchModels.Random("Dense-4M (4-1024×5-3)", 3, 4, 1024, 1024, 1024, 1024, 1024, 3);
    }

    /// <summary>All that was measured of a model.</summary>
    /// <param name="Row">What programs read.</param>
    /// <param name="Model">The model.</param>
    /// <param name="Registered">The model, committed.</param>
    /// <param name="Stages">Each stage's median seconds, in order.</param>
    /// <param name="CommitSeconds">Median seconds of committing the weights alone.</param>
    /// <param name="VerifyRegistrationMillis">What a verifier spends once a model.</param>
    /// <param name="Allocated">Bytes that one proof allocates.</param>
    sealed record ProofFigures(
        ProofDocument Row, BenchModel Model, RegisteredModel Registered, ImmutableArray<(string Stage, double Seconds)> Stages, double CommitSeconds, double VerifyRegistrationMillis, long Allocated);

    static ProofFigures Measure(BenchRun run, BenchModel model, RegistrationOptions options)
    {
        RegisteredModel registered = null!;
        var commits = new List<double>();
        double register = Stopwatches.Median(run, () =>
        {
            registered = RegisteredModel.Register(model.Graph, model.Parameters, options);
            commits.Add(registered.Timings[0].Elapsed.TotalSeconds);
        });
        double infer = Stopwatches.Median(run, () => IntegerExecutor.Execute(model.Graph, model.Parameters, model.Input));

        ProvenInference proven = null!;
        var timings = new List<ImmutableArray<StageTiming>>();
        double prove = Stopwatches.Median(run, () =>
        {
            proven = registered.Prove(model.Input, Context);
            timings.Add(proven.Timings);
        });
        var stages = timings[0].Select((t, i) => (t.Stage, Stopwatches.Median(timings.Skip(timings.Count / 2).Select(s => s[i].Elapsed.TotalSeconds)))).ToImmutableArray();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        registered.Prove(model.Input, Context);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        long peak = PeakMemory.During(() => registered.Prove(model.Input, Context));

        var statement = new InferenceStatement(registered.Model, model.Input, proven.Output.AsMemory(), Context);
        double verify = Stopwatches.Median(run, () => InferenceProof.Verify(statement, proven.Proof).Require());
        double verifyRegistration = Stopwatches.Median(run, () => RegistrationProof.Verify(registered.Model, registered.RegistrationProof).Require());
        return new ProofFigures(
            new ProofDocument(model.Name, model.ParameterCount, model.Macs, Millis(infer), Millis(register), Millis(prove), Millis(verify), proven.Proof.Length, peak,
                registered.Model.Parameters.WeightsHidden, Math.Floor(registered.Model.Ledger.SecurityBits * 10) / 10, Name(registered.Model.Parameters.Schedule)),
            model, registered, stages, Stopwatches.Median(commits.Skip(commits.Count / 2)), verifyRegistration * 1e3, allocated);
    }

    static double Millis(double seconds) => Math.Round(seconds * 1e3, 4);

    static string Name(Schedule schedule) => schedule == Schedule.Short ? "short" : "wide";

    static string Name(ProofFigures figures) => $"{figures.Row.Model}{(figures.Row.WeightsHidden ? ", hidden" : "")}{(figures.Row.Schedule == "short" ? ", short" : "")}";

    static MarkdownTable Models(List<ProofFigures> measured)
    {
        var table = new MarkdownTable(null, "model", "weights", "parameters", "infer ms", "register ms", "prove ms", "verify ms", "proof kB", "peak MB", "hidden", "schedule", "bits", "sum");
        foreach (var m in measured)
            table.Add(m.Row.Model, m.Model.Weights, m.Row.Parameters.ToString("N0"), MarkdownTable.Number(m.Row.InferMillis), MarkdownTable.Number(m.Row.RegisterMillis), MarkdownTable.Number(m.Row.ProveMillis),
                MarkdownTable.Number(m.Row.VerifyMillis), MarkdownTable.Number(m.Row.ProofBytes / 1e3), MarkdownTable.Number(m.Row.PeakBytes / 1e6), m.Row.WeightsHidden ? "yes" : "no", m.Row.Schedule,
                $"{m.Row.SecurityBits:F1}", $"{m.Registered.Model.Ledger.SumBits:F1}");
        return table;
    }

    static MarkdownTable Cost(List<ProofFigures> measured)
    {
        var table = new MarkdownTable("What a proof costs beside the inference, and what registering costs", "model", "MACs", "prove ÷ infer", "allocated MB", "M cells committed/s", "registration kB", "verify registration ms");
        foreach (var m in measured)
            table.Add(Name(m), m.Row.Macs.ToString("N0"), MarkdownTable.Number(m.Row.ProveMillis / m.Row.InferMillis), MarkdownTable.Number(m.Allocated / 1e6),
                MarkdownTable.Number(m.Registered.CommittedCells / m.CommitSeconds / 1e6), MarkdownTable.Number(m.Registered.RegistrationProof.Length / 1e3), MarkdownTable.Number(m.VerifyRegistrationMillis));
        return table;
    }

    static MarkdownTable Stages(List<ProofFigures> measured)
    {
        var table = new MarkdownTable("Each stage's share of proving", ["model", .. measured[0].Stages.Select(s => s.Stage)]);
        foreach (var m in measured)
        {
            double all = m.Stages.Sum(s => s.Seconds);
            table.Add([Name(m), .. m.Stages.Select(s => $"{100 * s.Seconds / all:F0} %")]);
        }
        return table;
    }
}
