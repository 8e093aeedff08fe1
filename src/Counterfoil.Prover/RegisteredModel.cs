using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Inference;
using Counterfoil.Prover.Registration;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover;

/// <summary>A model with its weights, committed once and ready to prove inferences. Safe for concurrent use.</summary>
public sealed partial class RegisteredModel : IDisposable
{
    // Symbols are kept in one array of eight bytes each; the range proof needs several times the room of the cells.
    const long MostSymbols = 1L << 28;

    readonly ImmutableArray<GemmParameters> parameters;
    readonly WeightMatrix weights;
    readonly CommittedMatrix committed;
    readonly RegistrationOptions options;
    readonly byte[] seed;

    RegisteredModel(
        CommittedModel model, ImmutableArray<GemmParameters> parameters, WeightMatrix weights, CommittedMatrix committed, byte[] seed, RegistrationOptions options, byte[]? registration)
    {
        (Model, this.parameters, this.weights, this.committed, this.options, this.seed) = (model, parameters, weights, committed, options, seed);
        using var secrets = registration is null ? Secrets() : null;
        RegistrationProof = registration ?? new RegistrationProver(model, weights, weights.Biases, committed, secrets).Prove(new KeccakTranscript());
        model.IsRegistered = true; // the executor's rules were checked before the weights were committed
    }

    /// <summary>What verifiers know of it.</summary>
    public CommittedModel Model { get; }

    /// <summary>What <see cref="Zk.RegistrationProof"/> verifies: published beside the model.</summary>
    public byte[] RegistrationProof { get; }

    /// <summary>How long committing took, and proving that the weights are in range.</summary>
    public ImmutableArray<StageTiming> Timings { get; private set; } = [];

    /// <summary>Cells committed, padding included: divided by the first of <see cref="Timings"/>, the commit rate.</summary>
    public long CommittedCells => (long)Model.Weights.Rows * Model.Weights.Code.RowLength;

    /// <summary>Commits a model's weights and proves that they are in range.</summary>
    /// <param name="graph">The operators.</param>
    /// <param name="parameters">Weights and biases, one per node.</param>
    /// <param name="options">How it is committed; null for the defaults.</param>
    /// <exception cref="ArgumentException">The model cannot be registered; <see cref="TryRegister"/> gives the verdict instead.</exception>
    public static RegisteredModel Register(Graph graph, ImmutableArray<GemmParameters> parameters, RegistrationOptions? options = null)
    {
        var verdict = TryRegister(graph, parameters, options, out var registered);
        return registered ?? throw new ArgumentException(verdict.ToString(), nameof(graph));
    }

