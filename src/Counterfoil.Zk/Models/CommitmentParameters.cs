using Counterfoil.Zk.Commitments;

namespace Counterfoil.Zk.Models;

/// <summary>What a proof hides.</summary>
public enum PrivacyProfile : byte
{
    /// <summary>Nothing: proofs leak linear functions of weights and of intermediate values. Correctness alone is proven.</summary>
    PublicWeights = 0,

    /// <summary>
    /// Weights, biases and every value between input and output: proofs are zero-knowledge, as many of them as the budget says. Public are the graph, its shapes
    /// and scales, the input and the output.
    /// </summary>
    HiddenWeights = 1,
}

/// <summary>How an opening shows the combination of rows that it is about.</summary>
public enum Schedule : byte
{
    /// <summary>It is sent: one wide fold. Fast, and longer by a row.</summary>
    Wide,

    /// <summary>It is committed and folded, round by round, until little is left to send: shorter, and slower to prove.</summary>
    Short,
}

/// <summary>
/// How a model's weights and its proofs' witnesses are committed. Part of the model's identity: a proof cannot choose fewer queries.
/// </summary>
/// <param name="Profile">What is hidden.</param>
/// <param name="Code">
/// The code under which every opening of the model is judged: weights, hidden tensors and what proofs commit beside them. Where weights are public its masks are those of hidden tensors alone, 0 if there can be none.
/// </param>
/// <param name="Budget">
/// Proofs of inference that the masks of a weight root hide, B: each opens <see cref="RowCode.Queries"/> columns, and so do the registration and the proof that a new root has the same
/// weights, hence t·(B + 2) ≤ R. 0 where nothing is hidden.
/// </param>
/// <param name="Folding">The rounds of the short schedule; null: the wide one.</param>
public sealed partial record CommitmentParameters(PrivacyProfile Profile, RowCode Code, int Budget = 0, FoldingSchedule? Folding = null)
{
    /// <summary>Openings of a root that are no inferences: of its registration (or of its predecessor's proof of equality) and of its successor's.</summary>
    public const int OtherOpenings = 2;

    /// <summary>The largest budget: 4096.</summary>
    public const int MostBudget = 4096;

    /// <summary>
    /// The code of the weights' own rows: without masks where they are public. A row of it is one of <see cref="Code"/>, so who reads weights under either within the unique-decoding radius of the latter, which is what
    /// queries are counted for, reads the same.
    /// </summary>
    public RowCode WeightCode => WeightsHidden ? Code : Code with { Masks = 0 };

    /// <summary>How openings go.</summary>
    public Schedule Schedule => Folding is null ? Schedule.Wide : Schedule.Short;

    /// <summary>Whether a proof keeps the weights secret.</summary>
    public bool WeightsHidden => Profile == PrivacyProfile.HiddenWeights;
}
