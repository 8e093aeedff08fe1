using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Execution;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Registration;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Prover;

/// <summary>Rule D: what registration proves of the weights, and that it proves exactly that.</summary>
public sealed class RegistrationTests
{
    static readonly CommitmentParameters Codes = new(PrivacyProfile.PublicWeights, RowCode.WithBits(5, 2, 101));

    static readonly CommitmentParameters HiddenCodes = new(PrivacyProfile.HiddenWeights, RowCode.Hiding(5, 9, 3, 107)!.Value, 1);

    static IntegerGraph Graph(int inputs, int outputs, int bits) => new(new GraphInput(inputs, -127, 127), [],
        [new LinearMap(0, Window.Rows(1, inputs), 1, outputs, bits), new Requantise(1, outputs, [1 << 20], 1, 30, -127, 127)], 2);

    // Commits the cells of one graph and claims them to be another's: the prover checks nothing, as a forger's would not.
    static Verdict Claim(IntegerGraph claimed, IntegerGraph made, HiddenCells cells)
    {
        // In both profiles: where weights are hidden, one check stands for all that cannot be seen.
        Verdict open = Claim(Codes), hidden = Claim(HiddenCodes);
        if (open.IsAccepted) Assert.Equal(Verdict.Accept, hidden);
        else Assert.Equal(ZkChecks.Pads, Forging.CheckOf(hidden));
        return open;

        Verdict Claim(CommitmentParameters codes)
        {
            Assert.Equal(Verdict.Accept, HiddenLayout.Derive(made, codes.Code, out var layout));
            var weights = new HiddenMatrix(made, layout!, [cells, HiddenCells.None]);
            using var masks = codes.WeightsHidden ? new SecretStream(new byte[32]) : null;
            using var secrets = codes.WeightsHidden ? new SecretStream([.. Enumerable.Repeat((byte)1, 32)]) : null;
            var committed = new CommittedMatrix(weights, codes.Code, masks);
            Assert.Equal(Verdict.Accept, CommittedGraph.Create(claimed, codes, committed.Root, out var model));
            var proof = new RegistrationProver(model!, weights, weights.Biases, committed, secrets).Prove(new KeccakTranscript());
            return RegistrationProof.Verify(model!, proof);
        }
    }

    static HiddenCells Cells(int inputs, int outputs, int weight = 1, int bias = 1) =>
        new([.. Enumerable.Repeat((sbyte)weight, inputs * outputs)], [.. Enumerable.Repeat(bias, outputs)]);

    [Theory]
    [InlineData(127, 127, 8)]
    [InlineData(-127, -128, 8)]
    [InlineData(1, 0, 1)]
    [InlineData(1, -1, 1)]
    [InlineData(1, (1 << 30) - 1, 31)]
    [InlineData(1, -(1 << 30), 31)]
    [InlineData(1, 255, 9)]
    public void Weights_and_biases_at_the_ends_of_their_ranges_are_accepted(int weight, int bias, int bits) =>
        Assert.Equal(Verdict.Accept, Claim(Graph(5, 9, bits), Graph(5, 9, bits), Cells(5, 9, weight, bias)));

