using System.Text;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Signing;
using Counterfoil.Evidence;
using Counterfoil.Evidence.Bundles;
using Counterfoil.Evidence.Policies;
using Counterfoil.Evidence.Predicates;
using static Counterfoil.Story.Tests.Attacks.Attack;

namespace Counterfoil.Story.Tests.Attacks;

/// <summary>What can be wrong with the bundle as a file, with its links as statements, and with the policy.</summary>
static class OnFiles
{
    public static IEnumerable<Attack> Bundles =>
    [
        On("a bundle in a format of the future", EvidenceChecks.BundleVersion, s => new(Patched(s.Bundle.Encode(), ^1, 2), s.Policy.Encode())),
        On("a bundle beyond the limit", EvidenceChecks.BundleLimits, s => new(new byte[Bundle.MaximumBytes + 1], s.Policy.Encode())),
        On("blobs in another order", EvidenceChecks.BundleOrder, s => (s.Bundle with { Blobs = [.. s.Bundle.Blobs.Reverse()] }, s.Policy)),
        On("links in another order", EvidenceChecks.BundleOrder, s => (s.Bundle with { Links = [.. s.Bundle.Links.Reverse()] }, s.Policy)),
        On("a key twice", EvidenceChecks.BundleOrder, s => (s.Bundle with { Keys = s.Bundle.Keys.Insert(0, s.Bundle.Keys[0]) }, s.Policy)),
        On("a receipt twice", EvidenceChecks.BundleOrder, s => s.With(s.Chain with { Receipts = s.Chain.Receipts.Insert(0, s.Chain.Receipts[0]) })),
        On("a receipt under a header that is not there", EvidenceChecks.BundleOrder, s => s.With(s.Chain with { Receipts = s.Chain.Receipts.SetItem(s.Chain.Receipts.Length - 1, s.Chain.Receipts[^1] with { Header = s.Chain.Headers.Length }) })),
        On("a consistency path before the first checkpoint", EvidenceChecks.BundleOrder, s => (s.Bundle with { Log = s.Bundle.Log with { Checkpoints = s.Bundle.Log.Checkpoints.SetItem(0, s.Bundle.Log.Checkpoints[0] with { Consistency = [default] }) } }, s.Policy)),
        On("a link in a later checkpoint than the first that holds it", EvidenceChecks.BundleOrder, LaterCheckpoint, link: LinkType.DatasetCommitment),
        On("a blob that nobody named", EvidenceChecks.BundleBlob, s => (s.Bundle with { Blobs = [.. s.Bundle.Blobs.Append("more"u8.ToArray()).OrderBy(b => Sha256.Hash(b.Span))] }, s.Policy)),
        On("a blob that is not there", EvidenceChecks.BundleBlob, s => (s.Bundle with { Blobs = [.. s.Bundle.Blobs.Where(b => Sha256.Hash(b.Span) != s.Predicate<InferenceRecord>().Proof)] }, s.Policy), "UNVERIFIABLE", LinkType.InferenceProof),
        On("a key that signs nothing", EvidenceChecks.BundleOrphan, s =>
        {
            using var idle = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
            return (s.Bundle with { Keys = [.. s.Bundle.Keys.Append(idle.PublicKey).OrderBy(k => Convert.ToHexStringLower(k.ToSubjectPublicKeyInfo()), StringComparer.Ordinal)] }, s.Policy);
        }),
        new("a guard's report of another story grafted in", EvidenceChecks.BundleOrphan, null, s =>
            s.AnchorAsync(s.Relog([.. s.Envelopes[..^1], s.Sign(s.Predicate<GuardReport>() with { Passed = 9_974, Checked = 9_999 }, LinkType.GuardReport), s.Envelopes[^1]]))) { TouchesOthers = true },
        new("a second payment for the same answer", EvidenceChecks.BundleOrphan, null, s =>
            s.AnchorAsync(s.Relog([.. s.Envelopes, s.Sign(s.Predicate<Settlement>() with { Escrow = null, Lease = null }, LinkType.Settlement)]))) { TouchesOthers = true },
        new("a link logged twice", EvidenceChecks.BundleOrphan, null, s => s.AnchorAsync(s.Relog([.. s.Envelopes, s.Envelopes[^1]]))) { TouchesOthers = true },
    ];

