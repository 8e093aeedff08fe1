using System.Collections.Immutable;
using Counterfoil.Models;
using Counterfoil.Proofs.Tests.Prover;
using Counterfoil.Prover.Inference;
using Counterfoil.Zk;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Inference;
using Counterfoil.Zk.Lookups;

namespace Counterfoil.Proofs.Tests.Attacks;

/// <summary>
/// A false statement with everything patched that follows from the lie: later layers, limbs, table counts. A network of 30, 20 and 6 cells; the first layer
/// has ReLU.
/// </summary>
sealed class Lie
{
    static readonly ImmutableArray<GemmParameters> Parameters = RandomModels.Mlp(7, 30, 20, 6).Parameters;

    static readonly InferenceLayout Layout = Forging.Registered.Model.Inference;

    Lie(ExecutionTrace trace)
    {
        var witness = new Witness(Layout, trace);
        (Columns, SlotTables, Output) = (witness.Columns, witness.SlotTables, trace.Output);
    }

    public Goldilocks[][] Columns { get; }

    public TableId[][] SlotTables { get; }

    public ImmutableArray<sbyte> Output { get; private set; }

    /// <summary>What the second layer reads, if not the first one's values.</summary>
    public Goldilocks[]? SecondReads { get; private init; }

    /// <summary>Every lie, by name.</summary>
    public static Lie Of(string name) => name switch
    {
        "the truth" => new(Forging.Trace),
        "an output one too large over the same remainder" => OneTooLarge(false),
        "an output one too large, paid for by a remainder below zero" => OneTooLarge(true),
        "a saturation of what did not saturate" => Saturated(),
        "a result past 127 that does not saturate" => Wrapped(),
        "a negative sum that ReLU turns positive" => Positive(),
        "a negative value kept, looked up in the table without ReLU" => KeptNegative(),
        "a second layer that reads other values" => OtherValues(),
        "one weight replaced" => OtherWeight(),
        "a value in padding" => Padding(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    /// <summary>A proof of it, bent where asked, and the verdict.</summary>
    public Core.Verdicts.Verdict Tell(bool frozen, Bend bend)
    {
        var statement = Forging.Statement with { Output = Output.AsMemory() };
        var prover = new MaliciousProver(statement, Columns, SlotTables, Committed, bend);
        if (SecondReads is { } other) prover.Reads[1] = other;
        return Forging.Verify(frozen, statement, prover.Prove(frozen));
    }

    /// <summary>The model's true weights under its root.</summary>
    static readonly FieldCommitment Committed = Commit();

    static FieldCommitment Commit()
    {
        var layout = Forging.Registered.Model.Weights;
        var matrix = new Counterfoil.Prover.Commitments.WeightMatrix(Forging.Registered.Model.Space, layout, Parameters);
        var cells = new Goldilocks[layout.Rows * layout.Code.RowLength];
        for (int r = 0; r < layout.Rows; r++) matrix.CopyRow(r, cells.AsSpan(r * layout.Code.RowLength, layout.Code.RowLength));
        var committed = new FieldCommitment(cells, layout.Code);
        Assert.Equal(Forging.Registered.Model.WeightRoot, committed.Root);
        return committed;
    }

    static Lie OneTooLarge(bool remainder)
    {
        var lie = new Lie(Forging.Trace);
        int cell = Enumerable.Range(0, 6).First(i => Math.Abs((int)lie.Output[i]) < 126), neuron = Layout.Space.Last.Offset + cell;
        lie.Change(neuron, lie.Output[cell] + 1, 0);
        if (!remainder) return lie;
        int bits = Layout.Space.Last.RemainderBits, limb = (bits - 1) / 8;
        lie.Columns[Layout.FirstRemainder + limb][neuron] -= Goldilocks.FromUInt64(1UL << bits - 8 * limb);
        return lie;
    }

    static Lie Saturated()
    {
        var lie = new Lie(Forging.Trace);
        int cell = Enumerable.Range(0, 6).First(i => Math.Abs((int)lie.Output[i]) < 126);
        lie.Change(Layout.Space.Last.Offset + cell, 127, 1);
        return lie;
    }

    // The 8-bit wrap of a careless kernel: q − 256 where q is above 127.
    static Lie Wrapped()
    {
        var lie = new Lie(Forging.Trace);
        int neuron = Enumerable.Range(Layout.Space.Last.Offset, 6).First(x => Quotient(x) is > 128 and < 383);
        lie.SetLimbs(neuron, 0);
        lie.Change(neuron, (int)Quotient(neuron) - 256, 0);
        return lie;
    }

    static Lie Positive()
    {
        int neuron = Enumerable.Range(0, 20).First(x => Quotient(x) < -1);
        var lie = new Lie(Downstream(Forging.Trace.Nodes[0].Output.SetItem(neuron, 90)));
        lie.SetLimbs(neuron, 0);
        lie.Change(neuron, 90, 0);
        return lie;
    }

    static Lie KeptNegative()
    {
        int neuron = Enumerable.Range(0, 20).First(x => Quotient(x) is < -1 and >= -127);
        var kept = (sbyte)Quotient(neuron);
        var lie = new Lie(Downstream(Forging.Trace.Nodes[0].Output.SetItem(neuron, kept)));
        lie.SetLimbs(neuron, 0);
        lie.Change(neuron, kept, 0, TableId.Saturate);
        return lie;
    }

    static Lie OtherValues()
    {
        var others = Forging.Trace.Nodes[0].Output.Reverse().ToImmutableArray();
        return new Lie(Downstream(others)) { SecondReads = [.. others.Select(v => Goldilocks.FromInteger(v))] };
    }

    static Lie OtherWeight()
    {
        var weights = Parameters[1].Weights;
        int neuron = Enumerable.Range(0, 20).First(x => Forging.Trace.Nodes[0].Output[x] > 60);
        for (int cell = 0; cell < 6; cell++)
        {
            int at = cell * 20 + neuron;
            var others = Parameters.SetItem(1, Parameters[1] with { Weights = weights.SetItem(at, (sbyte)(weights[at] > 0 ? -127 : 127)) });
            var trace = IntegerExecutor.Execute(Forging.Registered.Model.Graph, others, Forging.Input);
            if (!trace.Output.SequenceEqual(Forging.Trace.Output)) return new Lie(trace);
        }
        throw new InvalidOperationException("no such weight changes an output");
    }

    static Lie Padding()
    {
        var lie = new Lie(Forging.Trace);
        lie.Columns[InferenceLayout.Value][Layout.Space.Count + 3] = Goldilocks.One;
        return lie;
    }

    // The second layer on forged values of the first; the first layer's own numbers stay true until they are changed.
    static ExecutionTrace Downstream(ImmutableArray<sbyte> hidden)
    {
        var last = (Gemm)Forging.Registered.Model.Graph.Nodes[1];
        var rest = IntegerExecutor.Execute(new Graph(20, [last with { Input = 0 }]), [Parameters[1]], hidden.AsSpan());
        Assert.NotEqual(Forging.Trace.Output, rest.Output);
        return Forging.Trace with { Nodes = [Forging.Trace.Nodes[0], rest.Nodes[0]] };
    }

    static long Quotient(int neuron)
    {
        var node = Layout.Space.Nodes.Last(n => n.Offset <= neuron);
        var (multipliers, shift) = node.Node.Requantisation;
        return (Forging.Trace.Nodes[node.Index].Accumulators[neuron - node.Offset] * (long)multipliers[neuron - node.Offset] + (1L << shift - 1)) >> shift;
    }

    // (y, σ) of a neuron, and the counts of both pairs.
    void Change(int neuron, int value, int side, TableId? table = null)
    {
        var (y, s) = (Columns[InferenceLayout.Value], Columns[InferenceLayout.Side]);
        Count(SlotTables[0][neuron], Signed(y[neuron]), Signed(s[neuron]), -1);
        (y[neuron], s[neuron]) = (Goldilocks.FromInteger(value), Goldilocks.FromInteger(side));
        SlotTables[0][neuron] = table ?? SlotTables[0][neuron];
        Count(SlotTables[0][neuron], value, side, +1);
        if (neuron >= Layout.Space.Last.Offset) Output = Output.SetItem(neuron - Layout.Space.Last.Offset, (sbyte)value);
    }

    // The limbs of w, all the same.
    void SetLimbs(int neuron, int limb)
    {
        for (int k = 0; k < Layout.OverflowLimbs; k++)
        {
            ref var cell = ref Columns[InferenceLayout.FirstLimb + k][neuron];
            Count(SlotTables[1 + k][neuron], (int)cell.Value, 0, -1);
            cell = Goldilocks.FromInteger(limb);
            Count(SlotTables[1 + k][neuron], limb, 0, +1);
        }
    }

    void Count(TableId table, int first, int second, int by)
    {
        int index = Layout.Tables.IndexOf(table, first, second);
        Columns[Layout.FirstMultiplicity + (index >> Layout.Space.Variables)][index & Layout.Space.Size - 1] += Goldilocks.FromInteger(by);
    }

    static int Signed(Goldilocks value) => value.Value > Goldilocks.Modulus / 2 ? -(int)(Goldilocks.Modulus - value.Value) : (int)value.Value;
}
