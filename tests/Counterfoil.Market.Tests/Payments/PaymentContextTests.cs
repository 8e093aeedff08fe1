using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Evidence.Payments;
using Counterfoil.Payments;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.X402;
using CsCheck;

namespace Counterfoil.Market.Tests.Payments;

public class PaymentContextTests
{
    static readonly Sha256Digest request = PaymentContext.DigestRequest("POST", "/infer?model=mlp", "input"u8);

    static ExactPayment Bought(Sha256Digest forRequest)
    {
        ExactPayment.Read(Fair.PayFor(forRequest), out var payment).ShouldAccept();
        return payment!;
    }

    [Fact]
    public void A_payment_for_this_request_is_accepted_and_its_context_is_the_nonce()
    {
        ExactRules.VerifyContext(Bought(request), Fair.Terms.ToRequirements(), request, out var context).ShouldAccept();
        Assert.Equal(context!.Digest, Bought(request).Authorization.Nonce);
    }

    [Fact]
    public void The_digests_are_what_the_documentation_says()
    {
        // Written out by hand, from the description alone.
        var preimage = new List<byte>(Encoding.ASCII.GetBytes("counterfoil/payment-request/v1"));
        foreach (string part in (string[])["POST", "/infer?model=mlp", "input"])
        {
            var length = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(length, part.Length);
            preimage.AddRange(length);
            preimage.AddRange(Encoding.ASCII.GetBytes(part));
        }
        Assert.Equal(Sha256.Hash(preimage.ToArray()), request);

        const string canonical = """{"amount":"400","asset":"0x5FbDB2315678afecb367f032d93F642f64180aa3","extra":{"assetTransferMethod":"eip3009","decimals":6,"name":"Test Dollar","version":"1"},"maxTimeoutSeconds":60,"network":"eip155:31337","payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","scheme":"exact"}""";
        Quote.Digest(Fair.Terms.ToRequirements(), out var quote).ShouldAccept();
        Assert.Equal(Sha256.Hash([.. "counterfoil/payment-quote/v1"u8, .. Encoding.UTF8.GetBytes(canonical)]), quote);

        var salt = new Bytes32([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
        Assert.Equal(Keccak256.Hash([.. "counterfoil/payment-context/v1"u8, .. request.ToArray(), .. quote.ToArray(), .. salt.ToArray()]).Value,
            new PaymentContext(request, quote, salt).Digest);
    }

    [Theory]
    [InlineData("POST", "/infer?model=mlp", "other input")]
    [InlineData("POST", "/infer?model=cnn", "input")]
    [InlineData("GET", "/infer?model=mlp", "input")]
    [InlineData("POST", "/infer", "?model=mlpinput")]
    public void A_payment_for_one_request_does_not_buy_another(string method, string target, string body) =>
        ExactRules.VerifyContext(Bought(request), Fair.Terms.ToRequirements(), PaymentContext.DigestRequest(method, target, Encoding.UTF8.GetBytes(body)), out _)
            .ShouldRefuse(PaymentChecks.Context);

    [Fact]
    public void A_payment_at_one_quote_does_not_buy_at_another() =>
        ExactRules.VerifyContext(Bought(request), (Fair.Terms with { MaxTimeoutSeconds = 61 }).ToRequirements(), request, out _).ShouldRefuse(PaymentChecks.Quote);

    [Fact]
    public void A_payment_without_salt_or_with_another_is_not_bound()
    {
        var payment = Bought(request);
        ExactRules.VerifyContext(payment with { Salt = null }, Fair.Terms.ToRequirements(), request, out _).ShouldRefuse(PaymentChecks.Context);
        ExactRules.VerifyContext(payment with { Salt = default(Bytes32) }, Fair.Terms.ToRequirements(), request, out _).ShouldRefuse(PaymentChecks.Context);
    }

    [Fact]
    public void A_quote_is_the_same_however_its_members_are_ordered_and_spaced()
    {
        const string shuffled = """{ "payTo":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C", "extra":{"version":"1","decimals":6,"name":"Test Dollar","assetTransferMethod":"eip3009"},"scheme":"exact","network":"eip155:31337","maxTimeoutSeconds":60,"asset":"0x5FbDB2315678afecb367f032d93F642f64180aa3","amount":"400"}""";
        string header = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"x402Version":2,"resource":{"url":"/"},"accepts":[{{shuffled}}]}"""));
        X402Codec.Decode(header, out PaymentRequired? required).ShouldAccept();
        Quote.Digest(required!.Accepts[0], out var one).ShouldAccept();
        Quote.Digest(Fair.Terms.ToRequirements(), out var other).ShouldAccept();
        Assert.Equal(other, one);
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("-0")]
    [InlineData("9007199254740992")]
    public void A_quote_with_numbers_that_have_several_spellings_is_refused(string number) =>
        Quote.Digest(Fair.Terms.ToRequirements() with { Extra = Fair.Json($$"""{"name":"n","version":"1","x":{{number}}}""") }, out _).ShouldRefuse(PaymentChecks.Quote);

    [Fact]
    public void Different_salts_give_different_nonces() => Gen.Byte.Array[32].Select(Gen.Byte.Array[32]).Sample((a, b) =>
        Assert.Equal(a.AsSpan().SequenceEqual(b),
            new PaymentContext(request, default, new Bytes32(a)).Digest == new PaymentContext(request, default, new Bytes32(b)).Digest));
}
