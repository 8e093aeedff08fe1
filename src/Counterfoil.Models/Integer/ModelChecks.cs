using Counterfoil.Core.Verdicts;

namespace Counterfoil.Models;

/// <summary>The checks a quantised model must pass before anything is computed with it.</summary>
public static class ModelChecks
{
    /// <summary>Every node reads an earlier value, and its lengths agree with the value it reads.</summary>
    public static readonly Check Shape = new("model.graph.shape");

    /// <summary>There is one set of weights per node, of the node's shape, and every weight is in [−127, 127].</summary>
    public static readonly Check Weights = new("model.graph.weights");

    /// <summary>No input can bring an accumulator to 2^31: K·2^14 + |bias| &lt; 2^31 in every channel.</summary>
    public static readonly Check Accumulator = new("model.graph.accumulator");

    /// <summary>Multipliers and shift are in their ranges, and |acc|·M + 2^(s−1) stays below 2^62 for every accumulator that can occur.</summary>
    public static readonly Check Requantisation = new("model.graph.requantisation");
}
