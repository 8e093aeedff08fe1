using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using CsCheck;

namespace Counterfoil.Proofs.Tests.Prover;

public sealed class RandomMlpProperties
{
    static readonly Gen<int[]> Sizes = Gen.Int[1, 40].Array[2, 6];

    [Fact]
    public void Every_random_mlp_proves_and_its_output_is_the_executors() =>
        Gen.Select(Sizes, Gen.Int[0, 1 << 30]).Sample((sizes, seed) =>
        {
            var (graph, parameters) = RandomModels.Mlp(seed, sizes);
            return Holds(graph, parameters, seed);
        }, iter: 40, threads: 2);

    [Fact]
    public void A_node_may_read_any_earlier_value_and_several_nodes_the_same() =>
        Gen.Int[0, 1 << 30].Sample(seed =>
        {
            var random = new Random(seed);
            var lengths = new List<int> { random.Next(1, 20) };
            var nodes = ImmutableArray.CreateBuilder<Node>();
            var parameters = ImmutableArray.CreateBuilder<GemmParameters>();
            for (int i = 0; i < 5; i++)
            {
                int input = random.Next(lengths.Count);
                lengths.Add(random.Next(1, 20));
                RandomModels.Add(random, nodes, parameters, input, lengths[input], lengths[^1], random.Next(2) == 0);
            }
            return Holds(new Graph(lengths[0], nodes.ToImmutable()), parameters.ToImmutable(), seed);
        }, iter: 20, threads: 2);

    [Fact]
    public void Extreme_scales_and_accumulators_are_proven()
    {
        // Every result saturates, with the widest overflow a node can have; and every result is zero, with the narrowest.
        foreach (var (multiplier, shift) in new[] { (uint.MaxValue >> 1, 15), (uint.MaxValue >> 1, 46), (1u, 46), (1u, 15) })
            foreach (int weight in new[] { 127, -127, 0 })
            {
                var graph = new Graph(1000, [new Gemm(0, 1000, 3, new Requantisation([multiplier, multiplier, 1], shift), false)]);
                var parameters = new GemmParameters([.. Enumerable.Repeat((sbyte)weight, 3000)], [(1 << 30) - 1, -(1 << 30), 0]);
                Assert.True(Holds(graph, [parameters], 1));
            }
    }

    static bool Holds(Graph graph, ImmutableArray<GemmParameters> parameters, int seed)
    {
        foreach (var options in new[] { new RegistrationOptions(), RandomModels.Hidden })
            if (options.Profile == Counterfoil.Zk.Models.PrivacyProfile.PublicWeights || seed % 6 == 1) Prove(graph, parameters, seed, options);
        return true;
    }

    static void Prove(Graph graph, ImmutableArray<GemmParameters> parameters, int seed, RegistrationOptions options)
    {
        var registered = RegisteredModel.Register(graph, parameters, options);
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(registered.Model, registered.RegistrationProof));
        Assert.Equal(Verdict.Accept, CommittedModel.Decode(registered.Model.Encode(), out var model));
        Assert.Equal(registered.Model.Id, model!.Id);
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(model, registered.RegistrationProof));
        var input = RandomModels.Input(seed, graph.InputLength);
        var proven = registered.Prove(input, Forging.Context);
        Assert.Equal(IntegerExecutor.Execute(graph, parameters, input).Output, proven.Output);
        Assert.Equal(Verdict.Accept, InferenceProof.Verify(new InferenceStatement(model, input, proven.Output.AsMemory(), Forging.Context), proven.Proof));
    }
}
