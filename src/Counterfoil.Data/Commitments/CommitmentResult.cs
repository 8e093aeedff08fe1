using Counterfoil.Core.Digests;
using Counterfoil.Data.Records;

namespace Counterfoil.Data.Commitments;

/// <summary>What a data-set commitment states: the facts of its signed predicate that follow from the records.</summary>
/// <param name="Canonicaliser">The rule that made the records.</param>
/// <param name="Records">How many there are, duplicates counted.</param>
/// <param name="DistinctRecords">How many differ: entries of the absence tree.</param>
/// <param name="Bytes">The sum of the records' lengths.</param>
/// <param name="OrderedRoot">RFC 9162 root over the leaf hashes in order.</param>
/// <param name="SortedRoot">Root of the absence tree over the records' keys.</param>
public sealed record CommitmentResult(
    Canonicaliser Canonicaliser, long Records, long DistinctRecords, long Bytes, Sha256Digest OrderedRoot, Sha256Digest SortedRoot);
