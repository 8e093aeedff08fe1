using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Proofs.Tests.Zk;
using Counterfoil.Prover;
using Counterfoil.Tests;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
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
    [InlineData(PrivacyProfile.PublicWeights, Schedule.Wide)]
    [InlineData(PrivacyProfile.HiddenWeights, Schedule.Wide)]
    [InlineData(PrivacyProfile.PublicWeights, Schedule.Short)]
    [InlineData(PrivacyProfile.HiddenWeights, Schedule.Short)]
    public void The_model_its_registration_and_a_proof_are_those_of_the_page(PrivacyProfile profile, Schedule schedule)
    {
        int[] input = [5, -6, 7, 30];
        using var registered = RegisteredGraph.Register(Model, new RegistrationOptions { Profile = profile, Budget = 1, Schedule = schedule, Random = new Counting() });
        var proven = registered.Prove(input, Forging.Context);
        var statement = new ExecutionStatement(registered.Model, input, proven.Output.AsMemory(), Forging.Context);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, proven.Proof));
        Assert.True(ExecutionReferenceTests.Read(statement).Accepts(Forging.Context.ToArray(), proven.Proof));
        string page = File.ReadAllText(Path.Combine(Surroundings.Root, "docs", "executions.md"));
        string[] values =
        [
            $"output {string.Join(", ", proven.Output)}", Code(registered.Model.Parameters), registered.Model.WeightRoot.ToString(), registered.Model.Id.ToString(),
            $"{registered.RegistrationProof.Length} bytes, {Keccak256.Hash(registered.RegistrationProof)}", $"{proven.Proof.Length} bytes, {Keccak256.Hash(proven.Proof)}",
        ];
        Assert.True(values.All(value => page.Contains(value, StringComparison.Ordinal)), string.Join('\n', values));
    }

    [Fact]
    public void A_tensor_and_two_of_its_cells_are_those_of_the_page()
    {
        var seed = new byte[32];
        Array.Fill(seed, (byte)7);
        using var tensor = new CommittedTensor([5, -6, 7, 30], new RowCode(9, 4, 124, 512), seed, new MemoryProofBudget());
        tensor.Openings.Create(tensor.Commitment.Root, 1, equality: false);
        Assert.Equal(Verdict.Accept, tensor.TryOpen([1, 3], Forging.Context, new RegistrationOptions { Random = new Counting() }, out var opening, out byte[] proof));
        Assert.Equal(Verdict.Accept, TensorOpeningProof.Verify(opening!, proof));
        byte[] context = Forging.Context.ToArray(), commitment = tensor.Commitment.Encode();
        Assert.True(new OpeningReference(commitment, [(1, -6), (3, 30)]).Accepts(context, proof));
        // What the one refuses, so does the other.
        foreach (var cells in ((int, long)[][])[[(1, -6), (3, 31)], [(1, -6)], [(2, -6), (3, 30)]]) Assert.False(new OpeningReference(commitment, cells).Accepts(context, proof));
        Assert.False(new OpeningReference(commitment, [(1, -6), (3, 30)]).Accepts(new byte[32], proof));
        string page = File.ReadAllText(Path.Combine(Surroundings.Root, "docs", "executions.md"));
        string[] values = [Convert.ToHexStringLower(commitment), tensor.Commitment.Digest.ToString(), $"{proof.Length} bytes, {Keccak256.Hash(proof)}"];
        Assert.True(values.All(value => page.Contains(value, StringComparison.Ordinal)), string.Join('\n', values));
    }

    // Item 3 of the model's encoding.
    static string Code(CommitmentParameters parameters)
    {
        var code = parameters.Code;
        string rounds = parameters.Folding is { } folding ? $", [{string.Join(", ", folding.Rounds.Select(r => $"[{r.LogInverseRate}, {r.LogFold}, {r.Queries}]"))}]" : "";
        return $"[{code.LogRowLength}, {code.LogInverseRate}, {code.Queries}, {code.Masks}{rounds}]";
    }

    /// <summary>32 bytes of 0, then of 1, of 2 …: the weights' seed, the registration's, the first proof's.</summary>
    internal sealed class Counting : RandomNumberGenerator
    {
        byte next;

        public override void GetBytes(byte[] data) => Array.Fill(data, next++);

        public override void GetBytes(Span<byte> data) => data.Fill(next++);
    }
}
