using Counterfoil.Core.Digests;
using Counterfoil.Prover;
using Counterfoil.Zk;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>Where a malicious prover hides that his numbers do not add up.</summary>
enum Bend
{
    /// <summary>Nowhere: he sends what his numbers give.</summary>
    Nowhere,

    /// <summary>The root of the fractional sum is made to vanish, and the sum-check below it bent to fit.</summary>
    Lookups,

    /// <summary>The accumulators are claimed as the results need them, and the matrix sum-check bent to fit the weights.</summary>
    Matrix,

    /// <summary>The accumulators are true, and the neuron sum-check is bent to fit the columns.</summary>
    Neurons,

    /// <summary>The accumulators are true, the columns' values are claimed as the neuron sum-check needs them, and the opening is bent to fit.</summary>
    Columns,
}

/// <summary>
/// Proves any columns over any matrix of weights, written apart from the real prover: scalar, and blind to whether anything is true. Where a claim does not
/// hold he bends one message by the challenge that he expects to meet it.
/// </summary>
/// <param name="statement">What he claims.</param>
/// <param name="columns">The witness columns, true or not.</param>
/// <param name="slotTables">The table that each lookup goes to in his own tree.</param>
/// <param name="weights">What lies under the model's root, or what he would like to lie there.</param>
/// <param name="bend">Where he cheats.</param>
sealed class MaliciousProver(InferenceStatement statement, Goldilocks[][] columns, TableId[][] slotTables, FieldCommitment weights, Bend bend)
{
    readonly CommittedModel model = statement.Model;
    readonly InferenceLayout layout = statement.Model.Inference;

    /// <summary>What a node reads, where that is not what the columns say.</summary>
    public Dictionary<int, Goldilocks[]> Reads { get; } = [];

    /// <summary>
    /// Proves twice: the first time to learn the challenges, the second time to use them. If they depend on what is said, he learns the wrong ones.
    /// </summary>
    public byte[] Prove(bool frozen)
    {
        var recorder = new Prover.RecordingTranscript(Prover.Forging.Transcript(frozen));
        var first = Prove(new Dialogue(recorder, null));
        return bend == Bend.Nowhere ? first : Prove(new Dialogue(Prover.Forging.Transcript(frozen), recorder.Replay()));
    }

