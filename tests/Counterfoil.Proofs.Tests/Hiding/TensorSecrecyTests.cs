using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>That roots, and proofs about them, tell nothing but to whom the owner opens them, as far as a test can show it.</summary>
public sealed class TensorSecrecyTests : IDisposable
{
    static readonly TensorCase mlp = new("mlp");

    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-tensor-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(PrivacyProfile.PublicWeights)]
    [InlineData(PrivacyProfile.HiddenWeights)]
    public void Who_may_program_the_challenges_needs_neither_weights_nor_input_nor_output(PrivacyProfile profile)
    {
        var c = new TensorCase("mlp", profile);
        var simulator = new TensorSimulator(c.Source.Graph, c.Model.Model.Parameters, c.X.Commitment.Code, 3, () => Forging.Transcript(true));
        for (int i = 0; i < 2; i++)
        {
            // Several proofs open columns of one root.
            var statement = simulator.Statement with { Context = ContextOf(i) };
            byte[] simulated = simulator.Execution(statement), real = c.Prove(c.Statement(c.X, c.Y), Forging.Transcript(true));
            Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, simulated, Forging.Transcript(true)));
            Assert.Equal(real.Length, simulated.Length);
            Assert.Equal(ZkChecks.Pads, Forging.CheckOf(ExecutionProof.Verify(statement, simulated, Forging.Transcript(false))));
        }
    }

    [Theory]
    [InlineData(PrivacyProfile.PublicWeights)]
    [InlineData(PrivacyProfile.HiddenWeights)]
    public void Two_proofs_of_one_statement_have_no_element_in_common(PrivacyProfile profile)
    {
        // The same challenges, the same witness, the same roots: only pads, masks and salts differ, and they differ everywhere.
        var c = new TensorCase("mlp", profile);
        foreach (var statement in new[] { c.Statement(c.X, c.Y), c.Statement(c.X, null), c.Statement(null, c.Y) })
        {
            byte[] one = c.Prove(statement, Forging.Transcript(true)), other = c.Prove(statement, Forging.Transcript(true));
            Assert.Equal(one.Length, other.Length);
            var map = HiddenProofMap.Of(statement, TensorCase.Plan(statement), one, Forging.Transcript(true));
            for (int at = 0; at < map.Columns; at += 16) Assert.False(one.AsSpan(at, 16).SequenceEqual(other.AsSpan(at, 16)), $"byte {at}");
        }
    }

    [Fact]
    public void The_hidden_values_are_sent_under_pads()
    {
        // In the clear the message is the tensors' values at the points; in a proof it is not, and another each time.
        var statement = mlp.Statement(mlp.X, mlp.Y);
        var (clear, one, other) = (new MessageTranscript(Forging.Transcript(true)), new MessageTranscript(Forging.Transcript(true)), new MessageTranscript(Forging.Transcript(true)));
        mlp.Prove(statement, clear, clear: true);
        mlp.Prove(statement, one);
        mlp.Prove(statement, other);
        Assert.Equal(32, clear.Messages("hidden-values").Single().Length);
        Assert.NotEqual(clear.Messages("hidden-values"), one.Messages("hidden-values"));
        Assert.NotEqual(one.Messages("hidden-values"), other.Messages("hidden-values"));
    }

    [Fact]
    public void A_tensor_is_proven_about_as_often_as_its_budget_says_and_then_refuses()
    {
        foreach (IProofBudget budget in new IProofBudget[] { new MemoryProofBudget(), new FileProofBudget(folder) })
        {
            var options = new RegistrationOptions { Openings = budget };
            Assert.Equal(Verdict.Accept, CommittedTensor.TryCommit(mlp.Values[0], mlp.Model.Model, 2, options, out var x));
            Assert.Equal(TensorCase.Budget, x!.Commitment.Budget);
            Assert.Equal(TensorCase.Budget * mlp.Model.Model.Parameters.Code.Queries, x.Commitment.Code.Masks);
            for (int i = 0; i < 2; i++) Assert.Equal(Verdict.Accept, mlp.Model.TryProve(mlp.Input, TensorCase.Context, x, null, out _));
            Assert.Equal(ProverChecks.Budget, Forging.CheckOf(mlp.Model.TryProve(mlp.Input, TensorCase.Context, x, null, out var none)));
            Assert.Null(none);
            // It has no opening for a next root, which a tensor has not: no mask would hide that.
            Assert.Equal(ProverChecks.Budget, Forging.CheckOf(budget.Take(x.Commitment.Root, Opening.Equality)));
        }
    }

    [Fact]
    public void A_spent_output_spends_nothing_of_the_weights()
    {
        var c = new TensorCase("mlp", PrivacyProfile.HiddenWeights);
        using var registered = RegisteredGraph.Register(c.Source, new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 1, TensorBudget = 1 });
        Assert.Equal(Verdict.Accept, CommittedTensor.TryCommit(c.Output, registered.Model, 1, null, out var y));
        Assert.True(y!.Openings.Take(y.Commitment.Root, Opening.Inference).IsAccepted);
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(registered.TryProve(c.Input, TensorCase.Context, null, y, out _)));
        Assert.Equal(Verdict.Accept, registered.TryProve(c.Input, TensorCase.Context, out _));
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(registered.TryProve(c.Input, TensorCase.Context, out _)));
    }

    [Fact]
    public void Cells_and_seed_open_a_root_and_nothing_else_does()
    {
        byte[] seed = mlp.X.ExportSeed(), wrong = (byte[])seed.Clone();
        Assert.Equal(Verdict.Accept, CommittedTensor.TryReopen(mlp.X.Commitment, mlp.Values[0], seed, null, out var opened));
        Assert.Equal(mlp.X.Commitment, opened!.Commitment);
        wrong[31] ^= 1;
        var other = (long[])mlp.Values[0].Clone();
        other[0] ^= 1;
        Assert.Equal(ZkChecks.Path, Forging.CheckOf(CommittedTensor.TryReopen(mlp.X.Commitment, mlp.Values[0], wrong, null, out _)));
        Assert.Equal(ZkChecks.Path, Forging.CheckOf(CommittedTensor.TryReopen(mlp.X.Commitment, other, seed, null, out _)));
        Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(CommittedTensor.TryReopen(mlp.X.Commitment, [.. other, 0], seed, null, out _)));
        Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(CommittedTensor.TryReopen(mlp.X.Commitment, other, seed.AsSpan(1), null, out _)));
        // Taken up from its seed it proves as before, once its account says so.
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(mlp.Model.TryProve(mlp.Input, TensorCase.Context, opened, null, out _)));
        opened.Openings.Create(opened.Commitment.Root, 1, equality: false);
        Assert.Equal(Verdict.Accept, mlp.Model.TryProve(mlp.Input, TensorCase.Context, opened, null, out var proven));
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(mlp.Statement(mlp.X, null), proven!.Proof));
    }

    [Fact]
    public void A_commitment_has_one_encoding_and_a_digest_over_all_of_it()
    {
        var commitment = mlp.X.Commitment;
        var bytes = commitment.Encode();
        Assert.Equal(Verdict.Accept, TensorCommitment.Decode(bytes, out var decoded));
        Assert.Equal(commitment, decoded);
        Assert.Equal(Keccak256.Hash([.. "counterfoil/tensor/v1"u8, .. bytes]), commitment.Digest);
        for (int i = 0; i < bytes.Length; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= 1;
            if (TensorCommitment.Decode(changed, out decoded).IsAccepted) Assert.NotEqual(commitment.Digest, decoded!.Digest);
        }
        Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(TensorCommitment.Decode(bytes.AsSpan(1), out _)));
    }

    [Fact]
    public void A_commitment_to_other_cells_is_the_callers_mistake()
    {
        var other = new TensorCase("mlp", seed: 1);
        Assert.Throws<ArgumentException>(() => mlp.Model.TryProve(mlp.Input, TensorCase.Context, other.X, null, out _));
        Assert.Throws<ArgumentException>(() => mlp.Model.TryProve(mlp.Input, TensorCase.Context, null, other.Y, out _));
        Assert.Throws<ArgumentException>(() => CommittedTensor.TryCommit([], mlp.Model.Model, 1, null, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => CommittedTensor.TryCommit([1], mlp.Model.Model, 0, null, out _));
        Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(CommittedTensor.TryCommit([1], mlp.Model.Model, TensorCase.Budget + 1, null, out _)));
    }

    static Bytes32 ContextOf(int i) => new(Keccak256.Hash([(byte)i]).ToArray());
}
