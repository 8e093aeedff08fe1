using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk;

/// <summary>The verifier of inferences. <c>docs/proofs.md</c> describes the protocol message by message.</summary>
/// <remarks>
/// Sound with the model's <see cref="CommittedModel.Ledger"/> in the random-oracle model, for a model whose <see cref="RegistrationProof"/> was
/// accepted: without it, weights out of range could make modular and integer arithmetic differ. Its work grows with neurons, rows and queries,
/// never with weights. What it hides is the model's <see cref="Models.PrivacyProfile"/>.
/// </remarks>
public static class InferenceProof
{
    /// <summary>Whether <paramref name="proof"/> shows that <paramref name="statement"/> holds.</summary>
    public static Verdict Verify(InferenceStatement statement, ReadOnlyMemory<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(statement);
        // Under a root that nobody vouches for may lie a bias that is no integer, and modulo p it makes any result whatever.
        if (!statement.Model.IsRegistered) return Verdict.CannotTell(ZkChecks.Registration, "an accepted registration proof of the model");
        return Verify(statement, proof, new KeccakTranscript());
    }

    internal static Verdict Verify(InferenceStatement statement, ReadOnlyMemory<byte> proof, Transcript transcript)
    {
        var verdict = statement.Check();
        if (!verdict.IsAccepted) return verdict;
        var model = statement.Model;
        bool hiding = model.Parameters.WeightsHidden;
        var channel = new VerifierChannel(proof, transcript, hiding ? new Constraints() : null);
        if (Reduce(statement, channel, out var own) is { } claim)
            RowOpening.Verify(channel, model.Parameters, [new(model.WeightRoot, hiding), new(own, hiding)], claim, model.InferencePads);
        return channel.Finish();
    }

    /// <summary>Reads all messages up to the opening and reduces the statement to one linear claim; null once a check failed.</summary>
    internal static LinearClaim? Reduce(InferenceStatement statement, VerifierChannel channel, out Keccak256Digest own)
    {
        var model = statement.Model;
        var (space, layout, weights) = (model.Space, model.Inference, model.Weights);

        // 1. The statement, then the witness, before the first challenge.
        statement.AbsorbInto(channel);
        own = channel.ReceiveDigest(Labels.Witness);

        // 2. Every lookup is in its table.
        var fingerprint = new Fingerprint(channel.Challenges(3));
        var fractions = FractionalSum.Verify(channel, layout.Depth);
        if (channel.Rejection is not null) return null;
        var lookups = new LookupClaims(layout, fingerprint, fractions);

        // 3. The accumulators of all neurons, weighted at random, are matrix products of the weights and the values read.
        var tau = channel.Challenges(space.Variables);
        var accumulators = channel.ReceiveClaims(Labels.Accumulators, 1)[0];
        var relation = new NeuronRelation(layout, tau, accumulators, lookups);
        var rowWeights = MatrixClaim.RowWeights(space, relation.Plain);
        var product = accumulators;
        var point = Sumcheck.Verify(channel, Labels.MatrixRound, weights.AddressVariables, 2, ref product);
        var read = channel.ReceiveClaims(Labels.ValuesRead, space.Nodes.Length);
        var values = channel.ReceiveClaims(Labels.WeightValues, weights.Blocks.Length);
        VerifyProducts(statement, channel, MatrixClaim.BlockWeights(weights, rowWeights, point), point, read, values, product);

        // 4. The output is the statement's.
        var outputPoint = channel.Challenges(Multilinear.VariablesFor(statement.Output.Length));
        var output = channel.ReceiveClaims(Labels.OutputValue, 1)[0];
        channel.Demand(output - Multilinear.Evaluate(statement.Output.Span, outputPoint), ZkChecks.Output, "the statement's output", "another output");

        // 5. All claims on the witness columns become one, at one point.
        relation.Batch(channel.Challenges(NeuronRelation.BatchedClaims(space)), point, read, outputPoint, output);
        var claim = relation.Claim;
        var neuron = Sumcheck.Verify(channel, Labels.NeuronRound, space.Variables, 3, ref claim);
        var columns = channel.ReceiveClaims(Labels.Columns, layout.Columns);
        var rest = relation.At(Multilinear.Equality<Goldilocks2>(neuron), columns, out var scale, out var side, out var overflow);
        Product[] summand = [new(channel.Factor(side), channel.Factor(overflow), scale)];
        channel.Demand(summand, rest - claim, ZkChecks.Sumcheck, "columns that satisfy the relation", "others");
        if (channel.Rejection is not null) return null;

        // 6. The columns are those committed and the weights those registered: two claims at two points become one at one.
        var delta = channel.Challenges(layout.ColumnVariables);
        var psi = channel.Challenges(weights.Blocks.Length);
        Goldilocks2[] witness = [.. neuron, .. delta];
        int k = weights.Code.LogRowLength;
        claim = Claim.InnerProduct(columns, Multilinear.Equality<Goldilocks2>(delta)) + Claim.InnerProduct(values, psi);
        var cells = Sumcheck.Verify(channel, Labels.MergeRound, k, 2, ref claim);
        var ownRows = Multilinear.EqualityPrefix<Goldilocks2>(witness.AsSpan(k), layout.Rows)[..layout.Rows];
        var weightRows = MatrixClaim.MatrixRows(weights, psi, point);
        Scale(ownRows, Multilinear.Equality<Goldilocks2>(witness.AsSpan(0, k), cells));
        Scale(weightRows, Multilinear.Equality<Goldilocks2>(point.AsSpan(0, k), cells));
        return new LinearClaim([weightRows, ownRows], cells, claim);
    }

    // Σ over blocks of A(ρ)·x(ρ)·W(ρ) is what the matrix sum-check ended with; x of the input is public, of biases one.
    static void VerifyProducts(
        InferenceStatement statement, VerifierChannel channel, ReadOnlySpan<Goldilocks2> a, Goldilocks2[] point, ReadOnlySpan<Claim> read, ReadOnlySpan<Claim> values, Claim claim)
    {
        var products = new List<Product>();
        var rest = values[^1] * a[^1] - claim;
        foreach (var node in statement.Model.Space.Nodes)
        {
            int l = node.Index;
            if (node.Node.Input == 0)
            {
                var x = Multilinear.Evaluate(statement.Input.Span, point.AsSpan(0, node.ColumnVariables));
                channel.Demand(read[l] - x, ZkChecks.Input, "the statement's input", $"another value read by node {l}");
                rest += values[l] * (a[l] * x);
            }
            else products.Add(new(channel.Factor(read[l]), channel.Factor(values[l]), a[l]));
        }
        channel.Demand([.. products], rest, ZkChecks.MatrixProduct, "weights whose products are the accumulators", "others");
    }

    static void Scale(Span<Goldilocks2> values, Goldilocks2 factor)
    {
        for (int i = 0; i < values.Length; i++) values[i] *= factor;
    }
}
