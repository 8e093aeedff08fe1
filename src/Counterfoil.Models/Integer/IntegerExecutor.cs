using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Graphs;

namespace Counterfoil.Models;

/// <summary>
/// The meaning of a <see cref="Graph"/>. Normative: a witness equals what this computes, bit for bit, and every faster form is tested
/// against it. Plain on purpose; nothing here is vectorised, reordered or clever.
/// </summary>
/// <remarks>Integers only, so there is no order of summation to fix: no sum overflows (<see cref="ModelChecks.Accumulator"/>), hence all agree.</remarks>
public static class IntegerExecutor
{
    /// <summary>The largest magnitude of a weight, an input cell and an output cell. −128 is not used: int8 is symmetric here.</summary>
    public const int Limit = 127;

    /// <summary>Runs the graph on one input.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="parameters">Weights and biases, one per node.</param>
    /// <param name="input">The input tensor, row-major, each cell in [−127, 127].</param>
    /// <exception cref="ArgumentException">The model fails <see cref="Validate(Graph, ImmutableArray{GemmParameters})"/>, or the input has another length or a cell of −128.</exception>
    public static ExecutionTrace Execute(Graph graph, ImmutableArray<GemmParameters> parameters, ReadOnlySpan<sbyte> input)
    {
        var verdict = Validate(graph, parameters);
        if (!verdict.IsAccepted) throw new ArgumentException(verdict.ToString(), nameof(parameters));
        if (input.Length != graph.InputLength) throw new ArgumentException($"expected {graph.InputLength} cells, got {input.Length}", nameof(input));
        if (input.Contains(sbyte.MinValue)) throw new ArgumentException("a cell is -128, outside [-127, 127]", nameof(input));

        List<ImmutableArray<sbyte>> values = [[.. input]];
        var nodes = ImmutableArray.CreateBuilder<NodeTrace>(graph.Nodes.Length);
        for (int i = 0; i < graph.Nodes.Length; i++)
        {
            var node = (Gemm)graph.Nodes[i];
            nodes.Add(Run(node, parameters[i], values[node.Input].AsSpan()));
            values.Add(nodes[i].Output);
        }
        return new ExecutionTrace(values[0], nodes.MoveToImmutable());
    }

    /// <summary>
    /// <c>saturate((acc·M + 2^(s−1)) &gt;&gt; s)</c>: the shift is floor (arithmetic), saturation is to [−127, 127], or to [0, 127] with ReLU.
    /// </summary>
    public static sbyte Requantise(int accumulator, uint multiplier, int shift, bool relu)
    {
        long rounded = (accumulator * (long)multiplier + (1L << (shift - 1))) >> shift;
        return (sbyte)Math.Clamp(rounded, relu ? 0 : -Limit, Limit);
    }

    /// <summary>Whether the model's shapes, weights and scales keep every rule that <see cref="Execute"/> and a proof rely on.</summary>
    public static Verdict Validate(Graph graph, ImmutableArray<GemmParameters> parameters)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (graph.InputLength < 1) return Verdict.Reject(ModelChecks.Shape, "an input of at least one cell", $"{graph.InputLength}");
        if (graph.Nodes.IsDefaultOrEmpty) return Verdict.Reject(ModelChecks.Shape, "at least one node", "none");
        if (parameters.IsDefault || parameters.Length != graph.Nodes.Length)
            return Verdict.Reject(ModelChecks.Weights, $"{graph.Nodes.Length} sets of weights", parameters.IsDefault ? "none" : $"{parameters.Length}");

        var lengths = new List<int> { graph.InputLength };
        for (int i = 0; i < graph.Nodes.Length; i++)
        {
            if (graph.Nodes[i] is not Gemm node) return Verdict.Reject(ModelChecks.Shape, "a Gemm", $"node {i}: {graph.Nodes[i]?.GetType().Name ?? "null"}");
            if ((uint)node.Input > (uint)i) return Verdict.Reject(ModelChecks.Shape, $"node {i} to read a value from 0 to {i}", $"{node.Input}");
            if (node.InputLength != lengths[node.Input] || node.OutputLength < 1)
                return Verdict.Reject(ModelChecks.Shape, $"node {i} to read {lengths[node.Input]} cells and write at least one", $"{node.InputLength} and {node.OutputLength}");
            var verdict = Validate(i, node, parameters[i]);
            if (!verdict.IsAccepted) return verdict;
            lengths.Add(node.OutputLength);
        }
        return Verdict.Accept;
    }

    static Verdict Validate(int index, Gemm node, GemmParameters parameters)
    {
        if (parameters is null || parameters.Weights.IsDefault || parameters.Biases.IsDefault
            || parameters.Weights.Length != (long)node.InputLength * node.OutputLength || parameters.Biases.Length != node.OutputLength)
            return Verdict.Reject(ModelChecks.Weights, $"node {index}: {node.OutputLength} × {node.InputLength} weights and {node.OutputLength} biases", "another shape");
        if (parameters.Weights.AsSpan().Contains(sbyte.MinValue))
            return Verdict.Reject(ModelChecks.Weights, $"node {index}: weights in [-127, 127]", "-128");

        var (multipliers, shift) = node.Requantisation;
        if (shift is < 15 or > 46) return Verdict.Reject(ModelChecks.Requantisation, $"node {index}: a shift from 15 to 46", $"{shift}");
        if (multipliers.IsDefault || multipliers.Length != node.OutputLength)
            return Verdict.Reject(ModelChecks.Requantisation, $"node {index}: {node.OutputLength} multipliers", "another count");
        for (int row = 0; row < node.OutputLength; row++)
        {
            // 2^14 > 127·127 and 128·127: the bound holds whatever the inputs are.
            long bound = ((long)node.InputLength << 14) + Math.Abs((long)parameters.Biases[row]);
            if (bound >= 1L << 31) return Verdict.Reject(ModelChecks.Accumulator, $"node {index}, channel {row}: K·2^14 + |bias| below 2^31", $"{bound}");
            uint m = multipliers[row];
            if (m is 0 or >= 1u << 31 || (bound * m) + (1L << (shift - 1)) >= 1L << 62)
                return Verdict.Reject(ModelChecks.Requantisation, $"node {index}, channel {row}: 1 ≤ M < 2^31 and |acc|·M + 2^(s−1) below 2^62", $"M = {m}, s = {shift}");
        }
        return Verdict.Accept;
    }

    static NodeTrace Run(Gemm node, GemmParameters parameters, ReadOnlySpan<sbyte> x)
    {
        var accumulators = new int[node.OutputLength];
        var y = new sbyte[node.OutputLength];
        for (int row = 0; row < node.OutputLength; row++)
        {
            var weights = parameters.Weights.AsSpan(row * node.InputLength, node.InputLength);
            int sum = parameters.Biases[row];
            for (int k = 0; k < x.Length; k++) sum += weights[k] * x[k];
            accumulators[row] = sum;
            y[row] = Requantise(sum, node.Requantisation.Multipliers[row], node.Requantisation.Shift, node.Relu);
        }
        return new NodeTrace([.. accumulators], [.. y]);
    }
}
