using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Graphs;
using Counterfoil.Zk.Models;
using Counterfoil.Zk.Security;

namespace Counterfoil.Zk.Openings;

/// <summary>The sizes of everything in an opening of cells: they follow from the commitment. An opening has no say in them.</summary>
sealed record TensorOpeningPlan
{
    TensorOpeningPlan(TensorCommitment tensor)
    {
        Tensor = tensor;
        // One pad per message: two a round of the sum-check, the opening's value, and two for products, of which there are none.
        Pads = new PadLayout(2 * tensor.Code.LogRowLength + 3, tensor.Code);
    }

    /// <summary>The tensor.</summary>
    public TensorCommitment Tensor { get; }

    /// <summary>Wide, whatever the schedule of the models that use the tensor: so an opening needs none of them.</summary>
    public CommitmentParameters Parameters => new(PrivacyProfile.HiddenWeights, Tensor.Code);

    /// <summary>The pads; null in tests, which leave them out to see relations checked one by one.</summary>
    public PadLayout? Pads { get; init; }

    /// <summary>The soundness error of every round.</summary>
    public SecurityLedger Ledger => SecurityLedger.Of(this);

    /// <summary>The plan, or why there is none: a commitment is a stranger's, and its maker chose the code.</summary>
    public static Verdict Of(TensorCommitment tensor, out TensorOpeningPlan? plan)
    {
        plan = null;
        var verdict = TensorCommitment.Decode(tensor.Encode(), out _);
        if (!verdict.IsAccepted) return verdict;
        var candidate = new TensorOpeningPlan(tensor);
        if (tensor.Rows > Limits.Rows) return Verdict.Reject(ZkChecks.Hidden, $"at most {Limits.Rows} rows", $"{tensor.Rows}");
        int cells = Math.Max(tensor.Code.Cells, candidate.Pads!.Cells);
        if (2L * cells > tensor.Code.Length || tensor.Code.Queries > tensor.Code.Length) return Verdict.Reject(ZkChecks.Hidden, $"a code with room for rows of {cells} cells", $"{tensor.Code}");
        var weakest = candidate.Ledger.Weakest;
        if (!(weakest.Bits >= SecurityLedger.LeastBits)) return Verdict.Reject(ZkChecks.Hidden, $"{SecurityLedger.LeastBits} bits in every round", $"{weakest.Bits:F1} in {weakest.Round} ({weakest.Formula})");
        plan = candidate;
        return Verdict.Accept;
    }
}
