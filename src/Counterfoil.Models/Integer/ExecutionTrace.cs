using System.Collections.Immutable;

namespace Counterfoil.Models;

/// <summary>Every number of one execution: what a prover takes as its witness.</summary>
/// <param name="Input">Value 0: the input tensor.</param>
/// <param name="Nodes">What each node computed, in the graph's order.</param>
public sealed record ExecutionTrace(ImmutableArray<sbyte> Input, ImmutableArray<NodeTrace> Nodes)
{
    /// <summary>The last value: the graph's output.</summary>
    public ImmutableArray<sbyte> Output => Nodes[^1].Output;

    /// <summary>Value <paramref name="index"/> as the graph numbers them: 0 is the input, i the output of node i − 1.</summary>
    public ImmutableArray<sbyte> Value(int index) => index == 0 ? Input : Nodes[index - 1].Output;
}

/// <summary>What one node computed.</summary>
/// <param name="Accumulators">W·x + b, before requantisation.</param>
/// <param name="Output">The int8 tensor it wrote.</param>
public sealed record NodeTrace(ImmutableArray<int> Accumulators, ImmutableArray<sbyte> Output);
