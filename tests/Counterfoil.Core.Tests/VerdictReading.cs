using Counterfoil.Core.Verdicts;

namespace Counterfoil.Core.Tests;

static class VerdictReading
{
    /// <summary>The check that refused, or null where none did.</summary>
    public static Check? Refusal(Verdict verdict) => verdict is Verdict.Rejected { Reason.Check: var check } ? check : null;
}
