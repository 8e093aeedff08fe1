using System.Collections.Immutable;
using Counterfoil.Core.Digests;

namespace Counterfoil.Log.Storage.Sequencing;

/// <summary>Gives entries their places, once and for all writers: what makes an append to a shared log happen at one instant.</summary>
interface ISequencer : IAsyncDisposable
{
    /// <summary>Gives the entries that are new the next places, in their order, and finds those that are not: all, durably, or nothing.</summary>
    Task<ImmutableArray<(long Place, bool Present)>> SequenceAsync(IReadOnlyList<(ReadOnlyMemory<byte> Entry, Sha256Digest LeafHash)> entries, CancellationToken cancellation);

    /// <summary>The largest tree that was integrated.</summary>
    Task<Head> HeadAsync(CancellationToken cancellation);

    /// <summary>The entries from a place on that are not integrated yet, without gaps, at most so many.</summary>
    Task<ImmutableArray<ReadOnlyMemory<byte>>> WaitingAsync(long from, int most, CancellationToken cancellation);

    /// <summary>Commits a tree that follows <paramref name="from"/>, and forgets the entries that it holds; false, and nothing happened, where the largest is no longer <paramref name="from"/>.</summary>
    Task<bool> AdvanceAsync(Head from, Head to, CancellationToken cancellation);

    /// <summary>A lock that keeps integrators out of each other's way, or null where another holds it. What is right does not depend on it.</summary>
    Task<IAsyncDisposable?> TryLockAsync(CancellationToken cancellation);
}
