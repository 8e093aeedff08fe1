using System.Globalization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover;
using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk;
using Counterfoil.Zk.Execution;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;
using Counterfoil.Zk.Transcripts;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Proofs.Tests.Execution;

/// <summary>
/// Every lie about an execution, told by a prover who bends one message wherever a relation does not hold. Who knows the challenges in advance is believed, so nothing but the challenge that meets the lie stands in
/// its way; who does not know them is refused by that very check.
/// </summary>
public sealed class ExecutionLieTests
{
    static readonly Bytes32 Context = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());
    static readonly Dictionary<string, RegisteredGraph> Registered = SmallGraphs.All.ToDictionary(m => m.Key, m => RegisteredGraph.Register(m.Value));

    public static TheoryData<string> Names => [.. SmallGraphs.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_lie_at_any_node_from_which_all_else_follows(string name)
    {
        var (model, source) = (Registered[name], SmallGraphs.All[name]);
        for (int v = 1; v < model.Model.Graph.Values; v++)
            if (Follow(model, source, v) is { } values) Met(model, values, Witness(model, values));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_cell_of_any_column_that_is_another(string name)
    {
        var model = Registered[name];
        var values = model.Execute(SmallGraphs.Input(model.Model.Graph, 1));
        var layout = model.Model.Layout;
        for (int c = 0; c < layout.Columns; c++)
            for (int x = 0; x < layout.Lengths[c]; x += 1 + layout.Lengths[c] / 2)
            {
                // σ means something on requantised cells alone.
                if (c == GraphLayout.Side && layout.Blocks.First(b => x < b.End).Kind != CellKind.Requantised) continue;
                using var witness = Witness(model, values);
                witness.Column(c)[x] += Goldilocks.FromUInt64(1UL << 40);
                Met(model, values, witness);
            }
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("convolution")]
    [InlineData("depthwise")]
    [InlineData("parameter multiplied")]
    [InlineData("row gather")]
    public void Weights_other_than_those_registered(string name)
    {
        var model = Registered[name];
        var source = SmallGraphs.All[name];
        var others = source with { Hidden = SmallGraphs.Hide(source.Graph, 77) };
        if (!others.Validate(out _).IsAccepted) Assert.Fail("the other weights are no weights");
        var values = PrimitiveExecutor.Execute(others, SmallGraphs.Input(source.Graph, 1));
        Met(model, values, Witness(model, values), others);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_input_other_than_the_one_asked(string name)
    {
        var model = Registered[name];
        int[] asked = SmallGraphs.Input(model.Model.Graph, 1), other = SmallGraphs.Input(model.Model.Graph, 2);
        var values = model.Execute(other);
        if (name == "row gather") return; // rows chosen by the input are chosen by the verifier himself
        Met(model, values, Witness(model, values), input: asked);
    }

    // The lie stands at one node; everything after it is computed honestly from it.
    static List<long[]>? Follow(RegisteredGraph model, IntegerModel source, int lie)
    {
        var values = new List<long[]> { model.Execute(SmallGraphs.Input(source.Graph, 1))[0] };
        var range = model.Model.Layout.Ranges;
        for (int v = 1; v < source.Graph.Values; v++)
        {
            try
            {
                values.Add(PrimitiveExecutor.Run(source, v - 1, values));
            }
            catch (Exception e) when (e is IndexOutOfRangeException or DivideByZeroException)
            {
                return null; // nothing can be computed from this lie
            }
            if (v == lie) values[v][0] += values[v][0] < range[v].Most ? 1 : -1;
        }
        var output = values[source.Graph.Output];
        return output.All(y => y >= range[source.Graph.Output].Least && y <= range[source.Graph.Output].Most) ? values : null;
    }

    static ExecutionWitness Witness(RegisteredGraph model, IReadOnlyList<long[]> values)
    {
        try
        {
            return new ExecutionWitness(model.Model.Layout, values);
        }
        catch (IndexOutOfRangeException)
        {
            // No lookup to count it by: the columns of the truth, the values of the lie.
            return new ExecutionWitness(model.Model.Layout, model.Execute([.. values[0].Select(x => (int)x)]));
        }
    }

    static void Met(RegisteredGraph model, IReadOnlyList<long[]> values, ExecutionWitness witness, IntegerModel? weights = null, int[]? input = null)
    {
        var committed = model.Model;
        var statement = new ExecutionStatement(committed, input ?? [.. values[0].Select(x => (int)x)], values[committed.Graph.Output], Context);
        HiddenMatrix Matrix(IntegerModel of) => new(committed.Graph, committed.Hidden, of.Hidden);
        var own = SmallGraphs.All.Values.Single(m => ReferenceEquals(m.Graph, committed.Graph));
        Assert.Equal(Verdict.Accept, statement.Check(out var plan));
        var prover = new ExecutionProver(statement, plan!, values, Matrix(weights ?? own), [new CommittedMatrix(Matrix(own), committed.Parameters.Code)], null);

        // Under challenges that do not depend on what was said, every bend fits.
        var said = new MessageTranscript(new FrozenTranscript(11));
        var proof = prover.Prove(said, witness);
        int bends = 0;
        while (Verify(statement, proof, new FrozenTranscript(11), out var off) is Verdict.Rejected { Reason: var reason })
        {
            Assert.True(bends++ < 40, $"{reason}");
            Bend(proof, said, reason, off);
        }
        if (bends == 0) return; // what was changed does not matter: nothing was a lie

        // Under real ones the first bend is met by another challenge than it was made for.
        said = new MessageTranscript(new KeccakTranscript());
        proof = prover.Prove(said, witness);
        var first = Assert.IsType<Verdict.Rejected>(Verify(statement, proof, new KeccakTranscript(), out var real)).Reason;
        Bend(proof, said, first, real);
        // A root that vanishes needs no challenge: the layer below it meets the lie.
        Assert.Equal(first.Check == ZkChecks.Lookup ? ZkChecks.LookupLayer : first.Check, Assert.IsType<Verdict.Rejected>(Verify(statement, proof, new KeccakTranscript(), out _)).Reason.Check);
    }

    // A message before the last challenge that a relation depends on, changed so that it holds, if that challenge stays what it is.
    static void Bend(byte[] proof, MessageTranscript said, Reason reason, Goldilocks2 off)
    {
        var check = reason.Check;
        if (check == ZkChecks.Lookup)
        {
            // p₀q₁ + p₁q₀: p₀.
            int root = said.Offset("fraction-root");
            ProofMap.Write(proof, root, ProofMap.Read(proof, root) - off * Goldilocks2.Inverse(ProofMap.Read(proof, root + 48)));
            return;
        }
        if (check == ZkChecks.OpeningValue)
        {
            int value = said.Offset("opening-value");
            ProofMap.Write(proof, value, ProofMap.Read(proof, value) - off);
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
            label = check == ZkChecks.Products ? "products" : "accumulators";
            int claim = said.Offset(label);
            ProofMap.Write(proof, claim, ProofMap.Read(proof, claim) + (check == ZkChecks.Products ? off : -off));
            return;
        }
        ProofMap.Shift(proof, said.Offset(label, last), said.Challenges(label)[last][0], off);
    }

    static Verdict Verify(ExecutionStatement statement, byte[] proof, Transcript transcript, out Goldilocks2 off)
    {
        Assert.Equal(Verdict.Accept, statement.Check(out var plan));
        var channel = new VerifierChannel(proof, transcript);
        if (ExecutionProof.Reduce(statement, plan!, channel, out var own) is { } claim) Counterfoil.Zk.Commitments.RowOpening.Verify(channel, plan!.Parameters, plan.Matrices(own), claim, null);
        off = channel.Off;
        return channel.Finish();
    }
}
