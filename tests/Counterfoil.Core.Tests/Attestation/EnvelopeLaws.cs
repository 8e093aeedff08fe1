using System.Security.Cryptography;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using CsCheck;
using static Counterfoil.Core.Tests.VerdictReading;

namespace Counterfoil.Core.Tests.Attestation;

public sealed class EnvelopeLaws
{
    static readonly Signer Alice = Signer.FromSeed(SignatureAlgorithm.Ed25519, SHA256.HashData("alice"u8));
    static readonly Signer Bob = Signer.FromSeed(SignatureAlgorithm.P256, SHA256.HashData("bob"u8));
    static readonly Signer Mallory = Signer.FromSeed(SignatureAlgorithm.Ed25519, SHA256.HashData("mallory"u8));
    static readonly Envelope Signed = Envelope.Sign("text/plain", "hello"u8.ToArray(), Alice, Bob);

    [Fact]
    public void The_pre_authentication_encoding_is_that_of_the_specification() => Assert.Equal(
        "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
        System.Text.Encoding.UTF8.GetString(Envelope.PreAuthenticationEncoding("http://example.com/HelloWorld", "hello world"u8)));

    [Fact]
    public void The_specifications_own_signature_verifies_once_its_s_is_made_low()
    {
        // DSSE protocol.md, test vector: ECDSA P-256; X and Y of the key, then the signature.
        byte[] x = Convert.FromHexString(Decimal("46950820868899156662930047687818585632848591499744589407958293238635476079160"));
        byte[] y = Convert.FromHexString(Decimal("5640078356564379163099075877009565129882514886557779369047442380624545832820"));
        Assert.Equal(Verdict.Accept, PublicKey.Decode(SignatureAlgorithm.P256, [4, .. x, .. y], out var key));
        byte[] signature = Convert.FromBase64String("A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==");
        var envelope = new Envelope("http://example.com/HelloWorld", "hello world"u8.ToArray(), [new(key!.KeyId, [.. signature])]);
        var verdict = envelope.Verify(key);
        if (!verdict.IsAccepted)
        {
            Assert.Contains("signing.signature-low-s", verdict.ToString(), StringComparison.Ordinal);
            var n = System.Numerics.BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", System.Globalization.NumberStyles.HexNumber);
            (n - new System.Numerics.BigInteger(signature.AsSpan(32), true, true)).ToByteArray(true, true).CopyTo(signature, 32);
            Assert.Equal(Verdict.Accept, (envelope with { Signatures = [new(key.KeyId, [.. signature])] }).Verify(key));
        }
        static string Decimal(string number) => System.Numerics.BigInteger.Parse(number).ToString("x64")[^64..];
    }

    [Fact]
    public void Exactly_the_expected_signers_are_accepted_in_any_order()
    {
        Assert.Equal(Verdict.Accept, Signed.Verify(Alice.PublicKey, Bob.PublicKey));
        Assert.Equal(Verdict.Accept, Signed.Verify(Bob.PublicKey, Alice.PublicKey));
        Assert.Equal(Envelope.Sign("text/plain", "hello"u8.ToArray(), Bob, Alice), Signed);
    }

    [Fact]
    public void A_missing_or_an_additional_signer_is_refused()
    {
        Assert.Equal(CoreChecks.DsseSigners, Refusal(Signed.Verify(Alice.PublicKey)));
        Assert.Equal(CoreChecks.DsseSigners, Refusal(Signed.Verify(Alice.PublicKey, Bob.PublicKey, Mallory.PublicKey)));
        Assert.Equal(CoreChecks.DsseSigners, Refusal(Signed.Verify(Alice.PublicKey, Mallory.PublicKey)));
        Assert.Equal(CoreChecks.DsseSigners, Refusal((Signed with { Signatures = Signed.Signatures.RemoveAt(0) }).Verify(Alice.PublicKey, Bob.PublicKey)));
    }

    [Fact]
    public void Each_forgery_is_refused_by_its_own_check()
    {
        PublicKey[] signers = [Alice.PublicKey, Bob.PublicKey];
        var mallory = Envelope.Sign("text/plain", Signed.Payload, Mallory).Signatures[0];
        Assert.Equal(CoreChecks.DsseSignature, Refusal((Signed with { PayloadType = "text/html" }).Verify(signers)));
        Assert.Equal(CoreChecks.DsseSignature, Refusal((Signed with { Payload = "hullo"u8.ToArray() }).Verify(signers)));
        Assert.Equal(CoreChecks.DsseOrder, Refusal((Signed with { Signatures = [Signed.Signatures[1], Signed.Signatures[0]] }).Verify(signers)));
        Assert.Equal(CoreChecks.DsseOrder, Refusal((Signed with { Signatures = Signed.Signatures.Add(Signed.Signatures[1]) }).Verify(signers)));
        Assert.Equal(CoreChecks.DsseSignature, Refusal((Signed with { Signatures = [.. Signed.Signatures.Select(s => s with { Signature = mallory.Signature })] }).Verify(signers)));
        Assert.Equal(CoreChecks.DsseSize, Refusal((Signed with { Signatures = [] }).Verify(signers)));
        Assert.Equal(CoreChecks.DsseSize, Refusal((Signed with { PayloadType = "" }).Verify(signers)));
    }

