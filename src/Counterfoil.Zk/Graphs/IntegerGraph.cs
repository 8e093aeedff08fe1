using System.Collections.Immutable;

namespace Counterfoil.Zk.Graphs;

/// <summary>
/// A quantised model without its weights, in primitives of which each has exact integer semantics and an argument of its own: what is public, and what a proof is about. Value 0 is the
/// input, value i what <c>Nodes[i − 1]</c> writes. Tensors are flat; every node carries its geometry.
/// </summary>
/// <param name="Input">The tensor that is asked.</param>
/// <param name="Tables">The functions of one cell in use, each once.</param>
/// <param name="Nodes">The primitives, in an order in which each reads only earlier values.</param>
/// <param name="Output">The value that is the answer.</param>
/// <remarks>A graph means something only when <see cref="IntegerRanges.Derive"/> accepts it: then no number of any execution leaves (−2^62, 2^62).</remarks>
public sealed record IntegerGraph(GraphInput Input, ImmutableArray<CellTable> Tables, ImmutableArray<Primitive> Nodes, int Output)
{
    /// <summary>Values in all.</summary>
    public int Values => Nodes.Length + 1;

    /// <summary>Cells of a value.</summary>
    public int Length(int value) => value == 0 ? Input.Length : Nodes[value - 1].Length;
}

/// <summary>The tensor that is asked: its cells, and the whole numbers from <paramref name="Least"/> to <paramref name="Most"/> that each may be.</summary>
/// <param name="Length">Cells.</param>
/// <param name="Least">The least cell there can be.</param>
/// <param name="Most">The greatest.</param>
public sealed record GraphInput(int Length, int Least, int Most);

/// <summary>A function from the whole numbers Least, Least + 1, … to int16, given by its values. The name is for people; the entries are what is proven.</summary>
/// <param name="Name">What it approximates.</param>
/// <param name="Least">The argument of the first entry.</param>
/// <param name="Entries">At most 2^16 values.</param>
public sealed record CellTable(string Name, int Least, ImmutableArray<short> Entries)
{
    /// <summary>The argument of the last entry.</summary>
    public int Most => Least + Entries.Length - 1;
}

/// <summary>One primitive.</summary>
public abstract record Primitive
{
    /// <summary>Cells that it writes.</summary>
    public abstract int Length { get; }

    /// <summary>The values that it reads.</summary>
    public abstract ImmutableArray<int> Reads { get; }

    /// <summary>Multiplications of one execution.</summary>
    public virtual long Macs => 0;
}

/// <summary>
/// <c>acc[n, o, i, j] = b[o] + Σ W[o, k]·x[cell of (n, i, j) and k]</c>: output [N, Outputs, OH, OW]; outputs and channels fall into as many groups, and k runs over the channels of the output's
/// group, then over the window. Padding is 0. Weights are hidden, in [−127, 127]; biases hidden int32.
/// </summary>
/// <param name="Input">The value that it reads.</param>
/// <param name="Window">Its geometry; <see cref="Window.IsRows"/> is a matrix product.</param>
/// <param name="Groups">Groups of channels.</param>
/// <param name="Outputs">Channels of the output.</param>
/// <param name="BiasBits">Every bias b has −2^(BiasBits−1) ≤ b &lt; 2^(BiasBits−1): 1 to 32.</param>
public sealed record LinearMap(int Input, Window Window, int Groups, int Outputs, int BiasBits) : Primitive
{
    /// <summary>Weights of one output.</summary>
    public int Columns => Window.C / Groups * Window.KernelLength;
    /// <inheritdoc/>
    public override int Length => Window.N * Outputs * Window.Positions;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
    /// <inheritdoc/>
    public override long Macs => (long)Length * Columns;
}

/// <summary>Hidden cells of the model itself, in [−127, 127]: an embedding table, or a tensor that is added.</summary>
/// <param name="Cells">How many.</param>
public sealed record Parameter(int Cells) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [];
}

/// <summary><c>y[p, m, n] = Σ_k a[p, m, k]·b[p, k, n]</c>: the product of two computed matrices, pair by pair.</summary>
/// <param name="A">[Batch, M, K].</param>
/// <param name="B">[Batch, K, N].</param>
/// <param name="Batch">Pairs.</param>
/// <param name="M">Rows of A.</param>
/// <param name="K">Columns of A and rows of B.</param>
/// <param name="N">Columns of B.</param>
public sealed record MatrixProduct(int A, int B, int Batch, int M, int K, int N) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Batch * M * N;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [A, B];
    /// <inheritdoc/>
    public override long Macs => (long)Length * K;
}

/// <summary><c>y[i] = a[i]·b[i]</c>.</summary>
/// <param name="A">One factor.</param>
/// <param name="B">The other, of as many cells.</param>
/// <param name="Cells">How many.</param>
public sealed record CellProduct(int A, int B, int Cells) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [A, B];
    /// <inheritdoc/>
    public override long Macs => Cells;
}

