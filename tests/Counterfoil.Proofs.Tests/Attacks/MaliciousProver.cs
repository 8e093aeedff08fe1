using System.Globalization;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Execution;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Transcripts;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>
/// Proves any values with any columns over any weights. Where a relation then does not hold, he bends one message so that it does, if only the challenge that meets it stays what it was: so who knows the challenges in
/// advance is believed whatever he says, and nothing but those challenges stands in the way of anybody else.
/// </summary>
/// <param name="statement">What he claims.</param>
/// <param name="registered">The model whose hidden cells are under the root.</param>
/// <param name="values">What he says every value is.</param>
/// <param name="witness">The columns that he commits.</param>
/// <param name="weights">The model that he computes with, if it is another.</param>
sealed class MaliciousProver(ExecutionStatement statement, IntegerModel registered, IReadOnlyList<long[]> values, ExecutionWitness witness, IntegerModel? weights = null)
{
    // Every relation that there is, and every layer of the fractional sum.
    const int MostBends = 40;

    readonly ExecutionPlan plan = Plan(statement);

    /// <summary>Lies with the challenges known, and is believed; then without, and is refused. The check that refuses the unbent lie, and that goes on to refuse it once it is bent; null if it was no lie.</summary>
    public Check? Tell()
    {
        var said = new MessageTranscript(new FrozenTranscript(11));
        var proof = Prove(said);
        int bends = 0;
        while (Verify(proof, new FrozenTranscript(11), out var off) is Verdict.Rejected { Reason: var reason })
        {
            Assert.True(bends++ < MostBends, $"{reason}");
            Bend(proof, said, reason, off);
        }
        if (bends == 0) return null;

        said = new MessageTranscript(new KeccakTranscript());
        proof = Prove(said);
        var first = Assert.IsType<Verdict.Rejected>(Verify(proof, new KeccakTranscript(), out var real)).Reason;
        Bend(proof, said, first, real);
        // A root that vanishes needs no challenge: the layer below it meets the lie.
        var second = Assert.IsType<Verdict.Rejected>(Verify(proof, new KeccakTranscript(), out _)).Reason.Check;
        Assert.Equal(first.Check == ZkChecks.Lookup ? ZkChecks.LookupLayer : first.Check, second);
        return first.Check;
    }

    /// <summary>The proof, before anything is bent.</summary>
    public byte[] Prove(Transcript transcript)
    {
        HiddenMatrix Matrix(IntegerModel of) => new(registered.Graph, plan.Model.Hidden, of.Hidden);
        var committed = new CommittedMatrix(Matrix(registered), plan.Model.Parameters.Code);
        return new ExecutionProver(statement, plan, values, Matrix(weights ?? registered), [committed], null).Prove(transcript, witness);
    }

    /// <summary>The verdict, and by how much the relation that failed is off.</summary>
    public Verdict Verify(byte[] proof, Transcript transcript, out Goldilocks2 off)
    {
        var channel = new VerifierChannel(proof, transcript);
        if (ExecutionProof.Reduce(statement, plan, channel, out var own) is { } claim) RowOpening.Verify(channel, plan.Parameters, plan.Matrices(own), claim, null);
        off = channel.Off;
        return channel.Finish();
    }

    // A message before the last challenge that a relation depends on, changed so that it holds.
    static void Bend(byte[] proof, MessageTranscript said, Reason reason, Goldilocks2 off)
    {
        var check = reason.Check;
        if (check == ZkChecks.Lookup)
        {
            // p₀q₁ + p₁q₀: p₀.
            int root = said.Offset("fraction-root");
            ProofMap.Add(proof, root, -off * Goldilocks2.Inverse(ProofMap.Read(proof, root + 48)));
            return;
        }
        if (check == ZkChecks.OpeningValue)
        {
            ProofMap.Add(proof, said.Offset("opening-value"), -off);
            return;
        }
        string label = check == ZkChecks.LookupLayer ? "fraction-round" : check == ZkChecks.Products ? "product-round" : check == ZkChecks.Factors ? "factor-round"
            : check == ZkChecks.MatrixProduct ? "matrix-round" : check == ZkChecks.Sumcheck ? "cell-round" : throw new InvalidOperationException($"nothing to bend for {reason}");
        int last = said.Messages(label).Count - 1;
        if (check == ZkChecks.LookupLayer)
        {
            int layer = int.Parse(reason.Expected.Split(' ')[1], CultureInfo.InvariantCulture);
            last = layer * (layer + 1) / 2 - 1;
        }
        if (last < 0)
        {
            // A sum over one term has no round: the claim itself.
            ProofMap.Add(proof, said.Offset(check == ZkChecks.Products ? "products" : "accumulators"), check == ZkChecks.Products ? off : -off);
            return;
        }
        ProofMap.Shift(proof, said.Offset(label, last), said.Challenges(label)[last][0], off);
    }

    static ExecutionPlan Plan(ExecutionStatement statement)
    {
        Assert.Equal(Verdict.Accept, statement.Check(out var plan));
        return plan!;
    }
}
