using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover;
using Counterfoil.Zk;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Execution;

public sealed class RandomGraphProofs
{
    static readonly Bytes32 Context = new(new byte[32]);

    [Fact]
    public void Honest_executions_of_random_graphs_are_accepted() =>
        RandomGraphs.Models.Sample(
            model =>
            {
                var registered = RegisteredGraph.Register(model);
                Assert.Equal(Verdict.Accept, RegistrationProof.Verify(registered.Model, registered.RegistrationProof));
                var input = SmallGraphs.Input(model.Graph, model.Graph.Nodes.Length);
                var proven = registered.Prove(input, Context);
                Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(registered.Model, input, proven.Output.AsMemory(), Context), proven.Proof));
            },
            iter: Counterfoil.Tests.Surroundings.IsCampaign ? 1_000 : 50, print: model => $"{model.Graph.Input}; {string.Join("; ", model.Graph.Nodes)}");
}
