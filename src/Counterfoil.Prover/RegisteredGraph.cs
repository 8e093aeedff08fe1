using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Execution;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Registration;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover;

/// <summary>A model in integers with its hidden cells, committed once and ready to prove executions. Safe for concurrent use: nothing in it changes.</summary>
public sealed partial class RegisteredGraph : IDisposable
{
    // What encoding may take, minutes, and what masks may, two gigabytes: a verifier accepts more.
    const long MostSymbols = 1L << 32, MostMasks = 1L << 28;

    static readonly ImmutableArray<string> registrationStages = ["commit weights", "prove ranges"];

    readonly IntegerModel source;
    readonly FastExecutor executor;
    readonly HiddenMatrix hidden;
    readonly CommittedMatrix committed;

    readonly RegistrationOptions options;
    readonly byte[] seed;

    RegisteredGraph(
        CommittedGraph model, IntegerModel source, HiddenMatrix hidden, CommittedMatrix committed, byte[] seed, RegistrationOptions options, byte[] registrationProof,
        ImmutableArray<StageTiming> timings)
    {
        (Model, this.source, executor, this.hidden, this.committed, this.seed, this.options) = (model, source, new FastExecutor(source), hidden, committed, seed, options);
        (RegistrationProof, Timings) = (registrationProof, timings);
    }

    RegisteredGraph(RegisteredGraph single, CommittedGraph model, FastExecutor executor)
    {
        (Model, this.executor, source, hidden, committed, seed, options) = (model, executor, single.source, single.hidden, single.committed, [], single.options);
        (RegistrationProof, Timings) = (single.RegistrationProof, single.Timings);
    }

    /// <summary>
    /// The same model, ready to answer several inputs in one proof: what it is asked and what it answers are those of all inputs, one after the other. It shares this one's root and budget, of which a batch takes as
    /// much as one answer, and lives no longer than it.
    /// </summary>
    /// <param name="inputs">How many, 1 to <see cref="GraphBatch.MostInputs"/>.</param>
    /// <param name="batch">The model in this form, if the verdict accepts.</param>
    public Verdict TryBatch(int inputs, out RegisteredGraph? batch)
    {
        batch = null;
        var verdict = Model.Batch(inputs, out var model);
        if (!verdict.IsAccepted) return verdict;
        verdict = GraphBatch.Of(Model.Graph, inputs, out var graph);
        if (!verdict.IsAccepted) return verdict;
        var batched = source with { Graph = graph!.Graph, Hidden = [.. graph.Origins.Select(o => o < 0 ? HiddenCells.None : source.Hidden[o])] };
        batch = new RegisteredGraph(this, model!, new FastExecutor(batched));
        return verdict;
    }

    /// <summary>What verifiers know of it.</summary>
    public CommittedGraph Model { get; }

    /// <summary>What <see cref="Zk.RegistrationProof"/> verifies: published beside the model.</summary>
    public byte[] RegistrationProof { get; }

    /// <summary>How long committing took, and proving that the hidden cells are in range.</summary>
    public ImmutableArray<StageTiming> Timings { get; }

    /// <summary>Whether a model can be registered, as far as that can be told without committing anything: everything but what <see cref="TryRegister"/> then does.</summary>
    /// <param name="source">The model.</param>
    /// <param name="options">How it is to be committed; null for the defaults.</param>
    public static Verdict CanRegister(IntegerModel source, RegistrationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Plan(source, options ?? new RegistrationOptions(), out _, out _, out _);
    }

