using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Payments;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.X402;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Market.Tests.Payments;

public class X402MessageTests
{
    // What the reference client (@x402/core and @x402/evm 2.27.0) sends for Fair.Terms.
    const string ReferencePayment = """
        {"x402Version":2,"payload":{"authorization":{"from":"0x2c7536E3605D9C16a7a3D7b1898e529396a65c23","to":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","value":"400","validAfter":"0","validBefore":"1795490320","nonce":"0x3c4e6e74b9ba3dd03112afa67ced105e09f30f5064bb2609e624f966108445af"},"signature":"0x88904633988ccf17b98e513645ffff6cc708e98560a4b4655d7ff3003318317e2383fbf5fed9493b7619f904385e652753552f54477cd9ad60cd37eee6c53a941c"},"extensions":{},"resource":{"url":"http://127.0.0.1/infer","description":"An inference","mimeType":"application/json"},"accepted":{"scheme":"exact","network":"eip155:31337","amount":"400","asset":"0x5FbDB2315678afecb367f032d93F642f64180aa3","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","maxTimeoutSeconds":60,"extra":{"assetTransferMethod":"eip3009","name":"Test Dollar","version":"1","decimals":6}}}
        """;

    // x402 v2 §5.1.1.
    const string SpecificationRequired = """
        {"x402Version":2,"error":"PAYMENT-SIGNATURE header is required","resource":{"url":"https://api.example.com/premium-data","description":"Access to premium market data","mimeType":"application/json"},
         "accepts":[{"scheme":"exact","network":"eip155:84532","amount":"10000","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","maxTimeoutSeconds":60,"extra":{"name":"USDC","version":"2"}}],"extensions":{}}
        """;

    static string Header(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void A_payment_of_the_reference_client_is_read_and_its_signature_holds()
    {
        X402Codec.Decode(Header(ReferencePayment), out PaymentPayload? payload).ShouldAccept();
        ExactPayment.Read(payload!, out var payment).ShouldAccept();
        Assert.Equal(Fair.Buyer, payment!.Authorization.From);
        ExactRules.VerifyMessage(payment, Fair.Terms).ShouldAccept();
        Assert.Null(payment.Salt);
    }

    [Fact]
    public void The_specifications_402_is_read()
    {
        X402Codec.Decode(Header(SpecificationRequired), out PaymentRequired? required).ShouldAccept();
        ExactTerms.Read(Assert.Single(required!.Accepts), out var terms).ShouldAccept();
        Assert.Equal(84532ul, terms!.Token.Network.ChainId);
        Assert.Equal("USDC", terms.Token.Name);
        Assert.Equal("10000", terms.Amount.ToString());
        Assert.Equal("https://api.example.com/premium-data", required.Resource.Url);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var payload = Fair.Pay(Fair.Authorize(), salt: new([.. Enumerable.Repeat((byte)9, 32)]));
        X402Codec.Decode(X402Codec.Encode(payload), out PaymentPayload? read).ShouldAccept();
        ExactPayment.Read(read!, out var payment).ShouldAccept();
        Assert.Equal(Fair.Authorize(), payment!.Authorization);
        Assert.Equal(Fair.Sign(Fair.Authorize()), payment.Signature);
        Assert.Equal(Fair.Terms, payment.Accepted);
        Assert.Equal($"{string.Concat(Enumerable.Repeat("09", 32))}", payment.Salt.ToString());
    }

    public static TheoryData<string, Check> BadHeaders => new()
    {
        { "", PaymentChecks.HeaderMissing },
        { new string('A', X402Limits.HeaderCharacters + 4), PaymentChecks.HeaderSize },
        { "this is not base64!!", PaymentChecks.HeaderBase64 },
        { "eyJ4IjoxfQ", PaymentChecks.HeaderBase64 },
        { "eyJ4IjoxfR==", PaymentChecks.HeaderBase64 }, // bits beyond the last byte
        { " eyJ4IjoxfQ==", PaymentChecks.HeaderBase64 },
        { Header("x402"), PaymentChecks.JsonSyntax },
        { Header("""{"a":1}{"b":2}"""), PaymentChecks.JsonSyntax },
        { Header("""{"a":"\ud800"}"""), PaymentChecks.JsonSyntax },
        { Convert.ToBase64String([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)':', (byte)'1', (byte)'}']), PaymentChecks.JsonSyntax },
        { Header(ReferencePayment[..200]), PaymentChecks.JsonTruncated },
        { Header("""{"payload":""" + new string('[', 100) + new string(']', 100) + "}"), PaymentChecks.JsonDepth },
        { Header(new string('[', 2000)), PaymentChecks.JsonShape },
        { Header("[]"), PaymentChecks.JsonShape },
        { Header("null"), PaymentChecks.JsonShape },
        { Header("{}"), PaymentChecks.JsonShape },
        { Header(ReferencePayment.Replace("\"x402Version\":2", "\"x402Version\":2,\"x402Version\":2", StringComparison.Ordinal)), PaymentChecks.JsonShape },
        { Header(ReferencePayment.Replace("\"x402Version\":2", "\"x402Version\":2,\"more\":1", StringComparison.Ordinal)), PaymentChecks.JsonShape },
        { Header(ReferencePayment.Replace("\"x402Version\":2", "\"x402Version\":\"2\"", StringComparison.Ordinal)), PaymentChecks.JsonShape },
        { Header(ReferencePayment.Replace("\"x402Version\":2", "\"X402Version\":2", StringComparison.Ordinal)), PaymentChecks.JsonShape },
        { Header(ReferencePayment.Replace("\"amount\":\"400\"", "\"amount\":null", StringComparison.Ordinal)), PaymentChecks.JsonShape },
        { Header(ReferencePayment.Replace("\"x402Version\":2", "\"x402Version\":1", StringComparison.Ordinal)), PaymentChecks.Version },
    };

