namespace Counterfoil.Cli.Data;

/// <summary>Files that a command is given: there, within a limit, or said to be otherwise.</summary>
static class InputFile
{
    /// <summary>Reads at most one byte more than is allowed: who decodes it says that it is too much, and memory is not spent on it.</summary>
    public static byte[] Read(string path, int most, string? hint = null)
    {
        if (Directory.Exists(path)) throw new UsageException($"{path} is a folder, not a file", hint);
        if (!File.Exists(path)) throw new UsageException($"there is no file {path}", hint);
        using var file = File.OpenRead(path);
        var bytes = new byte[Math.Min(file.Length, most + 1L)];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>A record's bytes, exactly as they are: from a file, or from stdin where the path is <c>-</c>.</summary>
    public static byte[] ReadRecord(string path)
    {
        if (path != "-") return Read(path, int.MaxValue - 64);
        using var memory = new MemoryStream();
        using var input = Console.OpenStandardInput();
        input.CopyTo(memory);
        return memory.ToArray();
    }
}
