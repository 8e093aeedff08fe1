using System.Collections.Immutable;

namespace Counterfoil.Zk.Graphs;

/// <summary>
/// A quantised model without its weights: what is public, and what a proof is about. Values are int8 tensors; value 0 is
/// the graph's input, value i is the output of <c>Nodes[i − 1]</c>, the last value is the graph's output.
/// </summary>
/// <param name="InputLength">Cells of the input tensor, flattened in row-major order.</param>
/// <param name="Nodes">The operators, in an order in which every node reads only earlier values.</param>
public sealed record Graph(int InputLength, ImmutableArray<Node> Nodes);

/// <summary>One operator.</summary>
/// <param name="Input">The value it reads: 0 is the graph's input, i the output of node i − 1.</param>
public abstract record Node(int Input);

/// <summary>
/// <c>y = requantise(W·x + b)</c>, W of <paramref name="OutputLength"/> rows and <paramref name="InputLength"/> columns, then
/// ReLU if asked. int8 weights in [−127, 127], int32 biases and accumulators.
/// </summary>
/// <param name="Input">The value it reads.</param>
/// <param name="InputLength">Columns of W: cells of the value read.</param>
/// <param name="OutputLength">Rows of W: cells of the value written.</param>
/// <param name="Requantisation">From the int32 accumulator back to int8.</param>
/// <param name="Relu">Whether negative results become zero (the saturation is then to [0, 127]).</param>
public sealed record Gemm(int Input, int InputLength, int OutputLength, Requantisation Requantisation, bool Relu) : Node(Input);

/// <summary>
/// <c>y = saturate((acc·Mᵢ + 2^(s−1)) &gt;&gt; s)</c>: the shift is floor, saturation is to [−127, 127]. One multiplier per output channel,
/// one shift per node: a channel whose scale is smaller by 2^k has a multiplier smaller by 2^k, which gives the same integers.
/// </summary>
/// <param name="Multipliers">Mᵢ per output channel, 1 ≤ Mᵢ &lt; 2^31; <c>|acc|·Mᵢ + 2^(s−1)</c> stays below 2^62 by the node's bound on |acc|.</param>
/// <param name="Shift">s, 15 ≤ s ≤ 46.</param>
public sealed record Requantisation(ImmutableArray<uint> Multipliers, int Shift);

/// <summary>The weights of one <see cref="Gemm"/>: what stays with the model's owner.</summary>
/// <param name="Weights">Row-major, OutputLength × InputLength, each in [−127, 127].</param>
/// <param name="Biases">One per output, in the accumulator's scale.</param>
public sealed record GemmParameters(ImmutableArray<sbyte> Weights, ImmutableArray<int> Biases);
