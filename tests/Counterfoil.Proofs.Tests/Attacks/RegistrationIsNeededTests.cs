using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Execution;
using Counterfoil.Prover.Registration;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>
/// Why every verifier of executions needs the registration: under a root nobody looked at may lie a bias far beyond the bits that the graph declares, and with it every range that the graph's arithmetic rests on. The
/// proof of what it makes is then honest, challenges and all.
/// </summary>
public sealed class RegistrationIsNeededTests
{
    const long Wish = 77;

    // Biases of the last layer that make every output 77, whatever the input is: no bias of the declared bits comes near.
    static (CommittedGraph Model, HiddenMatrix Matrix, List<long[]> Values, IntegerModel Source) Forge()
    {
        var source = RandomModels.Mlp(7, 30, 20, 6);
        var map = (LinearMap)source.Graph.Nodes[2] with { BiasBits = 2 };
        var node = (Requantise)source.Graph.Nodes[3];
        int[] biases = [.. Enumerable.Range(0, 6).Select(i => (int)((Wish << node.Shift) / node.Multipliers[i] - (Forging.Values[3][i] - Forging.Source.Hidden[2].Biases[i])))];
        source = source with
        {
            Graph = source.Graph with { Nodes = source.Graph.Nodes.SetItem(2, map) },
            Hidden = source.Hidden.SetItem(2, source.Hidden[2] with { Biases = [.. biases] }),
        };
        Assert.Equal(IntegerGraphChecks.Hidden, Forging.CheckOf(source.Validate(out _)));
        Assert.All(biases, bias => Assert.True(Math.Abs(bias) > 2));
        var parameters = Forging.Registered.Model.Parameters;
        Assert.Equal(Verdict.Accept, CommittedGraph.Create(source.Graph, parameters, default, out var sizes));
        var matrix = new HiddenMatrix(source.Graph, sizes!.Hidden, source.Hidden);
        Assert.Equal(Verdict.Accept, CommittedGraph.Create(source.Graph, parameters, new CommittedMatrix(matrix, parameters.Code).Root, out var model));
        List<long[]> values = [.. Forging.Values.Take(3)];
        while (values.Count < 5) values.Add(PrimitiveExecutor.Run(source, values.Count - 1, values));
        Assert.All(values[4], y => Assert.InRange(y, Wish - 1, Wish));
        return (model!, matrix, values, source);
    }

    [Fact]
    public void An_unregistered_model_can_be_made_to_say_what_its_graph_rules_out()
    {
        var (model, _, values, source) = Forge();
        var statement = new ExecutionStatement(model, Forging.Input, values[4], Forging.Context);
        using var witness = new ExecutionWitness(model.Layout, values);
        byte[] proof = new MaliciousProver(statement, source, values, witness).Prove(new KeccakTranscript());
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proof, new KeccakTranscript()));
        // Which is why the verifier does not look at it.
        Assert.Equal(ZkChecks.Registration, Assert.IsType<Verdict.Unverifiable>(ExecutionProof.Verify(statement, proof)).Reason.Check);
    }

    [Fact]
    public void And_such_a_model_cannot_be_registered()
    {
        var (model, matrix, _, _) = Forge();
        var proof = new RegistrationProver(model, matrix, matrix.Biases, new CommittedMatrix(matrix, model.Parameters.Code)).Prove(new KeccakTranscript());
        Assert.False(RegistrationProof.Verify(model, proof).IsAccepted);
        Assert.False(RegistrationProof.Verify(model, Forging.Registered.RegistrationProof).IsAccepted);
        Assert.False(model.IsRegistered);
    }

    [Fact]
    public void A_model_that_came_in_bytes_is_taken_at_its_word_only_after_its_registration()
    {
        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(Forging.Registered.Model.Encode(), out var model));
        var statement = Forging.Statement with { Model = model! };
        var proof = Forging.Registered.Prove(Forging.Input, Forging.Context).Proof;
        Assert.IsType<Verdict.Unverifiable>(ExecutionProof.Verify(statement, proof));
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(model!, Forging.Registered.RegistrationProof));
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proof));
    }
}