    /// <summary>Commits a model's hidden cells and proves that they are in range.</summary>
    /// <param name="source">The model.</param>
    /// <param name="options">How it is committed; null for the defaults.</param>
    /// <param name="registered">The model, if the verdict accepts.</param>
    /// <param name="progress">Hears of each stage as it begins.</param>
    public static Verdict TryRegister(IntegerModel source, RegistrationOptions? options, out RegisteredGraph? registered, IProgress<ProvingStage>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        registered = null;
        options ??= new RegistrationOptions();
        var verdict = Plan(source, options, out var layout, out var parameters, out var hiddenLayout);
        if (!verdict.IsAccepted) return verdict;
        progress?.Report(new ProvingStage(registrationStages[0], 1, registrationStages.Length));
        long start = Stopwatch.GetTimestamp();
        var hidden = new HiddenMatrix(source.Graph, hiddenLayout!, source.Hidden);
        bool isHidden = parameters!.WeightsHidden;
        var seed = new byte[isHidden ? SecretStream.SeedSize : 0];
        if (isHidden) lock (options.Random) options.Random.GetBytes(seed);
        var committed = Commit(hidden, parameters, seed, options.MostKept);
        var commitment = new StageTiming(registrationStages[0], Stopwatch.GetElapsedTime(start));
        verdict = CommittedGraph.Create(layout!, parameters, committed.Root, out var model);
        if (!verdict.IsAccepted) return verdict;
        if (isHidden) options.Openings.Create(committed.Root, options.Budget);
        progress?.Report(new ProvingStage(registrationStages[1], 2, registrationStages.Length));
        start = Stopwatch.GetTimestamp();
        using var secrets = Secrets(isHidden, options);
        byte[] proof = new RegistrationProver(model!, hidden, hidden.Biases, committed, secrets, options.MostHeld).Prove(new KeccakTranscript());
        model!.IsRegistered = true; // the executor's rules were checked before the cells were committed
        registered = new RegisteredGraph(model, source, hidden, committed, seed, options, proof, [commitment, new StageTiming(registrationStages[1], Stopwatch.GetElapsedTime(start))]);
        return verdict;
    }

    // Everything that can refuse a model, before the work begins: it depends on sizes alone.
    static Verdict Plan(IntegerModel source, RegistrationOptions options, out GraphLayout? layout, out CommitmentParameters? parameters, out HiddenLayout? hiddenLayout)
    {
        (layout, parameters, hiddenLayout) = (null, null, null);
        if (options.Budget is < 1 or > CommitmentParameters.MostBudget) throw new ArgumentOutOfRangeException(nameof(options), options.Budget, $"the budget is 1 to {CommitmentParameters.MostBudget} proofs");
        if (options.TensorBudget is < 0 or > CommitmentParameters.MostBudget)
            throw new ArgumentOutOfRangeException(nameof(options), options.TensorBudget, $"the budget of a tensor is 0 to {CommitmentParameters.MostBudget} proofs");
        if (options.Batch is < 1 or > GraphBatch.MostInputs) throw new ArgumentOutOfRangeException(nameof(options), options.Batch, $"a batch has 1 to {GraphBatch.MostInputs} inputs");
        if (options.LogInverseRate is < 1 or > 4) throw new ArgumentOutOfRangeException(nameof(options), options.LogInverseRate, "the rate is 2^-1 to 2^-4");
        var verdict = source.Validate(out _);
        if (!verdict.IsAccepted) return verdict;
        verdict = GraphLayout.Derive(source.Graph, out layout);
        if (!verdict.IsAccepted) return verdict;
        verdict = HiddenLayout.Derive(source.Graph, new RowCode(16, 1, 1), out _);
        if (!verdict.IsAccepted) return verdict;
        GraphLayout? batch = null;
        if (options.Batch > 1)
        {
            verdict = GraphBatch.Of(source.Graph, options.Batch, out var asked);
            if (verdict.IsAccepted) verdict = GraphLayout.Derive(asked!.Graph, out batch);
            if (!verdict.IsAccepted) return verdict;
        }
        if (CodeChoice.For(layout!, options, batch) is not { } chosen)
            return Verdict.Reject(ZkChecks.ModelHiding, "a code with room for the masks of the budget", $"none for {options.Budget} proofs");
        HiddenLayout.Derive(source.Graph, chosen.Code, out hiddenLayout);
        parameters = chosen;
        verdict = Fits(hiddenLayout!);
        if (!verdict.IsAccepted) return verdict;
        verdict = CommittedGraph.Create(layout!, parameters, default, out var model);
        return verdict.IsAccepted && options.Batch > 1 ? model!.Batch(options.Batch, out _) : verdict;
    }

