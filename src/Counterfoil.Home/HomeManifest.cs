using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Home;

/// <summary>The content of <c>home.json</c>: what the folder is, and which version each store in it has.</summary>
public sealed record HomeManifest
{
    /// <summary>Always <see cref="FormatName"/>.</summary>
    public const string FormatName = "counterfoil-home";

    /// <summary>The version of the folder's own layout that this program writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The longest <c>home.json</c>, in bytes.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>Says that this file describes a home.</summary>
    [JsonPropertyName("format")] public required string Format { get; init; }

    /// <summary>The version of the folder's layout, from 1.</summary>
    [JsonPropertyName("version")] public required int Version { get; init; }

    /// <summary>
    /// The schema version of each store, from 1, by the store's name. Stores that this program does not know stay listed.
    /// </summary>
    [JsonPropertyName("stores")] public required SortedDictionary<string, int> Stores { get; init; }

    /// <summary>The content of a home without stores.</summary>
    public static HomeManifest Empty => new() { Format = FormatName, Version = CurrentVersion, Stores = new(StringComparer.Ordinal) };

    /// <summary>The bytes of <c>home.json</c>.</summary>
    public byte[] Encode() => [.. JsonSerializer.SerializeToUtf8Bytes(this, HomeJson.Default.HomeManifest), (byte)'\n'];

    /// <summary>Reads <c>home.json</c>.</summary>
    public static Verdict Decode(ReadOnlyMemory<byte> bytes, out HomeManifest? manifest)
    {
        manifest = null;
        if (bytes.Length > MaxBytes) return Verdict.Reject(HomeChecks.Manifest, $"at most {MaxBytes} bytes", $"{bytes.Length}");
        HomeManifest read;
        try
        {
            read = JsonSerializer.Deserialize(bytes.Span, HomeJson.Default.HomeManifest) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            return Verdict.Reject(HomeChecks.Manifest, "home.json as this program writes it", e.Message);
        }
        if (read.Format != FormatName) return Verdict.Reject(HomeChecks.Manifest, $"format \"{FormatName}\"", $"\"{read.Format}\"");
        if (read.Version > CurrentVersion)
            return Verdict.Reject(HomeChecks.Version, $"a home of version {CurrentVersion} at most (a newer program made this one: update)",
                $"{read.Version}");
        if (read.Version < 1 || read.Stores.Any(s => s.Value < 1 || !StoreSchema.IsName(s.Key)))
            return Verdict.Reject(HomeChecks.Manifest, "versions from 1, and names of a-z, 0-9 and hyphen", "others");
        manifest = read with { Stores = new(read.Stores, StringComparer.Ordinal) };
        return Verdict.Accept;
    }
}

[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, RespectNullableAnnotations = true, WriteIndented = true, MaxDepth = 3)]
[JsonSerializable(typeof(HomeManifest))]
sealed partial class HomeJson : JsonSerializerContext;
