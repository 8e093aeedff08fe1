using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Models;

namespace Counterfoil.Cli.Bench;

/// <summary>Proofs of inference: a row a model, beside what is aimed at; each stage's share; batches by the input.</summary>
static class ProofBench
{
    // What a batch may commit: more takes minutes and gigabytes for a figure that the larger models' own rows show already.
    const long MostBatchCells = 1 << 23;

    static readonly Bytes32 Context = Keccak256.Hash("a context for measurements"u8).Value;

    // Two cores, weights hidden, 100 bits: milliseconds to prove and to verify, kilobytes.
    static readonly Dictionary<string, (double Prove, double Verify, double Kilobytes)> aims = new()
    {
        ["MLP 784-128-10"] = (30, 10, 400), ["cnn-264k"] = (200, 20, 600), ["dense-4m"] = (250, 30, 1_000), ["nanogpt"] = (1_000, 50, 1_000), ["vgg16"] = (4_000, 100, 2_000), ["gpt2-small"] = (20_000, 1_000, 5_000),
    };

    static readonly RegistrationOptions Hidden = new() { Profile = PrivacyProfile.HiddenWeights, Openings = new Uncounted() };

    /// <summary>No account: what is measured here is nobody's secret, and is proven more often than a budget allows.</summary>
    sealed class Uncounted : IProofBudget
    {
        public void Create(Keccak256Digest root, int proofs, bool equality = true) { }

        public Verdict Take(Keccak256Digest root, Opening opening) => Verdict.Accept;
    }

    /// <summary>All that was measured of a model, once, or of a batch.</summary>
    /// <param name="Row">What programs read.</param>
    /// <param name="Model">What a verifier knows.</param>
    /// <param name="Weights">Where its weights come from.</param>
    /// <param name="Stages">Each stage's median seconds, in order.</param>
    /// <param name="Allocated">Bytes that one proof takes from the garbage-collected heap.</param>
    /// <param name="RegistrationBytes">The registration proof.</param>
    /// <param name="VerifyRegistrationMillis">What a verifier spends once a model.</param>
    sealed record Figures(ProofDocument Row, CommittedGraph Model, string Weights, ImmutableArray<(string Stage, double Seconds)> Stages, long Allocated, int RegistrationBytes, double VerifyRegistrationMillis);

    public static async Task<BenchReport> RunAsync(BenchRun run)
    {
        var (measured, notes) = (new List<Figures>(), new List<string>());
        await foreach (var model in ProvenModels.AllAsync(run))
            foreach (var options in model.IsLarge ? [Hidden] : new[] { new RegistrationOptions(), Hidden, Hidden with { Schedule = Schedule.Short } })
            {
                string profile = options.Profile == PrivacyProfile.HiddenWeights ? "hidden" : "public";
                run.Next($"{model.Name} ({model.Model.Parameters:N0} parameters, weights {profile}, {Name(options.Schedule)} schedule)");
                RegisteredGraph? registered = null;
                Verdict verdict = Verdict.Accept;
                double register = 0;
                long peak = PeakMemory.During(() => register = Stopwatches.Once(() => verdict = RegisteredGraph.TryRegister(model.Model, options, out registered)));
                if (registered is null)
                {
                    notes.Add($"{model.Name} is not registered here: {verdict}.");
                    continue;
                }
                if (model.IsLarge) notes.Add($"{model.Name}: registering it takes {peak / 1e6:N0} MB at most: {string.Join(", ", registered.Timings.Select(t => $"{t.Stage} {t.Elapsed.TotalSeconds:F1} s"))}.");
                using (registered) MeasureAll(run, model, registered, register, options == Hidden, measured, notes);
            }
        return BenchReport.Of([.. measured.Select(m => m.Row)], [Models(measured), Aims(measured), Batches(measured), Cost(measured), Stages(measured)],
        [
            "Medians of warm runs. \"prove\" includes running the model by the fast integer executor, whose time alone is \"execute\".",
            "The peak is the process's resident set while it proves, model and registration included; \"allocated\" is what one proof takes from the garbage-collected heap.",
            "Bits: the weakest round of the ledger, no conjecture and no grinding; \"sum\" is over all rounds of registration and execution.",
            "Where weights are public, proofs show correctness and hide nothing. Where they are hidden, proofs are zero-knowledge, 64 of them before the root is drawn anew.",
            "Schedule: the wide one sends the opened row, the short one folds it and chooses longer rows and rates of its own.",
            .. Missed(measured), .. notes,
        ]);
    }

