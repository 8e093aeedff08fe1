using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk;

/// <summary>The verifier of executions of any <see cref="IntegerGraph"/>. <c>docs/executions.md</c> describes the protocol message by message.</summary>
/// <remarks>
/// Sound with the model's <see cref="CommittedGraph.Ledger"/> in the random-oracle model, for a model whose <see cref="RegistrationProof"/> was accepted. Its work grows with cells, window passes, rows and
/// queries, never with weights. What it hides is the model's <see cref="Models.PrivacyProfile"/>, and an input or output that the statement gives as a <see cref="TensorCommitment"/>.
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
        var verdict = statement.Check(out var plan);
        return verdict.IsAccepted ? Verify(statement, plan!, proof, transcript) : verdict;
    }

    internal static Verdict Verify(ExecutionStatement statement, ExecutionPlan plan, ReadOnlyMemory<byte> proof, Transcript transcript)
    {
        var channel = new VerifierChannel(proof, transcript, plan.Pads is null ? null : new Constraints());
        if (Reduce(statement, plan, channel, out var own) is { } claim) RowOpening.Verify(channel, plan.Parameters, plan.Matrices(own), claim, plan.Pads);
        return channel.Finish();
    }

    /// <summary>Reads all messages up to the opening and reduces the statement to one linear claim; null once a check failed.</summary>
    internal static LinearClaim? Reduce(ExecutionStatement statement, ExecutionPlan plan, VerifierChannel channel, out Keccak256Digest own)
    {
        var (layout, hidden) = (plan.Layout, plan.Model.Hidden);

        // 1. The statement, then the witness, before the first challenge.
        statement.AbsorbInto(plan, channel.Absorb);
        own = channel.ReceiveDigest(Labels.Witness);

        // 2. Every lookup is in its table.
        var fingerprint = new Fingerprint(channel.Challenges(3));
        var leaves = FractionalSum.Verify(channel, layout.Depth);
        if (channel.Rejection is not null) return null;

        // 3. What is demanded of every cell, as one claim, carried back to columns, products and parameters.
        var challenges = RelationChallenges.DrawPoints(plan, channel.Challenges);
        var tensors = plan.Tensors.Length == 0 ? [] : channel.ReceiveClaims(Labels.HiddenValues, plan.Tensors.Length);
        challenges = challenges.DrawBatching(plan, channel.Challenges);
        using var adjoint = new Adjoint(layout, statement.PublicCells());
        using var relation = new ExecutionRelation(layout, adjoint, challenges, fingerprint, leaves);
        relation.AddOutput(plan.Output is null ? statement.OutputAt(challenges.Output) : tensors[^1]);
        if (plan.Input is not null) relation.AddInput(tensors[0]);
        adjoint.Propagate();

        // 4. The products that it needs, at one point.
        var products = channel.ReceiveClaims(Labels.Products, 1)[0];
        var claim = products;
        var productPoint = Sumcheck.Verify(channel, Labels.ProductRound, layout.ProductVariables, 2, ref claim);
        var product = channel.ReceiveClaims(Labels.ProductValue, 1)[0];
        using var productClaims = new ProductClaims(layout, productPoint);
        channel.Demand(
            product * Multilinear.InnerProduct<Goldilocks2>(adjoint.Products, productClaims.Equality) - claim, ZkChecks.Products, "products that sum to what is claimed of them", "others");

        // 5. Those with weights apart; the others as factors, at one point.
        var linear = channel.ReceiveClaims(Labels.Accumulators, 1)[0];
        claim = product - linear;
        var factorPoint = Sumcheck.Verify(channel, Labels.FactorRound, layout.FactorVariables, 2, ref claim);
        var factors = channel.ReceiveClaims(Labels.Factors, 2);
        channel.Demand(
            [new(channel.Factor(factors[0]), channel.Factor(factors[1]), Goldilocks2.One)], claim * -Goldilocks2.One, ZkChecks.Factors, "factors that multiply to the products", "others");
        var batch = channel.Challenges(2);
        productClaims.AddFactors(adjoint, factorPoint, batch[0], batch[1]);
        adjoint.Propagate();

        // 6. Weights and parameters, at one point.
        var parameters = channel.ReceiveClaims(Labels.Parameters, 1)[0];
        var xi = channel.Challenge();
        claim = linear + parameters * xi;
        var point = Sumcheck.Verify(channel, Labels.MatrixRound, hidden.Weights.AddressVariables, 2, ref claim);
        var read = channel.ReceiveClaims(Labels.ValuesRead, layout.LinearMaps);
        var values = channel.ReceiveClaims(Labels.WeightValues, hidden.Weights.Blocks.Length);
        var weightClaims = new WeightClaims(layout, hidden, productClaims, adjoint, xi, point);
        weightClaims.Demand(channel, read, values, claim);
        var readBatch = channel.Challenges(read.Length);
        weightClaims.AddReads(adjoint, readBatch);
        adjoint.Propagate();

        // 7. What is left is claimed of the columns alone.
        claim = relation.Claim + factors[0] * batch[0] + factors[1] * batch[1] + Claim.InnerProduct(read, readBatch) - products - parameters - adjoint.Known;
        var cell = Sumcheck.Verify(channel, Labels.CellRound, layout.Variables, 3, ref claim);
        var columns = channel.ReceiveClaims(Labels.Columns, layout.Columns);
        var (sides, rest) = relation.At(cell, columns);
        var side = channel.Factor(columns[GraphLayout.Side]);
        Product[] summand = [.. sides.Select((weight, j) => new Product(side, channel.Factor(columns[GraphLayout.FirstLimb + j]), weight))];
        channel.Demand(summand, rest - claim, ZkChecks.Sumcheck, "columns that satisfy the relation", "others");
        if (channel.Rejection is not null) return null;

        // 8. The columns are those committed, the weights those registered, hidden tensors those under their roots: claims at several points become one at one.
        var delta = channel.Challenges(plan.Witness.ColumnVariables);
        var psi = channel.Challenges(values.Length + tensors.Length);
        claim = Claim.InnerProduct(columns, Multilinear.Equality<Goldilocks2>(delta)) + Claim.InnerProduct(values, psi) + Claim.InnerProduct(tensors, psi.AsSpan(values.Length));
        var cells = Sumcheck.Verify(channel, Labels.MergeRound, plan.Code.LogRowLength, 2, ref claim);
        return PointClaim.Merged(PointClaim.Of(plan, challenges, cell, delta, psi, point), cells, claim);
    }
}
