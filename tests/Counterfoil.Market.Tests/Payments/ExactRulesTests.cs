using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Payments;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.X402;
using CsCheck;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Market.Tests.Payments;

public class ExactRulesTests
{
    static ExactPayment Read(PaymentPayload payload)
    {
        ExactPayment.Read(payload, out var payment).ShouldAccept();
        return payment!;
    }

    [Fact]
    public void The_digest_and_signature_are_those_of_viem()
    {
        // viem 2.57.20: hashTypedData and signTypedData of this message, with this key.
        var authorization = new TransferAuthorization(Fair.Buyer, Fair.Seller, new TokenAmount(400), 1740672089, 1740672154,
            new Bytes32(Convert.FromHexString("f3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480")));
        Assert.Equal("830326c05df7e52f42ca0c9927271f6fae98c61566992e3fefda0dc4ff36c8e9", authorization.SigningDigest(Fair.Dollar).ToString());
        Assert.Equal("0xb20a87db02e0b76a16dbb3c8d94460f46e8a011bc12cb0d55b70b98d013124de21ea959349df308e2c9ca559bc425d7765b5cef37d0167d71fd45e10e17712711b",
            Fair.Sign(authorization).ToString());
    }

    [Fact]
    public void A_good_payment_is_accepted()
    {
        var payment = Read(Fair.Pay(Fair.Authorize()));
        ExactRules.VerifyMessage(payment, Fair.Terms).ShouldAccept();
        ExactRules.VerifyTime(payment.Authorization, Fair.NoonSeconds, 6).ShouldAccept();
    }

    public static TheoryData<string, ExactTerms, Check> OtherTerms => new()
    {
        { "amount", Fair.Terms with { Amount = new TokenAmount(399) }, PaymentChecks.Amount },
        { "payee", Fair.Terms with { PayTo = Fair.Buyer }, PaymentChecks.Payee },
        { "asset", Fair.Terms with { Token = Fair.Dollar with { Contract = Fair.Seller } }, PaymentChecks.Asset },
        { "network", Fair.Terms with { Token = Fair.Dollar with { Network = new NetworkId(1) } }, PaymentChecks.Network },
        { "name", Fair.Terms with { Token = Fair.Dollar with { Name = "Best Dollar" } }, PaymentChecks.AssetDomain },
        { "version", Fair.Terms with { Token = Fair.Dollar with { Version = "2" } }, PaymentChecks.AssetDomain },
        { "decimals", Fair.Terms with { Token = Fair.Dollar with { Decimals = 18 } }, PaymentChecks.AssetDomain },
        { "time", Fair.Terms with { MaxTimeoutSeconds = 61 }, PaymentChecks.Timeout },
    };

    [Theory, MemberData(nameof(OtherTerms), DisableDiscoveryEnumeration = true)]
    public void A_payment_at_other_terms_is_refused_by_the_check_of_what_differs(string member, ExactTerms other, Check check)
    {
        Assert.NotEmpty(member);
        ExactRules.VerifyMessage(Read(Fair.Pay(Fair.Authorize(terms: other), other)), Fair.Terms).ShouldRefuse(check);
    }

    [Fact]
    public void An_authorization_that_pays_another_than_the_terms_say_is_refused() =>
        ExactRules.VerifyMessage(Read(Fair.Pay(Fair.Authorize() with { To = Fair.Buyer })), Fair.Terms).ShouldRefuse(PaymentChecks.Payee);

    [Theory]
    [InlineData(399)]
    [InlineData(401)]
    public void An_authorization_of_another_amount_than_the_terms_say_is_refused(ulong units) =>
        ExactRules.VerifyMessage(Read(Fair.Pay(Fair.Authorize() with { Value = new TokenAmount(units) })), Fair.Terms).ShouldRefuse(PaymentChecks.Amount);

    [Fact]
    public void An_authorization_is_valid_strictly_between_its_bounds()
    {
        var authorization = Fair.Authorize() with { ValidAfter = 100, ValidBefore = 200 };
        ExactRules.VerifyTime(authorization, 100, 0).ShouldRefuse(PaymentChecks.NotYetValid);
        ExactRules.VerifyTime(authorization, 101, 0).ShouldAccept();
        ExactRules.VerifyTime(authorization, 199, 0).ShouldAccept();
        ExactRules.VerifyTime(authorization, 200, 0).ShouldRefuse(PaymentChecks.Expired);
        ExactRules.VerifyTime(authorization, 194, 6).ShouldRefuse(PaymentChecks.Expired);
    }

    [Fact]
    public void A_signature_under_another_domain_is_refused()
    {
        foreach (var token in (Token[])[Fair.Dollar with { Name = "USDC" }, Fair.Dollar with { Version = "2" }, Fair.Dollar with { Network = new(1) }, Fair.Dollar with { Contract = Fair.Seller }])
            ExactRules.VerifyMessage(Read(Fair.Pay(Fair.Authorize(), signature: Fair.Sign(Fair.Authorize(), token))), Fair.Terms).ShouldRefuse(PaymentChecks.Signature);
    }

