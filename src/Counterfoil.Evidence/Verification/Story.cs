using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Evidence.Verification;

/// <summary>
/// A bundle's links while they are being checked. Each concern is a part of this class; each part records verdicts on the links
/// it concerns, and what concerns no single link in <see cref="whole"/>.
/// </summary>
sealed partial class Story
{
    readonly Bundle bundle;
    readonly Policy? policy;
    readonly ImmutableArray<Link> links;
    readonly Dictionary<Sha256Digest, Link> byDigest;
    readonly Dictionary<Sha256Digest, ReadOnlyMemory<byte>> blobs;
    Verdict whole = Verdict.Accept;
    int step, stepOfWhole;

    public Story(Bundle bundle, Policy? policy)
    {
        this.bundle = bundle;
        this.policy = policy;
        links = [.. bundle.Links.Select(l => new Link(l, () => step))];
        // Two links with one payload differ in their signatures alone; the second is refused by CheckGraph.
        byDigest = links.DistinctBy(l => l.Digest).ToDictionary(l => l.Digest);
        blobs = bundle.Blobs.ToDictionary(b => Sha256.Hash(b.Span));
    }

    /// <summary>The links of a kind whose statements could be read.</summary>
    IEnumerable<Link> Of(LinkType type) => links.Where(l => l.Type == type);

    /// <summary>The link that <paramref name="digest"/> names, if it is there and of this kind.</summary>
    Link? Named(Sha256Digest? digest, LinkType type) =>
        digest is { } d && byDigest.TryGetValue(d, out var link) && link.Type == type ? link : null;

    void RecordWhole(Verdict verdict)
    {
        if (whole is Verdict.Accepted || (whole is Verdict.Unverifiable && verdict is Verdict.Rejected)) (whole, stepOfWhole) = (verdict, step);
    }

    /// <summary>Takes the steps in their order.</summary>
    public Story Run(params ReadOnlySpan<Action> steps)
    {
        foreach (var take in steps)
        {
            step++;
            take();
        }
        return this;
    }

    public VerificationReport Report(Sha256Digest? policyDigest)
    {
        var inOrder = links.OrderBy(l => l.Type?.Number ?? 0).ThenBy(l => l.Bundled.Index).ToImmutableArray();
        // The earliest step speaks for the case: the fault itself, before what leans on it. Within a step, the order of the story.
        var verdicts = inOrder.Select(l => (l.Verdict, l.Step)).Append((Verdict: whole, Step: stepOfWhole)).OrderBy(v => v.Step).Select(v => v.Verdict).ToList();
        var verdict = verdicts.Find(v => v is Verdict.Rejected) ?? verdicts.Find(v => v is Verdict.Unverifiable) ?? Verdict.Accept;
        var (proves, doesNotProve) = Claims.Of(inOrder, verdict.IsAccepted);
        return new VerificationReport(
            verdict, policyDigest, [.. inOrder.Select(l => new LinkReport(l.Type, l.Digest, l.Verdict))], proves, doesNotProve)
        {
            // A block may be both: the pin is the weightier reason to look at it.
            Blocks = [.. blocks.OrderByDescending(b => b.Pinned).DistinctBy(b => (b.Chain, b.Number, b.Hash)).OrderBy(b => b.Chain, StringComparer.Ordinal).ThenBy(b => b.Number)],
        };
    }
}
