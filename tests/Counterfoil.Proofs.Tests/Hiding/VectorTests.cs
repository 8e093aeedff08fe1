using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Tests;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>The vector of <c>docs/proofs.md</c> §9: secrets that are known make proofs that are the same for ever.</summary>
public sealed class VectorTests
{
    [Fact]
    public void The_model_its_registration_and_a_proof_are_those_of_the_page()
    {
        var graph = new Graph(2, [new Gemm(0, 2, 2, new Requantisation([1 << 20, 1 << 21], 20), true), new Gemm(1, 2, 2, new Requantisation([1 << 20, 1 << 20], 20), false)]);
        var options = new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 1, Random = new Counting() };
        var registered = RegisteredModel.Register(graph, [new([1, -2, 3, 4], [5, -6]), new([7, 0, -1, 2], [0, 100])], options);
        var proven = registered.Prove([5, -6], Forging.Context);
        Assert.Equal(Verdict.Accept, InferenceProof.Verify(new InferenceStatement(registered.Model, new sbyte[] { 5, -6 }, proven.Output.AsMemory(), Forging.Context), proven.Proof));
        string page = File.ReadAllText(Path.Combine(Surroundings.Root, "docs", "proofs.md"));
        string[] values =
        [
            $"output {string.Join(", ", proven.Output)}", registered.Model.WeightRoot.ToString(), registered.Model.Id.ToString(),
            $"{registered.RegistrationProof.Length} bytes, {Keccak256.Hash(registered.RegistrationProof)}", $"{proven.Proof.Length} bytes, {Keccak256.Hash(proven.Proof)}",
        ];
        Assert.True(values.All(value => page.Contains(value, StringComparison.Ordinal)), string.Join('\n', values));
    }

    /// <summary>32 bytes of 0, then of 1, of 2 …: the weights' seed, the registration's, the first proof's.</summary>
    sealed class Counting : RandomNumberGenerator
    {
        byte next;

        public override void GetBytes(byte[] data) => Array.Fill(data, next++);

        public override void GetBytes(Span<byte> data) => data.Fill(next++);
    }
}
