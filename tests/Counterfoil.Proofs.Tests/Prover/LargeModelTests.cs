using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Hiding;
using Counterfoil.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Execution;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Registration;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Fields.Lanes;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;
using Counterfoil.Prover.Sumchecks;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>What a model is too large for, its prover computes again instead of keeping it: codewords of weights, layers of the registration's sum, forms in long parameters. Nothing that is sent depends on it.</summary>
public sealed class LargeModelTests
{
    [Theory]
    [InlineData("row gather", PrivacyProfile.PublicWeights, Schedule.Wide)]
    [InlineData("row gather", PrivacyProfile.HiddenWeights, Schedule.Wide)]
    [InlineData("convolution", PrivacyProfile.HiddenWeights, Schedule.Wide)]
    [InlineData("mlp", PrivacyProfile.HiddenWeights, Schedule.Short)]
    public void A_model_of_which_little_is_held_has_the_same_root_registration_and_proofs(string name, PrivacyProfile profile, Schedule schedule)
    {
        var source = SmallGraphs.All[name];
        var input = SmallGraphs.Input(source.Graph, 3);
        var held = new RegistrationOptions { Profile = profile, Schedule = schedule, Budget = 2, Random = new Hiding.Counting() };
        using var expected = RegisteredGraph.Register(source, held);
        using var registered = RegisteredGraph.Register(source, held with { MostKept = 1 << 6, MostHeld = 4, Openings = new MemoryProofBudget(), Random = new Hiding.Counting() });
        Assert.Equal(expected.Model.WeightRoot, registered.Model.WeightRoot);
        Assert.Equal(expected.RegistrationProof, registered.RegistrationProof);
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(registered.Model, registered.RegistrationProof));
        Assert.Equal(expected.Prove(input, Forging.Context).Proof, registered.Prove(input, Forging.Context).Proof);
        if (profile == PrivacyProfile.PublicWeights) return;
        Assert.Equal(Verdict.Accept, registered.TryRerandomise(out var successor, out byte[] equality));
        using (successor)
        {
            Assert.Equal(Verdict.Accept, RerandomisationProof.Verify(registered.Model, successor!.Model.WeightRoot, equality, out _));
            var proven = successor.Prove(input, Forging.Context);
            Assert.Equal(Verdict.Accept, ExecutionProof.Verify(new ExecutionStatement(successor.Model, input, proven.Output.AsMemory(), Forging.Context), proven.Proof));
        }
    }

    /// <summary>A lie about weights is refused wherever it is: in every row, in leaves that were held and in leaves that were not.</summary>
    [Fact]
    public void A_weight_out_of_range_in_any_part_of_the_sum_is_refused()
    {
        var source = SmallGraphs.All["convolution"];
        var code = RowCode.WithBits(4, 2, 101);
        Assert.Equal(Verdict.Accept, GraphLayout.Derive(source.Graph, out var layout));
        Assert.Equal(Verdict.Accept, Counterfoil.Zk.Execution.HiddenLayout.Derive(source.Graph, code, out var hidden));
        var matrix = new HiddenMatrix(source.Graph, hidden!, source.Hidden);
        var entries = hidden!.Weights.Blocks.SelectMany(hidden.Weights.Entries).SelectMany(s => Enumerable.Range(s.Start, s.End - s.Start).Select(c => (s.Row, c))).ToHashSet();
        for (int row = 0; row < hidden.Weights.Biases.FirstRow; row++)
            foreach (bool lies in new[] { false, true })
            {
                var cells = new Goldilocks[hidden.Weights.Rows * code.RowLength];
                for (int r = 0; r < hidden.Weights.Rows; r++) matrix.CopyRow(r, cells.AsSpan(r * code.RowLength, code.RowLength));
                // A weight one too low, or a one where there is to be nothing.
                int cell = 5 * row % code.RowLength;
                if (lies) cells[row * code.RowLength + cell] = Goldilocks.FromInteger(entries.Contains((row, cell)) ? -128 : 1);
                var forged = new FieldMatrix(cells, code.RowLength);
                var committed = new CommittedMatrix(forged, code, mostKept: 1 << 7);
                Assert.Equal(Verdict.Accept, CommittedGraph.Create(layout!, new CommitmentParameters(PrivacyProfile.PublicWeights, code), committed.Root, out var model));
                var verdict = RegistrationProof.Verify(model!, new RegistrationProver(model!, forged, matrix.Biases, committed, mostHeld: 3).Prove(new KeccakTranscript()));
                if (lies) Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(verdict));
                else Assert.Equal(Verdict.Accept, verdict);
            }
    }

    /// <summary>Columns that are computed from other cells than those committed are not under the root, even where the challenges are known in advance.</summary>
    [Fact]
    public void Columns_computed_from_other_weights_are_refused()
    {
        var source = SmallGraphs.All["convolution"];
        var code = RowCode.WithBits(4, 2, 101);
        Assert.Equal(Verdict.Accept, GraphLayout.Derive(source.Graph, out var layout));
        Assert.Equal(Verdict.Accept, Counterfoil.Zk.Execution.HiddenLayout.Derive(source.Graph, code, out var hidden));
        var matrix = new HiddenMatrix(source.Graph, hidden!, source.Hidden);
        foreach (bool lies in new[] { false, true })
        {
            var cells = new Goldilocks[hidden!.Weights.Rows * code.RowLength];
            for (int r = 0; r < hidden.Weights.Rows; r++) matrix.CopyRow(r, cells.AsSpan(r * code.RowLength, code.RowLength));
            var committed = new CommittedMatrix(new FieldMatrix(cells, code.RowLength), code, mostKept: 1 << 7);
            Assert.Equal(Verdict.Accept, CommittedGraph.Create(layout!, new CommitmentParameters(PrivacyProfile.PublicWeights, code), committed.Root, out var model));
            // A weight in range, changed once the root is out.
            if (lies) cells[3] = cells[3] == Goldilocks.One ? Goldilocks.Zero : Goldilocks.One;
            var proof = new RegistrationProver(model!, new FieldMatrix(cells, code.RowLength), matrix.Biases, committed, mostHeld: 3).Prove(new FrozenTranscript(5));
            var verdict = RegistrationProof.Verify(model!, proof, new FrozenTranscript(5));
            if (lies) Assert.Equal(ZkChecks.Path, Forging.CheckOf(verdict));
            else Assert.Equal(Verdict.Accept, verdict);
        }
    }

    [Fact]
    public void A_long_parameter_is_summed_from_the_stretches_that_count()
    {
        var random = new Random(4);
        const int Count = 300, Variables = 11;
        var cells = new byte[320];
        Array.Fill(cells, (byte)128);
        random.NextBytes(cells.AsSpan(0, Count));
        var (form, dense) = (new ParameterForm(), new Goldilocks2[512]);
        foreach (var (start, length) in new[] { (0, 24), (24, 24), (24, 24), (150, 7), (145, 60), (299, 1) })
        {
            Goldilocks2[] weights = [.. Enumerable.Range(0, length).Select(_ => Element(random))];
            form.Add(start, weights);
            for (int i = 0; i < length; i++) dense[start + i] += weights[i];
        }
        Goldilocks2[] scale = [Element(random)], point = [.. Enumerable.Range(0, Variables).Select(_ => Element(random))];
        Assert.Equal(Multilinear.InnerProduct<Goldilocks2>(dense, Multilinear.EqualityPrefix<Goldilocks2>(point, 512)), form.At(point));

        (byte[] Proof, Goldilocks2[] Weights) Prove(IMatrixTerm term)
        {
            var channel = new ProverChannel(new KeccakTranscript());
            var (_, weights) = MatrixSumcheckProver.Prove(channel, Variables, [term]);
            return (channel.ToArray(), weights);
        }

        var written = Prove(new MatrixTerm(
            new WeightLayout.Block(0, 20, Count, 1, 0), [.. dense.Select(w => w * scale[0])], [.. Enumerable.Range(0, 512).Select(i => i < Count ? Goldilocks2.FromInteger(cells[i] - 128) : default)], null, null));
        foreach (int most in new[] { 0, 1, 3, 6, 8, 9, 16 })
        {
            var (proof, weights) = Prove(new ParameterTerm(Count, cells, form, scale[0], most));
            Assert.Equal(written.Proof, proof);
            Assert.Equal(written.Weights, weights);
        }
    }

    [Fact]
    public void Any_stretch_of_a_codeword_is_what_the_whole_has_there()
    {
        var random = new Random(5);
        foreach (var (cells, log) in new[] { (1, 3), (16, 6), (23, 6), (40, 7) })
        {
            Goldilocks[] row = [.. Enumerable.Range(0, cells).Select(_ => Element(random).C0)], whole = new Goldilocks[1 << log];
            ReedSolomon.Encode(row, whole);
            for (int stretch = 0; stretch <= log; stretch++)
                for (int s = 0; s < 1 << (log - stretch); s++)
                {
                    var symbols = new Goldilocks[1 << stretch];
                    ReedSolomon.EncodeStretch(row, log, s, symbols);
                    Assert.Equal(whole[(s << stretch)..((s + 1) << stretch)], symbols);
                }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Products_of_bytes_are_those_of_the_field(int width)
    {
        var random = new Random(6);
        foreach (var (count, rows) in new[] { (16, 4), (64, 7), (13, 9), (512, 5) })
        {
            var cells = new byte[count];
            random.NextBytes(cells);
            var words = new ulong[rows * 512];
            for (int i = 0; i < words.Length; i++) words[i] = Element(random).C0.Value;
            words[3] = Goldilocks.Modulus - 1;
            var sums = new Goldilocks[rows];
            ByteProducts.Add(cells, words, 512, sums, (FoldingWidth)width);
            for (int r = 0; r < rows; r++)
            {
                var expected = Goldilocks.Zero;
                for (int i = 0; i < count; i++) expected += Goldilocks.FromInteger(cells[i]) * Goldilocks.FromUInt64(words[r * 512 + i]);
                Assert.Equal(expected, sums[r]);
                Goldilocks[] left = [.. cells.Select(c => Goldilocks.FromInteger(c))], right = [.. words.AsSpan(r * 512, count).ToArray().Select(Goldilocks.FromUInt64)];
                Assert.Equal(expected, FieldVector.InnerProduct(left, right));
            }
        }
    }

    static Goldilocks2 Element(Random random) => new(Goldilocks.FromInteger(random.NextInt64(long.MaxValue)), Goldilocks.FromInteger(random.NextInt64(long.MaxValue)));
}
