using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Counterfoil.Core.Digests;

/// <summary>
/// A value whose text is lower-case hexadecimal: what <see cref="object.ToString"/> writes, <see cref="TryParse"/> reads.
/// </summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IHexText<TSelf> where TSelf : struct, IHexText<TSelf>
{
    /// <summary>Reads the text; false where it is not one.</summary>
    static abstract bool TryParse([NotNullWhen(true)] string? text, out TSelf value);
}

/// <summary>Writes a digest or id to JSON as its hexadecimal text, without a prefix.</summary>
/// <typeparam name="T">The digest or id.</typeparam>
public sealed class HexJsonConverter<T> : JsonConverter<T> where T : struct, IHexText<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && T.TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException($"not the lower-case hexadecimal text of a {typeof(T).Name}");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
