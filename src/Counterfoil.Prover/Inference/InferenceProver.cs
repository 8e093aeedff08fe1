using System.Collections.Immutable;
using System.Diagnostics;
using Counterfoil.Models;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Inference;

/// <summary>The prover's side of <see cref="InferenceProof"/>, step by step as the verifier takes them.</summary>
/// <param name="statement">What is proven.</param>
/// <param name="trace">The execution.</param>
/// <param name="weights">The model's weights.</param>
/// <param name="committedWeights">The same, committed.</param>
/// <param name="secrets">Where pads and masks come from; null if nothing is hidden. Used up.</param>
sealed class InferenceProver(InferenceStatement statement, ExecutionTrace trace, WeightMatrix weights, CommittedMatrix committedWeights, SecretStream? secrets)
{
    readonly CommittedModel model = statement.Model;
    readonly InferenceLayout layout = statement.Model.Inference;
    readonly ImmutableArray<StageTiming>.Builder timings = ImmutableArray.CreateBuilder<StageTiming>();
    long started = Stopwatch.GetTimestamp();

    /// <summary>Where the time went, in order.</summary>
    public ImmutableArray<StageTiming> Timings => timings.ToImmutable();

    /// <summary>Proves under a transcript; tests freeze its challenges.</summary>
    public byte[] Prove(Transcript transcript) => Prove(transcript, new Witness(layout, trace));

    /// <summary>Proves with a given witness; tests forge it.</summary>
    public byte[] Prove(Transcript transcript, Witness witness)
    {
        var channel = new ProverChannel(transcript);
        var tape = channel.Transcript;
        var space = layout.Space;

        // 1.
        statement.AbsorbInto(tape);
        using var own = new ProofMatrix(new FieldMatrix(witness.Cells(), layout.Code.RowLength), layout.Code, model.InferencePads, secrets);
        if (model.InferencePads is not null) channel.Hide(own.Pads);
        channel.Send(Labels.Witness, own.Root.ToArray());
        Mark("commit witness");

        // 2.
        var fingerprint = new Fingerprint(tape.Challenges(3));
        var (numerators, denominators) = Fractions(witness, fingerprint);
        var leaf = FractionalSumProver.Prove(channel, new WrittenLeaves(numerators, denominators), layout.Depth);
        // What the leaves are at that point the verifier knows without being told; only their weights are needed here.
        var lookups = new LookupClaims(layout, fingerprint, new FractionalSum.Leaf(leaf, default, default));
        Mark("lookups");

        // 3.
        var tau = tape.Challenges(space.Variables);
        var plain = Multilinear.Equality<Goldilocks2>(tau);
        var rowWeights = MatrixClaim.RowWeights(space, plain);
        var accumulators = Accumulators(rowWeights);
        channel.SendClaims(Labels.Accumulators, [accumulators]);
        var relation = new NeuronRelation(layout, tau, accumulators, lookups);
        var (point, values) = MatrixSumcheckProver.Prove(channel, model.Weights.AddressVariables, Terms(rowWeights));
        var read = new Goldilocks2[space.Nodes.Length];
        foreach (var node in space.Nodes)
            read[node.Index] = Multilinear.Evaluate(trace.Value(node.Node.Input).AsSpan(), point.AsSpan(0, node.ColumnVariables));
        channel.SendClaims(Labels.ValuesRead, read);
        channel.SendClaims(Labels.WeightValues, values);
        Mark("matrix products");

        // 4.
        var outputPoint = tape.Challenges(Multilinear.VariablesFor(statement.Output.Length));
        var output = Multilinear.Evaluate(trace.Output.AsSpan(), outputPoint);
        channel.SendClaims(Labels.OutputValue, [output]);

        // 5.
        relation.Batch(tape.Challenges(NeuronRelation.BatchedClaims(space)), point, [.. read.Select(v => (Claim)v)], outputPoint, output);
        var neuron = NeuronSumcheckProver.Prove(channel, layout, relation, witness.Columns);
        var equality = Multilinear.Equality<Goldilocks2>(neuron);
        var columns = new Goldilocks2[layout.Columns];
        for (int c = 0; c < columns.Length; c++)
            for (int x = 0; x < equality.Length; x++) columns[c] += equality[x] * witness.Columns[c][x];
        channel.SendClaims(Labels.Columns, columns);
        Mark("neurons");

        // 6.
        var combination = Merge(channel, own, [.. neuron, .. tape.Challenges(layout.ColumnVariables)], tape.Challenges(model.Weights.Blocks.Length), point);
        Mark("merge claims");
        var constraints = new Constraints();
        var claim = InferenceProof.Reduce(statement, new VerifierChannel(channel.Written(), tape.Replay(), constraints), out _);
        Mark("derive constraints");
        OpeningProver.Prove(channel, layout.Code, model.Parameters.Folding, [committedWeights], own, claim!, combination, model.InferencePads, constraints);
        Mark("open");
        return channel.ToArray();
    }

