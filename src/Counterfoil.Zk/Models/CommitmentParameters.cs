using Counterfoil.Zk.Commitments;

namespace Counterfoil.Zk.Models;

/// <summary>What a proof hides.</summary>
public enum PrivacyProfile : byte
{
    /// <summary>Nothing: proofs leak linear functions of weights and of intermediate values. Correctness alone is proven.</summary>
    PublicWeights = 0,
}

/// <summary>
/// How a model's weights and its proofs' witnesses are committed. Part of the model's identity: a proof cannot choose fewer queries.
/// </summary>
/// <param name="Profile">What is hidden.</param>
/// <param name="Weights">The code of the weights' matrix and of the registration's.</param>
/// <param name="Witness">The code of an inference's witness.</param>
public sealed record CommitmentParameters(PrivacyProfile Profile, RowCode Weights, RowCode Witness)
{
    /// <summary>Whether a proof keeps the weights secret: in no profile yet.</summary>
    public bool WeightsHidden => Profile != PrivacyProfile.PublicWeights;
}
