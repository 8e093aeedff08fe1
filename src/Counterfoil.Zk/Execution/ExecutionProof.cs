using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk;

/// <summary>The verifier of executions of any <see cref="IntegerGraph"/>. <c>docs/proofs.md</c> describes the protocol message by message.</summary>
/// <remarks>
/// Sound with the model's <see cref="CommittedGraph.Ledger"/> in the random-oracle model, for a model whose <see cref="RegistrationProof"/> was accepted. Its work grows with cells, window passes, rows and
/// queries, never with weights. Hides nothing (<see cref="Models.PrivacyProfile.PublicWeights"/>).
/// </remarks>
public static class ExecutionProof
{
    /// <summary>Whether <paramref name="proof"/> shows that <paramref name="statement"/> holds.</summary>
    public static Verdict Verify(ExecutionStatement statement, ReadOnlyMemory<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(statement);
        // Under a root that nobody vouches for may lie a bias that is no integer, and modulo p it makes any result whatever.
        if (!statement.Model.IsRegistered) return Verdict.CannotTell(ZkChecks.Registration, "an accepted registration proof of the model");
        return Verify(statement, proof, new KeccakTranscript());
    }

    internal static Verdict Verify(ExecutionStatement statement, ReadOnlyMemory<byte> proof, Transcript transcript)
    {
        var verdict = statement.Check();
        if (!verdict.IsAccepted) return verdict;
        var model = statement.Model;
        var (layout, hidden) = (model.Layout, model.Hidden);
        var channel = new VerifierChannel(proof, transcript);

        // 1. The statement, then the witness, before the first challenge.
        statement.AbsorbInto(transcript);
        var witnessRoot = channel.ReceiveDigest(Labels.Witness);

        // 2. Every lookup is in its table.
        var fingerprint = new Fingerprint(channel.Challenges(3));
        var leaves = FractionalSum.Verify(channel, layout.Depth);
        if (channel.Rejection is not null) return channel.Finish();

        // 3. What is demanded of every cell, as one claim, carried back to columns, products and parameters.
        var adjoint = new Adjoint(layout, statement.PublicCells());
        var relation = new ExecutionRelation(layout, adjoint, RelationChallenges.Draw(layout, channel.Challenges), fingerprint, leaves, statement.Output.Span);
        adjoint.Propagate();

        // 4. The products that it needs, at one point.
        var products = channel.ReceiveOne(Labels.Products);
        var claim = products;
        var productPoint = Sumcheck.Verify(channel, Labels.ProductRound, layout.ProductVariables, 2, ref claim);
        var product = channel.ReceiveOne(Labels.ProductValues);
        var productClaims = new ProductClaims(layout, productPoint);
        bool follows = Multilinear.InnerProduct<Goldilocks2>(adjoint.Products, productClaims.Equality) * product == claim;
        channel.Require(follows, ZkChecks.Products, "products that sum to what is claimed of them", "others");

        // 5. Those with weights apart; the others as factors, at one point.
        var linear = channel.ReceiveOne(Labels.Accumulators);
        claim = product - linear;
        var factorPoint = Sumcheck.Verify(channel, Labels.FactorRound, layout.FactorVariables, 2, ref claim);
        var factors = channel.Receive(Labels.Factors, 2);
        channel.Require(factors[0] * factors[1] == claim, ZkChecks.Factors, "factors that multiply to the products", "others");
        var batch = channel.Challenges(2);
        productClaims.AddFactors(adjoint, factorPoint, batch[0], batch[1]);
        adjoint.Propagate();

        // 6. Weights and parameters, at one point.
        var parameters = channel.ReceiveOne(Labels.Parameters);
        var xi = channel.Challenge();
        claim = linear + xi * parameters;
        var point = Sumcheck.Verify(channel, Labels.MatrixRound, hidden.Weights.AddressVariables, 2, ref claim);
        var read = channel.Receive(Labels.ValuesRead, layout.Products.Count(p => p.Kind == ProductKind.Linear));
        var values = channel.Receive(Labels.WeightValues, hidden.Weights.Blocks.Length);
        var weightClaims = new WeightClaims(layout, hidden, productClaims, adjoint, xi, point);
        channel.Require(weightClaims.Sum(read, values) == claim, ZkChecks.WeightProducts, "weights whose products are those claimed", "others");
        var readBatch = channel.Challenges(read.Length);
        weightClaims.AddReads(adjoint, readBatch);
        adjoint.Propagate();

        // 7. What is left is claimed of the columns alone.
        claim = relation.Claim + batch[0] * factors[0] + batch[1] * factors[1] + Multilinear.InnerProduct<Goldilocks2>(read, readBatch) - products - parameters - adjoint.Known;
        var cell = Sumcheck.Verify(channel, Labels.CellRound, layout.Variables, 3, ref claim);
        var columns = channel.Receive(Labels.Columns, layout.Columns);
        var (both, rest) = relation.At(Multilinear.Equality<Goldilocks2>(cell), columns);
        bool satisfied = both * columns[GraphLayout.Side] * ExecutionRelation.Group(layout, 0, columns) + rest == claim;
        channel.Require(satisfied, ZkChecks.Sumcheck, "columns that satisfy the relation", "others");
        if (channel.Rejection is not null) return channel.Finish();

        // 8. The columns are those committed, and the weights those registered.
        var delta = Multilinear.Equality<Goldilocks2>(channel.Challenges(Multilinear.VariablesFor(layout.Columns)));
        var psi = channel.Challenges(values.Length);
        RowOpening.Verify(
            channel, model.Witness.Code, witnessRoot, ColumnRows(layout, model.Witness, delta, cell), Multilinear.Equality<Goldilocks2>(cell.AsSpan(0, model.Witness.Code.LogRowLength)),
            Multilinear.InnerProduct<Goldilocks2>(columns, delta));
        if (channel.Rejection is not null) return channel.Finish();
        var code = hidden.Weights.Code;
        RowOpening.Verify(
            channel, code, model.WeightRoot, WeightClaims.MatrixRows(hidden.Weights, psi, point), Multilinear.Equality<Goldilocks2>(point.AsSpan(0, code.LogRowLength)),
            Multilinear.InnerProduct<Goldilocks2>(values, psi));
        return channel.Finish();
    }

    // A column of several rows: the row's number within it is the high part of the cell's.
    internal static Goldilocks2[] ColumnRows(GraphLayout layout, WitnessRows witness, ReadOnlySpan<Goldilocks2> delta, ReadOnlySpan<Goldilocks2> cell)
    {
        var high = Multilinear.Equality(cell[witness.Code.LogRowLength..]);
        var rows = new Goldilocks2[witness.Rows];
        for (int c = 0; c < layout.Columns; c++)
            for (int h = 0; h < high.Length; h++) rows[c * high.Length + h] = delta[c] * high[h];
        return rows;
    }
}
