using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Stores;

/// <summary>The files under a folder, or one file.</summary>
/// <remarks>
/// Links are refused, and so is what is neither file nor folder. A file's identity is taken as it is listed and compared as it is opened and again where it ends, so one that changes between
/// listing and reading is an <see cref="IOException"/>, never a record. Holes of a sparse file are the zeros that they read as.
/// </remarks>
public sealed class FolderStore : IObjectStore
{
    readonly string path;

    /// <summary>The most files that are listed.</summary>
    public int MaxFiles { get; init; } = 100_000_000;

    /// <summary>Takes a folder or a file by its path.</summary>
    public FolderStore(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.path = Path.GetFullPath(path);
    }

    /// <inheritdoc/>
    /// <exception cref="RefusedDataException">There is a link, or a name that is no <see cref="ObjectName"/>.</exception>
    public ValueTask<IReadOnlyList<StoredObject>> ListAsync(CancellationToken cancellation = default)
    {
        var found = new List<(byte[] Name, StoredObject Object)>();
        if (File.Exists(path)) Add(new FileInfo(path), Path.GetFileName(path));
        else
        {
            var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
            foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", options))
            {
                cancellation.ThrowIfCancellationRequested();
                string name = Path.GetRelativePath(path, entry.FullName);
                if (Path.DirectorySeparatorChar != '/') name = name.Replace(Path.DirectorySeparatorChar, '/');
                if (entry.LinkTarget is not null) throw new RefusedDataException(DataChecks.Files, "plain files", $"the link '{name}'");
                if (entry is FileInfo file) Add(file, name);
            }
        }
        found.Sort((a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        return new([.. found.Select(f => f.Object)]);

        void Add(FileInfo file, string name)
        {
            if (ObjectName.Check(name) is Verdict.Rejected refused) throw new RefusedDataException(refused);
            if (found.Count == MaxFiles) throw new RefusedDataException(DataChecks.Files, $"at most {MaxFiles} files", "more");
            found.Add((Encoding.UTF8.GetBytes(name), new FolderFile(name, file.FullName, FileIdentity.Of(file.FullName, name))));
        }
    }

    sealed class FolderFile(string name, string path, FileIdentity listed) : StoredObject
    {
        public override string Name => name;

        public override long Length => listed.Length;

        public override string Identity => listed.ToString();

        public override Stream Open()
        {
            // A pipe in a file's place would be waited for; its identity shows it first.
            ThrowIfChanged(FileIdentity.Of(path, name));
            return new Watched(this, new FileStream(path, new FileStreamOptions { BufferSize = 1 << 16, Options = FileOptions.SequentialScan, Share = FileShare.Read }));
        }

        void ThrowIfChanged(FileIdentity now)
        {
            if (now != listed) throw new IOException($"'{name}' changed since it was listed");
        }

        /// <summary>Compares the identity once more where the file ends: what was read before was read of the same file.</summary>
        sealed class Watched(FolderFile file, FileStream stream) : ReadOnlyStream
        {
            public override bool CanSeek => true;

            public override long Length => file.Length;

            public override long Position
            {
                get => stream.Position;
                set => stream.Position = value;
            }

            public override int Read(Span<byte> buffer)
            {
                int read = stream.Read(buffer);
                if (read == 0 && buffer.Length > 0) file.ThrowIfChanged(FileIdentity.Of(stream.SafeFileHandle, file.Name));
                return read;
            }

            public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

            protected override void Dispose(bool disposing)
            {
                if (disposing) stream.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
