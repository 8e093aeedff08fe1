namespace Counterfoil.Log.Storage;

/// <summary>Files as they would be after writes that are not made.</summary>
sealed class OverlaidFiles(ILogFiles files) : ILogFiles
{
    readonly Dictionary<string, List<FileWrite>> writes = [];

    public byte[] Read(string path, int length)
    {
        var bytes = files.Read(path, length);
        if (!writes.TryGetValue(path, out var pieces)) return bytes;
        foreach (var piece in pieces)
        {
            int end = (int)Math.Min(length, piece.Offset + piece.Bytes.Length), start = (int)piece.Offset;
            if (start >= end) continue;
            if (bytes.Length < end) Array.Resize(ref bytes, end);
            piece.Bytes.Span[..(end - start)].CopyTo(bytes.AsSpan(start));
        }
        return bytes;
    }

    public void Write(IReadOnlyList<FileWrite> pieces)
    {
        foreach (var piece in pieces)
            if (writes.TryGetValue(piece.Path, out var known)) known.Add(piece);
            else writes.Add(piece.Path, [piece]);
    }

    public void Flush() { }

    public void Replace(string path, ReadOnlySpan<byte> bytes) => throw new NotSupportedException("nothing is published here");
}
