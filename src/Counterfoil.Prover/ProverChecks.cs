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
}