    static void MeasureAll(BenchRun run, ProvenModel model, RegisteredGraph registered, double register, bool batches, List<Figures> measured, List<string> notes)
    {
        double verifyRegistration = run.Quick || !model.IsLarge ? 1e3 * Stopwatches.Median(run, () => RegistrationProof.Verify(registered.Model, registered.RegistrationProof).Require())
            : 1e3 * Stopwatches.Once(() => RegistrationProof.Verify(registered.Model, registered.RegistrationProof).Require());
        measured.Add(Measure(run, model, registered, 1, register, verifyRegistration));
        if (!batches) return;
        foreach (int count in run.Quick ? new[] { 2 } : [8, 32])
        {
            if ((long)registered.Model.CommittedCells * count > MostBatchCells)
            {
                notes.Add($"{model.Name}: a batch of {count} would commit {(long)registered.Model.CommittedCells * count:N0} cells and was not measured.");
                continue;
            }
            var verdict = registered.TryBatch(count, out var batch);
            if (batch is null) notes.Add($"{model.Name}: no batch of {count}: {verdict}.");
            else measured.Add(Measure(run, model, batch, count, register, verifyRegistration));
        }
    }

    static Figures Measure(BenchRun run, ProvenModel model, RegisteredGraph registered, int batch, double register, double verifyRegistration)
    {
        int[] input = [.. Enumerable.Repeat(model.Input, batch).SelectMany(x => x)];
        var executor = new FastExecutor(model.Model);
        double execute = batch * Stopwatches.Median(run, () => executor.Execute(model.Input));
        ProvenExecution proven = null!;
        var timings = new List<ImmutableArray<StageTiming>>();
        double prove = Stopwatches.Median(run, () =>
        {
            proven = registered.Prove(input, Context);
            timings.Add(proven.Timings);
        });
        var stages = timings[0].Select((t, i) => (t.Stage, Stopwatches.Median(timings.Skip(timings.Count / 2).Select(s => s[i].Elapsed.TotalSeconds)))).ToImmutableArray();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        registered.Prove(input, Context);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        long peak = PeakMemory.During(() => registered.Prove(input, Context));
        var statement = new ExecutionStatement(registered.Model, input, proven.Output.AsMemory(), Context);
        double verify = Stopwatches.Median(run, () => ExecutionProof.Verify(statement, proven.Proof).Require());
        return new(
            new ProofDocument(model.Name, batch, model.Model.Parameters, model.Model.Macs * batch, Millis(execute), Millis(register), Millis(prove), Millis(verify), proven.Proof.Length, peak,
                registered.Model.Parameters.WeightsHidden, Math.Floor(registered.Model.Ledger.SecurityBits * 10) / 10, Name(registered.Model.Parameters.Schedule)),
            registered.Model, model.Weights, stages, allocated, registered.RegistrationProof.Length, verifyRegistration);
    }

    static double Millis(double seconds) => Math.Round(seconds * 1e3, 4);

    static string Name(Schedule schedule) => schedule == Schedule.Short ? "short" : "wide";

    static string Name(Figures m) => $"{m.Row.Model}{(m.Row.WeightsHidden ? ", hidden" : "")}{(m.Row.Schedule == "short" ? ", short" : "")}{(m.Row.Batch > 1 ? $", {m.Row.Batch} inputs" : "")}";

    static IEnumerable<Figures> Aimed(List<Figures> measured) => measured.Where(m => m.Row is { WeightsHidden: true, Batch: 1, Schedule: "wide" } && aims.ContainsKey(m.Row.Model));

    static MarkdownTable Models(List<Figures> measured)
    {
        var table = new MarkdownTable(null, "model", "weights", "parameters", "MACs", "execute ms", "register ms", "prove ms", "verify ms", "proof kB", "peak MB", "hidden", "schedule", "bits", "sum");
        foreach (var m in measured.Where(m => m.Row.Batch == 1))
            table.Add(m.Row.Model, m.Weights, m.Row.Parameters.ToString("N0"), m.Row.Macs.ToString("N0"), MarkdownTable.Number(m.Row.ExecuteMillis), MarkdownTable.Number(m.Row.RegisterMillis),
                MarkdownTable.Number(m.Row.ProveMillis), MarkdownTable.Number(m.Row.VerifyMillis), MarkdownTable.Number(m.Row.ProofBytes / 1e3), MarkdownTable.Number(m.Row.PeakBytes / 1e6),
                m.Row.WeightsHidden ? "yes" : "no", m.Row.Schedule, $"{m.Row.SecurityBits:F1}", $"{m.Model.Ledger.SumBits:F1}");
        return table;
    }