    [Fact]
    public void Expecting_nobody_or_somebody_twice_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => Signed.Verify());
        Assert.Throws<ArgumentException>(() => Signed.Verify(Alice.PublicKey, Alice.PublicKey));
        Assert.Throws<ArgumentException>(() => Envelope.Sign("text/plain", default, Alice, Alice));
        Assert.Throws<ArgumentException>(() => Envelope.Sign("text/plain", default));
    }

    [Fact]
    public void Both_forms_read_back_and_the_payload_digest_ignores_who_signed()
    {
        Assert.Equal(Verdict.Accept, Envelope.DecodeCbor(Signed.EncodeCbor(), out var cbor));
        Assert.Equal(Verdict.Accept, Envelope.DecodeJson(Signed.EncodeJson(), out var json));
        Assert.Equal(Signed, cbor);
        Assert.Equal(Signed, json);
        Assert.Equal(Envelope.Sign("text/plain", "hello"u8.ToArray(), Mallory).PayloadDigest, Signed.PayloadDigest);
    }

    [Theory]
    [InlineData("\"payload\"", "\"extra\":1,\"payload\"", "dsse.json")]
    [InlineData("\"payload\":\"aGVsbG8=\"", "\"payload\":\"aGVsbG8=\",\"payload\":\"aGVsbG8=\"", "dsse.json")]
    [InlineData("aGVsbG8=", "aGVsbG9=", "dsse.json")] // the same bytes in other base64
    [InlineData("aGVsbG8=", "aGVs bG8=", "dsse.json")]
    [InlineData("\"text/plain\"", "null", "dsse.json")]
    [InlineData("\"keyid\":\"", "\"keyid\":\"x", "dsse.json")]
    [InlineData("}]}", "}]} ", "")]
    [InlineData("}]}", "}]}{}", "dsse.json")]
    [InlineData("\"sig\":\"", "\"sig\":\"AAAA", "signing.signature-length")]
    [InlineData("text/plain", "", "dsse.size")]
    [InlineData("text/plain", "\\ud800", "dsse.json")] // half of a surrogate pair
    [InlineData("text/plain", "\u0001", "dsse.json")]
    [InlineData("\"keyid\":\"", "\"keyid\":\"\\udc00", "dsse.json")]
    [InlineData("\"payload\"", "\"\\ud800\"", "dsse.json")]
    [InlineData("[", "[[", "dsse.json")]
    [InlineData("[{", "[null,{", "dsse.json")]
    public void Json_that_is_not_the_standard_form_is_refused(string from, string to, string check)
    {
        string json = System.Text.Encoding.UTF8.GetString(Signed.EncodeJson());
        int at = json.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0);
        var verdict = Envelope.DecodeJson(System.Text.Encoding.UTF8.GetBytes(json[..at] + to + json[(at + from.Length)..]), out _);
        Assert.Equal(check, Refusal(verdict)?.Id ?? "");
    }

    [Fact]
    public void Json_that_is_not_utf8_is_refused()
    {
        byte[] json = Envelope.Sign("text/pl\u00e4in", default, Alice).EncodeJson();
        Assert.Equal(Verdict.Accept, Envelope.DecodeJson(json, out _));
        for (int i = 0; i < json.Length; i++)
            foreach (byte bad in new byte[] { 0xff, 0xc3, 0x80, 0xed })
            {
                var damaged = (byte[])json.Clone();
                damaged[i] = bad;
                Assert.NotNull(Refusal(Envelope.DecodeJson(damaged, out var envelope)));
                Assert.Null(envelope);
            }
    }

    [Fact]
    public void Every_changed_byte_of_the_bundles_form_is_refused()
    {
        var bytes = Signed.EncodeCbor();
        for (int i = 0; i < bytes.Length; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= (byte)(1 << i % 8);
            var verdict = Envelope.DecodeCbor(damaged, out var envelope).Then(() => envelope!.Verify(Alice.PublicKey, Bob.PublicKey));
            Assert.NotNull(Refusal(verdict));
        }
    }

    [Fact]
    public void Any_bytes_get_a_verdict_and_what_is_accepted_encodes_to_itself() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Byte, Gen.Int[0, 2], Gen.Byte.Array[0, 100]).Sample((at, value, damage, noise) =>
        {
            foreach (var whole in new[] { Signed.EncodeCbor(), Signed.EncodeJson() })
            {
                int i = at % whole.Length;
                byte[] input = damage switch { 0 => [.. whole[..i], value, .. whole[(i + 1)..]], 1 => whole[..i], _ => noise };
                if (Envelope.DecodeCbor(input, out var cbor).IsAccepted) Assert.Equal(input, cbor!.EncodeCbor());
                Assert.True(Envelope.DecodeJson(input, out var json).IsAccepted == (json is not null));
            }
        });
}
