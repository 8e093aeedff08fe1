using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Commitments;

namespace Counterfoil.Data.Guarding;

/// <summary>What the guard checked, let through and kept back: the facts of its signed predicate.</summary>
/// <param name="Commitment">What the records were compared with.</param>
/// <param name="Checked">Records read from the source and hashed when it was inspected.</param>
/// <param name="Passed">Committed records that may be delivered.</param>
/// <param name="Quarantined">A receipt for every record that may not.</param>
/// <param name="Delivered">What was handed to the trainer so far.</param>
public sealed record GuardReport(CommitmentResult Commitment, int Checked, int Passed, ImmutableArray<Quarantine> Quarantined, Delivery Delivered);

/// <summary>What was delivered to a trainer: not, by itself, what it used.</summary>
/// <param name="Batches">Batches, over all epochs.</param>
/// <param name="Records">Records, each counted as often as it was delivered.</param>
/// <param name="BatchesRoot">RFC 9162 root over the batches' roots in order; the empty root before the first.</param>
public sealed record Delivery(long Batches, long Records, Sha256Digest BatchesRoot);
