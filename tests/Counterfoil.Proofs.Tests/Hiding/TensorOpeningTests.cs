using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Openings;
using Counterfoil.Zk;
using Counterfoil.Zk.Answers;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Openings;
using Counterfoil.Zk.Security;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>Single cells of a hidden tensor, shown: true ones are, others are refused by name, and nothing is said of the rest.</summary>
public sealed class TensorOpeningTests
{
    static readonly TensorCase mlp = new("mlp"), folded = new("mlp", PrivacyProfile.HiddenWeights, schedule: Schedule.Short);

    // Three rows and a part of a fourth, of values up to the largest.
    static readonly long[] many = [.. Enumerable.Range(0, (3 * mlp.X.Commitment.Code.RowLength) + 5).Select(i => i == 7 ? -TensorOpening.MostMagnitude : i == 8 ? TensorOpening.MostMagnitude : (i * 7919L) - 50_000)];
    static readonly CommittedTensor tensor = mlp.Commit(many);

    static TensorOpening Of(CommittedTensor tensor, params int[] cells) => new(tensor.Commitment, [.. cells.Select(i => new OpenedCell(i, tensor.Cells.Span[i]))], TensorCase.Context);

    static TensorOpeningPlan Plan(TensorOpening opening, bool clear = false)
    {
        Assert.Equal(Verdict.Accept, opening.Check(out var plan));
        return clear ? plan! with { Pads = null } : plan!;
    }

    /// <summary>An opening outside the budget, of whatever is said.</summary>
    static byte[] Prove(TensorOpening opening, CommittedTensor tensor, Transcript transcript, bool clear = false)
    {
        using var secrets = clear ? null : SecretStream.From(new RegistrationOptions().Random);
        return TensorOpeningProver.Prove(opening, Plan(opening, clear), tensor.Matrix, secrets, transcript);
    }

    static Check Refused(TensorOpening opening, CommittedTensor tensor, bool clear) =>
        Forging.CheckOf(TensorOpeningProof.Verify(opening, Plan(opening, clear), Prove(opening, tensor, new KeccakTranscript(), clear), new KeccakTranscript()));

    static TensorOpening Change(TensorOpening opening, int at, long by) => opening with { Cells = opening.Cells.SetItem(at, opening.Cells[at] with { Value = opening.Cells[at].Value + by }) };

