using System.Collections.Frozen;

namespace Counterfoil.Data.Licences;

/// <summary>The SPDX licence list: which identifiers there are. Their texts are elsewhere.</summary>
/// <remarks>As published in the npm packages spdx-license-ids and spdx-exceptions of <see cref="Version"/>; both are mechanical copies of the list's identifiers.</remarks>
public static class SpdxList
{
    /// <summary>Which edition of the list this is.</summary>
    public const string Version = "spdx-license-ids 3.0.24, spdx-exceptions 2.5.0";

    static readonly FrozenDictionary<string, (string Kind, string Id)> ById = Read();

    /// <summary>The identifier of a licence in the list's own spelling, whatever the case of <paramref name="id"/>; null where there is none.</summary>
    public static string? Licence(string id) => ById.TryGetValue(id, out var entry) && entry.Kind != "exception" ? entry.Id : null;

    /// <summary>Whether the list still has the identifier, but advises another one.</summary>
    public static bool IsDeprecated(string id) => ById.TryGetValue(id, out var entry) && entry.Kind == "deprecated";

    /// <summary>The identifier of an exception in the list's own spelling; null where there is none.</summary>
    public static string? Exception(string id) => ById.TryGetValue("exception " + id, out var entry) ? entry.Id : null;

    static FrozenDictionary<string, (string, string)> Read()
    {
        using var stream = typeof(SpdxList).Assembly.GetManifestResourceStream("licences/spdx-ids.txt")!;
        using var reader = new StreamReader(stream);
        var ids = new Dictionary<string, (string, string)>(StringComparer.OrdinalIgnoreCase);
        while (reader.ReadLine() is { } line)
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            var (kind, id) = (line[..space], line[(space + 1)..]);
            ids.Add(kind == "exception" ? line : id, (kind, id));
        }
        return ids.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
