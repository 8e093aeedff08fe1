using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evidence.Verification;

/// <summary>A block that the case stands on.</summary>
/// <param name="Chain">CAIP-2 identifier of its chain.</param>
/// <param name="Number">How far it is from the chain's first, which is 0.</param>
/// <param name="Hash">Its hash.</param>
/// <param name="Pinned">Whether the policy names it; otherwise it holds a receipt of the bundle.</param>
public sealed record EvidenceBlock(string Chain, ulong Number, Keccak256Digest Hash, bool Pinned);

/// <summary>Whether a block of the case is on its chain now, as an endpoint of that chain tells it.</summary>
/// <param name="Block">The block.</param>
/// <param name="Endpoint">Who was asked; null where nobody could be.</param>
/// <param name="Confirmations">Blocks on top of it, counting itself; null where it was not found.</param>
/// <param name="Verdict">What came of it.</param>
public sealed record LiveBlock(EvidenceBlock Block, string? Endpoint, ulong? Confirmations, Verdict Verdict)
{
    /// <summary>Judges what an endpoint says of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="endpoint">Who says it.</param>
    /// <param name="latest">The number of the latest block there.</param>
    /// <param name="there">The hash of the block of that number there, if there is one.</param>
    /// <param name="confirmations">How many the block must have, counting itself.</param>
    public static LiveBlock Judge(EvidenceBlock block, string endpoint, ulong latest, Keccak256Digest? there, ulong confirmations)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (there is not { } hash)
            return new(block, endpoint, null, Verdict.CannotTell(LiveChecks.Block, $"block {block.Number} of {block.Chain} at {endpoint}, whose latest is {latest}"));
        if (hash != block.Hash)
            return new(block, endpoint, null, Verdict.Reject(LiveChecks.Block, $"block {block.Number} {block.Hash} on {block.Chain}", $"block {block.Number} {hash} at {endpoint}"));
        // A latest block before this one is an endpoint that has not made up its mind.
        ulong depth = latest < block.Number ? 1 : latest - block.Number + 1;
        return new(block, endpoint, depth, depth >= confirmations
            ? Verdict.Accept
            : Verdict.CannotTell(LiveChecks.Depth, $"{confirmations} confirmations of block {block.Number} of {block.Chain}, which has {depth} at {endpoint}"));
    }
}

/// <summary>What endpoints of the chains add to an answer that was found offline.</summary>
public static class LiveBlocks
{
    /// <summary>
    /// The answer with what the endpoints said. An endpoint is a stranger: it can only take away. A REJECT stays what it is, an UNVERIFIABLE can become a REJECT, and an ACCEPT stays one
    /// only where every block was found where it must be.
    /// </summary>
    public static VerificationReport With(this VerificationReport report, ImmutableArray<LiveBlock> live)
    {
        ArgumentNullException.ThrowIfNull(report);
        var told = live.Select(l => l.Verdict).ToList();
        var verdict = report.Verdict switch
        {
            Verdict.Rejected => report.Verdict,
            Verdict.Unverifiable => told.Find(v => v is Verdict.Rejected) ?? report.Verdict,
            _ => told.Find(v => v is Verdict.Rejected) ?? told.Find(v => v is Verdict.Unverifiable) ?? report.Verdict,
        };
        return report with { Verdict = verdict, Live = live, Proves = verdict.IsAccepted ? report.Proves : [] };
    }
}