    public static IEnumerable<Attack> Statements =>
    [
        Lie("a link that names one logged after it", EvidenceChecks.LinkPredecessor, LinkType.TrainingRun, s =>
        {
            var e = s.Envelopes;
            int guard = s.Bundle.Links.IndexOf(s.Link(LinkType.GuardReport)), run = s.Bundle.Links.IndexOf(s.Link(LinkType.TrainingRun));
            (e[guard], e[run]) = (e[run], e[guard]);
            return s.Relog(e);
        }),
        On("without the dataset that the others name", EvidenceChecks.LinkPredecessor, s => (s.Without(LinkType.DatasetCommitment), s.Policy), "UNVERIFIABLE", LinkType.GuardReport),
        Lie("a link of a kind that nobody knows", EvidenceChecks.LinkStatement, LinkType.Settlement, s => s.Spelt(t => t.Replace("urn:counterfoil:settlement:v1", "urn:counterfoil:gift:v1"))),
        Lie("a link about two subjects", EvidenceChecks.LinkStatement, LinkType.Settlement, s => s.Spelt(t => t.Replace("\"subject\":[", "\"subject\":[{\"name\":\"x\",\"digest\":{\"sha256\":\"00\"}},"))),
        Lie("a list that holds null", EvidenceChecks.LinkStatement, LinkType.TrainingRun, s => s.Spelt(t => t.Replace("\"resolvedDependencies\":[", "\"resolvedDependencies\":[null,"), LinkType.TrainingRun), touchesOthers: true),
        Lie("a link about another subject than its predicate's", EvidenceChecks.LinkPredicate, LinkType.Settlement, s =>
            s.Spelt(t => t.Replace($"\"keccak256\":\"{s.Predicate<Settlement>().Payment.Transaction}\"", $"\"keccak256\":\"{s.Predicate<Settlement>().Escrow!.Transaction}\""))),
        Lie("a training run with a second digest that nothing checks", EvidenceChecks.LinkPredicate, LinkType.TrainingRun, s =>
            s.Spelt(t => t.Replace("\"digest\":{\"sha256\":\"", "\"digest\":{\"md5\":\"00\",\"sha256\":\"", StringComparison.Ordinal) is var more ? FirstOnly(t, more) : t, LinkType.TrainingRun), touchesOthers: true),
        Lie("a link with two signatures", EvidenceChecks.LinkSignature, LinkType.Settlement, s =>
        {
            var e = s.Envelopes[^1];
            return s.Relog([.. s.Envelopes[..^1], Envelope.Sign(e.PayloadType, e.Payload, s.Cast.Signer("facilitator"), s.Cast.Signer("data"))]);
        }),
        On("a signer whose key is not in the bundle", EvidenceChecks.LinkSignature, s =>
            (s.Bundle with { Keys = s.Bundle.Keys.RemoveAll(k => k.KeyId == s.Link(LinkType.Settlement).Envelope.Signatures[0].KeyId) }, s.Policy), link: LinkType.Settlement),
    ];

