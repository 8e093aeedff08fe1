using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Story.Tests.Attacks;

/// <summary>A forgery or a fault, and the check that alone is meant to stop it.</summary>
/// <param name="Name">What was tried, in words.</param>
/// <param name="Check">The check that names it.</param>
/// <param name="Link">The link whose verdict that is; null where it is the case's alone.</param>
/// <param name="Forge">Makes it.</param>
sealed record Attack(string Name, Check Check, LinkType? Link, Func<Scene, Task<Forged>> Forge)
{
    /// <summary>What the case's verdict must be.</summary>
    public string Word { get; init; } = "REJECT";

    /// <summary>Whether a reader can find other links that the same lie leaves at odds; otherwise no other link may be rejected.</summary>
    public bool TouchesOthers { get; init; }

    /// <summary>An insider's lie: all that follows from it is signed again, logged again, and anchored by the publisher who is in on it.</summary>
    public static Attack Lie(string name, Check check, LinkType link, Func<Scene, Bundle> lie, bool touchesOthers = false) =>
        new(name, check, link, async scene => await scene.AnchorAsync(lie(scene))) { TouchesOthers = touchesOthers };

    /// <summary>A lie in one field of one predicate.</summary>
    public static Attack Lie<T>(string name, Check check, LinkType link, Func<T, T> change, bool touchesOthers = false) where T : class =>
        Lie(name, check, link, scene => scene.Forger.Rewrite(change), touchesOthers);

    /// <summary>The honest case with something about the file, the chain or the policy that is not as it was.</summary>
    public static Attack On(string name, Check check, Func<Scene, Forged> change, string word = "REJECT", LinkType? link = null) =>
        new(name, check, link, scene => Task.FromResult(change(scene))) { Word = word, TouchesOthers = true };
}

/// <summary>What a verifier is given.</summary>
sealed record Forged(byte[] Bundle, byte[] Policy)
{
    public static implicit operator Forged((Bundle Bundle, Policy Policy) both) => new(both.Bundle.Encode(), both.Policy.Encode());
}
