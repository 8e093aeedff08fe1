using Counterfoil.Core.Digests;

namespace Counterfoil.Log.Storage;

/// <summary>The order of entries and where each is: what makes an append happen at one instant.</summary>
interface ILogIndex : IDisposable
{
    /// <summary>The largest tree committed.</summary>
    Head Head { get; }

    /// <summary>The place of an entry, or null.</summary>
    long? Find(Sha256Digest leafHash);

    /// <summary>Commits leaves that follow the head, and the tree they make: all, durably, or nothing.</summary>
    void Commit(ReadOnlySpan<Sha256Digest> leafHashes, Head head);
}

/// <summary>A tree by size and root.</summary>
readonly record struct Head(long Size, Sha256Digest Root);
