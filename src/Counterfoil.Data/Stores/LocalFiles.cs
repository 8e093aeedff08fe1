using System.Text;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Stores;

/// <summary>Several files and folders of this machine as one store: a file that is named has its own name, one under a named folder its path relative to that.</summary>
/// <param name="paths">Files and folders.</param>
public sealed class LocalFiles(params IReadOnlyList<string> paths) : IObjectStore
{
    /// <inheritdoc/>
    /// <exception cref="RefusedDataException">What <see cref="FolderStore"/> refuses, or two files of one name.</exception>
    public async ValueTask<IReadOnlyList<StoredObject>> ListAsync(CancellationToken cancellation = default)
    {
        var found = new List<StoredObject>();
        foreach (string path in paths) found.AddRange(await new FolderStore(path).ListAsync(cancellation).ConfigureAwait(false));
        if (paths.Count == 1) return found;
        var sorted = found.Select(o => (Name: Encoding.UTF8.GetBytes(o.Name), Object: o)).ToList();
        sorted.Sort((a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        for (int i = 1; i < sorted.Count; i++)
            if (sorted[i].Name.AsSpan().SequenceEqual(sorted[i - 1].Name)) throw new RefusedDataException(DataChecks.Files, "files of unlike names", $"'{sorted[i].Object.Name}' twice");
        return [.. sorted.Select(s => s.Object)];
    }
}