    static MarkdownTable Aims(List<Figures> measured)
    {
        var table = new MarkdownTable("Weights hidden, beside what is aimed at: times better, so that less than 1 is a miss", "model", "prove ms", "aim", "times", "verify ms", "aim ", "times ", "proof kB", "aim  ", "times  ");
        foreach (var m in Aimed(measured))
        {
            var (prove, verify, kilobytes) = aims[m.Row.Model];
            table.Add(m.Row.Model, MarkdownTable.Number(m.Row.ProveMillis), MarkdownTable.Number(prove), $"{prove / m.Row.ProveMillis:F2}", MarkdownTable.Number(m.Row.VerifyMillis), MarkdownTable.Number(verify),
                $"{verify / m.Row.VerifyMillis:F2}", MarkdownTable.Number(m.Row.ProofBytes / 1e3), MarkdownTable.Number(kilobytes), $"{kilobytes * 1e3 / m.Row.ProofBytes:F2}");
        }
        return table;
    }

    static IEnumerable<string> Missed(List<Figures> measured)
    {
        foreach (var m in Aimed(measured))
        {
            var (prove, verify, kilobytes) = aims[m.Row.Model];
            var most = m.Stages.MaxBy(s => s.Seconds);
            if (m.Row.ProveMillis > prove) yield return $"{m.Row.Model}: proving misses its aim by {m.Row.ProveMillis / prove - 1:P0}; the stage \"{most.Stage}\" takes most, {most.Seconds * 1e3:F0} ms.";
            if (m.Row.VerifyMillis > verify) yield return $"{m.Row.Model}: verifying misses its aim by {m.Row.VerifyMillis / verify - 1:P0}: its work grows with cells ({m.Model.CommittedCells:N0} here), rows and queries.";
            if (m.Row.ProofBytes > kilobytes * 1e3) yield return $"{m.Row.Model}: the proof misses its aim by {m.Row.ProofBytes / 1e3 / kilobytes - 1:P0}.";
        }
    }

    static MarkdownTable Batches(List<Figures> measured)
    {
        var table = new MarkdownTable("Batches in one proof, weights hidden: by the input", "model", "inputs", "prove ms each", "verify ms each", "proof kB each", "times one alone", "bits");
        foreach (var m in measured.Where(m => m.Row is { WeightsHidden: true, Schedule: "wide" } && measured.Any(b => b.Row.Batch > 1 && b.Row.Model == m.Row.Model)))
        {
            var one = measured.First(o => o.Row.Model == m.Row.Model && o.Row is { WeightsHidden: true, Batch: 1, Schedule: "wide" }).Row;
            table.Add(m.Row.Model, $"{m.Row.Batch}", MarkdownTable.Number(m.Row.ProveMillis / m.Row.Batch), MarkdownTable.Number(m.Row.VerifyMillis / m.Row.Batch), MarkdownTable.Number(m.Row.ProofBytes / 1e3 / m.Row.Batch),
                $"{m.Row.ProveMillis / m.Row.Batch / one.ProveMillis:F2}", $"{m.Row.SecurityBits:F1}");
        }
        return table;
    }

    static MarkdownTable Cost(List<Figures> measured)
    {
        var table = new MarkdownTable("What a proof costs beside the execution, and what registering costs", "model", "prove ÷ execute", "allocated MB", "committed cells", "lookups", "registration kB", "verify registration ms");
        foreach (var m in measured)
            table.Add(Name(m), MarkdownTable.Number(m.Row.ProveMillis / m.Row.ExecuteMillis), MarkdownTable.Number(m.Allocated / 1e6), m.Model.CommittedCells.ToString("N0"), m.Model.Lookups.ToString("N0"),
                MarkdownTable.Number(m.RegistrationBytes / 1e3), MarkdownTable.Number(m.VerifyRegistrationMillis));
        return table;
    }

    static MarkdownTable Stages(List<Figures> measured)
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
