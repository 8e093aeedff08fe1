using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Registration;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Zk;

/// <summary>
/// The verifier of a registration (rule D): under the model's weight root lie rows of the code whose weights are in [−127, 127], whose
/// biases are within their declared bits, and whose padding is zero. Proven once for a model; every verifier of its executions needs it.
/// </summary>
public static class RegistrationProof
{
    /// <summary>Whether <paramref name="proof"/> shows this of <paramref name="model"/>, which from then on <see cref="CommittedGraph.IsRegistered"/>.</summary>
    public static Verdict Verify(CommittedGraph model, ReadOnlyMemory<byte> proof)
    {
        ArgumentNullException.ThrowIfNull(model);
        var verdict = Verify(model, proof, new KeccakTranscript());
        if (verdict.IsAccepted) model.IsRegistered = true;
        return verdict;
    }

    internal static Verdict Verify(CommittedGraph model, ReadOnlyMemory<byte> proof, Transcript transcript)
    {
        bool hiding = model.Parameters.WeightsHidden;
        var channel = new VerifierChannel(proof, transcript, hiding ? new Constraints() : null);
        if (Reduce(model, channel, out var own) is { } claim)
            RowOpening.Verify(channel, model.Parameters with { Code = model.Parameters.WeightCode }, [new(model.GenesisRoot, hiding), new(own, hiding)], claim, model.RegistrationPads);
        return channel.Finish();
    }

    /// <summary>Reads all messages up to the opening and reduces the statement to one linear claim; null once a check failed.</summary>
    internal static LinearClaim? Reduce(CommittedGraph model, VerifierChannel channel, out Keccak256Digest own)
    {
        var layout = model.Registration;
        channel.Absorb(Labels.Protocol, Protocol);
        channel.Absorb(Labels.Model, model.Id.Value.ToArray());
        own = channel.ReceiveDigest(Labels.Witness);
        var fingerprint = new Fingerprint(channel.Challenges(3));
        var fractions = FractionalSum.Verify(channel, layout.Depth);
        if (channel.Rejection is not null) return null;

        // The leaves' claim, in terms of the committed rows at the cell point.
        var claims = new RegistrationClaims(layout, fractions);
        var weights = channel.ReceiveClaims(Labels.Weights, 1)[0];
        var rows = channel.ReceiveClaims(Labels.Columns, layout.WitnessRows);
        var (numerator, denominator) = claims.Leaves(fingerprint, weights, rows);
        channel.Demand(numerator - fractions.Numerator, ZkChecks.LookupLayer, "rows whose lookups are the leaves", "others");
        channel.Demand(denominator - fractions.Denominator, ZkChecks.LookupLayer, "rows whose lookups are the leaves", "others");

        // The biases are their limbs, at a random row of the cell point: that point too was drawn after both were committed.
        var rowEquality = Multilinear.Equality<Goldilocks2>(channel.Challenges(Multilinear.VariablesFor(layout.LimbRows)));
        var (omega, psi) = (channel.Challenge(), channel.Challenge());
        var delta = Multilinear.Equality<Goldilocks2>(channel.Challenges(Multilinear.VariablesFor(rows.Length)))[..rows.Length];
        var value = Claim.InnerProduct(rows, delta) + (weights + claims.Biases(rowEquality, rows) * omega) * psi;
        var weightRows = claims.MatrixRows(omega, rowEquality);
        for (int r = 0; r < weightRows.Length; r++) weightRows[r] *= psi;
        return new LinearClaim([weightRows, delta], claims.Point, value);
    }

    internal static ReadOnlySpan<byte> Protocol => "counterfoil/registration/v2"u8;
}
