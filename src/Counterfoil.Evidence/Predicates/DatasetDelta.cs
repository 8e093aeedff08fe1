using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Encoding;

namespace Counterfoil.Evidence.Predicates;

/// <summary>
/// Records of a committed dataset were removed, and nothing else changed. No link of the story: a statement of its own, signed in the role <c>data</c>, whose proof lies beside it.
/// </summary>
/// <param name="Before">Payload digest of the statement before: a dataset-commitment, or another dataset-delta.</param>
/// <param name="Canonicaliser">How bytes became records, by name and version: as before.</param>
/// <param name="Records">Places in the ordered tree: as before, for a removed record leaves a tombstone at its place.</param>
/// <param name="OrderedRootBefore">The ordered root before.</param>
/// <param name="SortedRootBefore">The absence root before.</param>
/// <param name="OrderedRoot">The ordered root with the tombstones.</param>
/// <param name="SortedRoot">The absence root without the removed records.</param>
/// <param name="Removed">How many places have a tombstone now that had a record before.</param>
/// <param name="Reason">Why, in the committer's word: <c>opt-out</c>, <c>erasure</c> or <c>correction</c>.</param>
/// <param name="Tool">What computed the roots, with its version.</param>
/// <param name="RemovedAt">When, by the committer's clock.</param>
public sealed record DatasetDelta(
    Sha256Digest Before,
    string Canonicaliser,
    long Records,
    Sha256Digest OrderedRootBefore,
    Sha256Digest SortedRootBefore,
    Sha256Digest OrderedRoot,
    Sha256Digest SortedRoot,
    long Removed,
    string Reason,
    string Tool,
    DateTimeOffset RemovedAt)
{
    /// <summary>The in-toto predicateType.</summary>
    public const string PredicateType = "urn:counterfoil:dataset-delta:v1";

    /// <summary>Why records are removed.</summary>
    public static IReadOnlyList<string> Reasons { get; } = ["opt-out", "erasure", "correction"];

    /// <summary>What a statement with this predicate is about: the set as it is now.</summary>
    public DigestSet SubjectDigest() => new([new("counterfoilOrderedRoot", OrderedRoot.ToString())]); // a property would be a member of the JSON

    /// <summary>Signs the statement.</summary>
    /// <param name="name">What people call the dataset.</param>
    /// <param name="signer">A holder of the role <c>data</c>.</param>
    public Envelope Sign(string name, Signer signer) => StatementCodec.Sign(
        StatementCodec.About([new Subject { Name = name, Digest = SubjectDigest() }], PredicateType, this), LinkJson.Default.StatementDatasetDelta, signer);

    /// <summary>Reads the statement in an envelope, and checks what one can without the proof. Who signed it is another check.</summary>
    public static Verdict Decode(Envelope envelope, out DatasetDelta? delta)
    {
        delta = null;
        var verdict = StatementCodec.Open(envelope, PredicateType, LinkJson.Default.StatementDatasetDelta, out var read);
        if (!verdict.IsAccepted) return verdict;
        var found = read!.Predicate;
        if (read.Subject.Length != 1) return Verdict.Reject(EvidenceChecks.LinkStatement, "one subject", $"{read.Subject.Length}");
        if (!read.Subject[0].Digest.Equals(found.SubjectDigest())) return Verdict.Reject(EvidenceChecks.LinkPredicate, $"{found.SubjectDigest()}", $"{read.Subject[0].Digest}");
        if (found.Removed < 1 || found.Removed > found.Records) return Verdict.Reject(EvidenceChecks.LinkPredicate, $"1 … {found.Records} removed", $"{found.Removed}");
        if (!Reasons.Contains(found.Reason)) return Verdict.Reject(EvidenceChecks.LinkPredicate, string.Join(", ", Reasons), found.Reason);
        delta = found;
        return Verdict.Accept;
    }
}
