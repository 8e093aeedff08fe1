using Counterfoil.Core.Verdicts;

namespace Counterfoil.Cli;

static class VerdictRequirements
{
    /// <summary>For what must hold for the command to go on: a refusal becomes the command's error, in its own words.</summary>
    public static void Require(this Verdict verdict)
    {
        var reason = verdict switch
        {
            Verdict.Rejected r => r.Reason,
            Verdict.Unverifiable u => u.Reason,
            _ => null,
        };
        if (reason is not null) throw new RefusedException(reason);
    }
}

/// <summary>Something that the command needs was refused; the reason is shown as it is.</summary>
sealed class RefusedException(Reason reason) : Exception(reason.ToString())
{
    public Reason Reason { get; } = reason;
}