    [Theory, MemberData(nameof(BadHeaders), DisableDiscoveryEnumeration = true)]
    public void A_bad_header_is_refused_by_its_own_check(string header, Check check) =>
        X402Codec.Decode(header, out PaymentPayload? _).ShouldRefuse(check);

    public static TheoryData<string, string, Check> BadMembers => new()
    {
        { "\"scheme\":\"exact\"", "\"scheme\":\"upto\"", PaymentChecks.Scheme },
        { "\"assetTransferMethod\":\"eip3009\"", "\"assetTransferMethod\":\"permit2\"", PaymentChecks.Scheme },
        { "eip155:31337", "solana:31337", PaymentChecks.Network },
        { "eip155:31337", "eip155:031337", PaymentChecks.Network },
        { "\"asset\":\"0x5F", "\"asset\":\"0x5f", PaymentChecks.Asset }, // a wrong EIP-55 checksum
        { "\"payTo\":\"0x209693Bc6afc0C5328bA36FaF03C514EF312287C\"", "\"payTo\":\"0x0000000000000000000000000000000000000000\"", PaymentChecks.Payee },
        { "\"amount\":\"400\"", "\"amount\":\"0400\"", PaymentChecks.Amount },
        { "\"amount\":\"400\"", "\"amount\":\"-1\"", PaymentChecks.Amount },
        { "\"amount\":\"400\"", "\"amount\":\"4e2\"", PaymentChecks.Amount },
        { "\"maxTimeoutSeconds\":60", "\"maxTimeoutSeconds\":0", PaymentChecks.Timeout },
        { "\"maxTimeoutSeconds\":60", "\"maxTimeoutSeconds\":86401", PaymentChecks.Timeout },
        { "\"name\":\"Test Dollar\"", "\"name\":7", PaymentChecks.AssetDomain },
        { "\"decimals\":6", "\"decimals\":1000", PaymentChecks.AssetDomain },
        { "\"value\":\"400\"", "\"value\":\"115792089237316195423570985008687907853269984665640564039457584007913129639936\"", PaymentChecks.PayloadForm },
        { "\"nonce\":\"0x3c", "\"nonce\":\"0x3C", PaymentChecks.PayloadForm },
        { "\"nonce\":\"0x3c", "\"nonce\":\"0x3", PaymentChecks.PayloadForm },
        { "\"from\":\"0x2c", "\"from\":\"2c", PaymentChecks.PayloadForm },
        { "3a941c\"", "3a94\"", PaymentChecks.SignatureForm },
        { "3a941c\"", "3a941d\"", PaymentChecks.SignatureForm }, // v = 29
        { "\"authorization\":{", "\"authorization\":{\"x\":1,", PaymentChecks.JsonShape },
    };