    [Fact]
    public void Cells_are_shown_of_an_input_of_an_output_and_of_many_rows()
    {
        int last = many.Length - 1, row = tensor.Commitment.Code.RowLength;
        foreach (var (committed, cells) in new (CommittedTensor, int[])[]
        {
            (mlp.X, [3]), (mlp.Y, [0, 2]), (folded.X, [1, 4]), (folded.Y, [1]), (tensor, [last]), (tensor, [last, 7, 8, row - 1, row, 2 * row]), (tensor, [.. Enumerable.Range(0, Math.Min(many.Length, TensorOpening.MostCells))]),
        })
        {
            Assert.Equal(Verdict.Accept, committed.TryOpen(cells, TensorCase.Context, null, out var opening, out byte[] proof));
            Assert.Equal(cells.Order().Select(i => new OpenedCell(i, committed.Cells.Span[i])), opening!.Cells);
            Assert.Equal(Verdict.Accept, TensorOpeningProof.Verify(opening, proof));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_value_is_refused_and_so_is_another_cells(bool clear)
    {
        var honest = Of(tensor, 1, tensor.Commitment.Code.RowLength, many.Length - 1);
        foreach (var forged in new[] { Change(honest, 0, 1), Change(honest, 1, -1), Change(honest, 2, 1L << 32), honest with { Cells = honest.Cells.SetItem(0, honest.Cells[0] with { Index = 2 }) }, Change(Change(honest, 0, 1), 1, -1) })
            Assert.Equal(clear ? ZkChecks.OpeningValue : ZkChecks.Pads, Refused(forged, tensor, clear));
        Assert.Equal(Verdict.Accept, TensorOpeningProof.Verify(honest, Plan(honest, clear), Prove(honest, tensor, new KeccakTranscript(), clear), new KeccakTranscript()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_tensors_cells_do_not_lie_under_the_root(bool clear)
    {
        var other = mlp.Commit([.. many.Select(cell => cell / 2)]);
        var forged = Of(other, 1, 5) with { Tensor = tensor.Commitment };
        Assert.Equal(ZkChecks.Path, Refused(forged, other, clear));
        // The same cells under another root: an opening is of its own.
        var again = mlp.Commit(many);
        Assert.Equal(ZkChecks.Path, Refused(Of(tensor, 1), again, clear));
    }

    [Fact]
    public void An_opening_is_not_replayed_for_another_digest_cell_or_context()
    {
        var honest = Of(tensor, 4);
        var again = mlp.Commit(many);
        byte[] proof = Prove(honest, tensor, new KeccakTranscript());
        Assert.Equal(Verdict.Accept, TensorOpeningProof.Verify(honest, proof));
        foreach (var other in new[] { Of(again, 4), Of(tensor, 5), Of(tensor, 4, 5), honest with { Context = default }, honest with { Tensor = tensor.Commitment with { Length = many.Length - 1 } } })
            Assert.Equal(ZkChecks.Pads, Forging.CheckOf(TensorOpeningProof.Verify(other, proof)));
        // Even where nothing depends on what was absorbed the columns do not lie under another root.
        byte[] frozen = Prove(honest, tensor, Forging.Transcript(true));
        Assert.Equal(Verdict.Accept, TensorOpeningProof.Verify(honest, Plan(honest), frozen, Forging.Transcript(true)));
        Assert.Equal(ZkChecks.Path, Forging.CheckOf(TensorOpeningProof.Verify(Of(again, 4), Plan(Of(again, 4)), frozen, Forging.Transcript(true))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cells_that_make_up_for_each_other_pass_only_for_who_knows_the_coefficients(bool frozen)
    {
        // Two values off, so that with these coefficients their sum is the true one.
        Transcript Challenges() => frozen ? new FrozenTranscript(5, inBaseField: true) : new KeccakTranscript();
        var honest = Of(tensor, 0, 1);
        var recorded = new MessageTranscript(new FrozenTranscript(5, inBaseField: true));
        Prove(honest, tensor, recorded);
        var xi = recorded.Challenges("witness")[0];
        var ratio = (xi[0] * Goldilocks2.Inverse(xi[1])).C0;
        long by = Enumerable.Range(1, 1000).First(a => Math.Abs(Centred(-ratio * Goldilocks.FromInteger(a))) < TensorOpening.MostMagnitude / 2);
        var forged = Change(Change(honest, 0, by), 1, Centred(-ratio * Goldilocks.FromInteger(by)));
        var verdict = TensorOpeningProof.Verify(forged, Plan(forged), Prove(forged, tensor, Challenges()), Challenges());
        if (frozen) Assert.Equal(Verdict.Accept, verdict);
        else Assert.Equal(ZkChecks.Pads, Forging.CheckOf(verdict));
    }

    // The integer of least magnitude that it stands for.
    static long Centred(Goldilocks element) => element.Value <= long.MaxValue ? (long)element.Value : -(long)(-element).Value;

    [Fact]
    public void Every_sampled_byte_is_bound()
    {
        var random = new Random(3);
        var honest = Of(mlp.Y, 1);
        byte[] proof = Prove(honest, mlp.Y, new KeccakTranscript());
        int step = Counterfoil.Tests.Surroundings.IsCampaign ? 1 : proof.Length / 90;
        for (int at = random.Next(step); at < proof.Length; at += step)
        {
            var changed = (byte[])proof.Clone();
            changed[at] ^= (byte)(1 << random.Next(8));
            Assert.False(TensorOpeningProof.Verify(honest, changed).IsAccepted, $"byte {at}");
        }
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(TensorOpeningProof.Verify(honest, (byte[])[.. proof, 0])));
    }

    [Fact]
    public void What_is_no_statement_about_cells_is_refused_before_the_proof()
    {
        var honest = Of(tensor, 1, 2);
        ImmutableArray<OpenedCell>[] wrong =
        [
            default, [], [new(2, 0), new(1, 0)], [new(1, 0), new(1, 0)], [new(-1, 0)], [new(many.Length, 0)], [new(1, TensorOpening.MostMagnitude + 1)], [new(1, long.MinValue)],
            [.. Enumerable.Range(0, TensorOpening.MostCells + 1).Select(i => new OpenedCell(i, 0))],
        ];
        foreach (var cells in wrong) Assert.Equal(ZkChecks.Statement, Forging.CheckOf(TensorOpeningProof.Verify(honest with { Cells = cells }, new byte[100])));
        Assert.Throws<ArgumentException>(() => tensor.TryOpen([], default, null, out _, out _));
        Assert.Throws<ArgumentException>(() => tensor.TryOpen([-1], default, null, out _, out _));
        Assert.Throws<ArgumentException>(() => tensor.TryOpen([many.Length], default, null, out _, out _));
        Assert.Throws<ArgumentException>(() => tensor.TryOpen(Enumerable.Range(0, TensorOpening.MostCells + 1), default, null, out _, out _));
    }

    [Fact]
    public void A_commitments_maker_cannot_choose_a_code_that_convinces_of_nothing()
    {
        var commitment = tensor.Commitment;
        var code = commitment.Code;
        foreach (var weak in new[]
        {
            code with { Queries = 1 }, code with { Queries = code.Queries - 20 }, code with { Masks = code.Length }, code with { Masks = code.Length / 2 - code.RowLength }, code with { Masks = int.MinValue },
            code with { LogInverseRate = code.LogInverseRate - 1 }, code with { LogRowLength = 1, LogInverseRate = 1, Masks = 1, Queries = 1024 }, code with { LogRowLength = 17 },
        })
            Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(TensorOpeningProof.Verify(Of(tensor, 1) with { Tensor = commitment with { Code = weak } }, new byte[100])));
        Assert.Equal(ZkChecks.Hidden, Forging.CheckOf(TensorOpeningProof.Verify(Of(tensor, 1) with { Tensor = commitment with { Length = int.MaxValue } }, new byte[100])));
    }

    [Fact]
    public void The_ledger_has_every_round_and_a_hundred_bits()
    {
        var ledger = Of(tensor, 1).Ledger!;
        Assert.True(ledger.SecurityBits >= SecurityLedger.LeastBits);
        // Queries are counted as those of executions are, so both read one tensor under a root.
        Assert.Equal(tensor.Commitment.Code.QueryBits, ledger.Terms.Single(t => t.Round == "opening of cells: queries").Bits);
        foreach (string round in new[] { "opening of cells: as one claim", "opening of cells: sum-check", "opening of cells: queries of the pads", "opening of cells: batching of linear constraints" })
            Assert.Contains(ledger.Terms, t => t.Round == round);
    }

    [Fact]
    public void Who_may_program_the_challenges_needs_no_cell_but_those_that_are_shown()
    {
        var honest = Of(tensor, 1, many.Length - 1);
        var code = tensor.Commitment.Code;
        var random = new Random(5);
        // Under the root lie symbols that encode nothing; whatever cells are said to have whatever values.
        var rows = new SimulatedRows(random, (many.Length - 1 >> code.LogRowLength) + 1, code);
        for (int i = 0; i < 2; i++)
        {
            var opening = new TensorOpening(tensor.Commitment with { Root = rows.Tree.Root }, [new(1, 1000 + i), new(many.Length - 1, -i)], TensorCase.Context);
            var plan = Plan(opening);
            byte[] simulated = Simulator.Simulate(
                random, plan.Parameters, plan.Pads!, [rows], 0,
                proof => new HiddenProofMap(plan.Parameters, plan.Pads!, channel => TensorOpeningProof.Reduce(opening, plan, channel, out _), proof, Forging.Transcript(true)));
            Assert.Equal(Verdict.Accept, TensorOpeningProof.Verify(opening, plan, simulated, Forging.Transcript(true)));
            Assert.Equal(Prove(honest, tensor, Forging.Transcript(true)).Length, simulated.Length);
            Assert.Equal(ZkChecks.Pads, Forging.CheckOf(TensorOpeningProof.Verify(opening, plan, simulated, Forging.Transcript(false))));
        }
    }

    [Fact]
    public void Two_openings_of_one_cell_have_no_element_in_common()
    {
        var honest = Of(tensor, 1);
        var plan = Plan(honest);
        byte[] one = Prove(honest, tensor, Forging.Transcript(true)), other = Prove(honest, tensor, Forging.Transcript(true));
        var map = new HiddenProofMap(plan.Parameters, plan.Pads!, channel => TensorOpeningProof.Reduce(honest, plan, channel, out _), one, Forging.Transcript(true));
        for (int at = 0; at < map.Columns; at += 16) Assert.False(one.AsSpan(at, 16).SequenceEqual(other.AsSpan(at, 16)), $"byte {at}");
    }

    [Fact]
    public void Every_opening_is_paid_from_the_tensors_account()
    {
        Assert.Equal(Verdict.Accept, CommittedTensor.TryCommit(mlp.Values[0], mlp.Model.Model, 2, null, out var x));
        Assert.Equal(Verdict.Accept, mlp.Model.TryProve(mlp.Input, TensorCase.Context, x, null, out _));
        Assert.Equal(Verdict.Accept, x!.TryOpen([0], default, null, out _, out _));
        Assert.Equal(ProverChecks.Budget, Forging.CheckOf(x.TryOpen([0], default, null, out var none, out byte[] proof)));
        Assert.Null(none);
        Assert.Empty(proof);
    }

    [Fact]
    public void A_file_of_opened_cells_has_one_encoding_and_says_of_which_tensor_and_for_what()
    {
        var honest = Of(tensor, 1, 7, 8);
        var file = new ProvenOpening(honest, Prove(honest, tensor, new KeccakTranscript()));
        byte[] bytes = file.Encode();
        Assert.True(ProvenOpening.Is(bytes));
        Assert.Equal(Verdict.Accept, ProvenOpening.Decode(bytes, out var decoded));
        Assert.Equal(bytes, decoded!.Encode());
        Assert.Equal(Verdict.Accept, decoded.Verify());
        Assert.Equal(Verdict.Accept, decoded.Answers(tensor.Commitment.Digest, TensorCase.Context));
        Assert.Equal(AnswerChecks.OpeningTensor, Forging.CheckOf(decoded.Answers(mlp.X.Commitment.Digest, null)));
        Assert.Equal(AnswerChecks.OpeningContext, Forging.CheckOf(decoded.Answers(null, default(Bytes32))));
        int header = bytes.Length - file.Proof.Length;
        for (int at = 0; at < header; at++)
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 1;
            if (ProvenOpening.Decode(changed, out var other).IsAccepted) Assert.False(other!.Verify().IsAccepted, $"byte {at}");
        }
        Assert.Equal(AnswerChecks.OpeningEncoding, Forging.CheckOf(ProvenOpening.Decode(bytes.AsMemory(0, header), out _)));
        Assert.False(ProvenOpening.Is([1, 2, 3]));
    }
}