    static Verdict Fits(HiddenLayout hidden)
    {
        var (rows, code) = ((long)hidden.Weights.Rows, hidden.Weights.Code);
        if (rows << code.LogLength > MostSymbols) return Verdict.Reject(ZkChecks.ModelGraph, $"at most {MostSymbols} symbols to commit here", $"{rows << code.LogLength}");
        return rows * code.Masks > MostMasks ? Verdict.Reject(ZkChecks.ModelGraph, $"at most {MostMasks} masks here", $"{rows * code.Masks}") : Verdict.Accept;
    }

    // The same seed gives the same masks, hence the same root.
    static CommittedMatrix Commit(HiddenMatrix hidden, CommitmentParameters parameters, byte[] seed, long mostKept)
    {
        using var secrets = parameters.WeightsHidden ? new SecretStream(seed) : null;
        return new CommittedMatrix(hidden, parameters.WeightCode, secrets, mostKept);
    }

    /// <summary>As <see cref="TryRegister"/>.</summary>
    /// <exception cref="ArgumentException">The model cannot be registered.</exception>
    public static RegisteredGraph Register(IntegerModel source, RegistrationOptions? options = null)
    {
        var verdict = TryRegister(source, options, out var registered);
        return registered ?? throw new ArgumentException(verdict.ToString(), nameof(source));
    }

    /// <summary>Answers and proves.</summary>
    /// <param name="input">The quantised input.</param>
    /// <param name="context">What the proof is for; it holds in no other context.</param>
    /// <exception cref="ArgumentException">The input has another length, or a cell out of range.</exception>
    /// <exception cref="InvalidOperationException">The budget of hidden weights is spent; <see cref="TryProve(ReadOnlySpan{int}, Bytes32, out ProvenExecution?, IProgress{ProvingStage}?)"/> gives the verdict instead.</exception>
    public ProvenExecution Prove(ReadOnlySpan<int> input, Bytes32 context)
    {
        var verdict = TryProve(input, context, out var proven);
        return proven ?? throw new InvalidOperationException(verdict.ToString());
    }

    /// <summary>As <see cref="Prove"/>; where no opening of the weights is left, a verdict that says so (<see cref="ProverChecks.Budget"/>).</summary>
    /// <param name="input">The quantised input.</param>
    /// <param name="context">What the proof is for.</param>
    /// <param name="proven">Answer and proof, or null unless accepted.</param>
    /// <param name="progress">Hears of each stage as it begins.</param>
    public Verdict TryProve(ReadOnlySpan<int> input, Bytes32 context, out ProvenExecution? proven, IProgress<ProvingStage>? progress = null) => TryProve(input, context, null, null, out proven, progress);

