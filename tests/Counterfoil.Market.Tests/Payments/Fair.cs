using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Payments;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Policy;
using Counterfoil.Payments.Settlement;
using Counterfoil.Payments.X402;

namespace Counterfoil.Market.Tests.Payments;

/// <summary>A buyer, a seller and a token that the tests share.</summary>
static class Fair
{
    public static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly ulong NoonSeconds = (ulong)Noon.ToUnixTimeSeconds();
    public static readonly NetworkId Network = new(31337);
    public static readonly Token Dollar = new(Network, Address.Parse("0x5FbDB2315678afecb367f032d93F642f64180aa3"), "Test Dollar", "1", 6);
    public static readonly Address Seller = Address.Parse("0x209693Bc6afc0C5328bA36FaF03C514EF312287C");
    public static readonly Secp256k1PrivateKey BuyerKey = new(Convert.FromHexString("4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"));
    public static readonly Address Buyer = BuyerKey.Address;
    public static readonly ExactTerms Terms = new(Dollar, Seller, new TokenAmount(400), 60);

    public static readonly SpendingPolicy Policy = new()
    {
        Rules = [new SpendingRule(Dollar, new TokenAmount(1000), new TokenAmount(1_000_000))],
        Payees = [Seller],
    };

    public static TransferAuthorization Authorize(byte nonce = 1, ExactTerms? terms = null) => new(Buyer, (terms ?? Terms).PayTo, (terms ?? Terms).Amount,
        NoonSeconds - 600, NoonSeconds + 60, new Bytes32([.. Enumerable.Repeat(nonce, 32)]));

    public static AuthorizationSignature Sign(TransferAuthorization authorization, Token? token = null) =>
        new(BuyerKey.Sign(authorization.SigningDigest(token ?? Dollar)));

    public static PaymentPayload Pay(TransferAuthorization authorization, ExactTerms? terms = null, AuthorizationSignature? signature = null, Bytes32? salt = null) =>
        ExactPayment.Write((terms ?? Terms).ToRequirements(), null, null, authorization, signature ?? Sign(authorization), salt);

    public static SettlementIntent Intent(byte nonce = 1)
    {
        var authorization = Authorize(nonce);
        return new SettlementIntent(Dollar, authorization, Sign(authorization));
    }

    /// <summary>A payment as the gate wants it: bound to a request.</summary>
    public static PaymentPayload PayFor(Sha256Digest request, byte salt = 1, ExactTerms? terms = null)
    {
        var requirements = (terms ?? Terms).ToRequirements();
        Quote.Digest(requirements, out var quote).ShouldAccept();
        var context = new PaymentContext(request, quote, new Bytes32([.. Enumerable.Repeat(salt, 32)]));
        return Pay(Authorize(terms: terms) with { Nonce = context.Digest }, terms, salt: context.Salt);
    }

    public static JsonElement Json(string text) => JsonElement.Parse(text);

    public static void ShouldAccept(this Verdict verdict) => Assert.Equal(Verdict.Accept, verdict);

    public static void ShouldRefuse(this Verdict verdict, Check check)
    {
        var rejected = Assert.IsType<Verdict.Rejected>(verdict);
        Assert.Equal(check, rejected.Reason.Check);
    }

    /// <summary>A file for a test's database, deleted when the test ends.</summary>
    public static TemporaryFile Database() => new();

    public sealed class TemporaryFile : IDisposable
    {
        readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("counterfoil-payments-");
        public string Path => System.IO.Path.Combine(folder.FullName, "payments.db");
        public void Dispose() => folder.Delete(recursive: true);
    }
}
