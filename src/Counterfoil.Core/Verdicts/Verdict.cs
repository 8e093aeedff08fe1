namespace Counterfoil.Core.Verdicts;

/// <summary>
/// The answer to "does this hold?" about something a stranger handed us: a proof, a payment, a file. Untrusted input
/// never throws and never yields a bare <see langword="bool"/>; it yields one of these three.
/// </summary>
/// <remarks>
/// <see cref="Unverifiable"/> is never folded into the other two: "we could not find out" is neither yes nor no.
/// </remarks>
public abstract record Verdict
{
    Verdict() { }

    /// <summary>Every check held.</summary>
    public static Verdict Accept { get; } = new Accepted();

    /// <summary>A check was made and failed.</summary>
    public static Verdict Reject(Check check, string expected, string found) => new Rejected(new Reason(check, expected, found));

    /// <summary>A check could not be made; <paramref name="missing"/> says what would be needed to make it.</summary>
    public static Verdict CannotTell(Check check, string missing) => new Unverifiable(new Reason(check, missing, "nothing"));

    /// <summary>True for <see cref="Accepted"/> alone.</summary>
    public bool IsAccepted => this is Accepted;

    /// <summary>This verdict if it is not an acceptance, else the next one: checks in sequence stop at the first that fails.</summary>
    /// <param name="next">Evaluated only when this verdict is an acceptance.</param>
    public Verdict Then(Func<Verdict> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return this is Accepted ? next() : this;
    }

    /// <summary>Every check held.</summary>
    public sealed record Accepted : Verdict
    {
        /// <inheritdoc/>
        public override string ToString() => "ACCEPT";
    }

    /// <summary>A check was made and failed.</summary>
    /// <param name="Reason">Which check, what it expected and what it found.</param>
    public sealed record Rejected(Reason Reason) : Verdict
    {
        /// <inheritdoc/>
        public override string ToString() => $"REJECT {Reason}";
    }

    /// <summary>A check could not be made.</summary>
    /// <param name="Reason">Which check, and in <see cref="Reason.Expected"/> what is missing to make it.</param>
    public sealed record Unverifiable(Reason Reason) : Verdict
    {
        /// <inheritdoc/>
        public override string ToString() => $"UNVERIFIABLE {Reason}";
    }
}

/// <summary>Why a verdict is not an acceptance.</summary>
/// <param name="Check">The check, by its stable identifier.</param>
/// <param name="Expected">What the check required.</param>
/// <param name="Found">What was there instead.</param>
public sealed record Reason(Check Check, string Expected, string Found)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Check}: expected {Expected}, found {Found}";
}

/// <summary>
/// The stable identifier of a check: lower-case words joined by dots, the room or format first
/// (<c>merkle.inclusion</c>, <c>dsse.signature</c>). Programs match on it, so it never changes its meaning.
/// </summary>
/// <param name="Id">The identifier. <c>docs/checks.md</c> lists all of them.</param>
public readonly record struct Check(string Id)
{
    /// <inheritdoc/>
    public override string ToString() => Id;
}
