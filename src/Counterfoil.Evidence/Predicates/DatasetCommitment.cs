using System.Collections.Immutable;
using Counterfoil.Core.Digests;

namespace Counterfoil.Evidence.Predicates;

/// <summary>Link 1: this data, exactly, was committed. Says what the data is, not that it is benign or licensed.</summary>
/// <param name="Name">What the committer calls the dataset.</param>
/// <param name="Canonicaliser">How bytes became records, by name and version (<c>docs/data.md</c>).</param>
/// <param name="Records">Number of records, in their order.</param>
/// <param name="Bytes">Sum of the records' lengths.</param>
/// <param name="OrderedRoot">RFC 9162 root over the record leaves: what is in, where, and how many.</param>
/// <param name="SortedRoot">Root of the prefix tree addressed by record key: what is not in.</param>
/// <param name="Licence">SPDX expression that the committer claims.</param>
/// <param name="Parents">Payload digests of the commitments this one was made from.</param>
/// <param name="Tool">What computed the roots, with its version.</param>
/// <param name="CommittedAt">When, by the committer's clock; the anchor says it better.</param>
public sealed record DatasetCommitment(
    string Name,
    string Canonicaliser,
    long Records,
    long Bytes,
    Sha256Digest OrderedRoot,
    Sha256Digest SortedRoot,
    string Licence,
    ImmutableArray<Sha256Digest> Parents,
    string Tool,
    DateTimeOffset CommittedAt);
