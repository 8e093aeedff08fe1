using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Tests;
using Counterfoil.Zk;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>Every byte of a hiding proof counts: a sample of them quickly, all of them in a campaign.</summary>
public sealed class HidingMutationTests
{
    static readonly int Step = Surroundings.IsCampaign ? 1 : 61;

    static readonly RegisteredGraph Registered = RandomModels.Register(4, RandomModels.Hidden with { Budget = 1, Openings = new MemoryProofBudget() }, 2, 2);

    static int Accepted(byte[] proof, Func<byte[], Verdict> verify)
    {
        Assert.Equal(Verdict.Accept, verify(proof));
        int accepted = 0;
        Parallel.For(0, (proof.Length + Step - 1) / Step, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            byte[] changed = (byte[])proof.Clone();
            changed[i * Step] ^= (byte)(1 << i % 8);
            if (verify(changed).IsAccepted) Interlocked.Increment(ref accepted);
        });
        return accepted;
    }

    [Fact]
    public void No_changed_byte_of_a_proof_is_accepted()
    {
        var proven = Registered.Prove([5, -6], Forging.Context);
        var statement = new ExecutionStatement(Registered.Model, new[] { 5, -6 }, proven.Output.AsMemory(), Forging.Context);
        Assert.Equal(0, Accepted(proven.Proof, bytes => ExecutionProof.Verify(statement, bytes)));
    }

    [Fact]
    public void Nor_of_a_registration() => Assert.Equal(0, Accepted(Registered.RegistrationProof, bytes => RegistrationProof.Verify(Registered.Model, bytes)));

    [Fact]
    public void Every_truncation_and_random_bytes_are_refused_without_an_exception()
    {
        byte[] proof = Hidden.Prove(false);
        for (int length = 0; length < proof.Length; length += 1 + length / 15) Assert.False(Hidden.Verify(false, Hidden.Statement, proof[..length]).IsAccepted);
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(Hidden.Verify(false, Hidden.Statement, proof[..^1])));
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(Hidden.Verify(false, Hidden.Statement, [.. proof, 0])));
        var random = new Random(29);
        for (int i = 0; i < 60; i++)
        {
            byte[] bytes = new byte[random.Next(200_000)];
            random.NextBytes(bytes);
            Assert.False(Hidden.Verify(false, Hidden.Statement, bytes).IsAccepted);
            Assert.False(RegistrationProof.Verify(Hidden.Model, bytes).IsAccepted);
            Assert.False(RerandomisationProof.Verify(Hidden.Model, Forging.Registered.Model.WeightRoot, bytes, out _).IsAccepted);
        }
    }
}
