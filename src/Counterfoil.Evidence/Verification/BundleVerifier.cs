using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Policies;

namespace Counterfoil.Evidence.Verification;

/// <summary>
/// The one question this product exists for: does this bundle hold under this policy? Pure: no network, no disk, no clock.
/// The order of checks is that of <c>docs/evidence.md</c>: cheap before dear, a link's own faults before what binds it.
/// </summary>
public static class BundleVerifier
{
    /// <summary>Verifies a bundle.</summary>
    /// <param name="bundle">The file's bytes.</param>
    /// <param name="policyFile">The policy file's bytes; null asks what holds whomever one trusts, and can at best be UNVERIFIABLE.</param>
    public static VerificationReport Verify(ReadOnlyMemory<byte> bundle, ReadOnlyMemory<byte>? policyFile)
    {
        Policy? policy = null;
        Sha256Digest? policyDigest = null;
        if (policyFile is { } file)
        {
            var readable = Policy.Decode(file.Span, out policy);
            if (!readable.IsAccepted) return Unread(readable, null);
            policyDigest = Policy.Digest(file.Span);
        }

        var decoded = Bundle.Decode(bundle, out var opened);
        if (!decoded.IsAccepted) return Unread(decoded, policyDigest);

        var story = new Story(opened!, policy);
        return story.Run(
            story.CheckStatements, story.CheckSigners, story.CheckGraph, story.CheckBlobs, story.ReadChains, story.ReadLog,
            story.CheckJoins, story.CheckChainFacts, story.CheckProofs, story.CheckLog, story.CheckPolicy).Report(policyDigest);
    }

    static VerificationReport Unread(Verdict verdict, Sha256Digest? policy) => new(verdict, policy, [], [], []);
}