    [Fact]
    public void A_signature_by_another_key_is_refused()
    {
        using var other = new Secp256k1PrivateKey([.. Enumerable.Repeat((byte)7, 32)]);
        var signature = new AuthorizationSignature(other.Sign(Fair.Authorize().SigningDigest(Fair.Dollar)));
        ExactRules.VerifyMessage(Read(Fair.Pay(Fair.Authorize(), signature: signature)), Fair.Terms).ShouldRefuse(PaymentChecks.Signature);
    }

    [Fact]
    public void The_other_signature_of_the_same_message_is_refused()
    {
        // n − s with the other parity recovers to the same key: a second spelling of one payment.
        var order = UInt256.Parse("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
        var low = Fair.Sign(Fair.Authorize()).Value;
        var high = new AuthorizationSignature(new EcdsaSignature(low.R, order - low.S, !low.YParity));
        ExactPayment.Read(Fair.Pay(Fair.Authorize(), signature: high), out _).ShouldRefuse(PaymentChecks.SignatureLowS);
    }

    [Fact]
    public void Any_changed_field_breaks_the_signature() => Gen.Int[0, 4].Select(Gen.ULong[1, 255]).Sample((field, change) =>
    {
        var signed = Fair.Authorize();
        var forged = field switch
        {
            0 => signed with { ValidAfter = signed.ValidAfter - change },
            1 => signed with { ValidBefore = signed.ValidBefore + change },
            2 => signed with { Nonce = new Bytes32([.. Enumerable.Repeat((byte)(change ^ 1 | 2), 32)]) },
            3 => signed with { From = Fair.Seller },
            _ => signed with { ValidBefore = UInt256.MaxValue - change },
        };
        Fair.Sign(signed).Verify(forged, Fair.Dollar).ShouldRefuse(PaymentChecks.Signature);
    }, iter: 60);

    [Fact]
    public void A_remembered_signature_is_good_for_its_own_message_alone()
    {
        var verified = new VerifiedSignatures(capacity: 2);
        var signed = Fair.Authorize();
        var signature = Fair.Sign(signed);
        for (int i = 0; i < 2; i++) verified.Verify(signature, signed, Fair.Dollar).ShouldAccept();
        verified.Verify(signature, signed with { Value = new TokenAmount(1) }, Fair.Dollar).ShouldRefuse(PaymentChecks.Signature);
        verified.Verify(signature, signed with { From = Fair.Seller }, Fair.Dollar).ShouldRefuse(PaymentChecks.Signature);
        verified.Verify(signature, signed, Fair.Dollar with { Version = "2" }).ShouldRefuse(PaymentChecks.Signature);
        verified.Verify(Fair.Sign(Fair.Authorize(2)), signed, Fair.Dollar).ShouldRefuse(PaymentChecks.Signature);
        for (byte i = 2; i < 8; i++) verified.Verify(Fair.Sign(Fair.Authorize(i)), Fair.Authorize(i), Fair.Dollar).ShouldAccept();
        verified.Verify(signature, signed, Fair.Dollar).ShouldAccept();
    }

    [Fact]
    public void The_chain_decides_on_nonce_balance_and_time()
    {
        var authorization = Fair.Authorize();
        var view = new PayerView(new TokenAmount(400), NonceUsed: false, Fair.NoonSeconds);
        const ulong early = 5;
        ExactRules.VerifyState(authorization, view, early, 6).ShouldAccept();
        ExactRules.VerifyState(authorization, view with { NonceUsed = true }, early, 6).ShouldRefuse(PaymentChecks.NonceUsed);
        ExactRules.VerifyState(authorization, view with { Balance = new TokenAmount(399) }, early, 6).ShouldRefuse(PaymentChecks.Balance);
        ExactRules.VerifyState(authorization, view with { BlockTime = Fair.NoonSeconds + 60 }, early, 6).ShouldRefuse(PaymentChecks.Expired);
        ExactRules.VerifyState(authorization, view with { BlockTime = early }, early, 6).ShouldRefuse(PaymentChecks.NotYetValid);
        // On a quiet chain the latest block is old, and the next one is not.
        ExactRules.VerifyState(authorization, view with { BlockTime = early }, Fair.NoonSeconds, 6).ShouldAccept();
    }

    [Fact]
    public void Every_check_has_a_code_of_the_specification()
    {
        var codes = typeof(PaymentChecks).GetFields().Select(f => PaymentReasons.Code((Check)f.GetValue(null)!)).ToHashSet();
        Assert.Contains("insufficient_funds", codes);
        Assert.Contains("invalid_exact_evm_payload_signature", codes);
        Assert.Equal(typeof(PaymentChecks).GetFields().Length, typeof(PaymentChecks).GetFields().Select(f => ((Check)f.GetValue(null)!).Id).Distinct().Count());
    }
}
