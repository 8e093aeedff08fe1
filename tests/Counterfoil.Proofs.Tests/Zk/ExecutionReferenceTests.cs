using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Hiding;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Zk;

/// <summary>Two verifiers of executions, one of them written from the documentation alone, give the same answers.</summary>
public sealed class ExecutionReferenceTests
{
    public static TheoryData<string> Names => [.. SmallGraphs.All.Where(m => m.Value.Graph.Nodes.Sum(n => n.Length) < 200).Select(m => m.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Both_verifiers_accept_an_honest_proof_of_every_primitive_and_refuse_a_changed_one(string name)
    {
        var registered = RegisteredGraph.Register(SmallGraphs.All[name]);
        var input = SmallGraphs.Input(registered.Model.Graph, 3);
        var proven = registered.Prove(input, Forging.Context);
        Agree(new ExecutionStatement(registered.Model, input, proven.Output.AsMemory(), Forging.Context), proven.Proof, changes: 1);
    }

    [Theory]
    [InlineData("mlp", PrivacyProfile.PublicWeights, true, true, Schedule.Wide)]
    [InlineData("mlp", PrivacyProfile.HiddenWeights, true, false, Schedule.Wide)]
    [InlineData("lookup", PrivacyProfile.PublicWeights, false, true, Schedule.Wide)]
    [InlineData("mlp", PrivacyProfile.HiddenWeights, true, true, Schedule.Short)]
    [InlineData("mlp", PrivacyProfile.PublicWeights, false, true, Schedule.Short)]
    [InlineData("mlp", PrivacyProfile.PublicWeights, false, false, Schedule.Short)]
    public void Both_verifiers_agree_on_hidden_weights_inputs_and_outputs(string name, PrivacyProfile profile, bool hidesInput, bool hidesOutput, Schedule schedule)
    {
        var options = new RegistrationOptions { Profile = profile, Budget = 1, TensorBudget = 1, Schedule = schedule };
        var registered = RegisteredGraph.Register(SmallGraphs.All[name], options);
        var input = SmallGraphs.Input(registered.Model.Graph, 3);
        var output = registered.Answer(input).ToArray();
        Assert.Equal(Verdict.Accept, CommittedTensor.TryCommit(Array.ConvertAll(input, x => (long)x), registered.Model, 1, null, out var x));
        Assert.Equal(Verdict.Accept, CommittedTensor.TryCommit(output, registered.Model, 1, null, out var y));
        Assert.Equal(Verdict.Accept, registered.TryProve(input, Forging.Context, hidesInput ? x : null, hidesOutput ? y : null, out var proven));
        var statement = new ExecutionStatement(registered.Model, hidesInput ? default : input, hidesOutput ? default : output, Forging.Context)
        {
            HiddenInput = hidesInput ? x!.Commitment : null, HiddenOutput = hidesOutput ? y!.Commitment : null,
        };
        Agree(statement, proven!.Proof, changes: 0);
    }

    static void Agree(ExecutionStatement statement, byte[] proof, int changes)
    {
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proof));
        Assert.True(Read(statement).Accepts(Forging.Context.ToArray(), proof));
        var random = new Random(proof.Length);
        for (int i = 0; i <= changes; i++)
        {
            var changed = (byte[])proof.Clone();
            changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            Assert.False(ExecutionProof.Verify(statement, changed).IsAccepted);
            Assert.False(Read(statement).Accepts(Forging.Context.ToArray(), changed));
        }
    }

    internal static ExecutionReference Read(ExecutionStatement statement)
    {
        var model = statement.Model;
        Assert.Equal(Verdict.Accept, IntegerRanges.Derive(model.Graph, out var ranges));
        var code = model.Parameters.Code;
        return new ExecutionReference(
            model.Graph, ranges, new(code.LogRowLength, code.LogInverseRate, code.Queries, code.Masks, model.Parameters.Folding?.Rounds.Select(r => (r.LogInverseRate, r.LogFold, r.Queries)).ToArray()), model.Parameters.WeightsHidden, model.Id.Value.ToArray(), model.WeightRoot.ToArray(),
            statement.Input.ToArray(), statement.Output.ToArray(), statement.HiddenInput?.Encode() ?? [], statement.HiddenOutput?.Encode() ?? []);
    }
}
