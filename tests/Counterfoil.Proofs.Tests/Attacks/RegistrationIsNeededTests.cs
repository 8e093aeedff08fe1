using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Inference;
using Counterfoil.Prover.Registration;
using Counterfoil.Zk;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>
/// Why every verifier of inferences needs the registration: under a root nobody looked at may lie a bias that is no integer, and modulo p it makes whatever
/// result its author likes. The proof of that result is then honest, challenges and all.
/// </summary>
public sealed class RegistrationIsNeededTests
{
    static readonly sbyte[] Input = RandomModels.Input(7, 30);

    static readonly CommittedModel True = Forging.Registered.Model;

    // Every output is to be 77 with a remainder of half: acc·M = 2^s·77 has a solution modulo p.
    static Goldilocks Wish(NodeArithmetic node, int cell)
    {
        var scaled = Goldilocks.FromUInt64(77UL << node.RemainderBits);
        var accumulator = scaled * Goldilocks.Inverse(Goldilocks.FromUInt64(node.Node.Requantisation.Multipliers[cell]));
        var (_, parameters) = RandomModels.Mlp(7, 30, 20, 6);
        int products = Forging.Trace.Nodes[1].Accumulators[cell] - parameters[1].Biases[cell];
        return accumulator - Goldilocks.FromInteger(products);
    }

    static (CommittedModel Model, Goldilocks[] Cells, int[] Biases) Forge()
    {
        var (_, parameters) = RandomModels.Mlp(7, 30, 20, 6);
        var (layout, length) = (True.Weights, True.Weights.Code.RowLength);
        var matrix = new WeightMatrix(True.Space, layout, parameters);
        var cells = new Goldilocks[layout.Rows * length];
        for (int r = 0; r < layout.Rows; r++) matrix.CopyRow(r, cells.AsSpan(r * length, length));
        for (int i = 0; i < 6; i++) cells[layout.Biases.FirstRow * length + 20 + i] = Wish(True.Space.Last, i);
        var verdict = CommittedModel.Create(True.Graph, True.BiasBits, True.Parameters, new FieldCommitment(cells, layout.Code).Root, out var model);
        Assert.Equal(Verdict.Accept, verdict);
        return (model!, cells, matrix.Biases.ToArray());
    }

    [Fact]
    public void An_unregistered_model_can_be_made_to_say_anything()
    {
        var (model, cells, _) = Forge();
        var trace = Forging.Trace with
        {
            Nodes = Forging.Trace.Nodes.SetItem(1, new NodeTrace([.. Enumerable.Repeat(0, 6)], [.. Enumerable.Repeat((sbyte)0, 6)])),
        };
        var layout = model.Inference;
        var witness = new Witness(layout, trace);
        foreach (int x in Enumerable.Range(layout.Space.Last.Offset, 6))
        {
            // y = 77 instead of 0; the remainder, 2^(s−1), is what an accumulator of zero has too.
            witness.Columns[InferenceLayout.Value][x] = Goldilocks.FromInteger(77);
            foreach (var (value, by) in new[] { (0, -1), (77, 1) })
            {
                int entry = layout.Tables.IndexOf(TableId.Saturate, value, 0);
                witness.Columns[layout.FirstMultiplicity + (entry >> layout.Space.Variables)][entry & layout.Space.Size - 1] += Goldilocks.FromInteger(by);
            }
        }
        var statement = new InferenceStatement(model, Input, Enumerable.Repeat((sbyte)77, 6).ToArray(), Forging.Context);
        var proof = new MaliciousProver(statement, witness.Columns, witness.SlotTables, new FieldCommitment(cells, model.Weights.Code), Bend.Nowhere).Prove(false);
        Assert.Equal(Verdict.Accept, InferenceProof.Verify(statement, proof, new KeccakTranscript()));
        // Which is why the verifier does not look at it.
        Assert.Equal(ZkChecks.Registration, Assert.IsType<Verdict.Unverifiable>(InferenceProof.Verify(statement, proof)).Reason.Check);
    }

    [Fact]
    public void And_such_a_model_cannot_be_registered()
    {
        var (model, cells, biases) = Forge();
        var matrix = new FieldMatrix(cells, model.Weights.Code.RowLength);
        var proof = new RegistrationProver(model, matrix, biases, new CommittedMatrix(matrix, model.Weights.Code)).Prove(new KeccakTranscript());
        Assert.Equal(ZkChecks.OpeningValue, Forging.CheckOf(RegistrationProof.Verify(model, proof)));
        Assert.False(RegistrationProof.Verify(model, Forging.Registered.RegistrationProof).IsAccepted);
        Assert.False(model.IsRegistered);
    }

    [Fact]
    public void A_model_that_came_in_bytes_is_taken_at_its_word_only_after_its_registration()
    {
        Assert.Equal(Verdict.Accept, CommittedModel.Decode(True.Encode(), out var model));
        var statement = Forging.Statement with { Model = model! };
        var proof = Forging.Registered.Prove(Forging.Input, Forging.Context).Proof;
        Assert.IsType<Verdict.Unverifiable>(InferenceProof.Verify(statement, proof));
        Assert.Equal(Verdict.Accept, RegistrationProof.Verify(model!, Forging.Registered.RegistrationProof));
        Assert.Equal(Verdict.Accept, InferenceProof.Verify(statement, proof));
    }
}
