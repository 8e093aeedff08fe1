using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Evm;
using Counterfoil.Zk;

namespace Counterfoil.Evidence.Encoding;

/// <summary>A value that JSON carries as one string, with exactly one spelling.</summary>
abstract class TextConverter<T>(string description) : JsonConverter<T>
{
    protected abstract bool TryParse(string text, out T value);

    protected virtual string Format(T value) => value!.ToString()!;

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        if (text is null || !TryParse(text, out var value) || Format(value) != text) throw new JsonException($"expected {description}");
        return value;
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));
}

sealed class Bytes32Converter() : TextConverter<Bytes32>("32 bytes in lower-case hexadecimal")
{
    protected override bool TryParse(string text, out Bytes32 value) => Bytes32.TryParseHex(text, out value);
}

sealed class Sha256Converter() : TextConverter<Sha256Digest>("a SHA-256 digest in lower-case hexadecimal")
{
    protected override bool TryParse(string text, out Sha256Digest value) => Sha256Digest.TryParse(text, out value);
}

sealed class Keccak256Converter() : TextConverter<Keccak256Digest>("a Keccak-256 digest, 0x and lower-case hexadecimal")
{
    // Ethereum's tools write these with a prefix, and people paste them from there.
    protected override bool TryParse(string text, out Keccak256Digest value) => Keccak256Digest.TryParse(text, out value);

    protected override string Format(Keccak256Digest value) => $"0x{value}";
}

sealed class ModelIdConverter() : TextConverter<ModelId>("a model id in lower-case hexadecimal")
{
    protected override bool TryParse(string text, out ModelId value)
    {
        bool read = Keccak256Digest.TryParse(text, out var digest);
        value = new ModelId(digest);
        return read;
    }

    protected override string Format(ModelId value) => value.Value.ToString();
}

sealed class AddressConverter() : TextConverter<Address>("an address with its EIP-55 checksum")
{
    protected override bool TryParse(string text, out Address value) => Address.TryParse(text, out value);
}

sealed class UInt256Converter() : TextConverter<UInt256>("a decimal integer below 2^256, as a string")
{
    protected override bool TryParse(string text, out UInt256 value) => UInt256.TryParse(text, out value);
}

sealed class TokenAmountConverter() : TextConverter<TokenAmount>("token units below 2^256 in decimal, as a string")
{
    protected override bool TryParse(string text, out TokenAmount value)
    {
        bool read = UInt256.TryParse(text, out var units);
        value = new TokenAmount(units);
        return read;
    }

    protected override string Format(TokenAmount value) => value.Units.ToString();
}

sealed class PublicKeyConverter() : TextConverter<PublicKey>("a public key such as ed25519:<base64>")
{
    protected override bool TryParse(string text, out PublicKey value)
    {
        bool read = PublicKey.Parse(text, out var key).IsAccepted;
        value = key!;
        return read;
    }
}

/// <summary>RFC 3339 in UTC, whole seconds: <c>2026-11-24T12:00:00Z</c>.</summary>
sealed class InstantConverter() : TextConverter<DateTimeOffset>("a time such as 2026-11-24T12:00:00Z")
{
    const string Pattern = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    protected override bool TryParse(string text, out DateTimeOffset value) =>
        DateTimeOffset.TryParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value);

    protected override string Format(DateTimeOffset value) => value.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);
}
