namespace Counterfoil.Log.Storage;

/// <summary>Where an entry is in the log, and a checkpoint that commits to it.</summary>
/// <param name="Index">The entry's place, from 0: that of its first append.</param>
/// <param name="Checkpoint">A published checkpoint whose size is greater than the index.</param>
/// <param name="AlreadyPresent">Whether the log held the same bytes before.</param>
public sealed record Appended(long Index, SignedCheckpoint Checkpoint, bool AlreadyPresent);