    // Two claims at two points become one at one point; returns the combination of rows that it is about.
    Goldilocks2[] Merge(ProverChannel channel, ProofMatrix own, Goldilocks2[] witnessPoint, Goldilocks2[] psi, Goldilocks2[] matrixPoint)
    {
        int k = layout.Code.LogRowLength;
        Goldilocks2[] ownFold = new Goldilocks2[1 << k], weightFold = new Goldilocks2[1 << k];
        own.Combine(Multilinear.EqualityPrefix<Goldilocks2>(witnessPoint.AsSpan(k), layout.Rows).AsSpan(0, layout.Rows), ownFold);
        committedWeights.Combine(MatrixClaim.MatrixRows(model.Weights, psi, matrixPoint), weightFold);
        var cells = ProductSumcheckProver.Prove(channel, Labels.MergeRound, [
            (Multilinear.Equality<Goldilocks2>(witnessPoint.AsSpan(0, k)), (Goldilocks2[])ownFold.Clone()),
            (Multilinear.Equality<Goldilocks2>(matrixPoint.AsSpan(0, k)), (Goldilocks2[])weightFold.Clone())]);
        var ownScale = Multilinear.Equality<Goldilocks2>(witnessPoint.AsSpan(0, k), cells);
        var weightScale = Multilinear.Equality<Goldilocks2>(matrixPoint.AsSpan(0, k), cells);
        for (int c = 0; c < ownFold.Length; c++) ownFold[c] = ownScale * ownFold[c] + weightScale * weightFold[c];
        return ownFold;
    }

    (Goldilocks2[] Numerators, Goldilocks2[] Denominators) Fractions(Witness witness, Fingerprint fingerprint)
    {
        int size = layout.Space.Size;
        Goldilocks2[] numerators = new Goldilocks2[1 << layout.Depth], denominators = new Goldilocks2[1 << layout.Depth];
        Array.Fill(denominators, Goldilocks2.One);
        var tables = new Goldilocks2[12];
        for (int id = 0; id < tables.Length; id++) tables[id] = fingerprint.Of((TableId)id, 0, 0);
        for (int slot = 0; slot < layout.LookupSlots; slot++)
        {
            var first = witness.Columns[slot == 0 ? InferenceLayout.Value : InferenceLayout.Side + slot];
            for (int x = 0; x < size; x++)
            {
                numerators[slot * size + x] = Goldilocks2.One;
                denominators[slot * size + x] = tables[(int)witness.SlotTables[slot][x]] + first[x];
                if (slot == 0) denominators[x] += fingerprint.Beta * witness.Columns[InferenceLayout.Side][x];
            }
        }
        for (int table = 0; table < layout.TableSlots; table++)
            for (int x = 0; x < size; x++)
            {
                int leaf = (layout.LookupSlots + table) * size + x;
                numerators[leaf] = -(Goldilocks2)witness.Columns[layout.FirstMultiplicity + table][x];
                denominators[leaf] = fingerprint.Of(layout.Tables[table * size + x]);
            }
        return (numerators, denominators);
    }

    Goldilocks2 Accumulators(Goldilocks2[] rowWeights)
    {
        var sum = Goldilocks2.Zero;
        foreach (var node in layout.Space.Nodes)
            for (int i = 0; i < node.Node.OutputLength; i++)
                sum += rowWeights[node.Offset + i] * Goldilocks.FromInteger(trace.Nodes[node.Index].Accumulators[i]);
        return sum;
    }

    List<IMatrixTerm> Terms(Goldilocks2[] rowWeights)
    {
        var biases = weights.Biases.Span;
        var terms = new List<IMatrixTerm>();
        foreach (var node in layout.Space.Nodes)
        {
            int height = node.Node.OutputLength, size = 1 << Multilinear.VariablesFor(height);
            Goldilocks2[] left = new Goldilocks2[size], right = new Goldilocks2[size];
            for (int i = 0; i < height; i++)
            {
                left[i] = rowWeights[node.Offset + i];
                right[i] = Goldilocks2.FromInteger((long)trace.Nodes[node.Index].Accumulators[i] - biases[node.Offset + i]);
            }
            var block = model.Weights.Blocks[node.Index];
            terms.Add(new MatrixTerm(block, left, right, [.. trace.Value(node.Node.Input).Select(x => Goldilocks2.FromInteger(x))], (rows, sum) => weights.FoldNode(node.Index, rows, sum)));
        }
        int length = 1 << Multilinear.VariablesFor(biases.Length);
        Goldilocks2[] a = new Goldilocks2[length], b = new Goldilocks2[length];
        for (int i = 0; i < biases.Length; i++) (a[i], b[i]) = (rowWeights[i], Goldilocks2.FromInteger(biases[i]));
        terms.Add(new MatrixTerm(model.Weights.Biases, a, b, null, null));
        return terms;
    }

    void Mark(string stage)
    {
        long now = Stopwatch.GetTimestamp();
        timings.Add(new StageTiming(stage, Stopwatch.GetElapsedTime(started, now)));
        started = now;
    }
}
