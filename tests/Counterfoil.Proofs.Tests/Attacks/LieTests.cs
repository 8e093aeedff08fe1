using Counterfoil.Core.Verdicts;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover.Execution;
using Counterfoil.Zk;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Layout;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>
/// The lies that a cheating seller would tell of a perceptron, each told consistently: later layers, limbs and counts follow from it. Who knows the challenges is believed; who does not is refused, by the check
/// that is meant for the lie.
/// </summary>
public sealed class LieTests
{
    sealed record Lie(IReadOnlyList<long[]> Values, ExecutionWitness Witness, IntegerModel? Weights = null, long[]? Output = null);

    static GraphLayout Layout => Forging.Layout;

    static ColumnBlock First => Layout.Blocks[Layout.BlockOf[2]];

    static ColumnBlock Last => Layout.Blocks[Layout.BlockOf[4]];

    static int Unsaturated => Enumerable.Range(0, 6).First(i => Math.Abs(Forging.Output[i]) < 126);

    public static TheoryData<string, string> Lies() => new()
    {
        // Numbers in their tables that do not follow from one another.
        { "an output one too large over the same remainder", "proof.sumcheck" },
        { "another remainder", "proof.sumcheck" },
        { "a saturation of what did not saturate", "proof.sumcheck" },
        { "a result past 127 that does not saturate", "proof.sumcheck" },
        { "a negative sum that ReLU turns positive", "proof.sumcheck" },
        { "a second layer that reads other values", "proof.sumcheck" },
        { "an accumulator that is another", "proof.matrix" },
        { "one weight replaced", "proof.commitment.value" },
        // Numbers that follow and are in no table, or in another.
        { "an output one too large, paid for by a remainder below zero", "proof.lookup" },
        { "a saturation paid for by an overflow below zero", "proof.lookup" },
        { "a negative value kept, counted in the table without ReLU", "proof.lookup" },
        { "a multiplicity off by one", "proof.lookup" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lie_is_believed_only_of_who_knows_the_challenge_that_meets_it(string name, string check)
    {
        var (values, witness, weights, output) = Of(name);
        using (witness)
        {
            var statement = Forging.Statement with { Output = output ?? values[4] };
            Assert.Equal(check, new MaliciousProver(statement, Forging.Source, values, witness, weights).Tell()?.Id);
        }
    }

    [Fact]
    public void The_truth_is_believed_of_him_too()
    {
        using var witness = Truth();
        Assert.Null(new MaliciousProver(Forging.Statement, Forging.Source, Forging.Values, witness).Tell());
    }

    static ExecutionWitness Truth() => new(Layout, Forging.Values);

    static Lie Of(string name)
    {
        var truth = Truth();
        switch (name)
        {
            case "an output one too large over the same remainder": return Output(truth, Unsaturated, Forging.Output[Unsaturated] + 1, 0);
            case "another remainder":
                int limb = Last.LimbsOf(1).First();
                truth.SetLimb(Layout, Last, limb, 0, (long)(truth.Column(GraphLayout.FirstLimb + limb)[Last.Offset].Value ^ 1));
                return new(Forging.Values, truth);
            case "a saturation of what did not saturate": return Output(truth, Unsaturated, 127, 1);
            case "a saturation paid for by an overflow below zero":
                truth.SetLimb(Layout, Last, Last.LimbsOf(0).First(), Unsaturated, Forging.Output[Unsaturated] - 127);
                return Output(truth, Unsaturated, 127, 1);
            case "an output one too large, paid for by a remainder below zero":
                int top = Last.LimbsOf(1).Last();
                truth.SetLimb(Layout, Last, top, Unsaturated, (long)truth.Column(GraphLayout.FirstLimb + top)[Last.Offset + Unsaturated].Value - (1L << Last.Limbs[top].Bits));
                return Output(truth, Unsaturated, Forging.Output[Unsaturated] + 1, 0);
            case "a result past 127 that does not saturate":
                // The 8-bit wrap of a careless kernel: q − 256 where q is above 127.
                int over = Enumerable.Range(0, 6).First(x => Quotient(4, x) is > 128 and < 383);
                foreach (int j in Last.LimbsOf(0)) truth.SetLimb(Layout, Last, j, over, 0);
                return Output(truth, over, Quotient(4, over) - 256, 0);
            case "a negative sum that ReLU turns positive": return Hidden(Enumerable.Range(0, 20).First(x => Quotient(2, x) < -1), 90, null);
            case "a negative value kept, counted in the table without ReLU":
                int kept = Enumerable.Range(0, 20).First(x => Quotient(2, x) is < -1 and >= -127);
                return Hidden(kept, Quotient(2, kept), Last.Table);
            case "a second layer that reads other values":
                var others = Downstream([.. Forging.Values[2].Reverse()]);
                // Columns of the first layer stay true; all that follows is of its values reversed.
                return new(others, new ExecutionWitness(Layout, [.. Forging.Values.Take(3), .. others.Skip(3)]));
            case "an accumulator that is another":
                List<long[]> sums = [.. Forging.Values.Take(3), [.. Forging.Values[3].Select((sum, i) => i == Unsaturated ? -sum : sum)]];
                sums.Add(PrimitiveExecutor.Run(Forging.Source, 3, sums));
                return new(sums, new ExecutionWitness(Layout, sums));
            case "one weight replaced":
                int neuron = Enumerable.Range(0, 20).First(x => Forging.Values[2][x] > 60);
                foreach (int at in Enumerable.Range(0, 6).Select(cell => cell * 20 + neuron))
                {
                    var changed = RandomModels.WithWeight(Forging.Source, 2, at, (sbyte)(Forging.Source.Hidden[2].Weights[at] > 0 ? -127 : 127));
                    var values = PrimitiveExecutor.Execute(changed, Forging.Input);
                    if (!values[4].SequenceEqual(Forging.Output)) return new(values, new ExecutionWitness(Layout, values), changed);
                }
                throw new InvalidOperationException("no such weight changes an output");
            case "a multiplicity off by one":
                truth.Count(Layout, Last.Table, 3, 0, +1);
                return new(Forging.Values, truth);
            default: throw new ArgumentOutOfRangeException(nameof(name), name, null);
        }
    }

    // Another cell of the output, its pair counted; values up to it are true.
    static Lie Output(ExecutionWitness witness, int cell, long value, int side)
    {
        witness.SetPair(Layout, Last, cell, value, side);
        long[] output = [.. Forging.Output.Select((y, i) => i == cell ? value : y)];
        return new([.. Forging.Values.Take(4), output], witness);
    }

    // A cell of the first layer that is another, without overflow; the second layer follows from it.
    static Lie Hidden(int cell, long value, int? table)
    {
        var values = Downstream([.. Forging.Values[2].Select((y, i) => i == cell ? value : y)]);
        var witness = new ExecutionWitness(Layout, [.. Forging.Values.Take(3), .. values.Skip(3)]);
        foreach (int j in First.LimbsOf(0)) witness.SetLimb(Layout, First, j, cell, 0);
        witness.SetPair(Layout, First, cell, value, 0, table);
        return new(values, witness);
    }

    static List<long[]> Downstream(long[] hidden)
    {
        List<long[]> values = [Forging.Values[0], Forging.Values[1], hidden];
        while (values.Count < 5) values.Add(PrimitiveExecutor.Run(Forging.Source, values.Count - 1, values));
        Assert.NotEqual(Forging.Output, values[4]);
        return values;
    }

    static long Quotient(int value, int cell)
    {
        var node = (Requantise)Forging.Source.Graph.Nodes[value - 1];
        return (Forging.Values[value - 1][cell] * node.Multipliers[cell] + (1L << node.Shift - 1)) >> node.Shift;
    }
}
