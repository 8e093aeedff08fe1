using System.Text.Json;
using System.Text.Json.Serialization;

namespace Counterfoil.Core.Signing;

/// <summary>Writes a public key to JSON as its one-line text.</summary>
public sealed class PublicKeyJsonConverter : JsonConverter<PublicKey>
{
    /// <inheritdoc/>
    public override PublicKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && PublicKey.Parse(reader.GetString(), out var key).IsAccepted
            ? key!
            : throw new JsonException("not the text of a public key");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PublicKey value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStringValue(value.ToString());
    }
}