    public static IEnumerable<Attack> Policies =>
    [
        On("a policy that is no JSON", EvidenceChecks.PolicyEncoding, s => new(s.Bundle.Encode(), "trust me"u8.ToArray())),
        On("a policy with a member that nobody knows", EvidenceChecks.PolicyEncoding, s => s.Spelt("\"version\": 1", "\"version\": 1, \"lenient\": true")),
        On("a policy with a member twice", EvidenceChecks.PolicyEncoding, s => s.Spelt("\"version\": 1", "\"version\": 1, \"version\": 1")),
        On("a policy without its logs", EvidenceChecks.PolicyEncoding, s => s.Spelt("\"logs\": [", "\"logs\": null, \"requiredLinks\": [")),
        On("a policy that lists null", EvidenceChecks.PolicyEncoding, s => s.Spelt("\"logs\": [", "\"logs\": [null,")),
        On("a policy that trusts a chain in two ways", EvidenceChecks.PolicyEncoding, s => (s.Bundle, s.Policy with { Chains = [s.Trust, s.Trust with { Blocks = [] }] })),
        On("a policy that names a role twice", EvidenceChecks.PolicyEncoding, s => (s.Bundle, s.Policy with { Signers = [.. s.Policy.Signers, s.Policy.Signers[0]] })),
        On("a policy in a format of the future", EvidenceChecks.PolicyVersion, s => s.Spelt("\"version\": 1", "\"version\": 2")),
        On("a policy that trusts nobody in a role", EvidenceChecks.PolicySigner, s => (s.Bundle, s.Policy with { Signers = [.. s.Policy.Signers.Where(t => t.Role != "guard")] }), link: LinkType.GuardReport),
        On("a policy with an empty list of keys", EvidenceChecks.PolicySigner, s => (s.Bundle, s.Policy with { Signers = [.. s.Policy.Signers.Select(t => t.Role == "owner" ? t with { Keys = [] } : t)] }), link: LinkType.ModelCommitment),
        Lie("a guard's report signed by the trainer", EvidenceChecks.PolicySigner, LinkType.GuardReport, s =>
        {
            int at = s.Bundle.Links.IndexOf(s.Link(LinkType.GuardReport));
            var e = s.Envelopes;
            e[at] = Envelope.Sign(e[at].PayloadType, e[at].Payload, s.Cast.Signer("trainer"));
            return s.Relog(e);
        }),
        On("no policy", EvidenceChecks.PolicySigner, s => new(s.Bundle.Encode(), []), "UNVERIFIABLE", LinkType.DatasetCommitment),
        On("another log", EvidenceChecks.PolicyLog, s => (s.Bundle, s.Policy with { Logs = [] })),
        On("a link that the policy requires and the bundle lacks", EvidenceChecks.PolicyRequired, s => (s.Without(LinkType.Settlement), s.Policy), "UNVERIFIABLE"),
        On("a kind of link required that does not exist", EvidenceChecks.PolicyRequired, s => (s.Bundle, s.Policy with { RequiredLinks = ["urn:example:audit"] }), "UNVERIFIABLE"),
        On("asked as of a second before the last anchor", EvidenceChecks.PolicyTime, s => (s.Bundle, s.Policy with { AsOf = DateTimeOffset.FromUnixTimeSeconds((long)s.Header(s.Chain.Headers.Length - 1).Timestamp - 1) })),
        On("asked as of a time before there was any data", EvidenceChecks.PolicyTime, s => (s.Bundle, s.Policy with { AsOf = s.Predicate<DatasetCommitment>().CommittedAt.AddSeconds(-1) })),
    ];

    static Forged LaterCheckpoint(Scene s)
    {
        var link = s.Link(LinkType.DatasetCommitment);
        long first = s.Bundle.Links[0].Index;
        Sha256Digest[] leaves = [.. Enumerable.Range(0, (int)first).Select(i => MerkleTree.LeafHash(s.EntryOfLog(i).Span)), .. s.Envelopes.Select(e => MerkleTree.LeafHash(e.EncodeCbor()))];
        return (s.Bundle with { Links = s.Bundle.Links.SetItem(0, link with { Checkpoint = 1, Path = MerkleTree.InclusionPath(leaves, (int)first) }) }, s.Policy);
    }

    /// <summary>The bundle without a link, and without the key that signed only that.</summary>
    static Bundle Without(this Scene s, LinkType type)
    {
        var gone = s.Link(type);
        return s.Bundle with
        {
            Links = s.Bundle.Links.Remove(gone),
            Keys = s.Bundle.Keys.RemoveAll(k => k.KeyId == gone.Envelope.Signatures[0].KeyId),
            Blobs = type == LinkType.Settlement || type == LinkType.DatasetCommitment ? s.Bundle.Blobs : throw new ArgumentException("its blobs would stay", nameof(type)),
        };
    }

    /// <summary>A link whose signed text is another; what follows from it keeps its old name.</summary>
    static Bundle Spelt(this Scene s, Func<string, string> change, LinkType? type = null)
    {
        int at = s.Bundle.Links.IndexOf(s.Link(type ?? LinkType.Settlement));
        var e = s.Envelopes;
        string before = Encoding.UTF8.GetString(e[at].Payload.Span), after = change(before);
        Assert.NotEqual(before, after);
        e[at] = Envelope.Sign(e[at].PayloadType, Encoding.UTF8.GetBytes(after), s.Cast.Signer((type ?? LinkType.Settlement).Role));
        return s.Relog(e);
    }

    /// <summary>Of two texts that differ in several places, the first with only its first difference taken from the second.</summary>
    static string FirstOnly(string before, string after)
    {
        int at = before.AsSpan().CommonPrefixLength(after);
        return before.Insert(at, after.Substring(at, "md5\":\"00\",\"".Length));
    }

    static Forged Spelt(this Scene s, string before, string after)
    {
        string policy = Encoding.UTF8.GetString(s.Policy.Encode());
        Assert.Contains(before, policy);
        return new(s.Bundle.Encode(), Encoding.UTF8.GetBytes(policy.Replace(before, after, StringComparison.Ordinal)));
    }

    static byte[] Patched(byte[] bytes, Index at, byte value)
    {
        bytes[at] = value;
        return bytes;
    }
}