    /// <summary>As above, of a statement that gives the input, the output or both as commitments.</summary>
    /// <param name="input">The quantised input: the prover sees it in any case.</param>
    /// <param name="context">What the proof is for.</param>
    /// <param name="hiddenInput">The input, committed; null if the statement has it in the clear.</param>
    /// <param name="hiddenOutput">What <see cref="Answer"/> gives, committed; null if the statement has it in the clear.</param>
    /// <param name="proven">The answer, if the verdict accepts: the statement can be made (<see cref="ZkChecks.Hidden"/>, <see cref="ZkChecks.HiddenRows"/>) and every root has an opening left.</param>
    /// <param name="progress">Hears of each stage as it begins.</param>
    /// <exception cref="ArgumentException">The input is not one of the graph, or a commitment is to other cells.</exception>
    public Verdict TryProve(
        ReadOnlySpan<int> input, Bytes32 context, CommittedTensor? hiddenInput, CommittedTensor? hiddenOutput, out ProvenExecution? proven, IProgress<ProvingStage>? progress = null)
    {
        proven = null;
        long start = Stopwatch.GetTimestamp();
        var values = Execute(input);
        var inference = Stopwatch.GetElapsedTime(start);
        var output = values[Model.Graph.Output];
        if (hiddenInput is not null && !hiddenInput.Cells.Span.SequenceEqual(values[0])) throw new ArgumentException("the commitment is to another input", nameof(hiddenInput));
        if (hiddenOutput is not null && !hiddenOutput.Cells.Span.SequenceEqual(output)) throw new ArgumentException("the commitment is to another output", nameof(hiddenOutput));
        var statement = new ExecutionStatement(Model, hiddenInput is null ? input.ToArray() : default, hiddenOutput is null ? output : default, context)
        {
            HiddenInput = hiddenInput?.Commitment, HiddenOutput = hiddenOutput?.Commitment,
        };
        var verdict = statement.Check(out var plan);
        if (!verdict.IsAccepted) return verdict;
        // Taken before anything is committed, hence before any position is derived.
        foreach (var tensor in new[] { hiddenInput, hiddenOutput })
            if (verdict.IsAccepted && tensor is not null) verdict = tensor.Openings.Take(tensor.Commitment.Root, Opening.Inference);
        if (verdict.IsAccepted && Model.Parameters.WeightsHidden) verdict = options.Openings.Take(Model.WeightRoot, Opening.Inference);
        if (!verdict.IsAccepted) return verdict;
        using var secrets = Secrets(plan!.Pads is not null);
        var prover = Prover(values, statement, secrets, hiddenInput, hiddenOutput, progress: progress);
        proven = new ProvenExecution([.. output], prover.Prove(new KeccakTranscript()), prover.Timings) { Inference = inference, SecurityBits = plan.Ledger.SecurityBits };
        return verdict;
    }

    /// <summary>The graph's output, as the executor computes it, without a proof.</summary>
    /// <exception cref="ArgumentException">The input has another length, or a cell out of range.</exception>
    public ImmutableArray<long> Answer(ReadOnlySpan<int> input) => [.. Execute(input)[Model.Graph.Output]];

    /// <summary>Zeroes the secret that the masks come from.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(seed);

    internal ImmutableArray<long[]> Execute(ReadOnlySpan<int> input) => executor.Execute(input);

    internal ExecutionProver Prover(
        IReadOnlyList<long[]> values, ExecutionStatement statement, SecretStream? secrets = null, CommittedTensor? input = null, CommittedTensor? output = null, ExecutionPlan? plan = null, IProgress<ProvingStage>? progress = null)
    {
        if (plan is null && ExecutionPlan.Of(Model, statement.HiddenInput, statement.HiddenOutput, out plan) is { IsAccepted: false } verdict) throw new ArgumentException(verdict.ToString(), nameof(statement));
        return new(statement, plan!, values, hidden, [committed, .. new[] { input, output }.OfType<CommittedTensor>().Select(t => t.Matrix)], secrets, progress);
    }

    /// <summary>Secrets for one proof; null where nothing is hidden.</summary>
    internal SecretStream? Secrets(bool hiding) => Secrets(hiding, options);

    static SecretStream? Secrets(bool hiding, RegistrationOptions options)
    {
        if (!hiding) return null;
        lock (options.Random) return SecretStream.From(options.Random);
    }
}

/// <summary>An answer in integers and its proof.</summary>
/// <param name="Output">The graph's output, as the executor computes it.</param>
/// <param name="Proof">What <see cref="ExecutionProof"/> verifies.</param>
/// <param name="Timings">Where the proving time went, in order.</param>
public sealed record ProvenExecution(ImmutableArray<long> Output, byte[] Proof, ImmutableArray<StageTiming> Timings)
{
    /// <summary>How long running the model took, which is no part of <see cref="Elapsed"/>.</summary>
    public TimeSpan Inference { get; init; }

    /// <summary>Bits of the weakest round of what was proven (<see cref="ExecutionStatement.Ledger"/>).</summary>
    public double SecurityBits { get; init; }

    /// <summary>The whole proving time.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Timings.Sum(t => t.Elapsed.Ticks));
}
