using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Hiding;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Zk;

namespace Counterfoil.Proofs.Tests.Folding;

/// <summary>That the short schedule tells nothing of hidden weights: who draws the two opened rows can say all that follows.</summary>
public sealed class ShortSimulationTests
{
    static readonly Simulator Simulator = new(
        ShortSchedule.Registered(true).Model.Graph, ShortSchedule.Registered(true).Model.Parameters, 3, () => Forging.Transcript(true));

    [Fact]
    public void Who_may_program_the_challenges_needs_no_weights()
    {
        var statement = ShortSchedule.Statement(true) with { Model = Simulator.Model, Output = new long[] { 1, 2, 3, 4, 5, 6 } };
        byte[] simulated = Simulator.Execution(statement), real = ShortSchedule.Prove(true, true);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(statement, simulated, Forging.Transcript(true)));
        Assert.Equal(real.Length, simulated.Length);
        Assert.False(ExecutionProof.Verify(statement, simulated, Forging.Transcript(false)).IsAccepted);
    }

    [Fact]
    public void Nor_for_the_registration() => Assert.Equal(Verdict.Accept, RegistrationProof.Verify(Simulator.Model, Simulator.Registration(), Forging.Transcript(true)));

    [Fact]
    public void Two_proofs_of_one_statement_have_no_run_of_a_folded_word_in_common()
    {
        // Same challenges, same witness: what is sent of the opened rows is as different as the rows are.
        byte[] one = ShortSchedule.Prove(true, true), other = ShortSchedule.Prove(true, true);
        var map = new ShortProofMap(ShortSchedule.Statement(true), one, Forging.Transcript(true));
        foreach (string label in new[] { "opening-value", "opening-sum", "product-values", "product-factors", "pad-value", "folded-root", "folding-round", "folded-row" })
            Assert.False(one.AsSpan(map[label], 16).SequenceEqual(other.AsSpan(map[label], 16)), label);
    }
}
