using Counterfoil.Data;
using Counterfoil.Data.Records;

namespace Counterfoil.Cli.Data;

/// <summary>Opens records by their path: a folder is one record a file, anything else JSON lines.</summary>
static class RecordFiles
{
    public static IRecordSource Open(string path)
    {
        if (Directory.Exists(path))
        {
            FolderFiles.Open(path, out var files).Require();
            return files!;
        }
        if (!File.Exists(path)) throw new UsageException($"there is no file or folder {path}");
        JsonLines.Open(path, out var lines).Require();
        return lines!;
    }

    public static byte[] Read(IRecordSource source, long place)
    {
        if (place < 0 || place >= source.Count) throw new UsageException($"there is no record {place}: the data has {source.Count}", "places are counted from 0");
        var buffer = new byte[Math.Max(1, source.MaxRecordBytes)];
        int length = source.ReadAsync((int)place, buffer).AsTask().GetAwaiter().GetResult();
        return buffer[..length];
    }
}
