using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Predicates;

namespace Counterfoil.Evidence.Verification;

/// <summary>The answer about a bundle.</summary>
/// <param name="Verdict">REJECT if any check failed, else UNVERIFIABLE if any could not be made, else ACCEPT.</param>
/// <param name="PolicyDigest">SHA-256 of the policy that it is relative to; null when there was none.</param>
/// <param name="Links">Link by link, in the order of the story. Empty when the bundle could not be read.</param>
/// <param name="Proves">What an ACCEPT says, in sentences.</param>
/// <param name="DoesNotProve">What it does not say.</param>
public sealed record VerificationReport(
    Verdict Verdict,
    Sha256Digest? PolicyDigest,
    ImmutableArray<LinkReport> Links,
    ImmutableArray<string> Proves,
    ImmutableArray<string> DoesNotProve)
{
    /// <summary>The blocks that hold what the bundle proves of its chains, and those of these chains that the policy pins; by chain, then by number.</summary>
    public ImmutableArray<EvidenceBlock> Blocks { get; init; } = [];

    /// <summary>What endpoints say of these blocks: empty where none was asked. See <see cref="LiveBlocks.With"/>.</summary>
    public ImmutableArray<LiveBlock> Live { get; init; } = [];
}

/// <summary>The answer about one link.</summary>
/// <param name="Type">Its kind, or null where its statement could not be read.</param>
/// <param name="Digest">SHA-256 of its payload.</param>
/// <param name="Verdict">The first check that it fails, or acceptance.</param>
public sealed record LinkReport(LinkType? Type, Sha256Digest Digest, Verdict Verdict);
