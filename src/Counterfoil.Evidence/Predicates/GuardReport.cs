using System.Collections.Immutable;
using Counterfoil.Core.Digests;

namespace Counterfoil.Evidence.Predicates;

/// <summary>Link 2: what the guard checked, what it quarantined and why, and what it let through in which order.</summary>
/// <param name="Dataset">Payload digest of the dataset commitment.</param>
/// <param name="OrderedRoot">The root that every record was checked against.</param>
/// <param name="Checked">Positions of the commitment that were checked: all of them.</param>
/// <param name="Passed">Records that were equal to what was committed.</param>
/// <param name="Quarantined">One receipt for each record that was not, in the order they were met.</param>
/// <param name="Split">Which records were held back from training.</param>
/// <param name="Stream">What was delivered to the trainer.</param>
public sealed record GuardReport(
    Sha256Digest Dataset,
    Sha256Digest OrderedRoot,
    long Checked,
    long Passed,
    ImmutableArray<QuarantineReceipt> Quarantined,
    HeldBack Split,
    DeliveredStream Stream);

/// <summary>One record that differed from the commitment.</summary>
/// <param name="Index">Its position in the commitment, or where it was met if it is extra.</param>
/// <param name="Reason">Stable word: <c>altered</c>, <c>misplaced</c>, <c>duplicate</c>, <c>missing</c>, <c>extra</c>, <c>changed-after-inspection</c>.</param>
/// <param name="Expected">The committed leaf hash; null for an extra record.</param>
/// <param name="Found">The leaf hash of what was read; null for a missing record.</param>
public sealed record QuarantineReceipt(long Index, string Reason, Sha256Digest? Expected, Sha256Digest? Found);

/// <summary>A split of the records whose choice could not precede the commitment.</summary>
/// <param name="Algorithm">How the seed chooses (<c>docs/data.md</c>).</param>
/// <param name="Seed">The hash of the block that anchored the commitment.</param>
/// <param name="Count">Records held back.</param>
public sealed record HeldBack(string Algorithm, Keccak256Digest Seed, int Count);

/// <summary>The verified records as they were delivered.</summary>
/// <param name="Epochs">Passes over the records.</param>
/// <param name="BatchSize">Records a batch, the last of an epoch excepted.</param>
/// <param name="Batches">Batches delivered in all.</param>
/// <param name="BatchesRoot">RFC 9162 root over the batch roots, in order of delivery.</param>
public sealed record DeliveredStream(int Epochs, int BatchSize, long Batches, Sha256Digest BatchesRoot);
