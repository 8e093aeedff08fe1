using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Digests;

namespace Counterfoil.Core.Attestation;

/// <summary>
/// Digests of one thing under several algorithms: in-toto's DigestSet. Written in the ordinal order of the algorithms' names.
/// </summary>
[JsonConverter(typeof(DigestSetJsonConverter))]
public sealed class DigestSet : IEquatable<DigestSet>
{
    /// <summary>The most entries.</summary>
    public const int MaxEntries = 8;

    readonly ImmutableArray<KeyValuePair<string, string>> entries;

    /// <summary>Algorithm names with lower-case hexadecimal values, 1 to <see cref="MaxEntries"/> of them.</summary>
    /// <exception cref="ArgumentException">
    /// None or too many, a name twice, an empty name, a value that is not lower-case hexadecimal.
    /// </exception>
    public DigestSet(IEnumerable<KeyValuePair<string, string>> entries)
    {
        this.entries = [.. entries.OrderBy(e => e.Key, StringComparer.Ordinal)];
        if (this.entries.Length is 0 or > MaxEntries)
            throw new ArgumentException($"expected 1 … {MaxEntries} digests, got {this.entries.Length}");
        for (int i = 0; i < this.entries.Length; i++)
        {
            var (name, value) = this.entries[i];
            if (string.IsNullOrEmpty(name) || name.Length > 32 || i > 0 && name == this.entries[i - 1].Key)
                throw new ArgumentException($"algorithm '{name}' is empty, too long or there twice");
            if (value.Length is 0 or > 256 || Hex.TryDecode(value) is null)
                throw new ArgumentException($"the {name} digest is not lower-case hexadecimal");
        }
    }

    /// <summary>A set of one SHA-256.</summary>
    public DigestSet(Sha256Digest sha256) : this([new("sha256", sha256.ToString())]) { }

    /// <summary>The entries, ordered by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Entries => entries;

    /// <summary>The hexadecimal value under an algorithm's name, or null.</summary>
    public string? this[string algorithm] => entries.FirstOrDefault(e => e.Key == algorithm).Value;

    /// <summary>The SHA-256, where there is one of 32 bytes.</summary>
    public Sha256Digest? Sha256 => this["sha256"] is { Length: 64 } text && Sha256Digest.TryParse(text, out var digest) ? digest : null;

    /// <inheritdoc/>
    public bool Equals(DigestSet? other) => other is not null && entries.SequenceEqual(other.entries);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DigestSet);

    /// <inheritdoc/>
    public override int GetHashCode() => entries[0].GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", entries.Select(e => $"{e.Key}:{e.Value}"));
}

/// <summary>Writes a <see cref="DigestSet"/> as a JSON object, members in ordinal order.</summary>
public sealed class DigestSetJsonConverter : JsonConverter<DigestSet>
{
    /// <inheritdoc/>
    public override DigestSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("a digest set is an object");
        var entries = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (entries.Count == DigestSet.MaxEntries || !reader.Read() || reader.TokenType != JsonTokenType.String)
                throw new JsonException("a digest set maps a few names to text");
            entries.Add(new(name, reader.GetString()!));
        }
        try
        {
            return new DigestSet(entries);
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DigestSet value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        foreach (var (name, digest) in value.Entries) writer.WriteString(name, digest);
        writer.WriteEndObject();
    }
}
