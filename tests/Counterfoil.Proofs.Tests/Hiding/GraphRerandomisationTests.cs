using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>A graph whose budget is spent goes on under a new root, which is shown to have the same cells; the proof is that of <see cref="RerandomisationTests"/>.</summary>
public sealed class GraphRerandomisationTests
{
    static readonly Bytes32 Context = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    static RegisteredGraph Register(string name) =>
        RegisteredGraph.Register(SmallGraphs.All[name], new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 2, Openings = new MemoryProofBudget() });

    static ExecutionStatement Statement(CommittedGraph model, int[] input, ProvenExecution proven) => new(model, input, proven.Output.AsMemory(), Context);

    [Fact]
    public void A_spent_graph_goes_on_under_a_new_root_with_the_same_id()
    {
        using var registered = Register("convolution");
        int[] input = SmallGraphs.Input(registered.Model.Graph, 3);
        var last = registered.Prove(input, Context);
        registered.Prove(input, Context);
        Assert.Equal(ProverChecks.Budget, CheckOf(registered.TryProve(input, Context, out _)));

        Assert.Equal(Verdict.Accept, registered.TryRerandomise(out var next, out byte[] proof));
        using var held = next;
        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(registered.Model.Encode(), out var known));
        Assert.IsType<Verdict.Unverifiable>(RerandomisationProof.Verify(known!, next!.Model.WeightRoot, proof, out CommittedGraph? _));
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(known!, registered.RegistrationProof));
        Assert.Equal(Verdict.Accept, RerandomisationProof.Verify(known!, next.Model.WeightRoot, proof, out CommittedGraph? successor));
        Assert.Equal((registered.Model.Id, registered.Model.WeightRoot), (successor!.Id, successor.GenesisRoot));
        Assert.Equal(registered.Model.Encode(), successor.Encode());

        var proven = next.Prove(input, Context);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(Statement(successor, input, proven), proven.Proof));
        // A proof holds under its root alone.
        Assert.False(ExecutionProof.Verify(Statement(known!, input, proven), proven.Proof).IsAccepted);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(Statement(known!, input, last), last.Proof));
        Assert.False(ExecutionProof.Verify(Statement(successor, input, last), last.Proof).IsAccepted);

        // A batch is the successor's as it was the first's.
        Assert.True(next.TryBatch(2, out var batch).IsAccepted);
        int[] both = [.. input, .. SmallGraphs.Input(registered.Model.Graph, 4)];
        var two = batch!.Prove(both, Context);
        Assert.True(successor.Batch(2, out var form).IsAccepted);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(Statement(form!, both, two), two.Proof));

        // Once for each root; and the next may follow.
        Assert.Equal(ProverChecks.Budget, CheckOf(registered.TryRerandomise(out var twice, out _)));
        Assert.Null(twice);
        Assert.Equal(Verdict.Accept, next.TryRerandomise(out var third, out byte[] second));
        Assert.Equal(Verdict.Accept, RerandomisationProof.Verify(successor, third!.Model.WeightRoot, second, out CommittedGraph? after));
        Assert.Equal(registered.Model.Id, after!.Id);
        Assert.False(RerandomisationProof.Verify(known!, third.Model.WeightRoot, second, out CommittedGraph? _).IsAccepted);
    }

    [Fact]
    public void A_root_of_other_cells_is_no_successor()
    {
        using var one = Register("convolution");
        using var other = RegisteredGraph.Register(SmallGraphs.All["convolution"] with { Hidden = SmallGraphs.Hide(SmallGraphs.All["convolution"].Graph, 78) },
            new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 2, Openings = new MemoryProofBudget() });
        Assert.True(one.TryRerandomise(out var next, out byte[] proof).IsAccepted);
        Assert.True(other.TryRerandomise(out var otherNext, out byte[] otherProof).IsAccepted);
        Assert.False(RerandomisationProof.Verify(one.Model, otherNext!.Model.WeightRoot, proof, out CommittedGraph? _).IsAccepted);
        Assert.False(RerandomisationProof.Verify(one.Model, otherNext.Model.WeightRoot, otherProof, out CommittedGraph? _).IsAccepted);
        Assert.True(RerandomisationProof.Verify(one.Model, next!.Model.WeightRoot, proof, out CommittedGraph? _).IsAccepted);
    }

    static Check CheckOf(Verdict verdict) => Assert.IsType<Verdict.Rejected>(verdict).Reason.Check;
}
