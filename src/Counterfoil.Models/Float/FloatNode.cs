using System.Collections.Immutable;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>One operator of a <see cref="FloatModel"/>.</summary>
public abstract record FloatNode
{
    /// <summary>What a verdict calls it: the ONNX node that it comes from.</summary>
    public string Name { get; init; } = "";

    /// <summary>The shape of what it writes, for people; what is computed needs only <see cref="Length"/>.</summary>
    public ImmutableArray<int> Dimensions { get; init; } = [];

    /// <summary>Cells that it writes.</summary>
    public abstract int Length { get; }

    /// <summary>The values that it reads.</summary>
    public abstract ImmutableArray<int> Reads { get; }

    /// <summary>The same operator, reading other values.</summary>
    public abstract FloatNode Renumber(Func<int, int> number);

    /// <summary>Multiplications of one run.</summary>
    public virtual long Macs => 0;

    /// <summary>The product of dimensions; 1 for a scalar.</summary>
    public static int Product(ReadOnlySpan<int> dimensions)
    {
        int cells = 1;
        foreach (int d in dimensions) cells *= d;
        return cells;
    }

    internal static int Product(ImmutableArray<int> dimensions) => Product(dimensions.AsSpan());
}

/// <summary>Cells that depend on no input.</summary>
public sealed record FloatConstant(ImmutableArray<float> Cells) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Cells.Length;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this;
}

/// <summary><c>y = W·x + b</c> for each of <c>Rows</c> rows of the input; weights row-major, OutputLength × InputLength, and one bias per output.</summary>
public sealed record FloatGemm(int Input, int Rows, int InputLength, int OutputLength, ImmutableArray<float> Weights, ImmutableArray<float> Biases) : FloatNode
{
    /// <summary>The steps of a model that came quantised: one, or one per output; none when they are ours to choose.</summary>
    public ImmutableArray<float> WeightScales { get; init; } = [];
    /// <inheritdoc/>
    public override int Length => Rows * OutputLength;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { Input = number(Input) };
    /// <inheritdoc/>
    public override long Macs => (long)Rows * Weights.Length;
}

/// <summary>
/// A convolution: output [N, Outputs, OH, OW]; weights Outputs × (C / Groups · KH · KW); outputs and channels fall into as many groups, each output reading its group's channels only.
/// </summary>
public sealed record FloatConvolution(int Input, Window Window, int Groups, int Outputs, ImmutableArray<float> Weights, ImmutableArray<float> Biases) : FloatNode
{
    /// <summary>The steps of a model that came quantised: one, or one per output; none when they are ours to choose.</summary>
    public ImmutableArray<float> WeightScales { get; init; } = [];
    /// <summary>Weights of one output.</summary>
    public int Columns => Window.C / Groups * Window.KernelLength;
    /// <inheritdoc/>
    public override int Length => Window.N * Outputs * Window.Positions;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { Input = number(Input) };
    /// <inheritdoc/>
    public override long Macs => (long)Length * Columns;
}

/// <summary>A product of two computed matrices for each of <c>Batch</c> pairs: A is [Batch, M, K], B [Batch, K, N].</summary>
public sealed record FloatMatrixProduct(int A, int B, int Batch, int M, int K, int N) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Batch * M * N;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [A, B];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { A = number(A), B = number(B) };
    /// <inheritdoc/>
    public override long Macs => (long)Length * K;
}

/// <summary>What a <see cref="FloatBinary"/> computes.</summary>
public enum BinaryFunction
{
    /// <summary>a + b</summary>
    Add,
    /// <summary>a − b</summary>
    Subtract,
    /// <summary>a · b</summary>
    Multiply,
    /// <summary>a / b</summary>
    Divide,
    /// <summary>a to the power of b</summary>
    Power,
}

/// <summary>How a smaller tensor lies over a larger one: cell i of the larger sees cell (i / Inner) mod Count.</summary>
public readonly record struct Spread(int Inner, int Count)
{
    /// <summary>The cell seen by cell <paramref name="i"/>.</summary>
    public int this[int i] => i / Inner % Count;
}

/// <summary>A function of two cells, cell by cell.</summary>
public sealed record FloatBinary(BinaryFunction Function, int A, Spread SpreadA, int B, Spread SpreadB, int Cells) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [A, B];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { A = number(A), B = number(B) };
}

/// <summary>A function of one cell, cell by cell.</summary>
public sealed record FloatUnary(int Input, int Cells, CellFunction Function) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { Input = number(Input) };
}

/// <summary>The largest, or the mean, of each window. Padding counts in a mean only if asked to.</summary>
public sealed record FloatPool(int Input, Window Window, bool IsMaximum, bool CountPadding) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Window.N * Window.C * Window.Positions;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { Input = number(Input) };
}

/// <summary>The sum or the mean of each row.</summary>
public sealed record FloatReduce(int Input, int Rows, int Cells, bool IsMean) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Rows;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { Input = number(Input) };
}

/// <summary>Softmax of each row.</summary>
public sealed record FloatSoftmax(int Input, int Rows, int Cells) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Rows * Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { Input = number(Input) };
}

/// <summary>Each row less its mean, divided by √(variance + ε): a layer normalisation without its scale and shift.</summary>
public sealed record FloatNormalisation(int Input, int Rows, int Cells, float Epsilon) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Rows * Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { Input = number(Input) };
}

/// <summary>Cells moved: entry e ≥ 0 of the map is cell e of the inputs laid end to end, entry e &lt; 0 the constant −1 − e.</summary>
public sealed record FloatMove(ImmutableArray<int> Inputs, ImmutableArray<int> Map, ImmutableArray<float> Constants) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Map.Length;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => Inputs;
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { Inputs = [.. Inputs.Select(number)] };
}

/// <summary>Rows of a table, by their numbers: an embedding.</summary>
public sealed record FloatGather(int Table, int Indices, int Rows, int Width, int Count) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Count * Width;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Table, Indices];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { Table = number(Table), Indices = number(Indices) };
}

/// <summary>Cells that a constant mask replaces by a number so low that a softmax gives them nothing.</summary>
public sealed record FloatMask(int Input, ImmutableArray<bool> Masked, float Fill) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Masked.Length;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { Input = number(Input) };
}

/// <summary>QuantizeLinear, or with <c>Back</c> DequantizeLinear: q = clamp(roundHalfEven(x / scale) + zero), x = (q − zero)·scale; scales per channel, as the spread says.</summary>
public sealed record FloatQuantise(int Input, int Cells, bool Back, ImmutableArray<float> Scales, ImmutableArray<int> Zeros, Spread Spread, int Least, int Most) : FloatNode
{
    /// <inheritdoc/>
    public override int Length => Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
    /// <inheritdoc/>
    public override FloatNode Renumber(Func<int, int> number) => this with { Input = number(Input) };
}
