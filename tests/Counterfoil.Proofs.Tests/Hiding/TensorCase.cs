using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>A small graph, an input and its output, both committed: the material of proofs and forgeries about hidden tensors.</summary>
sealed class TensorCase
{
    public const int Budget = 6;

    static readonly Dictionary<(string, PrivacyProfile, Schedule), RegisteredGraph> registered = [];

    public TensorCase(string name, PrivacyProfile profile = PrivacyProfile.PublicWeights, int seed = 0, Schedule schedule = Schedule.Wide)
    {
        Source = SmallGraphs.All[name];
        lock (registered)
        {
            if (!registered.TryGetValue((name, profile, schedule), out var model))
                registered.Add((name, profile, schedule), model = RegisteredGraph.Register(Source, new RegistrationOptions { Profile = profile, Budget = Budget, TensorBudget = Budget, Schedule = schedule }));
            Model = model;
        }
        Input = SmallGraphs.Input(Source.Graph, seed);
        Values = Model.Execute(Input);
        (X, Y) = (Commit(Values[0]), Commit(Output));
    }

    public IntegerModel Source { get; }
    public RegisteredGraph Model { get; }
    public int[] Input { get; }
    public ImmutableArray<long[]> Values { get; }
    public long[] Output => Values[Source.Graph.Output];
    public CommittedTensor X { get; }
    public CommittedTensor Y { get; }
    public static Bytes32 Context => Forging.Context;

    public CommittedTensor Commit(ReadOnlySpan<long> cells)
    {
        Assert.Equal(Verdict.Accept, CommittedTensor.TryCommit(cells, Model.Model, Budget, null, out var tensor));
        return tensor!;
    }

    /// <summary>The statement about these commitments; in the clear what has none.</summary>
    public ExecutionStatement Statement(CommittedTensor? x, CommittedTensor? y) => new(Model.Model, x is null ? Input : default, y is null ? Output : default, Context)
    {
        HiddenInput = x?.Commitment, HiddenOutput = y?.Commitment,
    };

    /// <summary>The sizes of its proofs; in the clear every relation is checked as it comes, and by its name.</summary>
    public static ExecutionPlan Plan(ExecutionStatement statement, bool clear = false)
    {
        Assert.Equal(Verdict.Accept, statement.Check(out var plan));
        return clear ? plan! with { Pads = null } : plan!;
    }

    /// <summary>A proof outside the budgets, of whatever is asked.</summary>
    public byte[] Prove(
        ExecutionStatement statement, Transcript transcript, bool clear = false, IReadOnlyList<long[]>? values = null, ExecutionWitness? witness = null, CommittedTensor? x = null, CommittedTensor? y = null)
    {
        using var secrets = Model.Secrets(!clear);
        var plan = Plan(statement, clear);
        var prover = Model.Prover(values ?? Values, statement, secrets, statement.HiddenInput is null ? null : x ?? X, statement.HiddenOutput is null ? null : y ?? Y, plan);
        return prover.Prove(transcript, witness ?? new ExecutionWitness(plan.Layout, values ?? Values));
    }

    /// <summary>Proves and verifies; a forgery is refused by this check.</summary>
    public Counterfoil.Core.Verdicts.Check Refused(
        ExecutionStatement statement, bool clear, IReadOnlyList<long[]>? values = null, ExecutionWitness? witness = null, CommittedTensor? x = null, CommittedTensor? y = null) =>
        Forging.CheckOf(ExecutionProof.Verify(statement, Plan(statement, clear), Prove(statement, new KeccakTranscript(), clear, values, witness, x, y), new KeccakTranscript()));
}
