using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Stores;

/// <summary>Several stores as one: all their objects in the order of the names' bytes, each name once.</summary>
/// <param name="stores">The stores.</param>
public sealed class JoinedStores(IReadOnlyList<IObjectStore> stores) : IObjectStore
{
    /// <inheritdoc/>
    /// <exception cref="RefusedDataException">Two objects have one name.</exception>
    public async ValueTask<IReadOnlyList<StoredObject>> ListAsync(CancellationToken cancellation = default)
    {
        var found = new List<(byte[] Name, StoredObject Object)>();
        foreach (var store in stores)
            found.AddRange((await store.ListAsync(cancellation).ConfigureAwait(false)).Select(o => (Encoding.UTF8.GetBytes(o.Name), o)));
        found.Sort((a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        for (int i = 1; i < found.Count; i++)
            if (found[i].Name.AsSpan().SequenceEqual(found[i - 1].Name)) throw new RefusedDataException(DataChecks.Names, "each name once", $"'{found[i].Object.Name}' twice");
        return [.. found.Select(f => f.Object)];
    }
}
