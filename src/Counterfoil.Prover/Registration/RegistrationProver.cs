using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Registration;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Registration;

/// <summary>The prover's side of <see cref="RegistrationProof"/>.</summary>
/// <param name="model">The model.</param>
/// <param name="weights">Its weights.</param>
/// <param name="biases">Its biases.</param>
/// <param name="committedWeights">Both, committed.</param>
/// <param name="secrets">Where pads and masks come from; null if nothing is hidden. Used up.</param>
/// <param name="mostHeld">How many variables a layer of the fractional sum has at most to be held in memory.</param>
sealed class RegistrationProver(
    CommittedGraph model, IMatrix weights, ReadOnlyMemory<int> biases, CommittedMatrix committedWeights, SecretStream? secrets = null, int mostHeld = FractionalSumProver.MostHeld)
{
    readonly RegistrationLayout layout = model.Registration;
    readonly int length = model.Parameters.Code.RowLength;

    public byte[] Prove(Transcript transcript)
    {
        var channel = new ProverChannel(transcript);
        var tape = channel.Transcript;
        tape.Absorb(Labels.Protocol, RegistrationProof.Protocol);
        tape.Absorb(Labels.Model, model.Id.Value.ToArray());
        var cells = new RegistrationCells(layout, weights, biases.Span);
        using var own = new ProofMatrix(new FieldMatrix(cells.Own, length), model.Parameters.WeightCode, model.RegistrationPads, secrets);
        if (model.RegistrationPads is not null) channel.Hide(own.Pads);
        channel.Send(Labels.Witness, own.Root.ToArray());

        var fingerprint = new Fingerprint(tape.Challenges(3));
        var point = FractionalSumProver.Prove(channel, cells.Fractions(fingerprint), layout.Depth, mostHeld);
        var claims = new RegistrationClaims(layout, new FractionalSum.Leaf(point, default, default));

        var folded = new Goldilocks2[length];
        weights.Combine(claims.Slots.AsSpan(0, layout.Weights.Rows), folded);
        channel.SendClaims(Labels.Weights, [Multilinear.InnerProduct<Goldilocks2>(folded, claims.Cells)]);
        var rows = new Goldilocks2[layout.WitnessRows];
        for (int r = 0; r < rows.Length; r++)
            for (int c = 0; c < length; c++) rows[r] += claims.Cells[c] * cells.Own[r * length + c];
        channel.SendClaims(Labels.Columns, rows);

        tape.Challenges(Multilinear.VariablesFor(layout.LimbRows) + 2 + Multilinear.VariablesFor(layout.WitnessRows));
        var constraints = new Constraints();
        var claim = RegistrationProof.Reduce(model, new VerifierChannel(channel.Written(), tape.Replay(), constraints), out _)!;
        var part = new Goldilocks2[length];
        committedWeights.Combine(claim.WeightRows, folded);
        own.Combine(claim.OwnRows, part);
        for (int c = 0; c < length; c++) folded[c] += part[c];
        OpeningProver.Prove(channel, model.Parameters.WeightCode, model.Parameters.Folding, [committedWeights], own, claim, folded, model.RegistrationPads, constraints);
        return channel.ToArray();
    }
}