    [Theory]
    [InlineData(128, 8)]
    [InlineData(-129, 8)]
    [InlineData(1, 1)]
    [InlineData(-2, 1)]
    [InlineData(256, 9)]
    [InlineData(1 << 30, 31)]
    public void A_bias_of_more_bits_than_declared_is_refused(int bias, int bits) =>
        Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(Claim(Graph(5, 9, bits), Graph(5, 9, 31), Cells(5, 9, 1, bias))));

    [Fact]
    public void A_weight_of_minus_128_is_refused() =>
        Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(Claim(Graph(5, 9, 8), Graph(5, 9, 8), Cells(5, 9, -128))));

    [Fact]
    public void A_weight_where_padding_belongs_is_refused() =>
        // Rows of 5 and of 7 cells both take 8; the claimed graph has 5.
        Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(Claim(Graph(5, 9, 8), Graph(7, 9, 8), Cells(7, 9))));

    [Fact]
    public void A_bias_beyond_the_last_neuron_is_refused() =>
        Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(Claim(Graph(8, 9, 8), Graph(8, 10, 8), Cells(8, 10))));

    [Fact]
    public void Every_single_cell_of_the_matrix_is_held_to_its_range()
    {
        // Rows longer and shorter than a node's, so that a row holds parts of one neuron and parts of several.
        foreach (int k in new[] { 4, 5, 7 })
        {
            var source = WithBits(RandomModels.Mlp(6, 19, 3, 5), 20);
            var codes = Codes with { Code = RowCode.WithBits(k, 2, 101) };
            Assert.Equal(Verdict.Accept, HiddenLayout.Derive(source.Graph, codes.Code, out var hidden));
            var layout = hidden!.Weights;
            var weights = new HiddenMatrix(source.Graph, hidden, source.Hidden);
            var entries = layout.Blocks.SelectMany(b => layout.Entries(b).SelectMany(s => Enumerable.Range(s.Start, s.End - s.Start).Select(c => (s.Row, c)))).ToHashSet();
            Assert.Equal(19 * 3 + 3 * 5 + 8, entries.Count);
            for (int row = 0; row < layout.Rows; row++)
                for (int cell = row % 3; cell < codes.Code.RowLength; cell += k < 7 ? 1 : 5)
                {
                    bool bias = row >= layout.Biases.FirstRow, entry = entries.Contains((row, cell));
                    // Out of range; and, where a value may stand at all, another one in range.
                    Assert.Equal(ZkChecks.Lookup, Forging.CheckOf(Register(row, cell, !entry ? 1 : bias ? 1 << 19 : -128)));
                    if (entry && cell % 4 == 0) Assert.Equal(Verdict.Accept, Register(row, cell, bias ? (1 << 19) - 1 : -127));
                }

            Verdict Register(int row, int cell, int value)
            {
                var tampered = new Tampered(weights, row, cell, value);
                var committed = new CommittedMatrix(tampered, codes.Code);
                Assert.Equal(Verdict.Accept, CommittedGraph.Create(source.Graph, codes, committed.Root, out var model));
                var biases = weights.Biases.ToArray();
                if (row >= layout.Biases.FirstRow && entries.Contains((row, cell))) biases[((row - layout.Biases.FirstRow) << k) + cell] = value;
                return RegistrationProof.Verify(model!, new RegistrationProver(model!, tampered, biases, committed).Prove(new KeccakTranscript()));
            }
        }
    }

    [Fact]
    public void Limbs_of_other_biases_than_those_committed_are_refused()
    {
        // Every limb is in its table and every multiplicity right; only the tie between limbs and biases is broken.
        var source = WithBits(RandomModels.Mlp(6, 5, 4), 20);
        Assert.Equal(Verdict.Accept, HiddenLayout.Derive(source.Graph, Codes.Code, out var layout));
        var weights = new HiddenMatrix(source.Graph, layout!, source.Hidden);
        var committed = new CommittedMatrix(weights, Codes.Code);
        Assert.Equal(Verdict.Accept, CommittedGraph.Create(source.Graph, Codes, committed.Root, out var model));
        var biases = weights.Biases.ToArray();
        biases[2] ^= 1;
        var verdict = RegistrationProof.Verify(model!, new RegistrationProver(model!, weights, biases, committed).Prove(new KeccakTranscript()));
        Assert.Equal(ZkChecks.OpeningValue, Forging.CheckOf(verdict));
    }

    [Fact]
    public void A_registration_holds_for_its_model_alone()
    {
        var (one, other) = (RandomModels.Register(1, 4, 3), RandomModels.Register(2, 4, 3));
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(one.Model, one.RegistrationProof));
        Assert.False(RegistrationProof.Verify(other.Model, one.RegistrationProof).IsAccepted);
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(RegistrationProof.Verify(one.Model, (byte[])[.. one.RegistrationProof, 0])));
        Assert.Equal(ZkChecks.Encoding, Forging.CheckOf(RegistrationProof.Verify(one.Model, one.RegistrationProof.AsMemory()[..^1])));
    }

    [Fact]
    public void Rows_under_another_root_are_refused_even_under_known_challenges()
    {
        var (one, other) = (RandomModels.Register(1, 4, 3), RandomModels.Register(1, 4, 3));
        Assert.Equal(one.Model.Id, other.Model.Id);
        var source = RandomModels.WithWeight(RandomModels.Mlp(1, 4, 3), 0, 0, 3);
        var weights = new HiddenMatrix(source.Graph, one.Model.Hidden, source.Hidden);
        var committed = new CommittedMatrix(weights, one.Model.Parameters.Code);
        var proof = new RegistrationProver(one.Model, weights, weights.Biases, committed).Prove(new FrozenTranscript(3));
        Assert.Equal(ZkChecks.Path, Forging.CheckOf(RegistrationProof.Verify(one.Model, proof, new FrozenTranscript(3))));
    }

    [Fact]
    public void Every_changed_byte_of_a_registration_is_refused()
    {
        var registered = RandomModels.Register(4, 3, 2);
        int accepted = 0;
        Parallel.For(0, registered.RegistrationProof.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            if (i % 7 != 0) return;
            var bytes = (byte[])registered.RegistrationProof.Clone();
            bytes[i] ^= (byte)(1 << i / 7 % 8);
            if (RegistrationProof.Verify(registered.Model, bytes).IsAccepted) Interlocked.Increment(ref accepted);
        });
        Assert.Equal(0, accepted);
    }

    static IntegerModel WithBits(IntegerModel source, int bits) =>
        source with { Graph = source.Graph with { Nodes = [.. source.Graph.Nodes.Select(n => n is LinearMap map ? map with { BiasBits = bits } : n)] } };

    static IntegerModel Model(IntegerGraph graph, params HiddenCells[] cells) => new(graph, [.. cells, .. Enumerable.Repeat(HiddenCells.None, graph.Nodes.Length - cells.Length)], 1, 1);

    static IntegerGraph Of(params Primitive[] nodes) => new(new GraphInput(4, -127, 127), [new CellTable("rows", -127, [.. Enumerable.Range(-127, 255).Select(x => (short)(x & 1))])], [.. nodes], nodes.Length);

    public static TheoryData<string, IntegerModel> Refused() => new()
    {
        { "model.integer.hidden", Model(Graph(2, 1, 8), new HiddenCells([1, -128], [0])) },
        { "model.integer.hidden", Model(Graph(2, 1, 8), new HiddenCells([1, 1], [128])) },
        { "model.integer.range", Model(Of(new LinearMap(0, Window.Rows(1, 4), 1, 1, 32), new Requantise(1, 1, [int.MaxValue], 1, 20, -127, 127)), new HiddenCells([1, 1, 1, 1], [0])) },
        { "model.range", Model(Of(new Combination([(0, 1000)], 0, 4), new WindowMaximum(1, Window.Whole(1, 4)))) },
        { "model.graph", Model(Of(new Parameter(4), new Lookup(0, 4, 0), new RowGather(1, 2, 2, 2, 4)), new HiddenCells([1, 2, 3, 4], [])) },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void What_cannot_be_proven_is_not_registered_and_the_reason_is_named(string check, IntegerModel source)
    {
        var verdict = RegisteredGraph.TryRegister(source, null, out var registered);
        Assert.Null(registered);
        Assert.Equal(check, Forging.CheckOf(verdict).Id);
        Assert.Throws<ArgumentException>(() => RegisteredGraph.Register(source));
    }

    /// <summary>A matrix with one cell replaced.</summary>
    sealed class Tampered(IMatrix inner, int row, int cell, int value) : IMatrix
    {
        public int Rows => inner.Rows;

        public void CopyRow(int r, Span<Goldilocks> cells, int first = 0)
        {
            inner.CopyRow(r, cells, first);
            if (r == row && cell >= first && cell < first + cells.Length) cells[cell - first] = Goldilocks.FromInteger(value);
        }

        public void Combine(ReadOnlySpan<Goldilocks2> weights, Span<Goldilocks2> sum)
        {
            inner.Combine(weights, sum);
            var cells = new Goldilocks[sum.Length];
            inner.CopyRow(row, cells);
            sum[cell] += weights[row] * (Goldilocks.FromInteger(value) - cells[cell]);
        }
    }
}