    [Theory, MemberData(nameof(BadMembers), DisableDiscoveryEnumeration = true)]
    public void A_bad_member_is_refused_by_its_own_check(string good, string bad, Check check)
    {
        Assert.Contains(good, ReferencePayment, StringComparison.Ordinal);
        X402Codec.Decode(Header(ReferencePayment.Replace(good, bad, StringComparison.Ordinal)), out PaymentPayload? payload).ShouldAccept();
        ExactPayment.Read(payload!, out var payment).ShouldRefuse(check);
        Assert.Null(payment);
    }

    [Theory]
    [InlineData("""{"counterfoil-context":1}""")]
    [InlineData("""{"counterfoil-context":{"info":{}}}""")]
    [InlineData("""{"counterfoil-context":{"info":{"version":2,"salt":"0x0909090909090909090909090909090909090909090909090909090909090909"}}}""")]
    [InlineData("""{"counterfoil-context":{"info":{"version":1,"salt":"0909090909090909090909090909090909090909090909090909090909090909"}}}""")]
    public void A_bad_salt_is_refused(string extensions) => ContextExtension.ReadSalt(Fair.Json(extensions), out _).ShouldRefuse(PaymentChecks.Context);

    [Fact]
    public void A_402_with_too_many_ways_to_pay_is_refused()
    {
        var many = new PaymentRequired { Version = 2, Resource = new() { Url = "u" }, Accepts = [.. Enumerable.Repeat(new ExactTerms(Fair.Dollar, Fair.Seller, new(1), 1).ToRequirements() with { Extra = null }, 33)] };
        X402Codec.Decode(X402Codec.Encode(many), out PaymentRequired? message).ShouldRefuse(PaymentChecks.JsonShape);
        Assert.Null(message);
    }

    [Fact]
    public void Random_headers_yield_a_verdict() => Gen.OneOf(Gen.String, Gen.Byte.Array[0, 300].Select(Convert.ToBase64String), Gen.String[Gen.Char["{}[]\":,0123truefalsenu\\ "], 0, 200].Select(Header))
        .Sample(header =>
        {
            Assert.NotNull(X402Codec.Decode(header, out PaymentPayload? _));
            Assert.NotNull(X402Codec.Decode(header, out PaymentRequired? _));
            Assert.NotNull(X402Codec.Decode(header, out SettlementResponse? _));
        });

    [Fact]
    public void Mutated_and_truncated_messages_yield_a_verdict() => Gen.Select(Gen.Int[0, ReferencePayment.Length - 1], Gen.Byte, Gen.Bool).Sample((at, value, cut) =>
    {
        byte[] bytes = Encoding.UTF8.GetBytes(ReferencePayment.Trim());
        at %= bytes.Length;
        bytes[at] = value;
        var verdict = X402Codec.Decode(Convert.ToBase64String(cut ? bytes[..at] : bytes), out PaymentPayload? payload);
        Assert.Equal(verdict.IsAccepted, payload is not null);
        if (payload is null) return;
        verdict = ExactPayment.Read(payload, out var payment);
        Assert.Equal(verdict.IsAccepted, payment is not null);
        if (payment is not null) Assert.NotNull(ExactRules.VerifyMessage(payment, Fair.Terms));
        Quote.Digest(payload.Accepted, out _);
    }, iter: 3000);

    [Fact]
    public void Random_bodies_to_a_facilitator_yield_a_verdict() => Gen.Byte.Array[0, 400].Sample(bytes =>
    {
        Assert.False(X402Codec.Decode(bytes, out FacilitatorRequest? _).IsAccepted);
        Assert.False(X402Codec.Decode(bytes, out VerifyResponse? _).IsAccepted);
        Assert.False(X402Codec.Decode(bytes, out SupportedResponse? _).IsAccepted);
    });
}
