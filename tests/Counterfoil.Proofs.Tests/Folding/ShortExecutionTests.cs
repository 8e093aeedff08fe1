using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Hiding;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Folding;

/// <summary>Graphs of any shape under the short schedule: hidden tensors, batches, new roots, and models that go on elsewhere.</summary>
public sealed class ShortExecutionTests
{
    [Theory]
    [InlineData("mlp", PrivacyProfile.PublicWeights)]
    [InlineData("mlp", PrivacyProfile.HiddenWeights)]
    [InlineData("softmax", PrivacyProfile.HiddenWeights)]
    [InlineData("convolution", PrivacyProfile.PublicWeights)]
    public void Input_and_output_are_proven_in_the_clear_or_under_roots_in_all_four_ways(string name, PrivacyProfile profile)
    {
        var c = new TensorCase(name, profile, schedule: Schedule.Short);
        Assert.Equal(Schedule.Short, c.Model.Model.Parameters.Schedule);
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(c.Model.Model, c.Model.RegistrationProof));
        foreach (var (x, y) in new (CommittedTensor?, CommittedTensor?)[] { (null, null), (c.X, null), (null, c.Y), (c.X, c.Y) })
        {
            Assert.Equal(Verdict.Accept, c.Model.TryProve(c.Input, TensorCase.Context, x, y, out var proven));
            var statement = c.Statement(x, y);
            Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proven!.Proof));
            Assert.True(TensorCase.Plan(statement).Ledger.SecurityBits >= 100);
            var changed = (byte[])proven.Proof.Clone();
            changed[changed.Length / 2] ^= 1;
            Assert.False(ExecutionProof.Verify(statement, changed).IsAccepted);
        }
    }

    [Fact]
    public void Another_output_is_refused_under_a_root()
    {
        var c = new TensorCase("mlp", PrivacyProfile.HiddenWeights, schedule: Schedule.Short);
        var cells = (long[])c.Output.Clone();
        cells[^1] += cells[^1] < 127 ? 1 : -1;
        var forged = c.Commit(cells);
        Assert.Equal(ZkChecks.FoldingValue, c.Refused(c.Statement(c.X, forged), false, y: forged));
    }

    [Theory]
    [InlineData(PrivacyProfile.PublicWeights)]
    [InlineData(PrivacyProfile.HiddenWeights)]
    public void Who_may_program_the_challenges_needs_neither_weights_nor_input_nor_output(PrivacyProfile profile)
    {
        var c = new TensorCase("mlp", profile, schedule: Schedule.Short);
        var simulator = new TensorSimulator(c.Source.Graph, c.Model.Model.Parameters, c.X.Commitment.Code, 3, () => Forging.Transcript(true));
        byte[] simulated = simulator.Execution(simulator.Statement), real = c.Prove(c.Statement(c.X, c.Y), Forging.Transcript(true));
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(simulator.Statement, simulated, Forging.Transcript(true)));
        Assert.Equal(real.Length, simulated.Length);
        Assert.False(ExecutionProof.Verify(simulator.Statement, simulated, Forging.Transcript(false)).IsAccepted);
    }

    [Fact]
    public void A_model_goes_on_elsewhere_under_a_new_root_and_with_batches()
    {
        var options = new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 3, Schedule = Schedule.Short };
        using var registered = RegisteredGraph.Register(SmallGraphs.All["mlp"], options);
        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(registered.Model.Encode(), out var model));
        Assert.Equal(registered.Model.Parameters, model!.Parameters);
        Assert.Equal(Verdict.Accept, RegisteredGraph.TryOpen(model, registered.RegistrationProof, registered.EncodeSecret(), options, out var opened));
        Assert.Equal(Verdict.Accept, opened!.TryRerandomise(out var next, out byte[] proof));
        Assert.Equal(Verdict.Accept, RerandomisationProof.Verify(model, next!.Model.WeightRoot, proof, out var successor));
        var input = SmallGraphs.Input(model.Graph, 3);
        foreach (int inputs in new[] { 1, 2 })
        {
            Assert.Equal(Verdict.Accept, next.TryBatch(inputs, out var batch));
            Assert.Equal(Verdict.Accept, successor!.Batch(inputs, out var known));
            int[] all = [.. Enumerable.Repeat(input, inputs).SelectMany(x => x)];
            var proven = batch!.Prove(all, Forging.Context);
            Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(known!, all, proven.Output.AsMemory(), Forging.Context), proven.Proof));
        }
    }

    [Fact]
    public void Rounds_that_cannot_fold_the_rows_of_hidden_tensors_are_refused_by_name()
    {
        var c = new TensorCase("mlp", schedule: Schedule.Short);
        var parameters = c.Model.Model.Parameters;
        Verdict Create(CommitmentParameters changed, out CommittedGraph? model) => CommittedGraph.Create(c.Source.Graph, changed, c.Model.Model.WeightRoot, out model);
        Assert.Equal(Verdict.Accept, Create(parameters, out _));
        Assert.Equal(ZkChecks.ModelHiding, Forging.CheckOf(Create(parameters with { Code = parameters.Code with { Masks = parameters.Code.Masks - 1 } }, out _)));
        // A codeword that is long enough for rows in the clear alone.
        var first = parameters.Folding!.Rounds[0] with { LogInverseRate = FoldingSchedule.MostLogLength - parameters.Code.LogRowLength };
        Assert.Equal(ZkChecks.ModelHiding, Forging.CheckOf(Create(parameters with { Folding = new(parameters.Folding.Rounds.SetItem(0, first)) }, out _)));
        // Rows that the pads of a statement do not fit: the model may be asked in the clear.
        var code = RowCode.WithBits(7, 6, 103.5) with { LogRowLength = 4, LogInverseRate = 9, Masks = (1 << 7) - 16 };
        Assert.Equal(Verdict.Accept, Create(parameters with { Code = code, Folding = new([new(6, 3, 120)]) }, out var model));
        var x = c.X.Commitment with { Code = code };
        var statement = c.Statement(c.X, null) with { Model = model!, HiddenInput = x };
        var refused = statement.Check(out _);
        Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(refused));
        Assert.Contains("128", refused.ToString(), StringComparison.Ordinal);
    }
}
