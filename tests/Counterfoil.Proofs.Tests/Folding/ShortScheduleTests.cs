using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Tests;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Models;

namespace Counterfoil.Proofs.Tests.Folding;

/// <summary>Proofs under the short schedule: as true as the others, and shorter.</summary>
public sealed class ShortScheduleTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_honest_proof_passes_under_both_transcripts_and_so_does_the_registration(bool hidden)
    {
        var registered = ShortSchedule.Registered(hidden);
        Assert.Equal(Schedule.Short, registered.Model.Parameters.Schedule);
        foreach (bool frozen in new[] { true, false })
        {
            byte[] proof = ShortSchedule.Prove(hidden, frozen);
            Assert.Equal(Verdict.Accept, ShortSchedule.Verify(frozen, ShortSchedule.Statement(hidden), proof));
            Assert.Equal(Goldilocks2.Zero, new ShortProofMap(ShortSchedule.Statement(hidden), proof, Forging.Transcript(frozen)).Gap);
        }
        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(registered.Model.Encode(), out var read));
        Assert.Equal(registered.Model.Parameters, read!.Parameters);
        Assert.Equal(registered.Model.Id, read.Id);
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(read, registered.RegistrationProof));
        var proven = registered.Prove(Forging.Input, Forging.Context);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(ShortSchedule.Statement(hidden) with { Model = read }, proven.Proof));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_graph_of_any_shape_is_proven_too(bool hidden)
    {
        var model = SmallGraphs.All["convolution"];
        Assert.Equal(Verdict.Accept, RegisteredGraph.TryRegister(model, hidden ? ShortSchedule.Hidden : ShortSchedule.Public, out var registered));
        Assert.Equal(Verdict.Accept, CommittedGraph.Decode(registered!.Model.Encode(), out var read));
        Assert.Equal(registered.Model.Parameters, read!.Parameters);
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(read, registered.RegistrationProof));
        var input = SmallGraphs.Input(model.Graph, 3);
        var proven = registered.Prove(input, Forging.Context);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(read, input, proven.Output.AsMemory(), Forging.Context), proven.Proof));
    }

    [Fact]
    public void A_model_goes_on_under_a_new_root()
    {
        var registered = RandomModels.Register(3, ShortSchedule.Hidden with { Openings = new MemoryProofBudget() }, 6, 5, 4);
        Assert.Equal(Verdict.Accept, registered.TryRerandomise(out var next, out byte[] proof));
        Assert.Equal(Verdict.Accept, RerandomisationProof.Verify(registered.Model, next!.Model.WeightRoot, proof, out var successor));
        var input = RandomModels.Input(3, 6);
        var proven = next.Prove(input, Forging.Context);
        Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(successor!, input, proven.Output.AsMemory(), Forging.Context), proven.Proof));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_a_model_is_more_than_a_few_cells_its_proofs_are_shorter(bool hidden)
    {
        var options = new RegistrationOptions { Profile = hidden ? PrivacyProfile.HiddenWeights : PrivacyProfile.PublicWeights };
        int Length(Schedule schedule) => RandomModels.Register(5, options with { Schedule = schedule }, 784, 128, 10).Prove(RandomModels.Input(5, 784), Forging.Context).Proof.Length;
        Assert.True(Length(Schedule.Short) < (hidden ? 0.7 : 0.9) * Length(Schedule.Wide));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void A_false_statement_passes_for_who_knows_the_challenges_and_for_nobody_else(bool hidden, bool frozen)
    {
        // The opened row's claim is bent by the last message that can: everything before it, an output off by one among it, ends there where something is hidden.
                var statement = hidden ? ShortSchedule.Statement(true) with { Output = Forging.OffByOne() } : ShortSchedule.Statement(false);
        byte[] proof = ShortSchedule.Prove(hidden, frozen, statement);
        var map = new ShortProofMap(statement, proof, Forging.Transcript(frozen));
        var gap = map.Gap;
        if (!hidden)
        {
            // Two false values that agree with each other, u and ⟨v, b⟩: too large by one, of which the sum-check makes the product of its challenges.
            int[] places = [map["opening-value"], map["opening-sum"]];
            foreach (int place in places) ProofMap.Write(proof, place, ProofMap.Read(proof, place) + Goldilocks2.One);
            gap -= map.ClaimWeight;
        }
        Assert.NotEqual(Goldilocks2.Zero, gap);
        if (frozen) Assert.Equal(ZkChecks.FoldingValue, Forging.CheckOf(ShortSchedule.Verify(true, statement, proof)));
        ProofMap.Shift(proof, map.LastRound, map.LastChallenge, gap);
        var verdict = ShortSchedule.Verify(frozen, statement, proof);
        if (frozen) Assert.Equal(Verdict.Accept, verdict);
        else Assert.False(verdict.IsAccepted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Where_something_is_hidden_the_last_check_stands_for_all_relations(bool frozen)
    {
        // Under the real transcript, with nothing bent, a false statement comes as far as that.
        var statement = ShortSchedule.Statement(true) with { Output = new long[] { 1, 2, 3, 4, 5, 6 } };
        Assert.Equal(ZkChecks.FoldingValue, Forging.CheckOf(ShortSchedule.Verify(frozen, statement, ShortSchedule.Prove(true, frozen, statement))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_changed_byte_is_accepted_and_no_truncation(bool hidden)
    {
        var statement = ShortSchedule.Statement(hidden);
        byte[] proof = ShortSchedule.Prove(hidden, false), registration = ShortSchedule.Registered(hidden).RegistrationProof;
        int step = Surroundings.IsCampaign ? 1 : 1009;
        Assert.Equal(0, Accepted(proof, step, bytes => ShortSchedule.Verify(false, statement, bytes)));
        Assert.Equal(0, Accepted(registration, 3 * step, bytes => RegistrationProof.Verify(statement.Model, bytes)));
        for (int length = 0; length < proof.Length; length += 1 + proof.Length / 15) Assert.False(ShortSchedule.Verify(false, statement, proof[..length]).IsAccepted);
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(ShortSchedule.Verify(false, statement, proof[..^1])));
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(ShortSchedule.Verify(false, statement, [.. proof, 0])));
        // The other schedule's proof is none of this one, nor the other way round.
        var wide = hidden ? Hiding.Hidden.Statement : Forging.Statement;
        Assert.False(ShortSchedule.Verify(false, statement, hidden ? Hiding.Hidden.Prove(false) : Forging.Prove(false).Proof).IsAccepted);
        Assert.False(ShortSchedule.Verify(false, wide, proof).IsAccepted);
    }

    static int Accepted(byte[] proof, int step, Func<byte[], Verdict> verify)
    {
        int accepted = 0;
        Parallel.For(0, (proof.Length + step - 1) / step, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            byte[] changed = (byte[])proof.Clone();
            changed[i * step] ^= (byte)(1 << i % 8);
            if (verify(changed).IsAccepted) Interlocked.Increment(ref accepted);
        });
        return accepted;
    }

    public static TheoryData<string, string> Faults() => new()
    {
        { "one query less in the first round", "model.security" },
        { "one query less in the last round", "model.security" },
        { "one query less of the columns", "model.security" },
        { "no rounds", "model.encoding" },
        { "too many variables bound", "model.encoding" },
        { "a rate of one", "model.encoding" },
        { "a codeword too long", "model.encoding" },
        { "more queries than runs", "model.encoding" },
        { "a row that is no power of two", "model.hiding" },
        { "pads that do not fit", "model.hiding" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_schedule_that_cannot_be_or_is_too_weak_is_refused(string fault, string check)
    {
        var model = ShortSchedule.Registered(true).Model;
        var parameters = model.Parameters;
        var (code, rounds) = (parameters.Code, parameters.Folding!.Rounds);
        // As few queries as reach 100 bits, so that one less does not.
        var (first, last) = (rounds[0], rounds[^1]);
        int variables = FoldedRows.VariablesOf(code, pads: true), lastVariables = variables - rounds[..^1].Sum(r => r.LogFold);
        int Least(FoldingRound round, int cells) => RowCode.WithBits(cells - round.LogFold, round.LogInverseRate, 100).Queries;
        FoldingSchedule With(FoldingRound round, int index) => new(rounds.SetItem(index, round));
        var changed = fault switch
        {
            "one query less in the first round" => parameters with { Folding = With(first with { Queries = Least(first, variables) - 1 }, 0) },
            "one query less in the last round" => parameters with { Folding = With(last with { Queries = Least(last, lastVariables) - 1 }, rounds.Length - 1) },
            "one query less of the columns" => parameters with { Code = code with { Queries = RowCode.WithBits(variables - 1, code.LogLength - variables + 1, 100).Queries - 1 } },
            "no rounds" => parameters with { Folding = new([]) },
            "too many variables bound" => parameters with { Folding = new([new(2, 6, 100), new(2, 6, 1), new(2, 6, 1)]) },
            "a rate of one" => parameters with { Folding = With(first with { LogInverseRate = 0 }, 0) },
            "a codeword too long" => parameters with { Folding = With(first with { LogInverseRate = 21 - variables }, 0) },
            "more queries than runs" => parameters with { Folding = new([new(1, 8, 100), new(1, variables - 9, 5)]) }, // four runs
            "a row that is no power of two" => parameters with { Code = code with { Masks = code.Masks + 1 } },
            _ => parameters with { Code = RowCode.WithBits(9, 6, 103.5) with { LogRowLength = 4, LogInverseRate = 11, Masks = 512 - 16 }, Budget = 1 },
        };
        if (fault == "pads that do not fit") changed = changed with { Folding = new([new(4, 3, 120)]) };
        Assert.Equal(check, Forging.CheckOf(CommittedGraph.Create(model.Graph, changed, default, out _)).Id);
        if (check == "model.security") Assert.Equal(Verdict.Accept, CommittedGraph.Create(model.Graph, Raised(changed), default, out _));

        CommitmentParameters Raised(CommitmentParameters few) => few with
        {
            Code = few.Code with { Queries = Math.Max(few.Code.Queries, RowCode.WithBits(variables - 1, code.LogLength - variables + 1, 100).Queries) },
            Folding = new([.. few.Folding!.Rounds.Select((r, i) => r with { Queries = Math.Max(r.Queries, Least(r, variables - rounds[..i].Sum(x => x.LogFold))) })]),
        };
    }
}
