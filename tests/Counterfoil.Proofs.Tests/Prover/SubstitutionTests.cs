using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover;
using Counterfoil.Tests;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>A proof holds for its statement and for no other; no layout and no parameter comes from the proof.</summary>
public sealed class SubstitutionTests
{
    static readonly byte[] Honest = Forging.Prove(false).Proof;
    static readonly byte[] Frozen = Forging.Prove(true).Proof;

    static CommittedGraph Model => Forging.Registered.Model;

    static CommittedGraph With(IntegerGraph? graph = null, Keccak256Digest? root = null, CommitmentParameters? parameters = null)
    {
        Assert.Equal(Verdict.Accept, CommittedGraph.Create(graph ?? Model.Graph, parameters ?? Model.Parameters, root ?? Model.WeightRoot, out var model));
        return model!;
    }

    static IntegerGraph Changed(int node, Func<Requantise, Requantise> change) => Model.Graph with { Nodes = Model.Graph.Nodes.SetItem(node, change((Requantise)Model.Graph.Nodes[node])) };

    [Fact]
    public void Another_context_is_refused()
    {
        Assert.Equal(Verdict.Accept, Forging.Verify(false, Forging.Statement, Honest));
        Assert.False(Forging.Verify(false, Forging.Statement with { Context = default }, Honest).IsAccepted);
    }

    [Fact]
    public void Swapped_tensors_are_refused()
    {
        var input = (int[])Forging.Input.Clone();
        input[0] ^= 1;
        var output = (long[])Forging.Output.Clone();
        (output[0], output[1]) = (output[1], output[0]);
        Assert.False(Forging.Verify(false, Forging.Statement with { Input = input }, Honest).IsAccepted);
        Assert.False(Forging.Verify(false, Forging.Statement with { Output = output }, Honest).IsAccepted);
        Assert.Equal(ZkChecks.Sumcheck, Forging.CheckOf(Forging.Verify(true, Forging.Statement with { Input = input }, Frozen)));
        Assert.Equal(ZkChecks.Sumcheck, Forging.CheckOf(Forging.Verify(true, Forging.Statement with { Output = output }, Frozen)));
    }

    [Fact]
    public void Tensors_of_another_length_or_range_are_refused()
    {
        foreach (var statement in new[]
        {
            Forging.Statement with { Input = new int[29] }, Forging.Statement with { Output = new long[7] },
            Forging.Statement with { Input = Enumerable.Repeat(-128, 30).ToArray() }, Forging.Statement with { Output = Enumerable.Repeat(-128L, 6).ToArray() },
        })
            Assert.Equal(ZkChecks.Statement, Forging.CheckOf(Forging.Verify(false, statement, Honest)));
    }

    [Fact]
    public void Other_weights_are_refused_by_their_root()
    {
        var other = RegisteredGraph.Register(RandomModels.WithWeight(Forging.Source, 0, 5, (sbyte)(Forging.Source.Hidden[0].Weights[5] > 0 ? -1 : 1)));
        Assert.NotEqual(Model.WeightRoot, other.Model.WeightRoot);
        Assert.NotEqual(Model.Id, other.Model.Id);
        var statement = Forging.Statement with { Model = With(root: other.Model.WeightRoot) };
        Assert.False(Forging.Verify(false, statement, Honest).IsAccepted);
        Assert.Equal(ZkChecks.Path, Forging.CheckOf(Forging.Verify(true, statement, Frozen)));
    }

    public static TheoryData<string, IntegerGraph> OtherGraphs() => new()
    {
        { "a multiplier", Changed(3, r => r with { Multipliers = r.Multipliers.SetItem(2, r.Multipliers[2] ^ 1) }) },
        { "a shift", Changed(3, r => r with { Shift = r.Shift ^ 1 }) },
        { "no ReLU", Changed(1, r => r with { Least = -127 }) },
        { "a ReLU", Changed(3, r => r with { Least = 0 }) },
    };

