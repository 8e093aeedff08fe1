using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Zk;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>
/// Makes proofs of a model that has no weights, given challenges that are known in advance. Whatever it sends is uniform, or follows from what is: so do the real proofs, which for this reason tell
/// nothing that was not known before them.
/// </summary>
sealed class Simulator
{
    readonly Random random;
    readonly Table weights;
    readonly Func<Transcript> challenges;

    public Simulator(Graph graph, ImmutableArray<int> biasBits, CommitmentParameters parameters, int seed, Func<Transcript> challenges)
    {
        (random, this.challenges) = (new Random(seed), challenges);
        Assert.Equal(Verdict.Accept, NeuronSpace.Derive(graph, biasBits, out var space));
        weights = new Table(this, new WeightLayout(space!, parameters.Code).Rows, parameters.Code, static _ => { });
        Assert.Equal(Verdict.Accept, CommittedModel.Create(graph, biasBits, parameters, weights.Tree.Root, out var model));
        Model = model!;
    }

    /// <summary>The model: under its root lie symbols that encode nothing.</summary>
    public CommittedModel Model { get; }

    public byte[] Registration() => Simulate(Model.RegistrationPads!, Model.Registration.WitnessRows, proof => HiddenProofMap.Of(Model, proof, challenges()));

    public byte[] Inference(InferenceStatement statement) => Simulate(Model.InferencePads!, Model.Inference.Rows, proof => HiddenProofMap.Of(statement, proof, challenges()));

    byte[] Simulate(PadLayout layout, int ownRows, Func<byte[], HiddenProofMap> map)
    {
        // Every message is uniform, but for one: the value of the pads' form is what the opened row of pads makes of it. In the short schedule the rows are not sent, and their value is one that is not free.
        var (code, folding) = (Model.Parameters.Code, Model.Parameters.Folding);
        Goldilocks2[] row = Uniform(code.Cells), pads = Uniform(layout.Cells);
        var proof = new byte[48 + 16 * (layout.Pads + (folding is null ? code.Cells + layout.Cells : 1))];
        for (int at = 32; at < proof.Length; at += 16) ProofMap.Write(proof, at, new(Element(), Element()));
        var first = map(proof);
        if (folding is null) (row, pads) = (first.Row, first.Pads);
        else
        {
            ProofMap.Write(proof, first.OpeningRow, Multilinear.InnerProduct<Goldilocks2>(row, first.Cells));
            first = map(proof);
            HiddenProofMap.Add(proof, first.PadValue, Multilinear.InnerProduct<Goldilocks2>(pads, first.Form));
        }
        HiddenProofMap.Add(proof, first.PadValue, first.Gap);
        Assert.Equal(proof.Length, first.Columns);

        // A mask's symbol is what the others leave of the opened row's.
        int[] every = [.. Enumerable.Range(0, code.Length)];
        Goldilocks2[] rowSymbols = ReedSolomon.SymbolsAt(row, code.LogLength, every), padSymbols = ReedSolomon.SymbolsAt(pads, code.LogLength, every);
        int rows = Model.Weights.Rows;
        var own = new Table(this, ownRows + PadLayout.Rows, code, table =>
        {
            foreach (int j in first.Positions)
            {
                var mask = rowSymbols[j];
                for (int r = 0; r < rows; r++) mask -= (first.Random[r] + first.Epsilon * first.Claim.WeightRows[r]) * weights[r, j];
                for (int r = 0; r < ownRows; r++) mask -= (first.Random[rows + r] + first.Epsilon * first.Claim.OwnRows[r]) * table[r, j];
                (table[ownRows + PadLayout.RowMask, j], table[ownRows + PadLayout.RowMask + 1, j]) = (mask.C0, mask.C1);
                var padMask = padSymbols[j] - first.PadEpsilon * table[ownRows + PadLayout.PadRow, j];
                (table[ownRows + PadLayout.PadMask, j], table[ownRows + PadLayout.PadMask + 1, j]) = (padMask.C0, padMask.C1);
            }
        });
        own.Tree.Root.CopyTo(proof);
        var rest = new ProverChannel(first.Remaining());
        Goldilocks2[][] parts = folding is null ? [] : FoldedRows.Parts(code, row, pads);
        var word = folding is null ? null : FoldingProver.Commit(rest, folding.Rounds[0], parts);
        var positions = rest.Transcript.Positions(code.Queries, code.LogLength);
        weights.Write(rest, positions);
        own.Write(rest, positions);
        if (word is not null) FoldingProver.Prove(rest, folding!, word, parts, new FoldedRows(code, positions, first.Claim.Cells, first.Form, rest.Transcript.Challenges).Forms);
        return [.. proof, .. rest.ToArray()];
    }

    Goldilocks2[] Uniform(int count) => [.. Enumerable.Range(0, count).Select(_ => new Goldilocks2(Element(), Element()))];

    Goldilocks Element() => Goldilocks.FromUInt64((ulong)random.NextInt64() * 2 + (ulong)random.Next(2));

    /// <summary>Uniform symbols under salted leaves, some of them replaced.</summary>
    sealed class Table
    {
        readonly Goldilocks[] symbols;
        readonly byte[] salts;
        readonly int rows, length;

        public Table(Simulator simulator, int rows, RowCode code, Action<Table> replace)
        {
            (this.rows, length) = (rows, code.Length);
            symbols = [.. Enumerable.Range(0, rows * length).Select(_ => simulator.Element())];
            salts = new byte[length * MerkleRoot.SaltSize];
            simulator.random.NextBytes(salts);
            replace(this);
            Tree = new MerkleTree(symbols, salts, rows, code.LogLength);
        }

        public MerkleTree Tree { get; }

        public Goldilocks this[int row, int position]
        {
            get => symbols[row * length + position];
            set => symbols[row * length + position] = value;
        }

        public void Write(ProverChannel channel, int[] positions)
        {
            foreach (int j in positions)
            {
                channel.WriteBound(salts.AsSpan(j * MerkleRoot.SaltSize, MerkleRoot.SaltSize));
                for (int r = 0; r < rows; r++) channel.WriteBound(this[r, j]);
            }
            Tree.WriteSiblings(channel, (int[])positions.Clone());
        }
    }
}
