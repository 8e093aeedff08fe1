using Counterfoil.Core.Verdicts;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Folding;

/// <summary>The small model of <see cref="Forging"/> under the short schedule, in both profiles.</summary>
static class ShortSchedule
{
    public static RegistrationOptions Public { get; } = new() { Schedule = Schedule.Short };

    public static RegistrationOptions Hidden { get; } = RandomModels.Hidden with { Schedule = Schedule.Short };

    static readonly RegisteredGraph PublicModel = Register(Public), HiddenModel = Register(Hidden);

    static RegisteredGraph Register(RegistrationOptions options) => RegisteredGraph.Register(Forging.Source, options);

    public static RegisteredGraph Registered(bool hidden) => hidden ? HiddenModel : PublicModel;

    public static ExecutionStatement Statement(bool hidden) => Forging.Statement with { Model = Registered(hidden).Model };

    /// <summary>A proof outside the budget: its challenges may be known.</summary>
    public static byte[] Prove(bool hidden, bool frozen, ExecutionStatement? statement = null)
    {
        using var secrets = Registered(hidden).Secrets(hidden);
        return Registered(hidden).Prover(Forging.Values, statement ?? Statement(hidden), secrets).Prove(Forging.Transcript(frozen));
    }

    public static Verdict Verify(bool frozen, ExecutionStatement statement, byte[] proof) => ExecutionProof.Verify(statement, proof, Forging.Transcript(frozen));
}

/// <summary>Where the end of a proof under the short schedule lies, and what its last check is off by.</summary>
sealed class ShortProofMap
{
    readonly byte[] proof;
    readonly MessageTranscript recorder;

    public ShortProofMap(ExecutionStatement statement, byte[] proof, Transcript transcript)
    {
        (this.proof, recorder) = (proof, new MessageTranscript(transcript));
        var model = statement.Model;
        var (code, folding, pads) = (model.Parameters.Code, model.Parameters.Folding!, model.Plan.Pads);
        var channel = new VerifierChannel(proof, recorder, pads is null ? null : new Constraints());
        var claim = ExecutionProof.Reduce(statement, model.Plan, channel, out var own)!;
        int weightRows = claim.WeightRows.Length, ownRows = claim.OwnRows.Length, committed = ownRows + (pads is null ? 0 : PadLayout.Rows);
        var coefficients = Counterfoil.Zk.Polynomials.Multilinear.Equality<Goldilocks2>(channel.Challenges(RowOpening.Variables(weightRows + ownRows, pads is not null)));
        var u = channel.ReceiveClaims(Labels.OpeningValue, 1)[0];
        var epsilon = channel.Challenge();
        var sum = channel.ReceiveOne(Labels.OpeningSum);
        PadOpening.Opened opened = default;
        if (pads is not null)
        {
            channel.Constraints!.Add(u + claim.Value * epsilon - sum);
            PadOpening.VerifyProducts(channel, channel.Constraints);
            opened = PadOpening.VerifyLinear(channel, pads, channel.Constraints, inClear: false);
        }
        var root = channel.ReceiveDigest(Labels.FoldedRoot);
        var positions = channel.Positions(code.Queries, code.LogLength);
        Goldilocks[] weights = RowOpening.TakeColumns(channel, code, positions, weightRows, pads is not null, model.WeightRoot), mine = RowOpening.TakeColumns(channel, code, positions, committed, pads is not null, own);
        Goldilocks2[] symbols = new Goldilocks2[positions.Length], padSymbols = new Goldilocks2[pads is null ? 0 : positions.Length];
        for (int i = 0; i < symbols.Length; i++)
        {
            for (int r = 0; r < weightRows; r++) symbols[i] += (coefficients[r] + epsilon * claim.WeightRows[r]) * weights[i * weightRows + r];
            for (int r = 0; r < ownRows; r++) symbols[i] += (coefficients[weightRows + r] + epsilon * claim.OwnRows[r]) * mine[i * committed + r];
            if (pads is null) continue;
            var hidden = mine.AsSpan(i * committed + ownRows, PadLayout.Rows);
            symbols[i] += new Goldilocks2(hidden[0], hidden[1]);
            padSymbols[i] = new Goldilocks2(hidden[3], hidden[4]) + opened.Epsilon * hidden[2];
        }
        var rows = new FoldedRows(code, positions, claim.Cells, pads is null ? null : opened.Form, channel.Challenges);
        Gap = FoldedOpening.Reduce(channel, folding, root, rows.Variables, rows.Forms, rows.Claim(sum, symbols, opened.Value, padSymbols));
        Assert.Equal(Verdict.Accept, channel.Finish());

        LastRound = proof.AsSpan().IndexOf(recorder.Messages("folding-round")[^1]);
        LastChallenge = recorder.Challenges("folding-round")[^1][0];
    }

    /// <summary>What the last vector's values are too large by.</summary>
    public Goldilocks2 Gap { get; }

    /// <summary>Where the last round of the last sum-check lies.</summary>
    public int LastRound { get; }

    /// <summary>The challenge that followed it.</summary>
    public Goldilocks2 LastChallenge { get; }

    /// <summary>Where a message lies.</summary>
    public int this[string label] => proof.AsSpan().IndexOf(recorder.Messages(label)[0]);

    /// <summary>What the claim that the sum-check begins with counts for in what it ends with.</summary>
    public Goldilocks2 ClaimWeight => recorder.Challenges("folding-round").Aggregate(Goldilocks2.One, (product, drawn) => product * drawn[0]);
}