    byte[] Prove(Dialogue say)
    {
        var space = layout.Space;
        statement.AbsorbInto(say.Transcript);
        var witness = new FieldCommitment([.. columns.SelectMany(c => c)], layout.Code);
        say.Channel.Send(Labels.Witness, witness.Root.ToArray());

        var fingerprint = new Fingerprint(say.Draw(3));
        var (p, q) = Fractions(fingerprint);
        var leaf = new FractionTree(say, p, q, bend == Bend.Lookups).Prove();
        var equality = Multilinear.Equality<Goldilocks2>(leaf);
        var claim = new FractionalSum.Leaf(leaf, Multilinear.InnerProduct<Goldilocks2>(p, equality), Multilinear.InnerProduct<Goldilocks2>(q, equality));
        var lookups = new LookupClaims(layout, fingerprint, claim);

        var tau = say.Draw(space.Variables);
        var plain = Multilinear.Equality<Goldilocks2>(tau);
        var rowWeights = MatrixClaim.RowWeights(space, plain);
        var products = MatrixProducts(rowWeights);
        var accumulators = bend == Bend.Matrix ? Needed(plain) : Sum(products);
        say.Channel.Send(Labels.Accumulators, accumulators);
        var relation = new NeuronRelation(layout, tau, accumulators, lookups);
        var point = say.Sumcheck(Labels.MatrixRound, 2, products, accumulators, bend == Bend.Matrix);
        var read = space.Nodes.Select(n => Multilinear.InnerProduct<Goldilocks2>(Lift(Read(n.Index)), Multilinear.Equality<Goldilocks2>(point.AsSpan(0, n.ColumnVariables)))).ToArray();
        say.Channel.Send(Labels.ValuesRead, read);
        var there = Multilinear.Equality<Goldilocks2>(point);
        say.Channel.Send(Labels.WeightValues, [.. products.Select(p => Multilinear.InnerProduct<Goldilocks2>(p[1], there))]);

        var outputPoint = say.Draw(Multilinear.VariablesFor(statement.Output.Length));
        var output = Multilinear.Evaluate(statement.Output.Span, outputPoint);
        say.Channel.Send(Labels.OutputValue, output);

        relation.Batch(say.Draw(NeuronRelation.BatchedClaims(space)), point, [.. read.Select(v => (Claim)v)], outputPoint, output);
        var ended = relation.Claim.Constant;
        var neuron = say.Sumcheck(Labels.NeuronRound, 3, Relation(relation), ref ended, bend == Bend.Neurons);
        equality = Multilinear.Equality<Goldilocks2>(neuron);
        var values = columns.Select(c => Multilinear.InnerProduct<Goldilocks2>(Lift(c), equality)).ToArray();
        var claimed = (Goldilocks2[])values.Clone();
        if (bend == Bend.Columns)
        {
            // The relation is linear in the last column, a multiplicity.
            var slope = Multilinear.InnerProduct<Goldilocks2>(lookups.Equality, equality) * relation.LookupWeights[^1];
            claimed[^1] += (ended - At(relation, equality, claimed)) * Goldilocks2.Inverse(slope);
        }
        say.Channel.Send(Labels.Columns, claimed);

        // Two claims at two points become one at one; a lie told so far is carried to its end.
        Goldilocks2[] delta = say.Draw(layout.ColumnVariables), psi = say.Draw(model.Weights.Blocks.Length);
        int k = layout.Code.LogRowLength;
        Goldilocks2[] at = [.. neuron, .. delta], ownRows = Multilinear.Equality<Goldilocks2>(at.AsSpan(k))[..witness.Rows], weightRows = MatrixClaim.MatrixRows(model.Weights, psi, point);
        Goldilocks2[] ownCells = Multilinear.Equality<Goldilocks2>(at.AsSpan(0, k)), weightCells = Multilinear.Equality<Goldilocks2>(point.AsSpan(0, k));
        Goldilocks2[] own = witness.Combine(ownRows), other = weights.Combine(weightRows);
        ended = Multilinear.InnerProduct<Goldilocks2>(claimed, Multilinear.Equality<Goldilocks2>(delta)) + Multilinear.InnerProduct<Goldilocks2>(psi, [.. products.Select(p => Multilinear.InnerProduct<Goldilocks2>(p[1], there))]);
        var cells = say.Sumcheck(Labels.MergeRound, 2, [[ownCells, own], [weightCells, other]], ref ended, false);
        var b = Multilinear.Equality<Goldilocks2>(cells);
        Goldilocks2 ownScale = Multilinear.InnerProduct<Goldilocks2>(ownCells, b), otherScale = Multilinear.InnerProduct<Goldilocks2>(weightCells, b);
        var lie = ended - ownScale * Multilinear.InnerProduct<Goldilocks2>(own, b) - otherScale * Multilinear.InnerProduct<Goldilocks2>(other, b);
        FieldCommitment.Open(say, weights, witness, [.. weightRows.Select(a => otherScale * a)], [.. ownRows.Select(a => ownScale * a)], b, lie);
        return say.Channel.ToArray();
    }

    static Goldilocks2 At(NeuronRelation relation, Goldilocks2[] equality, Goldilocks2[] columns)
    {
        var rest = relation.At(equality, [.. columns.Select(c => (Claim)c)], out var scale, out var side, out var overflow);
        return scale * side.Constant * overflow.Constant + rest.Constant;
    }

    Goldilocks[] Read(int node)
    {
        if (Reads.TryGetValue(node, out var other)) return other;
        int value = layout.Space.Nodes[node].Node.Input;
        if (value == 0) return [.. statement.Input.ToArray().Select(x => Goldilocks.FromInteger(x))];
        var (start, end) = layout.Space.Value(value);
        return columns[InferenceLayout.Value][start..end];
    }

