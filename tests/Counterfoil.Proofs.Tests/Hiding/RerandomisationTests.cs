using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Execution;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Registration;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>A new root with the same cells, and nothing else, follows an old one whose budget is spent.</summary>
public sealed class RerandomisationTests
{
    static readonly Bytes32 Context = Forging.Context;

    static readonly IntegerModel source = RandomModels.Mlp(8, 5, 4, 3);

    static readonly RegistrationOptions options = RandomModels.Hidden;

    static RegisteredGraph Register(string name) =>
        RegisteredGraph.Register(SmallGraphs.All[name], new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 2, Openings = new MemoryProofBudget() });

    static ExecutionStatement Statement(CommittedGraph model, int[] input, ProvenExecution proven) => new(model, input, proven.Output.AsMemory(), Context);

    [Fact]
    public void A_spent_model_goes_on_under_a_new_root_with_the_same_id()
    {
        using var registered = Register("convolution");
        int[] input = SmallGraphs.Input(registered.Model.Graph, 3);
        var last = registered.Prove(input, Context);
        registered.Prove(input, Context);
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(registered.TryProve(input, Context, out _)));

        Assert.Equal(Verdict.Accept, registered.TryRerandomise(out var next, out byte[] proof));
        using var held = next;
        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(registered.Model.Encode(), out var known));
        Assert.IsType<Verdict.Unverifiable>(RerandomisationProof.Verify(known!, next!.Model.WeightRoot, proof, out CommittedGraph? _));
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(known!, registered.RegistrationProof));
        Assert.Equal(Verdict.Accept, RerandomisationProof.Verify(known!, next.Model.WeightRoot, proof, out CommittedGraph? successor));
        Assert.Equal((registered.Model.Id, registered.Model.WeightRoot), (successor!.Id, successor.GenesisRoot));
        Assert.Equal(registered.Model.Encode(), successor.Encode());

        var proven = next.Prove(input, Context);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(Statement(successor, input, proven), proven.Proof));
        // A proof holds under its root alone.
        Assert.False(ExecutionProof.Verify(Statement(known!, input, proven), proven.Proof).IsAccepted);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(Statement(known!, input, last), last.Proof));
        Assert.False(ExecutionProof.Verify(Statement(successor, input, last), last.Proof).IsAccepted);

        // A batch is the successor's as it was the first's.
        Assert.True(next.TryBatch(2, out var batch).IsAccepted);
        int[] both = [.. input, .. SmallGraphs.Input(registered.Model.Graph, 4)];
        var two = batch!.Prove(both, Context);
        Assert.True(successor.Batch(2, out var form).IsAccepted);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(Statement(form!, both, two), two.Proof));

        // Once for each root; and the next may follow.
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(registered.TryRerandomise(out var twice, out _)));
        Assert.Null(twice);
        Assert.Equal(Verdict.Accept, next.TryRerandomise(out var third, out byte[] second));
        Assert.Equal(Verdict.Accept, RerandomisationProof.Verify(successor, third!.Model.WeightRoot, second, out CommittedGraph? after));
        Assert.Equal(registered.Model.Id, after!.Id);
        Assert.False(RerandomisationProof.Verify(known!, third.Model.WeightRoot, second, out CommittedGraph? _).IsAccepted);
    }

    [Fact]
    public void A_root_of_other_cells_is_no_successor()
    {
        using var one = Register("convolution");
        using var other = RegisteredGraph.Register(SmallGraphs.All["convolution"] with { Hidden = SmallGraphs.Hide(SmallGraphs.All["convolution"].Graph, 78) },
            new RegistrationOptions { Profile = PrivacyProfile.HiddenWeights, Budget = 2, Openings = new MemoryProofBudget() });
        Assert.True(one.TryRerandomise(out var next, out byte[] proof).IsAccepted);
        Assert.True(other.TryRerandomise(out var otherNext, out byte[] otherProof).IsAccepted);
        Assert.False(RerandomisationProof.Verify(one.Model, otherNext!.Model.WeightRoot, proof, out CommittedGraph? _).IsAccepted);
        Assert.False(RerandomisationProof.Verify(one.Model, otherNext.Model.WeightRoot, otherProof, out CommittedGraph? _).IsAccepted);
        Assert.True(RerandomisationProof.Verify(one.Model, next!.Model.WeightRoot, proof, out CommittedGraph? _).IsAccepted);
    }

    [Fact]
    public void A_root_with_one_other_weight_is_no_successor_even_under_known_challenges()
    {
        // Its masks come from 32 bytes of zero.
        using var registered = RegisteredGraph.Register(source, options with { Openings = new MemoryProofBudget(), Random = new Counting() });
        var code = registered.Model.Parameters.Code;
        CommittedMatrix Commit(IntegerModel of, byte seed)
        {
            using var stream = new SecretStream([.. Enumerable.Repeat(seed, SecretStream.SeedSize)]);
            return new CommittedMatrix(new HiddenMatrix(of.Graph, registered.Model.Hidden, of.Hidden), code, stream);
        }
        var old = Commit(source, 0);
        Assert.Equal(registered.Model.WeightRoot, old.Root);
        var others = RandomModels.WithWeight(source, 2, 2, (sbyte)(source.Hidden[2].Weights[2] > 0 ? -1 : 1));
        foreach (bool frozen in new[] { true, false })
        {
            var (same, other) = (Commit(source, 9), Commit(others, 9));
            using var secrets = registered.Secrets(true);
            byte[] honest = RerandomisationProver.Prove(registered.Model, old, same, secrets!, Forging.Transcript(frozen));
            Assert.Equal(Verdict.Accept, RerandomisationProof.Verify(registered.Model, same.Root, honest, Forging.Transcript(frozen)));
            byte[] forged = RerandomisationProver.Prove(registered.Model, old, other, secrets!, Forging.Transcript(frozen));
            Assert.Equal(ZkChecks.Successor, Forging.CheckOf(RerandomisationProof.Verify(registered.Model, other.Root, forged, Forging.Transcript(frozen))));
            // Paths of one root under another.
            Assert.False(RerandomisationProof.Verify(registered.Model, other.Root, honest, Forging.Transcript(frozen)).IsAccepted);
        }
    }

    [Fact]
    public void A_row_that_fits_both_roots_needs_the_queries_in_advance()
    {
        // The vanishing polynomial of the queried points, added to the row, changes no symbol that is looked at.
        using var registered = RegisteredGraph.Register(source, options with { Openings = new MemoryProofBudget() });
        Assert.Equal(Verdict.Accept, registered.TryRerandomise(out var next, out byte[] proof));
        var code = registered.Model.Parameters.Code;
        Transcript transcript = new KeccakTranscript();
        RerandomisationProof.AbsorbStatement(registered.Model, next!.Model.WeightRoot, transcript);
        var channel = new VerifierChannel(proof, transcript);
        channel.ReceiveDigest(Labels.Witness);
        channel.Challenges(RowOpening.Variables(registered.Model.Hidden.Weights.Rows, true));
        channel.Receive(Labels.OpeningRow, code.Cells);
        channel.Receive(Labels.OpeningMasks, code.Masks);
        var z = HiddenProofMap.Vanishing(code, channel.Positions(code.Queries, code.LogLength));
        for (int i = 0; i < z.Length; i++)
        {
            ProofMap.Add(proof, 32 + 16 * i, z[i]);
            if (i >= code.RowLength) ProofMap.Add(proof, 32 + 16 * (code.Cells + i - code.RowLength), z[i]);
        }
        Assert.False(RerandomisationProof.Verify(registered.Model, next.Model.WeightRoot, proof, out _).IsAccepted);
    }

    [Fact]
    public void Changed_truncated_and_extended_proofs_are_refused()
    {
        using var registered = RegisteredGraph.Register(source, options with { Openings = new MemoryProofBudget() });
        Assert.Equal(Verdict.Accept, registered.TryRerandomise(out var next, out byte[] proof));
        Verdict Verify(byte[] bytes) => RerandomisationProof.Verify(registered.Model, next!.Model.WeightRoot, bytes, out _);
        Assert.Equal(Verdict.Accept, Verify(proof));
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(Verify([.. proof, 0])));
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(Verify(proof[..^1])));
        int accepted = 0;
        Parallel.For(0, proof.Length / 151, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            byte[] changed = (byte[])proof.Clone();
            changed[151 * i] ^= (byte)(1 << i % 8);
            if (Verify(changed).IsAccepted) Interlocked.Increment(ref accepted);
        });
        Assert.Equal(0, accepted);
        Assert.Equal(ZkChecks.Successor, Forging.CheckOf(RerandomisationProof.Verify(registered.Model, registered.Model.WeightRoot, proof, out _)));
        Assert.Equal(ZkChecks.Successor, Forging.CheckOf(RerandomisationProof.Verify(Forging.Registered.Model, next!.Model.WeightRoot, proof, out _)));
        Assert.Throws<InvalidOperationException>(() => Forging.Registered.TryRerandomise(out _, out _));
    }
}