    /// <summary>As <see cref="Register"/>; a model that cannot be registered gives a verdict that says why.</summary>
    public static Verdict TryRegister(
        Graph graph, ImmutableArray<GemmParameters> parameters, RegistrationOptions? options, out RegisteredModel? registered)
    {
        registered = null;
        options ??= new RegistrationOptions();
        if (options.LogInverseRate is < 1 or > 4) throw new ArgumentOutOfRangeException(nameof(options), options.LogInverseRate, "the rate is 2^-1 to 2^-4");
        if (options.Budget is < 1 or > CommitmentParameters.MostBudget)
            throw new ArgumentOutOfRangeException(nameof(options), options.Budget, $"the budget is 1 to {CommitmentParameters.MostBudget} proofs");
        var verdict = IntegerExecutor.Validate(graph, parameters);
        if (!verdict.IsAccepted) return verdict;
        var biasBits = parameters.Select(p => p.Biases.Max(BitsOf)).ToImmutableArray();
        verdict = NeuronSpace.Derive(graph, biasBits, out var space);
        if (!verdict.IsAccepted) return verdict;

        if (CodeChoice.For(space!, options) is not { } commitment)
            return Verdict.Reject(ZkChecks.ModelHiding, "a code with room for the masks of the budget", $"none for {options.Budget} proofs");
        var code = commitment.Code;
        var layout = new WeightLayout(space!, code);
        long symbols = (long)layout.Rows << code.LogLength;
        if (symbols > MostSymbols) return Verdict.Reject(ZkChecks.ModelGraph, $"at most {MostSymbols} symbols to commit here", $"{symbols}");
        long start = Stopwatch.GetTimestamp();
        var weights = new WeightMatrix(space!, layout, parameters);
        bool hidden = options.Profile == PrivacyProfile.HiddenWeights;
        byte[] seed = hidden ? NewSeed(options) : [];
        using var secrets = hidden ? new SecretStream(seed) : null;
        var committed = new CommittedMatrix(weights, code, secrets);
        var committing = new StageTiming("commit weights", Stopwatch.GetElapsedTime(start));
        verdict = CommittedModel.Create(graph, biasBits, commitment, committed.Root, out var model);
        if (!verdict.IsAccepted) return verdict;
        if (hidden) options.Openings.Create(committed.Root, options.Budget);
        start = Stopwatch.GetTimestamp();
        registered = new RegisteredModel(model!, parameters, weights, committed, seed, options, null);
        registered.Timings = [committing, new StageTiming("prove ranges", Stopwatch.GetElapsedTime(start))];
        return verdict;
    }

    /// <summary>Answers and proves.</summary>
    /// <param name="input">The quantised input, each cell in [−127, 127].</param>
    /// <param name="context">What the proof is for; it holds in no other context.</param>
    /// <exception cref="ArgumentException">The input has another length, or a cell of −128.</exception>
    /// <exception cref="InvalidOperationException">The budget of hidden weights is spent; <see cref="TryProve"/> gives the verdict instead.</exception>
    public ProvenInference Prove(ReadOnlySpan<sbyte> input, Bytes32 context)
    {
        var verdict = TryProve(input, context, out var proven);
        return proven ?? throw new InvalidOperationException(verdict.ToString());
    }

    /// <summary>As <see cref="Prove"/>; where no opening of the weights is left, a verdict that says so (<see cref="ProverChecks.Budget"/>).</summary>
    public Verdict TryProve(ReadOnlySpan<sbyte> input, Bytes32 context, out ProvenInference? proven)
    {
        proven = null;
        var trace = Execute(input);
        // Taken before anything is committed, hence before any position is derived.
        var verdict = Model.Parameters.WeightsHidden ? options.Openings.Take(Model.WeightRoot, Opening.Inference) : Verdict.Accept;
        if (!verdict.IsAccepted) return verdict;
        using var secrets = Secrets();
        var prover = Prover(trace, new InferenceStatement(Model, trace.Input.AsMemory(), trace.Output.AsMemory(), context), secrets);
        proven = new ProvenInference(trace.Output, prover.Prove(new KeccakTranscript()), prover.Timings);
        return verdict;
    }

    internal ExecutionTrace Execute(ReadOnlySpan<sbyte> input) => IntegerExecutor.Execute(Model.Graph, parameters, input);

    internal InferenceProver Prover(ExecutionTrace trace, InferenceStatement statement, SecretStream? secrets = null) => new(statement, trace, weights, committed, secrets);

    /// <summary>Secrets for one proof; null where nothing is hidden.</summary>
    internal SecretStream? Secrets()
    {
        if (!Model.Parameters.WeightsHidden) return null;
        lock (options.Random) return SecretStream.From(options.Random);
    }

    /// <summary>Zeroes the secret that the masks come from.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(seed);

    static byte[] NewSeed(RegistrationOptions options)
    {
        var seed = new byte[SecretStream.SeedSize];
        lock (options.Random) options.Random.GetBytes(seed);
        return seed;
    }

    static int BitsOf(int bias) => 33 - System.Numerics.BitOperations.LeadingZeroCount((uint)(bias < 0 ? ~bias : bias));
}
