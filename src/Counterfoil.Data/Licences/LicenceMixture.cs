using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Licences.OptOuts;

namespace Counterfoil.Data.Licences;

/// <summary>A source of a mixture: what its licence is said to be, and what its rightsholders reserve.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Licence">Its licence expression.</param>
/// <param name="OptOuts">What was read beside it: robots files, headers, embedded credentials.</param>
public sealed record LicencedSource(string Name, LicenceExpression Licence, ImmutableArray<OptOut> OptOuts);

/// <summary>What a policy makes of one source.</summary>
/// <param name="Source">The source.</param>
/// <param name="Options">The ways to take its licence; none is at least as good as another.</param>
/// <param name="Reasons">Why: one line for each licence and opt-out that counted.</param>
public sealed record LicenceReading(LicencedSource Source, ImmutableArray<LicenceTerms> Options, ImmutableArray<string> Reasons);

/// <summary>What a mixture of sources allows under a policy. It follows from policy and sources alone, and another source never widens it.</summary>
/// <remarks>
/// A licence has its terms by the policy; <c>OR</c> gives options, <c>AND</c> and mixing give each pair of options together: permissions that both have, duties that either has. Two families of
/// share-alike in one option take derivatives away. A reserved use takes training away from every option of its source.
/// </remarks>
public sealed class LicenceMixture
{
    /// <summary>The most options that are kept apart. Beyond, those that permit least are dropped, and <see cref="IsComplete"/> says so.</summary>
    public const int MaxOptions = 256;

    LicenceMixture(Sha256Digest policy, ImmutableArray<LicenceReading> sources, ImmutableArray<LicenceTerms> options, bool isComplete) =>
        (PolicyDigest, Sources, Options, IsComplete) = (policy, sources, options, isComplete);

    /// <summary>The policy that was applied.</summary>
    public Sha256Digest PolicyDigest { get; }

    /// <summary>What it made of each source.</summary>
    public ImmutableArray<LicenceReading> Sources { get; }

    /// <summary>The ways to take all licences at once, the most permissive first.</summary>
    public ImmutableArray<LicenceTerms> Options { get; }

    /// <summary>Whether every option was kept.</summary>
    public bool IsComplete { get; }

    /// <summary>Applies a policy.</summary>
    public static LicenceMixture Of(LicencePolicy policy, IEnumerable<LicencedSource> sources)
    {
        ArgumentNullException.ThrowIfNull(policy);
        bool isComplete = true;
        ImmutableArray<LicenceReading> readings = [.. sources.Select(s => Read(policy, s, ref isComplete))];
        ImmutableArray<LicenceTerms> options = [LicenceTerms.Everything];
        foreach (var reading in readings) options = Both(options, reading.Options, ref isComplete);
        return new(policy.Digest, readings, options, isComplete);
    }

    /// <summary>Accepts when some option permits all of <paramref name="uses"/>; the refusal names the sources that stand in the way.</summary>
    public Verdict Allows(LicensedUses uses)
    {
        if (Options.Any(o => (uses & ~o.Permits) == 0)) return Verdict.Accept;
        var against = Sources.Where(s => !s.Options.Any(o => (uses & ~o.Permits) == 0)).Select(s => $"{s.Source.Name} ({string.Join("; ", s.Reasons)})").ToList();
        string found = against.Count > 0 ? string.Join(", ", against) : "sources whose licences do not go together: " + string.Join(", ", Sources.Select(s => $"{s.Source.Name} ({s.Source.Licence})"));
        return Verdict.Reject(LicenceChecks.Use, $"{string.Join(", ", LicencePolicy.Names(uses))} permitted by every source", found);
    }

    static LicenceReading Read(LicencePolicy policy, LicencedSource source, ref bool isComplete)
    {
        var reasons = ImmutableArray.CreateBuilder<string>();
        var options = OptionsOf(policy, source.Licence, reasons, ref isComplete);
        var reserved = source.OptOuts.Where(o => o.Answer is OptOutAnswer.Reserved or OptOutAnswer.Constrained).ToList();
        foreach (var optOut in reserved) reasons.Add($"training is reserved: {optOut}");
        if (reserved.Count > 0) options = Best(options.Select(o => o with { Permits = o.Permits & ~LicensedUses.Training }), ref isComplete);
        return new(source, options, reasons.ToImmutable());
    }

    static ImmutableArray<LicenceTerms> OptionsOf(LicencePolicy policy, LicenceExpression expression, ImmutableArray<string>.Builder reasons, ref bool isComplete)
    {
        switch (expression)
        {
            case LicenceExpression.Licence licence:
                var (terms, reason) = policy.Read(licence);
                reasons.Add(reason);
                return [terms];
            case LicenceExpression.Any any:
                var either = new List<LicenceTerms>();
                foreach (var part in any.Of) either.AddRange(OptionsOf(policy, part, reasons, ref isComplete));
                return Best(either, ref isComplete);
            default:
                ImmutableArray<LicenceTerms> all = [LicenceTerms.Everything];
                foreach (var part in ((LicenceExpression.All)expression).Of) all = Both(all, OptionsOf(policy, part, reasons, ref isComplete), ref isComplete);
                return all;
        }
    }

    static ImmutableArray<LicenceTerms> Both(ImmutableArray<LicenceTerms> one, ImmutableArray<LicenceTerms> other, ref bool isComplete) =>
        Best(one.SelectMany(x => other.Select(x.And)), ref isComplete);

    /// <summary>Without those that another is at least as good as, in one order.</summary>
    static ImmutableArray<LicenceTerms> Best(IEnumerable<LicenceTerms> options, ref bool isComplete)
    {
        var distinct = options.Distinct().ToList();
        var best = distinct.Where(o => !distinct.Any(p => !ReferenceEquals(o, p) && p.IsAtLeast(o)))
            .OrderByDescending(o => System.Numerics.BitOperations.PopCount((uint)o.Permits)).ThenBy(o => o.Permits).ThenBy(o => string.Join(',', o.Duties), StringComparer.Ordinal).ToList();
        isComplete &= best.Count <= MaxOptions;
        return [.. best.Take(MaxOptions)];
    }
}
