using System.Collections.Immutable;
using System.Diagnostics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Execution;
using Counterfoil.Prover.Registration;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover;

/// <summary>A model in integers with its hidden cells, committed once and ready to prove executions. Safe for concurrent use: nothing in it changes.</summary>
public sealed class RegisteredGraph
{
    // Symbols are kept in one array of eight bytes each.
    const long MostSymbols = 1L << 30;

    readonly IntegerModel source;
    readonly HiddenMatrix hidden;
    readonly CommittedMatrix committed;

    RegisteredGraph(CommittedGraph model, IntegerModel source, HiddenMatrix hidden, CommittedMatrix committed, StageTiming commitment)
    {
        (Model, this.source, this.hidden, this.committed) = (model, source, hidden, committed);
        long start = Stopwatch.GetTimestamp();
        RegistrationProof = new RegistrationProver(model, hidden, hidden.Biases, committed).Prove(new KeccakTranscript());
        model.IsRegistered = true; // the executor's rules were checked before the cells were committed
        Timings = [commitment, new StageTiming("prove ranges", Stopwatch.GetElapsedTime(start))];
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
        if (options.LogInverseRate is < 1 or > 4) throw new ArgumentOutOfRangeException(nameof(options), options.LogInverseRate, "the rate is 2^-1 to 2^-4");
        var verdict = source.Validate(out _);
        if (!verdict.IsAccepted) return verdict;
        verdict = GraphLayout.Derive(source.Graph, out var layout);
        if (!verdict.IsAccepted) return verdict;
        verdict = HiddenLayout.Derive(source.Graph, new RowCode(16, 1, 1), out _);
        if (!verdict.IsAccepted) return verdict;

        var code = ShortestProof(options, 16, k => { HiddenLayout.Derive(source.Graph, k, out var h); return h?.Weights.Rows ?? int.MaxValue; });
        var witness = ShortestProof(options, Math.Min(16, layout!.Variables), k => new WitnessRows(layout, k).Rows);
        verdict = HiddenLayout.Derive(source.Graph, code, out var hiddenLayout);
        if (!verdict.IsAccepted) return verdict;
        long symbols = (long)hiddenLayout!.Weights.Rows << code.LogLength;
        if (symbols > MostSymbols) return Verdict.Reject(ZkChecks.ModelGraph, $"at most {MostSymbols} symbols to commit here", $"{symbols}");
        long start = Stopwatch.GetTimestamp();
        var hidden = new HiddenMatrix(source.Graph, hiddenLayout, source.Hidden);
        var committed = new CommittedMatrix(hidden, code);
        var commitment = new StageTiming("commit weights", Stopwatch.GetElapsedTime(start));
        verdict = CommittedGraph.Create(layout, new CommitmentParameters(PrivacyProfile.PublicWeights, code, witness), committed.Root, out var model);
        if (verdict.IsAccepted) registered = new RegisteredGraph(model!, source, hidden, committed, commitment);
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
    public ProvenExecution Prove(ReadOnlySpan<int> input, Bytes32 context)
    {
        var values = Execute(input);
        var statement = new ExecutionStatement(Model, input.ToArray(), values[Model.Graph.Output], context);
        var prover = Prover(values, statement);
        return new ProvenExecution([.. values[Model.Graph.Output]], prover.Prove(new KeccakTranscript()), prover.Timings);
    }

    internal ImmutableArray<long[]> Execute(ReadOnlySpan<int> input) => PrimitiveExecutor.Execute(source, input);

    internal ExecutionProver Prover(IReadOnlyList<long[]> values, ExecutionStatement statement) => new(statement, values, hidden, committed);

    static RowCode ShortestProof(RegistrationOptions options, int longest, Func<RowCode, int> rows) =>
        Enumerable.Range(4, longest - 3)
            .Select(k => RowCode.WithBits(k, options.LogInverseRate, options.QueryBits))
            .MinBy(code => code.EstimateOpening(rows(code)));
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
