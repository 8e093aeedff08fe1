using Counterfoil.Core.Digests;

namespace Counterfoil.Data.Guarding;

/// <summary>Why a record was not let through.</summary>
public enum QuarantineReason
{
    /// <summary>At a committed record's place is something that was never committed.</summary>
    Altered,

    /// <summary>A committed record that is not at its own place: swapped, or moved.</summary>
    Misplaced,

    /// <summary>A committed record once more, which is at its own place already.</summary>
    Duplicate,

    /// <summary>A committed record that is not there.</summary>
    Missing,

    /// <summary>Something that was never committed, where no record belongs.</summary>
    Extra,

    /// <summary>What was right when the data was inspected was different when it was read for use.</summary>
    ChangedAfterInspection,
}

/// <summary>A receipt for one record that the guard did not let through.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Record">The committed record's place, or null where none belongs.</param>
/// <param name="Position">Where in the source it was found, or null where nothing was.</param>
/// <param name="Expected">The committed leaf hash, or null where no record belongs.</param>
/// <param name="Found">The leaf hash of what was there, or null where nothing was.</param>
public sealed record Quarantine(QuarantineReason Reason, int? Record, int? Position, Sha256Digest? Expected, Sha256Digest? Found);
