using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Commitments;

namespace Counterfoil.Data.Absence;

/// <summary>Shows that a commitment's two roots hold different sets: one record is proven in by the first and out by the second.</summary>
public static class CommitmentFraud
{
    /// <summary>Accepts when the fraud is shown: both proofs hold for the same record and commitment.</summary>
    public static Verdict Verify(CommitmentResult commitment, ReadOnlySpan<byte> record, RecordInclusion inclusion, RecordAbsence absence)
    {
        ArgumentNullException.ThrowIfNull(inclusion);
        ArgumentNullException.ThrowIfNull(absence);
        var verdict = inclusion.Verify(commitment, record);
        return verdict.IsAccepted ? absence.Verify(commitment, record) : verdict;
    }
}
