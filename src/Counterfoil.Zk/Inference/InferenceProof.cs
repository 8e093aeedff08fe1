using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
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
/// never with weights. Hides nothing (<see cref="Models.PrivacyProfile.PublicWeights"/>).
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
        var (space, layout, weights) = (model.Space, model.Inference, model.Weights);
        var channel = new VerifierChannel(proof, transcript);

        // 1. The statement, then the witness, before the first challenge.
        statement.AbsorbInto(transcript);
        var witnessRoot = channel.ReceiveDigest(Labels.Witness);

        // 2. Every lookup is in its table.
        var fingerprint = new Fingerprint(channel.Challenges(3));
        var fractions = FractionalSum.Verify(channel, layout.Depth);
        if (channel.Rejection is not null) return channel.Finish();
        var lookups = new LookupClaims(layout, fingerprint, fractions);

        // 3. The accumulators of all neurons, weighted at random, are matrix products of the weights and the values read.
        var tau = channel.Challenges(space.Variables);
        var accumulators = channel.ReceiveOne(Labels.Accumulators);
        var relation = new NeuronRelation(layout, tau, accumulators, lookups);
        var rowWeights = MatrixClaim.RowWeights(space, relation.Plain);
        var weightClaim = accumulators;
        var point = Sumcheck.Verify(channel, Labels.MatrixRound, weights.AddressVariables, 2, ref weightClaim);
        var read = channel.Receive(Labels.ValuesRead, space.Nodes.Length);
        foreach (var node in space.Nodes)
        {
            if (node.Node.Input != 0) continue;
            bool same = read[node.Index] == Multilinear.Evaluate(statement.Input.Span, point.AsSpan(0, node.ColumnVariables));
            channel.Require(same, ZkChecks.Input, "the statement's input", $"another value read by node {node.Index}");
        }

        // 4. The output is the statement's.
        var outputPoint = channel.Challenges(Multilinear.VariablesFor(statement.Output.Length));
        var output = channel.ReceiveOne(Labels.OutputValue);
        channel.Require(output == Multilinear.Evaluate(statement.Output.Span, outputPoint), ZkChecks.Output, "the statement's output", "another output");

        // 5. All claims on the witness columns become one, at one point.
        relation.Batch(channel.Challenges(NeuronRelation.BatchedClaims(space)), point, read, outputPoint, output);
        var claim = relation.Claim;
        var neuron = Sumcheck.Verify(channel, Labels.NeuronRound, space.Variables, 3, ref claim);
        var columns = channel.Receive(Labels.Columns, layout.Columns);
        bool satisfied = relation.At(Multilinear.Equality<Goldilocks2>(neuron), columns) == claim;
        channel.Require(satisfied, ZkChecks.Sumcheck, "columns that satisfy the relation", "others");

        // 6. The columns are those committed, and the weights those registered.
        OpenColumns(channel, layout, witnessRoot, neuron, columns);
        if (channel.Rejection is not null) return channel.Finish();
        var rows = MatrixClaim.MatrixRows(weights, rowWeights, read, point);
        var cells = Multilinear.Equality<Goldilocks2>(point.AsSpan(0, weights.Code.LogRowLength));
        RowOpening.Verify(channel, weights.Code, model.WeightRoot, rows, cells, weightClaim);
        return channel.Finish();
    }

    static void OpenColumns(
        VerifierChannel channel, InferenceLayout layout, Keccak256Digest root, ReadOnlySpan<Goldilocks2> neuron, ReadOnlySpan<Goldilocks2> columns)
    {
        var delta = Multilinear.Equality<Goldilocks2>(channel.Challenges(Multilinear.VariablesFor(layout.Columns)));
        var rows = ColumnRows(layout, delta, neuron);
        var cells = Multilinear.Equality(neuron[..layout.Code.LogRowLength]);
        RowOpening.Verify(channel, layout.Code, root, rows, cells, Multilinear.InnerProduct(columns, delta));
    }

    // A column of several rows: the row's number within it is the high part of the neuron's.
    internal static Goldilocks2[] ColumnRows(InferenceLayout layout, ReadOnlySpan<Goldilocks2> delta, ReadOnlySpan<Goldilocks2> neuron)
    {
        var high = Multilinear.Equality(neuron[layout.Code.LogRowLength..]);
        var rows = new Goldilocks2[layout.Rows];
        for (int c = 0; c < layout.Columns; c++)
            for (int h = 0; h < high.Length; h++) rows[c * high.Length + h] = delta[c] * high[h];
        return rows;
    }
}
