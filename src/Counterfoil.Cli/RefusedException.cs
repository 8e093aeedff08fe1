using Counterfoil.Core.Verdicts;

namespace Counterfoil.Cli;

static class VerdictRequirements
{
    /// <summary>For what must hold for the command to go on: a refusal becomes the command's error, in its own words.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="hint">What to do about a refusal, or null.</param>
    public static void Require(this Verdict verdict, string? hint = null)
    {
        var reason = verdict switch
        {
            Verdict.Rejected r => r.Reason,
            Verdict.Unverifiable u => u.Reason,
            _ => null,
        };
        if (reason is not null) throw new RefusedException(reason, hint);
    }
}

/// <summary>Something that the command needs was refused; the reason is shown as it is.</summary>
sealed class RefusedException(Reason reason, string? hint = null) : Exception(reason.ToString())
{
    public Reason Reason { get; } = reason;

    public string? Hint { get; } = hint;
}
