using System.Collections.Immutable;
using System.Diagnostics;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Execution;

/// <summary>The prover's side of <see cref="ExecutionProof"/>, step by step as the verifier takes them.</summary>
/// <param name="statement">What is proven.</param>
/// <param name="plan">Its sizes.</param>
/// <param name="values">Every value's cells.</param>
/// <param name="hidden">The model's hidden cells.</param>
/// <param name="committed">The same, committed; then a hidden input and a hidden output.</param>
/// <param name="secrets">Where pads and masks come from; null if nothing is hidden. Used up.</param>
/// <param name="progress">Hears of each stage as it begins.</param>
sealed class ExecutionProver(
    ExecutionStatement statement, ExecutionPlan plan, IReadOnlyList<long[]> values, HiddenMatrix hidden, IReadOnlyList<CommittedMatrix> committed, SecretStream? secrets, IProgress<ProvingStage>? progress = null)
{
    /// <summary>What <see cref="Timings"/> are of, in order.</summary>
    public static readonly ImmutableArray<string> Stages = ["commit witness", "lookups", "relation", "products", "factors", "weights", "cells", "open"];

    readonly CommittedGraph model = statement.Model;
    readonly GraphLayout layout = plan.Layout;
    readonly ImmutableArray<StageTiming>.Builder timings = ImmutableArray.CreateBuilder<StageTiming>();
    long started = Stopwatch.GetTimestamp();

    /// <summary>Where the time went, in order.</summary>
    public ImmutableArray<StageTiming> Timings => timings.ToImmutable();

    /// <summary>Proves under a transcript; tests freeze its challenges.</summary>
    public byte[] Prove(Transcript transcript)
    {
        using var witness = new ExecutionWitness(layout, values);
        return Prove(transcript, witness);
    }

    /// <summary>Proves with a given witness; tests forge it.</summary>
    public byte[] Prove(Transcript transcript, ExecutionWitness witness)
    {
        var channel = new ProverChannel(transcript);
        var tape = channel.Transcript;
        Begin();

        // 1.
        statement.AbsorbInto(plan, tape.Absorb);
        using var own = new ProofMatrix(new WitnessMatrix(witness, layout, plan.Witness), plan.Code, plan.Pads, secrets);
        if (plan.Pads is not null) channel.Hide(own.Pads);
        channel.Send(Labels.Witness, own.Root.ToArray());
        Mark("commit witness");

        // 2.
        var fingerprint = new Fingerprint(tape.Challenges(3));
        // What the leaves are at that point the verifier knows without being told; only their weights are needed here.
        var leaves = new FractionalSum.Leaf(FractionalSumProver.Prove(channel, new ExecutionLeaves(layout, witness, values, fingerprint), layout.Depth), default, default);
        Mark("lookups");

        // 3.
        var challenges = RelationChallenges.DrawPoints(plan, tape.Challenges);
        if (plan.Tensors.Length > 0) channel.SendClaims(Labels.HiddenValues, TensorValues(challenges));
        challenges = challenges.DrawBatching(plan, tape.Challenges);
        using var adjoint = new Adjoint(layout, statement.PublicCells());
        // Of what the claims are, too, only the verifier needs an account.
        using var relation = new ExecutionRelation(layout, adjoint, challenges, fingerprint, leaves);
        relation.AddOutput(default);
        if (plan.Input is not null) relation.AddInput(default);
        adjoint.Propagate();
        Mark("relation");

        // 4.
        Goldilocks2[] weights = [.. adjoint.Products], cells = Products();
        channel.SendClaims(Labels.Products, [Multilinear.InnerProduct<Goldilocks2>(weights, cells)]);
        var point = ProductSumcheckProver.Prove(channel, Labels.ProductRound, [(weights, cells)]);
        channel.SendClaims(Labels.ProductValue, [cells[0]]);
        using var products = new ProductClaims(layout, point);
        Mark("products");

        // 5.
        var factors = new FactorVectors(layout, products, values);
        var terms = new WeightTerms(model, products, values, hidden);
        channel.SendClaims(Labels.Accumulators, [terms.Linear]);
        point = ProductSumcheckProver.Prove(channel, Labels.FactorRound, [(factors.Left, factors.Right)]);
        channel.SendClaims(Labels.Factors, [factors.Left[0], factors.Right[0]]);
        var batch = tape.Challenges(2);
        products.AddFactors(adjoint, point, batch[0], batch[1]);
        adjoint.Propagate();
        Mark("factors");

        // 6.
        channel.SendClaims(Labels.Parameters, [terms.Parameters(adjoint)]);
        var xi = tape.Challenge();
        (point, var evaluated) = MatrixSumcheckProver.Prove(channel, model.Hidden.Weights.AddressVariables, terms.Terms(adjoint, xi));
        channel.SendClaims(Labels.ValuesRead, terms.Reads(point));
        channel.SendClaims(Labels.WeightValues, evaluated);
        var weightClaims = new WeightClaims(layout, model.Hidden, products, adjoint, xi, point);
        weightClaims.AddReads(adjoint, tape.Challenges(layout.LinearMaps));
        adjoint.Propagate();
        Mark("weights");

        // 7.
        var cell = CellSumcheckProver.Prove(channel, layout, relation, adjoint, witness);
        var equality = Multilinear.Equality<Goldilocks2>(cell);
        var columns = new Goldilocks2[layout.Columns];
        for (int c = 0; c < columns.Length; c++)
        {
            var column = witness.Column(c);
            for (int x = 0; x < column.Length; x++)
                if (column[x] != Goldilocks.Zero) columns[c] += equality[x] * column[x];
        }
        channel.SendClaims(Labels.Columns, columns);
        Mark("cells");

        // 8.
        Goldilocks2[] delta = tape.Challenges(plan.Witness.ColumnVariables), psi = tape.Challenges(evaluated.Length + plan.Tensors.Length);
        Open(channel, own, PointClaim.Of(plan, challenges, cell, delta, psi, point));
        Mark("open");
        return channel.ToArray();
    }

    // Hidden input and output at their points, as they are committed.
    Goldilocks2[] TensorValues(RelationChallenges challenges)
    {
        var values = new List<Goldilocks2>();
        foreach (var (tensor, point) in new[] { (plan.Input, challenges.Input), (plan.Output, challenges.Output) })
        {
            if (tensor is null) continue;
            var (rows, cells) = PointClaim.OfTensor(tensor, point, Goldilocks2.One);
            var fold = new Goldilocks2[plan.Code.RowLength];
            committed[1 + values.Count].Combine(rows, fold);
            values.Add(Multilinear.InnerProduct<Goldilocks2>(fold, Multilinear.Equality<Goldilocks2>(cells)));
        }
        return [.. values];
    }

    // Claims at several points become one at one point, which is opened.
    void Open(ProverChannel channel, ProofMatrix own, PointClaim[] claims)
    {
        var terms = new (Goldilocks2[] Equality, Goldilocks2[] Fold)[claims.Length];
        for (int m = 0; m < claims.Length; m++)
        {
            terms[m] = (Multilinear.Equality<Goldilocks2>(claims[m].Point), new Goldilocks2[plan.Code.RowLength]);
            if (m < committed.Count) committed[m].Combine(claims[m].Rows, terms[m].Fold);
            else own.Combine(claims[m].Rows, terms[m].Fold);
        }
        var cells = ProductSumcheckProver.Prove(channel, Labels.MergeRound, [.. terms.Select(t => (t.Equality, (Goldilocks2[])t.Fold.Clone()))]);
        var combination = new Goldilocks2[plan.Code.RowLength];
        for (int m = 0; m < claims.Length; m++)
        {
            var scale = Multilinear.Equality<Goldilocks2>(claims[m].Point, cells);
            for (int c = 0; c < combination.Length; c++) combination[c] += scale * terms[m].Fold[c];
        }
        var constraints = new Constraints();
        // Only what is hidden needs the verifier's own account of it.
        var claim = channel.IsHiding
            ? ExecutionProof.Reduce(statement, plan, new VerifierChannel(channel.Written(), channel.Transcript.Replay(), constraints), out _)!
            : PointClaim.Merged(claims, cells, default(Goldilocks2));
        OpeningProver.Prove(channel, plan.Code, model.Parameters.Folding, committed, own, claim, combination, plan.Pads, constraints);
    }

    // Every product at its place.
    Goldilocks2[] Products()
    {
        var products = new Goldilocks2[1 << layout.ProductVariables];
        for (int b = 0; b < layout.Products.Length; b++)
        {
            var block = layout.Products[b];
            var places = layout.Places[b];
            var y = values[block.Value];
            if (layout.Graph.Nodes[block.Value - 1] is Quotient q)
                for (int i = 0; i < places.Length; i++) products[places[i]] = Goldilocks2.FromInteger(values[q.B][i / q.Inner] * y[i]);
            else if (block.Kind == ProductKind.Root)
                for (int i = 0; i < places.Length; i++) products[places[i]] = Goldilocks2.FromInteger(y[i] * y[i]);
            else
                for (int i = 0; i < places.Length; i++) products[places[i]] = Goldilocks2.FromInteger(y[i]);
        }
        return products;
    }

    void Mark(string stage)
    {
        long now = Stopwatch.GetTimestamp();
        timings.Add(new StageTiming(stage, Stopwatch.GetElapsedTime(started, now)));
        started = now;
        if (timings.Count < Stages.Length) Begin();
    }

    void Begin() => progress?.Report(new ProvingStage(Stages[timings.Count], timings.Count + 1, Stages.Length));
}
