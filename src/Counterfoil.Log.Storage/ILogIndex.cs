using Counterfoil.Core.Digests;

namespace Counterfoil.Log.Storage;

/// <summary>The trees of a log, and the entries of those whose tiles are not known to be on the device: what makes an append happen at one instant.</summary>
interface ILogIndex : IDisposable
{
    /// <summary>The largest tree committed.</summary>
    Head Head { get; }

    /// <summary>The batches that were committed and not yet settled, oldest first; they end at <see cref="Head"/>.</summary>
    IReadOnlyList<Batch> Unsettled();

    /// <summary>Commits a batch that follows the head: all of it, durably, or nothing, and nothing where it does not follow. Forgets the entries of batches that end at <paramref name="settled"/> or before.</summary>
    void Commit(Batch batch, long settled);

    /// <summary>Forgets the entries of batches that end at <paramref name="settled"/> or before: their tiles are on the device.</summary>
    void Settle(long settled);
}

/// <summary>A tree by size and root.</summary>
readonly record struct Head(long Size, Sha256Digest Root);

/// <summary>Entries that were appended at one instant.</summary>
/// <param name="Head">The tree they make.</param>
/// <param name="Count">How many they are: the last ones of that tree.</param>
/// <param name="Entries">Each after its length in two bytes, as a bundle has them.</param>
readonly record struct Batch(Head Head, int Count, ReadOnlyMemory<byte> Entries);