/// <summary><c>y[i] = c + Σ_t mₜ·xₜ[i]</c>: a sum of tensors of one length with public whole factors.</summary>
/// <param name="Terms">The values and their factors, |m| &lt; 2^31, none 0.</param>
/// <param name="Constant">c, |c| &lt; 2^62.</param>
/// <param name="Cells">Cells of each.</param>
public sealed record Combination(ImmutableArray<(int Value, int Factor)> Terms, long Constant, int Cells) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [.. Terms.Select(t => t.Value)];
}

/// <summary><c>y[i] = clamp((x[i]·M + 2^(s−1)) &gt;&gt; s, Least, Most)</c> with M = Multipliers[(i / Inner) mod count]; the shift is floor. ReLU and Clip are its range.</summary>
/// <param name="Input">The value that it reads.</param>
/// <param name="Cells">Its cells.</param>
/// <param name="Multipliers">1 ≤ M &lt; 2^31.</param>
/// <param name="Inner">Neighbouring cells that share a multiplier.</param>
/// <param name="Shift">s, 15 to 46.</param>
/// <param name="Least">The least result, from −2^15 + 1.</param>
/// <param name="Most">The greatest, up to 2^15 − 1.</param>
public sealed record Requantise(int Input, int Cells, ImmutableArray<uint> Multipliers, int Inner, int Shift, int Least, int Most) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
}

/// <summary><c>y[i] = table(x[i])</c>.</summary>
/// <param name="Input">The value that it reads; its range lies within the table's.</param>
/// <param name="Cells">Its cells.</param>
/// <param name="Table">Which of the graph's tables.</param>
public sealed record Lookup(int Input, int Cells, int Table) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
}

/// <summary>Cells moved by a public map: entry e ≥ 0 is cell e of the inputs laid end to end, entry e &lt; 0 the public constant −1 − e.</summary>
/// <param name="Inputs">The values that it reads, at least one.</param>
/// <param name="Map">One entry per cell written.</param>
/// <param name="Constants">Public numbers below 2^15 in magnitude: padding, what masks put in.</param>
public sealed record Movement(ImmutableArray<int> Inputs, ImmutableArray<int> Map, ImmutableArray<int> Constants) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Map.Length;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => Inputs;
}

/// <summary>Row r of what is written is row <c>indices[r]</c> of a table of <paramref name="Rows"/> rows: an embedding by a public or hidden number.</summary>
/// <param name="Table">Rows × Width cells.</param>
/// <param name="Indices">Count cells, whose range lies in [0, Rows).</param>
/// <param name="Rows">Rows of the table.</param>
/// <param name="Width">Cells of a row.</param>
/// <param name="Count">Rows that are written.</param>
public sealed record RowGather(int Table, int Indices, int Rows, int Width, int Count) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Count * Width;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Table, Indices];
}

/// <summary>The sum of each window, channel by channel: output [N, C, OH, OW]. Padding is 0.</summary>
/// <param name="Input">The value that it reads.</param>
/// <param name="Window">Its geometry.</param>
public sealed record WindowSum(int Input, Window Window) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Window.N * Window.C * Window.Positions;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
}

/// <summary>The largest cell of each window, channel by channel: output [N, C, OH, OW]. Padding does not count; every window sees a cell.</summary>
/// <param name="Input">The value that it reads.</param>
/// <param name="Window">Its geometry.</param>
public sealed record WindowMaximum(int Input, Window Window) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Window.N * Window.C * Window.Positions;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
}

/// <summary>
/// <c>y[i] = ⌊(2·m·a[i] + d) / 2d⌋</c> with d = b[i / Inner] &gt; 0: the quotient m·a/d rounded to nearest, halves up. With r = 2·m·a + d − 2d·y it is the one y for which 0 ≤ r &lt; 2d.
/// </summary>
/// <param name="A">The dividend.</param>
/// <param name="B">The divisor, whose range lies above 0: as many cells as A has, divided by Inner.</param>
/// <param name="Cells">Cells of A.</param>
/// <param name="Inner">Neighbouring cells that share a divisor.</param>
/// <param name="Multiplier">m, 1 ≤ m &lt; 2^31.</param>
public sealed record Quotient(int A, int B, int Cells, int Inner, int Multiplier) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [A, B];
}

/// <summary><c>y[i] = ⌊√x[i]⌋</c>: the one y ≥ 0 for which y² ≤ x &lt; (y + 1)².</summary>
/// <param name="Input">The value that it reads, whose range lies from 0.</param>
/// <param name="Cells">Its cells.</param>
public sealed record SquareRoot(int Input, int Cells) : Primitive
{
    /// <inheritdoc/>
    public override int Length => Cells;
    /// <inheritdoc/>
    public override ImmutableArray<int> Reads => [Input];
}

/// <summary>What stays with the model's owner: one entry per node, empty but for <see cref="LinearMap"/> and <see cref="Parameter"/>.</summary>
/// <param name="Weights">Cells in [−127, 127]: of a linear map row-major Outputs × Columns, of a parameter its cells.</param>
/// <param name="Biases">One int32 per output of a linear map, none for a parameter.</param>
public sealed record HiddenCells(ImmutableArray<sbyte> Weights, ImmutableArray<int> Biases)
{
    /// <summary>Of a node that hides nothing.</summary>
    public static HiddenCells None { get; } = new([], []);
}
