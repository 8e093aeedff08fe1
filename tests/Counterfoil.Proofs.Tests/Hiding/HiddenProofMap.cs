using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Hiding;

/// <summary>Where the end of a hiding proof lies, from the opened row to the queried columns, and the challenges between: what a forger works with.</summary>
sealed class HiddenProofMap
{
    readonly RecordedTranscript recorder;
    readonly int words;

    public delegate LinearClaim? Reduction(VerifierChannel channel);

    public HiddenProofMap(CommitmentParameters parameters, PadLayout layout, Reduction reduce, byte[] proof, Transcript transcript)
    {
        var code = parameters.Code;
        recorder = new RecordedTranscript(transcript);
        var channel = new VerifierChannel(proof, recorder, Constraints);
        Claim = reduce(channel)!;
        OpeningValue = 32 + 16 * Constraints.Pads;
        Random = Multilinear.Equality<Goldilocks2>(channel.Challenges(RowOpening.Variables(Claim.RowCount, true)));
        var u = channel.ReceiveClaims(Labels.OpeningValue, 1)[0];
        Epsilon = channel.Challenge();
        OpeningRow = OpeningValue + 16;
        Cells = Multilinear.Equality<Goldilocks2>(Claim.Cells);
        // In the short schedule the row's value stands where the row does in the wide one, and the row of pads is not there.
        bool wide = parameters.Folding is null;
        Row = wide ? channel.Receive(Labels.OpeningRow, code.Cells) : [];
        Constraints.Add(u + Claim.Value * Epsilon - (wide ? Multilinear.InnerProduct<Goldilocks2>(Row, Cells) : channel.ReceiveOne(Labels.OpeningSum)));
        ProductValues = OpeningRow + 16 * (wide ? code.Cells : 1);
        ProductFactors = ProductValues + 32;
        PadOpening.VerifyProducts(channel, Constraints);
        Kappa = channel.Challenges(Constraints.Linear.Count);
        (Form, Target) = PadOpening.Combine(layout, Constraints, Kappa);
        PadValue = ProductFactors + 16 * Constraints.Factors.Count;
        var value = channel.ReceiveOne(Labels.PadValue);
        PadEpsilon = channel.Challenge();
        PadRow = PadValue + 16;
        Pads = wide ? channel.Receive(Labels.PadRow, layout.Cells) : [];
        Gap = Multilinear.InnerProduct<Goldilocks2>(Pads, Form) - value - PadEpsilon * Target;
        words = recorder.Count;
        Positions = channel.Positions(code.Queries, code.LogLength);
        Columns = PadRow + 16 * Pads.Length;
    }

    public static HiddenProofMap Of(ExecutionStatement statement, byte[] proof, Transcript transcript) => Of(statement, TensorCase.Plan(statement), proof, transcript);

    public static HiddenProofMap Of(CommittedGraph model, byte[] proof, Transcript transcript) => new(
        model.Parameters, model.RegistrationPads!, channel => RegistrationProof.Reduce(model, channel, out _), proof, transcript);

    public static HiddenProofMap Of(ExecutionStatement statement, ExecutionPlan plan, byte[] proof, Transcript transcript) => new(
        plan.Parameters, plan.Pads!, channel => ExecutionProof.Reduce(statement, plan, channel, out _), proof, transcript);

    /// <summary>The transcript from the positions on: first what was drawn already, then what it goes on with.</summary>
    public Transcript Remaining() => new Rest(recorder.Replay(words), recorder.Count - words, recorder);

    sealed class Rest(Transcript first, int count, Transcript then) : Transcript
    {
        int drawn;

        public override void Absorb(ReadOnlySpan<byte> label, ReadOnlySpan<byte> message) => then.Absorb(label, message);

        protected internal override ulong NextWord() => drawn++ < count ? first.NextWord() : then.NextWord();
    }

    public Constraints Constraints { get; } = new();
    public LinearClaim Claim { get; }
    public Goldilocks2[] Random { get; }
    public Goldilocks2[] Cells { get; }
    public Goldilocks2 Epsilon { get; }
    public Goldilocks2[] Row { get; }
    public Goldilocks2[] Kappa { get; }
    public Goldilocks2[] Form { get; }
    public Goldilocks2 Target { get; }
    public Goldilocks2 PadEpsilon { get; }
    public Goldilocks2[] Pads { get; }

    /// <summary>What the linear form of the opened pads is too large by: zero if every relation holds.</summary>
    public Goldilocks2 Gap { get; }

    public int[] Positions { get; }
    public int OpeningValue { get; }
    public int OpeningRow { get; }
    public int ProductValues { get; }
    public int ProductFactors { get; }
    public int PadValue { get; }
    public int PadRow { get; }
    public int Columns { get; }

    /// <summary>The polynomial that vanishes at every queried point.</summary>
    public static Goldilocks[] Vanishing(RowCode code, int[] positions)
    {
        Goldilocks[] z = [Goldilocks.One];
        foreach (int position in positions)
        {
            var x = PointOf(code, position);
            var next = new Goldilocks[z.Length + 1];
            for (int i = 0; i < z.Length; i++) (next[i], next[i + 1]) = (next[i] - x * z[i], next[i + 1] + z[i]);
            z = next;
        }
        return z;
    }

    /// <summary>The point of a symbol.</summary>
    public static Goldilocks PointOf(RowCode code, int position)
    {
        ulong reversed = 0;
        for (int bit = 0; bit < code.LogLength; bit++) reversed |= (ulong)(position >> bit & 1) << (code.LogLength - 1 - bit);
        return Goldilocks.RootOfUnity(code.LogLength).Power(reversed);
    }
}