    [Theory]
    [MemberData(nameof(OtherGraphs), DisableDiscoveryEnumeration = true)]
    public void Another_graph_over_the_same_weights_is_refused_even_under_known_challenges(string what, IntegerGraph graph)
    {
        var statement = Forging.Statement with { Model = With(graph) };
        Assert.NotEqual(Model.Id, statement.Model.Id);
        Assert.False(Forging.Verify(false, statement, Honest).IsAccepted, what);
        Assert.False(Forging.Verify(true, statement, Frozen).IsAccepted, what);
    }

    [Fact]
    public void Fewer_queries_than_security_asks_for_make_no_model()
    {
        var parameters = Model.Parameters with { Code = Model.Parameters.Code with { Queries = Model.Parameters.Code.Queries - 4 } };
        var verdict = CommittedGraph.Create(Model.Graph, parameters, Model.WeightRoot, out _);
        Assert.Equal(ZkChecks.ModelSecurity, Forging.CheckOf(verdict));
        Assert.Contains("queries", Assert.IsType<Verdict.Rejected>(verdict).Reason.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proof_under_other_parameters_is_refused()
    {
        var code = Model.Parameters.Code;
        foreach (var other in new[] { code with { Queries = code.Queries + 1 }, RowCode.WithBits(code.LogRowLength, code.LogInverseRate + 1, 101), RowCode.WithBits(code.LogRowLength - 1, code.LogInverseRate, 101) })
            Assert.False(Forging.Verify(true, Forging.Statement with { Model = With(parameters: Model.Parameters with { Code = other }) }, Frozen).IsAccepted, $"{other}");
    }

    [Fact]
    public void Every_truncation_and_every_trailing_byte_is_refused()
    {
        for (int length = 0; length < Honest.Length; length += 1 + length / 40)
            Assert.False(Forging.Verify(false, Forging.Statement, Honest[..length]).IsAccepted);
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(Forging.Verify(false, Forging.Statement, Honest[..^1])));
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(Forging.Verify(false, Forging.Statement, [.. Honest, 0])));
    }

    [Fact]
    public void Every_changed_byte_is_refused()
    {
        // Every byte in a campaign; of small graphs of every kind ExecutionForgeryTests does the same.
        int step = Surroundings.IsCampaign ? 1 : 13, accepted = 0;
        var registered = RandomModels.Register(4, 2, 2);
        var proven = registered.Prove([5, -6], Forging.Context);
        var statement = new ExecutionStatement(registered.Model, new[] { 5, -6 }, proven.Output.AsMemory(), Forging.Context);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proven.Proof));
        Parallel.For(0, proven.Proof.Length / step, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            var bytes = (byte[])proven.Proof.Clone();
            bytes[i * step] ^= (byte)(1 << i % 8);
            if (ExecutionProof.Verify(statement, bytes).IsAccepted) Interlocked.Increment(ref accepted);
        });
        Assert.Equal(0, accepted);
    }

    [Fact]
    public void A_seeded_sample_of_changed_bytes_of_a_large_proof_is_refused()
    {
        var registered = RandomModels.Register(5, 784, 128, 10);
        var input = RandomModels.Input(1, 784);
        var proven = registered.Prove(input, Forging.Context);
        var statement = new ExecutionStatement(registered.Model, input, proven.Output.AsMemory(), Forging.Context);
        var random = new Random(17);
        for (int i = 0; i < 60; i++)
        {
            var bytes = (byte[])proven.Proof.Clone();
            int at = random.Next(bytes.Length);
            bytes[at] ^= (byte)random.Next(1, 256);
            Assert.False(ExecutionProof.Verify(statement, bytes).IsAccepted, $"byte {at}");
        }
    }

    [Fact]
    public void Random_bytes_are_refused_without_an_exception()
    {
        var random = new Random(23);
        for (int i = 0; i < 200; i++)
        {
            var bytes = new byte[random.Next(60000)];
            random.NextBytes(bytes);
            Assert.False(ExecutionProof.Verify(Forging.Statement, bytes).IsAccepted);
            Assert.False(RegistrationProof.Verify(Model, bytes).IsAccepted);
        }
    }
}
