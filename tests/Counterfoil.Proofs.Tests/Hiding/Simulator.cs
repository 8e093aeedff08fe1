using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Zk;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
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
    readonly SimulatedRows weights;
    readonly Func<Transcript> challenges;

    public Simulator(IntegerGraph graph, CommitmentParameters parameters, int seed, Func<Transcript> challenges)
    {
        (random, this.challenges) = (new Random(seed), challenges);
        Assert.Equal(Verdict.Accept, HiddenLayout.Derive(graph, parameters.Code, out var hidden));
        weights = new SimulatedRows(random, hidden!.Weights.Rows, parameters.Code);
        Assert.Equal(Verdict.Accept, CommittedGraph.Create(graph, parameters, weights.Tree.Root, out var model));
        Model = model!;
    }

    /// <summary>The model: under its root lie symbols that encode nothing.</summary>
    public CommittedGraph Model { get; }

    public byte[] Registration() =>
        Simulate(random, Model.Parameters, Model.RegistrationPads!, [weights], Model.Registration.WitnessRows, proof => HiddenProofMap.Of(Model, proof, challenges()));

    public byte[] Execution(ExecutionStatement statement) =>
        Simulate(random, Model.Parameters, Model.Plan.Pads!, [weights], Model.Plan.Witness.Rows, proof => HiddenProofMap.Of(statement, proof, challenges()));

    /// <summary>Makes one proof that opens some matrices and rows of its own.</summary>
    public static byte[] Simulate(Random random, CommitmentParameters parameters, PadLayout layout, SimulatedRows[] matrices, int ownRows, Func<byte[], HiddenProofMap> map)
    {
        // Every message is uniform, but for one: the value of the pads' form is what the opened row of pads makes of it. In the short schedule the rows are not sent, and their value is one that is not free.
        var (code, folding) = (parameters.Code, parameters.Folding);
        Goldilocks2[] row = Uniform(random, code.Cells), pads = Uniform(random, layout.Cells);
        var proof = new byte[48 + 16 * (layout.Pads + (folding is null ? code.Cells + layout.Cells : 1))];
        for (int at = 32; at < proof.Length; at += 16) ProofMap.Write(proof, at, new(SimulatedRows.Element(random), SimulatedRows.Element(random)));
        var first = map(proof);
        if (folding is null) (row, pads) = (first.Row, first.Pads);
        else
        {
            ProofMap.Write(proof, first.OpeningRow, Multilinear.InnerProduct<Goldilocks2>(row, first.Cells));
            first = map(proof);
            ProofMap.Add(proof, first.PadValue, Multilinear.InnerProduct<Goldilocks2>(pads, first.Form));
        }
        ProofMap.Add(proof, first.PadValue, first.Gap);
        Assert.Equal(proof.Length, first.Columns);

        // A mask's symbol is what the others leave of the opened row's.
        int[] every = [.. Enumerable.Range(0, code.Length)];
        Goldilocks2[] rowSymbols = ReedSolomon.SymbolsAt(row, code.LogLength, every), padSymbols = ReedSolomon.SymbolsAt(pads, code.LogLength, every);
        var own = new SimulatedRows(random, ownRows + PadLayout.Rows, code, replace: table =>
        {
            foreach (int j in first.Positions)
            {
                var mask = rowSymbols[j];
                for (int m = 0, at = 0; m <= matrices.Length; m++)
                    for (int r = 0; r < first.Claim.Rows[m].Length; r++, at++)
                        mask -= (first.Random[at] + first.Epsilon * first.Claim.Rows[m][r]) * (m < matrices.Length ? matrices[m] : table)[r, j];
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
        foreach (var matrix in matrices) matrix.Write(rest, positions);
        own.Write(rest, positions);
        if (word is not null) FoldingProver.Prove(rest, folding!, word, parts, new FoldedRows(code, positions, first.Claim.Cells, first.Form, rest.Transcript.Challenges).Forms);
        return [.. proof, .. rest.ToArray()];
    }

    static Goldilocks2[] Uniform(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => new Goldilocks2(SimulatedRows.Element(random), SimulatedRows.Element(random)))];
}

/// <summary>Makes proofs of executions without weights, input and output: of all three it has a root over nothing.</summary>
sealed class TensorSimulator
{
    readonly Random random;
    readonly SimulatedRows[] matrices;
    readonly ExecutionPlan plan;
    readonly Func<Transcript> challenges;

    /// <param name="graph">The graph.</param>
    /// <param name="parameters">How its weights are committed; where they are public, their leaves have no salts.</param>
    /// <param name="code">The code of input and output.</param>
    /// <param name="seed">The same seed makes the same proofs.</param>
    /// <param name="challenges">The challenges.</param>
    public TensorSimulator(IntegerGraph graph, CommitmentParameters parameters, RowCode code, int seed, Func<Transcript> challenges)
    {
        (random, this.challenges) = (new Random(seed), challenges);
        Assert.Equal(Verdict.Accept, HiddenLayout.Derive(graph, parameters.Code, out var hidden));
        var weights = new SimulatedRows(random, hidden!.Weights.Rows, parameters.Code, parameters.WeightsHidden);
        Assert.Equal(Verdict.Accept, CommittedGraph.Create(graph, parameters, weights.Tree.Root, out var model));
        int inputs = graph.Input.Length, outputs = graph.Length(graph.Output);
        SimulatedRows input = new(random, (inputs - 1 >> code.LogRowLength) + 1, code), output = new(random, (outputs - 1 >> code.LogRowLength) + 1, code);
        matrices = [weights, input, output];
        Statement = new ExecutionStatement(model!, default, default, Forging.Context)
        {
            HiddenInput = new(input.Tree.Root, inputs, code), HiddenOutput = new(output.Tree.Root, outputs, code),
        };
        Assert.Equal(Verdict.Accept, Statement.Check(out var sizes));
        plan = sizes!;
    }

    /// <summary>What is proven, true of nothing.</summary>
    public ExecutionStatement Statement { get; }

    public byte[] Execution(ExecutionStatement statement) => Simulator.Simulate(random, plan.Parameters, plan.Pads!, matrices, plan.Witness.Rows, proof => HiddenProofMap.Of(statement, plan, proof, challenges()));
}

/// <summary>Uniform symbols under salted leaves, some of them replaced.</summary>
sealed class SimulatedRows
{
    readonly Goldilocks[] symbols;
    readonly byte[] salts;
    readonly int rows, length;

    public SimulatedRows(Random random, int rows, RowCode code, bool salted = true, Action<SimulatedRows>? replace = null)
    {
        (this.rows, length) = (rows, code.Length);
        symbols = [.. Enumerable.Range(0, rows * length).Select(_ => Element(random))];
        salts = new byte[salted ? length * MerkleRoot.SaltSize : 0];
        random.NextBytes(salts);
        replace?.Invoke(this);
        Tree = new MerkleTree(symbols, salts, rows, code.LogLength);
    }

    public MerkleTree Tree { get; }

    public Goldilocks this[int row, int position]
    {
        get => symbols[row * length + position];
        set => symbols[row * length + position] = value;
    }

    public static Goldilocks Element(Random random) => Goldilocks.FromUInt64((ulong)random.NextInt64() * 2 + (ulong)random.Next(2));

    public void Write(ProverChannel channel, int[] positions)
    {
        foreach (int j in positions)
        {
            if (salts.Length > 0) channel.WriteBound(salts.AsSpan(j * MerkleRoot.SaltSize, MerkleRoot.SaltSize));
            for (int r = 0; r < rows; r++) channel.WriteBound(this[r, j]);
        }
        Tree.WriteSiblings(channel, (int[])positions.Clone());
    }
}
