using System.Buffers.Binary;
using System.Text;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Records;

/// <summary>The files under a folder as records of <c>files/v1</c>, in the order of their paths' bytes.</summary>
/// <remarks>
/// A record is the length of the path in bytes (u32, big-endian), the path relative to the folder in UTF-8 with "/" between its parts, and the file's
/// bytes. Names are taken as they are spelt, without Unicode normalisation: two spellings of a name are two records. Links are refused.
/// </remarks>
public sealed class FolderFiles : IRecordSource
{
    readonly string root;
    readonly (byte[] Path, string Name, int Bytes)[] files;

    FolderFiles(string root, (byte[], string, int)[] files)
    {
        (this.root, this.files) = (root, files);
        MaxRecordBytes = this.files.Length == 0 ? 0 : this.files.Max(f => 4 + f.Path.Length + f.Bytes);
    }

    /// <inheritdoc/>
    public Canonicaliser Canonicaliser => Canonicaliser.Files;

    /// <inheritdoc/>
    public int Count => files.Length;

    /// <inheritdoc/>
    public int MaxRecordBytes { get; }

    /// <summary>Lists a folder. Nothing is read yet.</summary>
    /// <exception cref="IOException">The folder is not there or cannot be read.</exception>
    public static Verdict Open(string folder, out FolderFiles? records, int maxFiles = 10_000_000, int maxFileBytes = 1 << 30)
    {
        records = null;
        var root = new DirectoryInfo(Path.GetFullPath(folder));
        var files = new List<(byte[] Path, string Name, int Bytes)>();
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
        foreach (var entry in root.EnumerateFileSystemInfos("*", options))
        {
            string name = Path.GetRelativePath(root.FullName, entry.FullName).Replace(Path.DirectorySeparatorChar, '/');
            if (entry.LinkTarget is not null) return Verdict.Reject(DataChecks.Files, "plain files", $"the link '{name}'");
            if (entry is not FileInfo file) continue;
            // The runtime reads bytes that are no UTF-8 as U+FFFD: such a name could be two files', and opens neither.
            if (name.Contains('\uFFFD') || name.Any(char.IsSurrogate) && !IsWellFormed(name)) return Verdict.Reject(DataChecks.Files, "names in UTF-8", $"'{name}'");
            if (file.Length > maxFileBytes) return Verdict.Reject(DataChecks.Files, $"files of at most {maxFileBytes} bytes", $"{file.Length} in '{name}'");
            if (files.Count == maxFiles) return Verdict.Reject(DataChecks.Files, $"at most {maxFiles} files", "more");
            files.Add((Encoding.UTF8.GetBytes(name), name, (int)file.Length));
        }
        files.Sort((a, b) => a.Path.AsSpan().SequenceCompareTo(b.Path));
        records = new(root.FullName, [.. files]);
        return Verdict.Accept;
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(int place, Memory<byte> destination, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)place, (uint)Count, nameof(place));
        var (path, name, bytes) = files[place];
        var span = destination.Span;
        ArgumentOutOfRangeException.ThrowIfLessThan(span.Length, 4 + path.Length + bytes, nameof(destination));
        BinaryPrimitives.WriteInt32BigEndian(span, path.Length);
        path.CopyTo(span[4..]);
        if (bytes == 0) return new(4 + path.Length); // not opened: opening a pipe, whose length is 0, would wait for its other end
        using var file = File.OpenHandle(Path.Combine(root, name));
        int at = 4 + path.Length, end = at + bytes, read;
        while (at < end && (read = RandomAccess.Read(file, span[at..end], at - 4 - path.Length)) > 0) at += read;
        if (at < end || RandomAccess.GetLength(file) != bytes) throw new IOException($"'{name}' changed its length while it was read");
        return new(end);
    }

    static bool IsWellFormed(string name)
    {
        for (int i = 0; i < name.Length; i++)
            if (char.IsSurrogate(name[i]) && !(i + 1 < name.Length && char.IsSurrogatePair(name[i], name[++i]))) return false;
        return true;
    }
}
