using System.Globalization;
using System.Text;

namespace Counterfoil.Data.Stores;

/// <summary>Files of this machine: those that are named, and all under folders that are named.</summary>
/// <remarks>
/// A file that is named alone has its own name; one under a named folder its path relative to that folder. Names are taken as they are spelt. Links are refused: what they
/// point to is not in the folder.
/// </remarks>
/// <param name="paths">Files and folders.</param>
public sealed class LocalFiles(params IReadOnlyList<string> paths) : IObjectStore
{
    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">A link, a name that is no UTF-8, or two files of one name.</exception>
    public ValueTask<IReadOnlyList<StoredObject>> ListAsync(CancellationToken cancellation = default)
    {
        var found = new List<(byte[] Bytes, StoredObject Object)>();
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
        foreach (string path in paths)
        {
            string full = Path.GetFullPath(path);
            if (File.Exists(full)) Add(Path.GetFileName(full), new FileInfo(full));
            else
                foreach (var entry in new DirectoryInfo(full).EnumerateFileSystemInfos("*", options))
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (entry.LinkTarget is not null) throw new InvalidDataException($"'{entry.FullName}' is a link: plain files alone are read");
                    if (entry is FileInfo file) Add(Path.GetRelativePath(full, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file);
                }
        }
        found.Sort((a, b) => a.Bytes.AsSpan().SequenceCompareTo(b.Bytes));
        for (int i = 1; i < found.Count; i++)
            if (found[i].Bytes.AsSpan().SequenceEqual(found[i - 1].Bytes)) throw new InvalidDataException($"two files are named '{found[i].Object.Name}'");
        return new([.. found.Select(f => f.Object)]);

        void Add(string name, FileInfo file)
        {
            // The runtime reads bytes that are no UTF-8 as U+FFFD: such a name could be two files', and opens neither.
            if (name.Contains('\uFFFD')) throw new InvalidDataException($"the name of '{file.FullName}' is not in UTF-8");
            found.Add((Encoding.UTF8.GetBytes(name), new LocalFile(name, file)));
        }
    }

    sealed class LocalFile(string name, FileInfo file) : StoredObject
    {
        public override string Name => name;
        public override long Length { get; } = file.Length;
        public override string Identity { get; } = IdentityOf(file);

        public override Stream Open()
        {
            var now = new FileInfo(file.FullName);
            if (!now.Exists) throw new FileNotFoundException($"'{file.FullName}' is there no longer");
            if (IdentityOf(now) != Identity) throw new IOException($"'{file.FullName}' is another than when it was listed");
            // Readers bring buffers of their own.
            return new FileStream(file.FullName, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan, Share = FileShare.Read });
        }

        static string IdentityOf(FileInfo file) => string.Create(CultureInfo.InvariantCulture, $"{file.Length}-{file.LastWriteTimeUtc.Ticks}-{file.CreationTimeUtc.Ticks}");
    }
}
