using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Registration;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>A new root with the same weights, and nothing else, follows an old one.</summary>
public sealed class RerandomisationTests
{
    static readonly sbyte[] Input = RandomModels.Input(8, 5);

    static RegisteredModel Register() => RandomModels.Register(8, RandomModels.Hidden with { Openings = new MemoryProofBudget() }, 5, 4, 3);

    static InferenceStatement Statement(CommittedModel model, ProvenInference proven) => new(model, Input, proven.Output.AsMemory(), Forging.Context);

    [Fact]
    public void A_spent_model_goes_on_under_a_new_root_with_the_same_id()
    {
        var registered = Register();
        var last = registered.Prove(Input, Forging.Context);
        for (int i = 1; i < registered.Model.Parameters.Budget; i++) registered.Prove(Input, Forging.Context);
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(registered.TryProve(Input, Forging.Context, out _)));

        Assert.Equal(Verdict.Accept, registered.TryRerandomise(out var next, out byte[] proof));
        Assert.Equal(Verdict.Accept, CommittedModel.Decode(registered.Model.Encode(), out var known));
        Assert.IsType<Verdict.Unverifiable>(RerandomisationProof.Verify(known!, next!.Model.WeightRoot, proof, out _));
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(known!, registered.RegistrationProof));
        Assert.Equal(Verdict.Accept, RerandomisationProof.Verify(known!, next.Model.WeightRoot, proof, out var successor));
        Assert.Equal((registered.Model.Id, registered.Model.WeightRoot), (successor!.Id, successor.GenesisRoot));
        Assert.NotEqual(successor.GenesisRoot, successor.WeightRoot);
        Assert.Equal(registered.Model.Encode(), successor.Encode());

        var proven = next.Prove(Input, Forging.Context);
        Assert.Equal(Verdict.Accept, InferenceProof.Verify(Statement(successor, proven), proven.Proof));
        // A proof holds under its root alone.
        Assert.False(InferenceProof.Verify(Statement(known!, proven), proven.Proof).IsAccepted);
        Assert.Equal(Verdict.Accept, InferenceProof.Verify(Statement(known!, last), last.Proof));
        Assert.False(InferenceProof.Verify(Statement(successor, last), last.Proof).IsAccepted);

        // Once for each root; and the next may follow.
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(registered.TryRerandomise(out var twice, out _)));
        Assert.Null(twice);
        Assert.Equal(Verdict.Accept, next.TryRerandomise(out var third, out byte[] second));
        Assert.Equal(Verdict.Accept, RerandomisationProof.Verify(successor, third!.Model.WeightRoot, second, out var after));
        Assert.Equal(registered.Model.Id, after!.Id);
        Assert.False(RerandomisationProof.Verify(known!, third.Model.WeightRoot, second, out _).IsAccepted);
    }

    [Fact]
    public void A_root_with_one_other_weight_is_no_successor_even_under_known_challenges()
    {
        var registered = Register();
        var (_, parameters) = RandomModels.Mlp(8, 5, 4, 3);
        var code = registered.Model.Parameters.Code;
        CommittedMatrix Commit(System.Collections.Immutable.ImmutableArray<Counterfoil.Zk.Graphs.GemmParameters> weights, byte[] secret)
        {
            using var stream = new SecretStream(secret);
            return new CommittedMatrix(new WeightMatrix(registered.Model.Space, registered.Model.Weights, weights), code, stream);
        }
        var old = Commit(parameters, registered.ExportSecret());
        Assert.Equal(registered.Model.WeightRoot, old.Root);
        var others = parameters.SetItem(1, parameters[1] with { Weights = parameters[1].Weights.SetItem(2, (sbyte)(parameters[1].Weights[2] ^ 1)) });
        foreach (bool frozen in new[] { true, false })
        {
            var (same, other) = (Commit(parameters, new byte[32]), Commit(others, new byte[32]));
            using var secrets = registered.Secrets();
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
        var registered = Register();
        Assert.Equal(Verdict.Accept, registered.TryRerandomise(out var next, out byte[] proof));
        var code = registered.Model.Parameters.Code;
        Transcript transcript = new KeccakTranscript();
        RerandomisationProof.AbsorbStatement(registered.Model, next!.Model.WeightRoot, transcript);
        var channel = new VerifierChannel(proof, transcript);
        channel.ReceiveDigest(Labels.Witness);
        channel.Challenges(RowOpening.Variables(registered.Model.Weights.Rows, true));
        channel.Receive(Labels.OpeningRow, code.Cells);
        channel.Receive(Labels.OpeningMasks, code.Masks);
        var z = HiddenProofMap.Vanishing(code, channel.Positions(code.Queries, code.LogLength));
        for (int i = 0; i < z.Length; i++)
        {
            HiddenProofMap.Add(proof, 32 + 16 * i, z[i]);
            if (i >= code.RowLength) HiddenProofMap.Add(proof, 32 + 16 * (code.Cells + i - code.RowLength), z[i]);
        }
        Assert.False(RerandomisationProof.Verify(registered.Model, next.Model.WeightRoot, proof, out _).IsAccepted);
    }

    [Fact]
    public void Changed_truncated_and_extended_proofs_are_refused()
    {
        var registered = Register();
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
