using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using CsCheck;
using static Counterfoil.Core.Tests.VerdictReading;

namespace Counterfoil.Core.Tests.Attestation;

/// <summary>A predicate such as a room would have.</summary>
sealed record Weighing
{
    public required string Place { get; init; }
    public required long Grams { get; init; }
    public Sha256Digest? Before { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Statement<Weighing>))]
sealed partial class WeighingJson : JsonSerializerContext;

public sealed class StatementLaws
{
    const string Type = "urn:counterfoil:weighing:v1";
    static readonly Statement<Weighing> Example = StatementCodec.About(
        [new Subject { Name = "stone", Digest = new DigestSet(Sha256.Hash("stone"u8)) }], Type, new Weighing { Place = "Zürich", Grams = -5, Before = Sha256.Hash("earlier"u8) });
    static readonly byte[] Encoded = StatementCodec.Encode(Example, WeighingJson.Default.StatementWeighing);

    static Verdict Decode(byte[] bytes, out Statement<Weighing>? statement) => StatementCodec.Decode(bytes, Type, WeighingJson.Default.StatementWeighing, out statement);

    [Fact]
    public void Members_come_in_the_order_of_the_specification_without_space() => Assert.Equal(
        $$$"""{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"stone","digest":{"sha256":"{{{Sha256.Hash("stone"u8)}}}"}}],"predicateType":"{{{Type}}}","predicate":{"place":"Z\u00FCrich","grams":-5,"before":"{{{Sha256.Hash("earlier"u8)}}}"}}""",
        System.Text.Encoding.UTF8.GetString(Encoded));

    [Fact]
    public void A_signed_statement_opens_again()
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, SHA256.HashData("signer"u8));
        var envelope = StatementCodec.Sign(Example, WeighingJson.Default.StatementWeighing, signer);
        Assert.Equal(Verdict.Accept, envelope.Verify(signer.PublicKey));
        Assert.Equal(Verdict.Accept, StatementCodec.Open(envelope, Type, WeighingJson.Default.StatementWeighing, out var statement));
        Assert.Equal(Example.Predicate, statement!.Predicate);
        Assert.Equal(Verdict.Accept, StatementCodec.PeekPredicateType(envelope.Payload, out string? type));
        Assert.Equal(Type, type);
        Assert.Equal(CoreChecks.DssePayloadType, Refusal(StatementCodec.Open(envelope with { PayloadType = "application/json" }, Type, WeighingJson.Default.StatementWeighing, out _)));
        Assert.Equal(CoreChecks.StatementPredicateType, Refusal(StatementCodec.Open(envelope, "urn:other:v1", WeighingJson.Default.StatementWeighing, out _)));
    }

    [Theory]
    [InlineData("{\"_type\"", "{ \"_type\"", "statement.canonical")]
    [InlineData("\"grams\":-5", "\"grams\":-5,\"grams\":-5", "statement.canonical")]
    [InlineData("\"grams\":-5", "\"grams\":-5,\"unknown\":1", "statement.canonical")]
    [InlineData("\"grams\":-5", "\"grams\":-5.0", "statement.json")]
    [InlineData("\"grams\":-5", "\"grams\":99999999999999999999", "statement.json")]
    [InlineData("\"grams\":-5", "\"Grams\":-5", "statement.json")]
    [InlineData("Z\\u00FCrich", "Zürich", "statement.canonical")]
    [InlineData("Z\\u00FCrich", "Z\\u00fcrich", "statement.canonical")]
    [InlineData("\"place\":\"Z\\u00FCrich\",\"grams\":-5", "\"grams\":-5,\"place\":\"Z\\u00FCrich\"", "statement.canonical")]
    [InlineData("Statement/v1", "Statement/v2", "statement.type")]
    [InlineData("weighing:v1", "weighing:v2", "statement.predicate-type")]
    [InlineData("[{\"name\"", "[null,{\"name\"", "statement.subject")]
    [InlineData("\"stone\"", "\"\"", "statement.subject")]
    [InlineData("{\"sha256\"", "{\"sha256\":\"00\",\"sha256\"", "statement.json")]
    [InlineData("{\"sha256\"", "{\"sha512\":\"00\",\"sha256\"", "statement.canonical")]
    [InlineData("{\"sha256\"", "{\"sha1\":\"0G\",\"sha256\"", "statement.json")]
    [InlineData("\"before\":\"", "\"before\":\"0x", "statement.canonical")]
    [InlineData("\"}}", "\"}} ", "statement.canonical")]
    [InlineData("\"}}", "\"}}{", "statement.canonical")]
    [InlineData("\"}}", "\"}", "statement.json")]
    [InlineData("stone", "\\ud800", "statement.json")]
    [InlineData("sha256", "\\udc00", "statement.json")]
    [InlineData("grams", "\\ud800", "statement.json")]
    [InlineData("-5", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", "statement.json")]
    public void Any_other_encoding_or_meaning_is_refused_by_its_check(string from, string to, string check)
    {
        string text = System.Text.Encoding.UTF8.GetString(Encoded);
        int at = text.LastIndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0);
        Assert.Equal(check, Refusal(Decode(System.Text.Encoding.UTF8.GetBytes(text[..at] + to + text[(at + from.Length)..]), out var statement))?.Id);
        Assert.Null(statement);
    }

    [Fact]
    public void What_is_too_long_is_refused_unread() =>
        Assert.Equal(CoreChecks.StatementSize, Refusal(Decode(new byte[StatementCodec.MaxBytes + 1], out _)));

    [Fact]
    public void A_statement_without_subjects_cannot_be_made()
    {
        Assert.Throws<ArgumentException>(() => StatementCodec.Encode(Example with { Subject = [] }, WeighingJson.Default.StatementWeighing));
        Assert.Throws<ArgumentException>(() => StatementCodec.Encode(Example with { Subject = default }, WeighingJson.Default.StatementWeighing));
        Assert.Throws<ArgumentException>(() => new DigestSet([]));
        Assert.Throws<ArgumentException>(() => new DigestSet([new("sha256", "AB")]));
    }

    [Fact]
    public void Any_bytes_get_a_verdict_and_what_is_accepted_encodes_to_itself() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Byte, Gen.Int[0, 2], Gen.Byte.Array[0, 100]).Sample((at, value, damage, noise) =>
        {
            int i = at % Encoded.Length;
            byte[] input = damage switch { 0 => [.. Encoded[..i], value, .. Encoded[(i + 1)..]], 1 => Encoded[..i], _ => noise };
            if (Decode(input, out var statement).IsAccepted) Assert.Equal(input, StatementCodec.Encode(statement!, WeighingJson.Default.StatementWeighing));
            Assert.Equal(StatementCodec.PeekPredicateType(input, out string? type).IsAccepted, type is not null);
        }, iter: 2000);
}
