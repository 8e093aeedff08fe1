using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Prover;
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

    static CommittedModel Model => Forging.Registered.Model;

    static CommittedModel With(Graph? graph = null, Keccak256Digest? root = null, CommitmentParameters? parameters = null)
    {
        var verdict = CommittedModel.Create(graph ?? Model.Graph, Model.BiasBits, parameters ?? Model.Parameters, root ?? Model.WeightRoot, out var model);
        Assert.Equal(Verdict.Accept, verdict);
        return model!;
    }

    static Graph Changed(int node, Func<Gemm, Gemm> change) => Model.Graph with { Nodes = Model.Graph.Nodes.SetItem(node, change((Gemm)Model.Graph.Nodes[node])) };

    [Fact]
    public void Another_context_is_refused()
    {
        Assert.Equal(Verdict.Accept, Forging.Verify(false, Forging.Statement, Honest));
        Assert.False(Forging.Verify(false, Forging.Statement with { Context = default }, Honest).IsAccepted);
    }

    [Fact]
    public void Swapped_tensors_are_refused()
    {
        var input = (sbyte[])Forging.Input.Clone();
        input[0] ^= 1;
        var output = Forging.Trace.Output.ToArray();
        (output[0], output[1]) = (output[1], output[0]);
        Assert.False(Forging.Verify(false, Forging.Statement with { Input = input }, Honest).IsAccepted);
        Assert.False(Forging.Verify(false, Forging.Statement with { Output = output }, Honest).IsAccepted);
        Assert.Equal(ZkChecks.Input, Forging.CheckOf(Forging.Verify(true, Forging.Statement with { Input = input }, Frozen)));
        Assert.Equal(ZkChecks.Output, Forging.CheckOf(Forging.Verify(true, Forging.Statement with { Output = output }, Frozen)));
    }

    [Fact]
    public void Tensors_of_another_length_or_range_are_refused()
    {
        foreach (var statement in new[]
        {
            Forging.Statement with { Input = new sbyte[29] }, Forging.Statement with { Output = new sbyte[7] },
            Forging.Statement with { Input = Enumerable.Repeat((sbyte)-128, 30).ToArray() }, Forging.Statement with { Output = Enumerable.Repeat((sbyte)-128, 6).ToArray() },
        })
            Assert.Equal(ZkChecks.Statement, Forging.CheckOf(Forging.Verify(false, statement, Honest)));
    }

    [Fact]
    public void Other_weights_are_refused_by_their_root()
    {
        var other = RegisteredModel.Register(Model.Graph, [.. RandomModels.Mlp(7, 30, 20, 6).Parameters.Select(p => p with { Weights = p.Weights.SetItem(5, (sbyte)(p.Weights[5] ^ 1)) })]);
        Assert.NotEqual(Model.WeightRoot, other.Model.WeightRoot);
        Assert.NotEqual(Model.Id, other.Model.Id);
        var statement = Forging.Statement with { Model = With(root: other.Model.WeightRoot) };
        Assert.False(Forging.Verify(false, statement, Honest).IsAccepted);
        Assert.Equal(ZkChecks.Path, Forging.CheckOf(Forging.Verify(true, statement, Frozen)));
    }

    public static TheoryData<string, Graph> OtherGraphs() => new()
    {
        { "a multiplier", Changed(1, g => g with { Requantisation = g.Requantisation with { Multipliers = g.Requantisation.Multipliers.SetItem(2, g.Requantisation.Multipliers[2] ^ 1) } }) },
        { "a shift", Changed(1, g => g with { Requantisation = g.Requantisation with { Shift = g.Requantisation.Shift ^ 1 } }) },
        { "no ReLU", Changed(0, g => g with { Relu = false }) },
        { "a ReLU", Changed(1, g => g with { Relu = true }) },
    };

    [Theory]
    [MemberData(nameof(OtherGraphs), DisableDiscoveryEnumeration = true)]
    public void Another_graph_over_the_same_weights_is_refused_even_under_known_challenges(string what, Graph graph)
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
        var verdict = CommittedModel.Create(Model.Graph, Model.BiasBits, parameters, Model.WeightRoot, out _);
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
        var registered = RandomModels.Register(4, 2, 2);
        var proven = registered.Prove([5, -6], Forging.Context);
        var statement = new InferenceStatement(registered.Model, new sbyte[] { 5, -6 }, proven.Output.AsMemory(), Forging.Context);
        Assert.Equal(Verdict.Accept, InferenceProof.Verify(statement, proven.Proof));
        int accepted = 0;
        Parallel.For(0, proven.Proof.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            var bytes = (byte[])proven.Proof.Clone();
            bytes[i] ^= (byte)(1 << i % 8);
            if (InferenceProof.Verify(statement, bytes).IsAccepted) Interlocked.Increment(ref accepted);
        });
        Assert.Equal(0, accepted);
    }

    [Fact]
    public void A_seeded_sample_of_changed_bytes_of_a_large_proof_is_refused()
    {
        var registered = RandomModels.Register(5, 784, 128, 10);
        var input = RandomModels.Input(1, 784);
        var proven = registered.Prove(input, Forging.Context);
        var statement = new InferenceStatement(registered.Model, input, proven.Output.AsMemory(), Forging.Context);
        var random = new Random(17);
        for (int i = 0; i < 200; i++)
        {
            var bytes = (byte[])proven.Proof.Clone();
            int at = random.Next(bytes.Length);
            bytes[at] ^= (byte)random.Next(1, 256);
            Assert.False(InferenceProof.Verify(statement, bytes).IsAccepted, $"byte {at}");
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
            Assert.False(InferenceProof.Verify(Forging.Statement, bytes).IsAccepted);
            Assert.False(RegistrationProof.Verify(Model, bytes).IsAccepted);
        }
    }
}
