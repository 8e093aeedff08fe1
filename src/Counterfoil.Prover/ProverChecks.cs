using Counterfoil.Core.Verdicts;

namespace Counterfoil.Prover;

/// <summary>Every check of this room: what refuses to prove.</summary>
public static class ProverChecks
{
    /// <summary>The masks of every root that would be opened, of weights and of hidden tensors, hide one more opening: no budget is spent.</summary>
    public static readonly Check Budget = new("proof.budget");

    /// <summary>
    /// The record of a root's openings is whole, is of that root, and lies in the very file it was written to: one that was copied, restored or replaced counts as spent.
    /// </summary>
    public static readonly Check BudgetRecord = new("proof.budget.record");

    /// <summary>A folder holds a registered model: its public part and its owner's. Before one is registered there, nothing.</summary>
    public static readonly Check Folder = new("model.folder");

    /// <summary>An owner's part is one canonical encoding: version, one set of hidden cells a node, a seed where weights are hidden and none otherwise.</summary>
    public static readonly Check Secret = new("model.secret");

    /// <summary>The root of an owner's part, committed anew, is the root of the public part.</summary>
    public static readonly Check SecretRoot = new("model.secret.root");

    /// <summary>A hidden tensor's secret is there and is one canonical encoding: version, commitment, as many cells as it says, a seed.</summary>
    public static readonly Check TensorSecret = new("tensor.secret");
}
