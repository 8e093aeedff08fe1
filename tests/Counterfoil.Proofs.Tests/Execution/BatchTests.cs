using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Execution;

/// <summary>Several inputs in one proof, under one registration.</summary>
public sealed class BatchTests
{
    static readonly Bytes32 Context = new(new byte[32]);

    public static TheoryData<string> Names => [.. SmallGraphs.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_batch_computes_what_each_input_alone_does(string name) => Agrees(SmallGraphs.All[name], 3);

    [Fact]
    public void A_batch_of_a_random_graph_computes_what_each_input_alone_does() => RandomGraphs.Models.Sample(m => Agrees(m, 2), iter: 60);

    [Theory]
    [InlineData("softmax", PrivacyProfile.PublicWeights)]
    [InlineData("convolution", PrivacyProfile.HiddenWeights)]
    [InlineData("row gather", PrivacyProfile.HiddenWeights)]
    [InlineData("parameter", PrivacyProfile.PublicWeights)]
    public void A_batch_is_proven_under_the_models_own_name_and_registration(string name, PrivacyProfile profile)
    {
        var model = SmallGraphs.All[name];
        using var registered = RegisteredGraph.Register(model, new RegistrationOptions { Profile = profile, Budget = 4 });
        Assert.Equal(Verdict.Accept, registered.TryBatch(4, out var batch));
        Assert.Equal(registered.Model.Id, batch!.Model.Id);
        var input = Inputs(model, 4);
        var proven = batch.Prove(input, Context);

        // Who verifies has the model alone, and makes its form for a batch himself.
        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(registered.Model.Encode(), out var read));
        Assert.Equal(Verdict.Accept, read!.Batch(4, out var form));
        var statement = new ExecutionStatement(form!, input, proven.Output.AsMemory(), Context);
        Assert.IsType<Verdict.Unverifiable>(ExecutionProof.Verify(statement, proven.Proof));
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(read, registered.RegistrationProof));
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proven.Proof));

        // The answers in another order, or one of them another.
        long[] output = [.. proven.Output];
        int one = output.Length / 4;
        long[] exchanged = [.. output[one..(2 * one)], .. output[..one], .. output[(2 * one)..]];
        if (!exchanged.SequenceEqual(output)) Assert.False(ExecutionProof.Verify(statement with { Output = exchanged }, proven.Proof).IsAccepted);
        output[^1] += output[^1] > 0 ? -1 : 1;
        Assert.False(ExecutionProof.Verify(statement with { Output = output }, proven.Proof).IsAccepted);
    }

    [Theory]
    [InlineData(Schedule.Wide)]
    [InlineData(Schedule.Short)]
    public void A_registration_makes_room_for_the_batch_that_it_is_told_of(Schedule schedule)
    {
        var model = SmallGraphs.All["convolution"];
        var options = new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 1, TensorBudget = 1, Schedule = schedule };
        using var narrow = RegisteredGraph.Register(model, options);
        var refused = Enumerable.Range(1, 10).Select(i => 1 << i).Select(n => (Inputs: n, Verdict: narrow.Model.Batch(n, out _))).First(b => !b.Verdict.IsAccepted);
        Assert.Equal(schedule == Schedule.Short ? ZkChecks.ModelHiding : ZkChecks.ModelSecurity, Assert.IsType<Verdict.Rejected>(refused.Verdict).Reason.Check);
        using var roomy = RegisteredGraph.Register(model, options with { Batch = refused.Inputs });
        Assert.Equal(Verdict.Accept, roomy.TryBatch(refused.Inputs, out var batch));
        var input = Inputs(model, refused.Inputs);
        // With its inputs hidden too, for which there are more messages still.
        Assert.Equal(Verdict.Accept, CommittedTensor.TryCommit(Array.ConvertAll(input, cell => (long)cell), batch!.Model, 1, null, out var x));
        Assert.Equal(Verdict.Accept, batch.TryProve(input, Context, x, null, out var proven));
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(batch.Model, default, proven!.Output.AsMemory(), Context) { HiddenInput = x!.Commitment }, proven.Proof));
        Assert.Throws<ArgumentOutOfRangeException>(() => RegisteredGraph.CanRegister(model, options with { Batch = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => RegisteredGraph.CanRegister(model, options with { Batch = GraphBatch.MostInputs + 1 }));
    }

    [Fact]
    public void A_batch_spends_as_much_of_the_budget_as_one_answer()
    {
        var model = SmallGraphs.All["convolution"];
        using var registered = RegisteredGraph.Register(model, new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 2 });
        Assert.True(registered.TryBatch(2, out var batch).IsAccepted);
        batch!.Prove(Inputs(model, 2), Context);
        registered.Prove(SmallGraphs.Input(model.Graph, 0), Context);
        Assert.Equal(ProverChecks.Budget, Assert.IsType<Verdict.Rejected>(batch.TryProve(Inputs(model, 2), Context, out _)).Reason.Check);
    }

    static int[] Inputs(IntegerModel model, int count) => [.. Enumerable.Range(0, count).SelectMany(s => SmallGraphs.Input(model.Graph, s))];

    static void Agrees(IntegerModel model, int count)
    {
        var verdict = GraphBatch.Of(model.Graph, count, out var batch);
        if (!verdict.IsAccepted)
        {
            Assert.Contains(model.Graph.Nodes, n => n is RowGather);
            return;
        }
        var batched = model with { Graph = batch!.Graph, Hidden = [.. batch.Origins.Select(o => o < 0 ? HiddenCells.None : model.Hidden[o])] };
        Assert.Equal(Verdict.Accept, batched.Validate(out _));
        var values = PrimitiveExecutor.Execute(batched, Inputs(model, count));
        Assert.Equal(Enumerable.Range(0, count).SelectMany(s => PrimitiveExecutor.Execute(model, SmallGraphs.Input(model.Graph, s))[model.Graph.Output]), values[batch.Graph.Output]);
    }
}
