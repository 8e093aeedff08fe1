using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Tests;
using Counterfoil.Zk;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>The vectors of <c>docs/executions.md</c> §7: secrets that are known make proofs that are the same for ever.</summary>
public sealed class ExecutionVectorTests
{
    static readonly IntegerModel Model = new(
        new IntegerGraph(new GraphInput(4, -127, 127), [new CellTable("halves", -127, [.. Enumerable.Range(-127, 255).Select(x => (short)(x / 2))])],
        [
            new LinearMap(0, Window.Rows(2, 2), 1, 2, 8),
            new Requantise(1, 4, [1 << 20, 1 << 21], 1, 20, 0, 127),
            new WindowMaximum(2, Window.Whole(2, 2)),
            new CellProduct(3, 3, 2),
            new Requantise(4, 2, [1 << 20], 1, 24, -127, 127),
            new Lookup(5, 2, 0),
        ], 6),
        [new HiddenCells([1, -2, 3, 4], [5, -6]), .. Enumerable.Repeat(HiddenCells.None, 5)], 1, 1);

    [Theory]
    [InlineData(PrivacyProfile.PublicWeights)]
    [InlineData(PrivacyProfile.HiddenWeights)]
    public void The_model_its_registration_and_a_proof_are_those_of_the_page(PrivacyProfile profile)
    {
        int[] input = [5, -6, 7, 30];
        using var registered = RegisteredGraph.Register(Model, new RegistrationOptions { Profile = profile, Budget = 1, Random = new Counting() });
        var proven = registered.Prove(input, Forging.Context);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(registered.Model, input, proven.Output.AsMemory(), Forging.Context), proven.Proof));
        string page = File.ReadAllText(Path.Combine(Surroundings.Root, "docs", "executions.md"));
        string[] values =
        [
            $"output {string.Join(", ", proven.Output)}", registered.Model.WeightRoot.ToString(), registered.Model.Id.ToString(),
            $"{registered.RegistrationProof.Length} bytes, {Keccak256.Hash(registered.RegistrationProof)}", $"{proven.Proof.Length} bytes, {Keccak256.Hash(proven.Proof)}",
        ];
        Assert.True(values.All(value => page.Contains(value, StringComparison.Ordinal)), string.Join('\n', values));
    }

    /// <summary>32 bytes of 0, then of 1, of 2 …: the weights' seed, the registration's, the first proof's.</summary>
    internal sealed class Counting : RandomNumberGenerator
    {
        byte next;

        public override void GetBytes(byte[] data) => Array.Fill(data, next++);

        public override void GetBytes(Span<byte> data) => data.Fill(next++);
    }
}
