using System.Diagnostics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Tests;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Execution;

public sealed class ExecutionTests(ITestOutputHelper output)
{
    static readonly Bytes32 Context = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    public static TheoryData<string> Names => [.. SmallGraphs.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_execution_is_proven_and_verified(string name)
    {
        var model = SmallGraphs.All[name];
        var registered = RegisteredGraph.Register(model);
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(registered.Model, registered.RegistrationProof));
        for (int seed = 0; seed < 2; seed++)
        {
            var input = SmallGraphs.Input(model.Graph, seed);
            var proven = registered.Prove(input, Context);
            long start = Stopwatch.GetTimestamp();
            var verdict = ExecutionProof.Verify(new ExecutionStatement(registered.Model, input, proven.Output.AsMemory(), Context), proven.Proof);
            output.WriteLine($"prove {proven.Elapsed.TotalMilliseconds:F2} ms, verify {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F2} ms, {proven.Proof.Length} bytes: {string.Join(", ", proven.Timings.Select(t => $"{t.Stage} {t.Elapsed.TotalMilliseconds:F2}"))}");
            Assert.Equal(Verdict.Accept, verdict);
        }
    }

    [Theory]
    [InlineData(2, new[] { 1, 1 })]
    [InlineData(6, new[] { 3, 1, 7, 1, 2 })]
    [InlineData(7, new[] { 2, 600, 1 })] // biases, and columns of the witness, of several rows
    [InlineData(8, new[] { 20, 600, 10 })]
    public void Perceptrons_of_any_shape_are_proven_with_their_weights_public_or_hidden(int seed, int[] sizes)
    {
        foreach (var options in new[] { new RegistrationOptions(), RandomModels.Hidden })
        {
            using var registered = RandomModels.Register(seed, options, sizes);
            if (seed == 7) Assert.True(registered.Model.Registration.LimbRows > 1);
            Holds(RandomModels.Mlp(seed, sizes), registered, RandomModels.Input(seed, sizes[0]));
        }
    }

    [Fact]
    public void Extreme_scales_and_accumulators_are_proven()
    {
        // Every result saturates, with the widest overflow a node can have; and every result is zero, with the narrowest.
        foreach (var (multiplier, shift) in new[] { (uint.MaxValue >> 1, 15), (uint.MaxValue >> 1, 46), (1u, 46), (1u, 15) })
            foreach (int weight in new[] { 127, -127, 0 })
            {
                var graph = new IntegerGraph(new GraphInput(500, -127, 127), [], [new LinearMap(0, Window.Rows(1, 500), 1, 3, 29), new Requantise(1, 3, [multiplier, multiplier, 1], 1, shift, -127, 127)], 2);
                var model = new IntegerModel(graph, [new HiddenCells([.. Enumerable.Repeat((sbyte)weight, 1500)], [(1 << 28) - 1, -(1 << 28), 0]), HiddenCells.None], 1, 1);
                using var registered = RegisteredGraph.Register(model);
                Holds(model, registered, RandomModels.Input(1, 500));
            }
    }

    [Theory]
    [InlineData(400_000, new[] { 784, 128, 10 })]
    [InlineData(1_000_000, new[] { 4, 1024, 1024, 1024, 1024, 1024, 3 })]
    public void Hidden_weights_with_a_budget_of_64_have_proofs_of_the_size_promised(int most, int[] sizes)
    {
        Assert.SkipWhen(sizes.Length > 3 && !Surroundings.IsCampaign, "4 million weights take seconds to commit");
        using var registered = RandomModels.Register(5, new() { Profile = PrivacyProfile.HiddenWeights }, sizes);
        Assert.InRange(Holds(RandomModels.Mlp(5, sizes), registered, RandomModels.Input(5, sizes[0])), 0, most);
    }

    // What came in bytes is believed, once it is registered; the length of its proof.
    static int Holds(IntegerModel model, RegisteredGraph registered, int[] input)
    {
        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(registered.Model.Encode(), out var known));
        Assert.Equal(registered.Model.Id, known!.Id);
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(known, registered.RegistrationProof));
        var proven = registered.Prove(input, Context);
        Assert.Equal(PrimitiveExecutor.Execute(model, input)[model.Graph.Output], proven.Output);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(known, input, proven.Output.AsMemory(), Context), proven.Proof));
        return proven.Proof.Length;
    }
}
