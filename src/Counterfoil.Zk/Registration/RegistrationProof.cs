using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Registration;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk;

/// <summary>
/// The verifier of a registration (rule D): under the model's weight root lie rows of the code whose weights are in [−127, 127], whose
/// biases are within their declared bits, and whose padding is zero. Proven once for a model; every verifier of its inferences needs it.
/// </summary>
public static class RegistrationProof
{
    /// <summary>Whether <paramref name="proof"/> shows this of <paramref name="model"/>, which from then on <see cref="CommittedModel.IsRegistered"/>.</summary>
    public static Verdict Verify(CommittedModel model, ReadOnlyMemory<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(model);
        var verdict = Verify(model, proof, new KeccakTranscript());
        if (verdict.IsAccepted) model.IsRegistered = true;
        return verdict;
    }

    /// <inheritdoc cref="Verify(CommittedModel, ReadOnlyMemory{byte})"/>
    public static Verdict Verify(CommittedGraph model, ReadOnlyMemory<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(model);
        var verdict = Verify(model, proof, new KeccakTranscript());
        if (verdict.IsAccepted) model.IsRegistered = true;
        return verdict;
    }

    internal static Verdict Verify(IRegistrable model, ReadOnlyMemory<byte> proof, Transcript transcript)
    {
        var layout = model.Registration;
        var code = layout.Weights.Code;
        var channel = new VerifierChannel(proof, transcript);

        AbsorbStatement(model, transcript);
        var witnessRoot = channel.ReceiveDigest(Labels.Witness);
        var fingerprint = new Fingerprint(channel.Challenges(3));
        var fractions = FractionalSum.Verify(channel, layout.Depth);
        if (channel.Rejection is not null) return channel.Finish();

        // The leaves' claim, in terms of the committed rows at the cell point.
        var claims = new RegistrationClaims(layout, fractions);
        var weights = channel.ReceiveOne(Labels.Weights);
        var rows = channel.Receive(Labels.Columns, layout.WitnessRows);
        var (numerator, denominator) = claims.Leaves(fingerprint, weights, rows);
        bool leaves = numerator == fractions.Numerator && denominator == fractions.Denominator;
        channel.Require(leaves, ZkChecks.LookupLayer, "rows whose lookups are the leaves", "others");

        // The biases are their limbs, at a random row of the cell point: that point too was drawn after both were committed.
        var rowEquality = Multilinear.Equality<Goldilocks2>(channel.Challenges(Multilinear.VariablesFor(layout.LimbRows)));
        var omega = channel.Challenge();
        var biases = claims.Biases(rowEquality, rows);

        var delta = Multilinear.Equality<Goldilocks2>(channel.Challenges(Multilinear.VariablesFor(rows.Length))).AsSpan(0, rows.Length);
        RowOpening.Verify(channel, code, witnessRoot, delta, claims.Cells, Multilinear.InnerProduct<Goldilocks2>(rows, delta));
        if (channel.Rejection is not null) return channel.Finish();
        RowOpening.Verify(channel, code, model.WeightRoot, claims.MatrixRows(omega, rowEquality), claims.Cells, weights + omega * biases);
        return channel.Finish();
    }

    internal static void AbsorbStatement(IRegistrable model, Transcript transcript)
    {
        transcript.Absorb(Labels.Protocol, "counterfoil/registration/v1"u8);
        transcript.Absorb(Labels.Model, model.Id.Value.ToArray());
    }
}

/// <summary>What has hidden weights under a root, and a registration that shows them in range.</summary>
interface IRegistrable
{
    /// <summary>The model's name.</summary>
    ModelId Id { get; }

    /// <summary>The Merkle root over the encoded weights and biases.</summary>
    Core.Digests.Keccak256Digest WeightRoot { get; }

    /// <summary>The slots of the registration's lookups.</summary>
    RegistrationLayout Registration { get; }
}