    (Goldilocks2[], Goldilocks2[]) Fractions(Fingerprint fingerprint)
    {
        int size = layout.Space.Size;
        Goldilocks2[] p = new Goldilocks2[1 << layout.Depth], q = new Goldilocks2[1 << layout.Depth];
        Array.Fill(q, Goldilocks2.One);
        for (int slot = 0; slot < layout.Slots; slot++)
            for (int x = 0; x < size; x++)
            {
                int leaf = slot * size + x, table = slot - layout.LookupSlots;
                p[leaf] = table < 0 ? Goldilocks2.One : -(Goldilocks2)columns[layout.FirstMultiplicity + table][x];
                q[leaf] = table >= 0 ? fingerprint.Of(layout.Tables[table * size + x])
                    : fingerprint.Of(slotTables[slot][x], 0, 0) + columns[slot == 0 ? InferenceLayout.Value : InferenceLayout.Side + slot][x];
                if (slot == 0) q[leaf] += fingerprint.Beta * columns[InferenceLayout.Side][x];
            }
        return (p, q);
    }

    // Per block A(i)·x(j) and W(i, j), over all addresses.
    Goldilocks2[][][] MatrixProducts(Goldilocks2[] rowWeights)
    {
        var blocks = model.Weights.Blocks;
        var products = new Goldilocks2[blocks.Length][][];
        int size = 1 << model.Weights.AddressVariables, offset = 0;
        for (int l = 0; l < blocks.Length; l++)
        {
            var block = blocks[l];
            bool biases = l == blocks.Length - 1;
            var read = biases ? [Goldilocks.One] : Read(l);
            Goldilocks2[] left = new Goldilocks2[size], right = new Goldilocks2[size];
            for (int i = 0; i < block.Height; i++)
                for (int j = 0; j < read.Length; j++)
                    left[(i << block.ColumnVariables) + j] = rowWeights[(biases ? 0 : offset) + i] * read[j];
            for (int at = 0; at < Math.Min(size, block.Rows << weights.Code.LogRowLength); at++)
                right[at] = weights.Cells[(block.FirstRow << weights.Code.LogRowLength) + at];
            products[l] = [left, right];
            offset += block.Height;
        }
        return products;
    }

    Goldilocks2[][][] Relation(NeuronRelation relation)
    {
        int size = layout.Space.Size;
        Goldilocks2[] y = Lift(columns[InferenceLayout.Value]), w = new Goldilocks2[size], r = new Goldilocks2[size], l = new Goldilocks2[size];
        for (int x = 0; x < size; x++)
        {
            w[x] = Limbs(InferenceLayout.FirstLimb, layout.OverflowLimbs, x);
            r[x] = Limbs(layout.FirstRemainder, layout.RemainderLimbs, x);
            for (int c = 0; c < columns.Length; c++) l[x] += relation.LookupWeights[c] * columns[c][x];
        }
        return [[relation.Scaled, y], [relation.Scaled, Lift(columns[InferenceLayout.Side]), w], [relation.Plain, r], [relation.Lookups.Equality, l], [relation.Read, y]];
    }

    // Σ eq(τ, i)·M·acc as the results would have it.
    Goldilocks2 Needed(Goldilocks2[] plain)
    {
        var sum = Goldilocks2.Zero;
        foreach (var node in layout.Space.Nodes)
            for (int x = node.Neurons.Start; x < node.Neurons.End; x++)
            {
                var q = (Goldilocks2)columns[InferenceLayout.Value][x] + columns[InferenceLayout.Side][x] * Limbs(InferenceLayout.FirstLimb, layout.OverflowLimbs, x);
                var half = Goldilocks.FromUInt64(1UL << (node.RemainderBits - 1));
                sum += plain[x] * (q * (half + half) + Limbs(layout.FirstRemainder, layout.RemainderLimbs, x) - half);
            }
        return sum;
    }

    Goldilocks Limbs(int first, int count, int x)
    {
        var value = Goldilocks.Zero;
        for (int k = count; --k >= 0;) value = value * Goldilocks.FromUInt64(256) + columns[first + k][x];
        return value;
    }

    static Goldilocks2[] Lift(Goldilocks[] values) => [.. values.Select(v => (Goldilocks2)v)];

    static Goldilocks2 Sum(Goldilocks2[][][] products) =>
        products.Aggregate(Goldilocks2.Zero, (sum, product) => sum + Multilinear.InnerProduct<Goldilocks2>(product[0], product[1]));
}
