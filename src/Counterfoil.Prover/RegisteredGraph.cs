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
public sealed class RegisteredGraph : IDisposable
{
    // Symbols are kept in one array of eight bytes each.
    const long MostSymbols = 1L << 30;

    // A leaf of a fractional sum takes a hundred bytes: 2^26 of them are what a machine of 12 GB has room for.
    const int MostDepth = 26;

    readonly IntegerModel source;
    readonly FastExecutor executor;
    readonly HiddenMatrix hidden;
    readonly CommittedMatrix committed;

    readonly RegistrationOptions options;
    readonly byte[] seed;

    RegisteredGraph(CommittedGraph model, IntegerModel source, HiddenMatrix hidden, CommittedMatrix committed, byte[] seed, RegistrationOptions options, StageTiming commitment)
    {
        (Model, this.source, executor, this.hidden, this.committed, this.seed, this.options) = (model, source, new FastExecutor(source), hidden, committed, seed, options);
        long start = Stopwatch.GetTimestamp();
        using var secrets = Secrets();
        RegistrationProof = new RegistrationProver(model, hidden, hidden.Biases, committed, secrets).Prove(new KeccakTranscript());
        model.IsRegistered = true; // the executor's rules were checked before the cells were committed
        Timings = [commitment, new StageTiming("prove ranges", Stopwatch.GetElapsedTime(start))];
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

    /// <summary>Commits a model's hidden cells and proves that they are in range.</summary>
    /// <param name="source">The model.</param>
    /// <param name="options">How it is committed; null for the defaults.</param>
    /// <param name="registered">The model, if the verdict accepts.</param>
    public static Verdict TryRegister(IntegerModel source, RegistrationOptions? options, out RegisteredGraph? registered)
    {
        ArgumentNullException.ThrowIfNull(source);
        registered = null;
        options ??= new RegistrationOptions();
        if (options.Budget is < 1 or > CommitmentParameters.MostBudget) throw new ArgumentOutOfRangeException(nameof(options), options.Budget, $"the budget is 1 to {CommitmentParameters.MostBudget} proofs");
        if (options.LogInverseRate is < 1 or > 4) throw new ArgumentOutOfRangeException(nameof(options), options.LogInverseRate, "the rate is 2^-1 to 2^-4");
        var verdict = source.Validate(out _);
        if (!verdict.IsAccepted) return verdict;
        verdict = GraphLayout.Derive(source.Graph, out var layout);
        if (!verdict.IsAccepted) return verdict;
        verdict = HiddenLayout.Derive(source.Graph, new RowCode(16, 1, 1), out _);
        if (!verdict.IsAccepted) return verdict;
        if (CodeChoice.For(layout!, options) is not { } parameters)
            return Verdict.Reject(ZkChecks.ModelHiding, "a code with room for the masks of the budget", $"none for {options.Budget} proofs");
        var code = parameters.Code;
        HiddenLayout.Derive(source.Graph, code, out var hiddenLayout);
        long symbols = (long)hiddenLayout!.Weights.Rows << code.LogLength;
        if (symbols > MostSymbols) return Verdict.Reject(ZkChecks.ModelGraph, $"at most {MostSymbols} symbols to commit here", $"{symbols}");
        int depth = new Zk.Registration.RegistrationLayout(hiddenLayout.Weights).Depth;
        if (depth > MostDepth) return Verdict.Reject(ZkChecks.ModelGraph, $"a registration of at most 2^{MostDepth} lookups here", $"2^{depth}");
        long start = Stopwatch.GetTimestamp();
        var hidden = new HiddenMatrix(source.Graph, hiddenLayout, source.Hidden);
        bool isHidden = options.Profile == PrivacyProfile.HiddenWeights;
        var seed = new byte[isHidden ? SecretStream.SeedSize : 0];
        if (isHidden) lock (options.Random) options.Random.GetBytes(seed);
        using var secrets = isHidden ? new SecretStream(seed) : null;
        var committed = new CommittedMatrix(hidden, code, secrets);
        var commitment = new StageTiming("commit weights", Stopwatch.GetElapsedTime(start));
        verdict = CommittedGraph.Create(layout!, parameters, committed.Root, out var model);
        if (!verdict.IsAccepted) return verdict;
        if (isHidden) options.Openings.Create(committed.Root, options.Budget);
        registered = new RegisteredGraph(model!, source, hidden, committed, seed, options, commitment);
        return verdict;
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
    /// <exception cref="InvalidOperationException">The budget of hidden weights is spent; <see cref="TryProve"/> gives the verdict instead.</exception>
    public ProvenExecution Prove(ReadOnlySpan<int> input, Bytes32 context)
    {
        var verdict = TryProve(input, context, out var proven);
        return proven ?? throw new InvalidOperationException(verdict.ToString());
    }

    /// <summary>As <see cref="Prove"/>; where no opening of the weights is left, a verdict that says so (<see cref="ProverChecks.Budget"/>).</summary>
    public Verdict TryProve(ReadOnlySpan<int> input, Bytes32 context, out ProvenExecution? proven)
    {
        proven = null;
        var values = Execute(input);
        // Taken before anything is committed, hence before any position is derived.
        var verdict = Model.Parameters.WeightsHidden ? options.Openings.Take(Model.WeightRoot, Opening.Inference) : Verdict.Accept;
        if (!verdict.IsAccepted) return verdict;
        using var secrets = Secrets();
        var prover = Prover(values, new ExecutionStatement(Model, input.ToArray(), values[Model.Graph.Output], context), secrets);
        proven = new ProvenExecution([.. values[Model.Graph.Output]], prover.Prove(new KeccakTranscript()), prover.Timings);
        return verdict;
    }

    /// <summary>Zeroes the secret that the masks come from.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(seed);

    internal ImmutableArray<long[]> Execute(ReadOnlySpan<int> input) => executor.Execute(input);

    internal ExecutionProver Prover(IReadOnlyList<long[]> values, ExecutionStatement statement, SecretStream? secrets = null) => new(statement, values, hidden, committed, secrets);

    /// <summary>Secrets for one proof; null where nothing is hidden.</summary>
    internal SecretStream? Secrets()
    {
        if (!Model.Parameters.WeightsHidden) return null;
        lock (options.Random) return SecretStream.From(options.Random);
    }
}

/// <summary>An answer in integers and its proof.</summary>
/// <param name="Output">The graph's output, as the executor computes it.</param>
/// <param name="Proof">What <see cref="ExecutionProof"/> verifies.</param>
/// <param name="Timings">Where the proving time went, in order.</param>
public sealed record ProvenExecution(ImmutableArray<long> Output, byte[] Proof, ImmutableArray<StageTiming> Timings)
{
    /// <summary>The whole proving time.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Timings.Sum(t => t.Elapsed.Ticks));
}
