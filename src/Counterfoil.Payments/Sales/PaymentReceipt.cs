using System.Text.Json;
using System.Text.Json.Serialization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Payments;
using Counterfoil.Evm;
using Counterfoil.Payments.Exact;

namespace Counterfoil.Payments.Sales;

/// <summary>What was bought, for what, and the transaction that paid: the last in the order request → context → proof → response → receipt.</summary>
/// <param name="Key">The payment: chain, token, payer, nonce.</param>
/// <param name="Payee">Who was paid.</param>
/// <param name="Amount">How much.</param>
/// <param name="Request">The digest of the request (<see cref="PaymentContext.DigestRequest"/>).</param>
/// <param name="Response">SHA-256 of the response's body.</param>
/// <param name="Transaction">The transaction that moved the money.</param>
public sealed record PaymentReceipt(PaymentKey Key, Address Payee, TokenAmount Amount, Sha256Digest Request, Sha256Digest Response, Bytes32 Transaction)
{
    /// <summary>The name of the extension of <c>PAYMENT-RESPONSE</c> that carries a receipt.</summary>
    public const string ExtensionName = "counterfoil-receipt";

    /// <summary>The receipt as the member <see cref="ExtensionName"/> of <c>extensions</c>.</summary>
    public JsonElement ToExtensions() => JsonSerializer.SerializeToElement(new ReceiptExtensions { Receipt = new ReceiptWire
    {
        Network = Key.Network.ToString(),
        Asset = Key.Asset.ToString(),
        Payer = Key.Payer.ToString(),
        Nonce = $"0x{Key.Nonce}",
        Payee = Payee.ToString(),
        Amount = Amount.ToString(),
        RequestDigest = Request.ToString(),
        ResponseDigest = Response.ToString(),
        Transaction = $"0x{Transaction}",
    } }, ReceiptJson.Default.ReceiptExtensions);

    /// <summary>Reads a receipt out of a <c>PAYMENT-RESPONSE</c>'s extensions.</summary>
    public static Verdict Read(JsonElement? extensions, out PaymentReceipt? receipt)
    {
        receipt = null;
        if (extensions is not { ValueKind: JsonValueKind.Object } all || !all.TryGetProperty(ExtensionName, out var member))
            return Verdict.CannotTell(PaymentChecks.Receipt, "a receipt");
        ReceiptWire? wire;
        try { wire = member.Deserialize(ReceiptJson.Default.ReceiptWire); }
        catch (JsonException) { wire = null; }
        if (wire is null || !NetworkId.TryParse(wire.Network, out var network) || !Address.TryParse(wire.Asset, out var asset)
            || !Address.TryParse(wire.Payer, out var payer) || !Bytes32.TryParseHex(wire.Nonce, out var nonce) || !Address.TryParse(wire.Payee, out var payee)
            || !UInt256.TryParse(wire.Amount, out var amount) || !Sha256Digest.TryParse(wire.RequestDigest, out var request)
            || !Sha256Digest.TryParse(wire.ResponseDigest, out var response) || !Bytes32.TryParseHex(wire.Transaction, out var transaction))
            return Verdict.Reject(PaymentChecks.Receipt, "a receipt", "another form");
        receipt = new PaymentReceipt(new PaymentKey(network, asset, payer, nonce), payee, new TokenAmount(amount), request, response, transaction);
        return Verdict.Accept;
    }

    /// <summary>Whether this is the receipt of that payment for that request and this answer. Whether the transaction exists, the chain says.</summary>
    /// <param name="key">What was paid with.</param>
    /// <param name="terms">What was agreed.</param>
    /// <param name="request">The digest of the request that was sent.</param>
    /// <param name="body">The body that came back.</param>
    public Verdict Verify(PaymentKey key, ExactTerms terms, Sha256Digest request, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (Key != key) return Differs("payment", key, Key);
        if (Payee != terms.PayTo) return Differs("payee", terms.PayTo, Payee);
        if (Amount != terms.Amount) return Differs("amount", terms.Amount, Amount);
        if (Request != request) return Differs("request", request, Request);
        var response = Sha256.Hash(body);
        return Response == response ? Verdict.Accept : Differs("response", response, Response);
    }

    static Verdict Differs<T>(string member, T expected, T found) => Verdict.Reject(PaymentChecks.Receipt, $"{member} {expected}", $"{found}");
}

sealed record ReceiptExtensions
{
    [JsonRequired, JsonPropertyName(PaymentReceipt.ExtensionName)] public required ReceiptWire Receipt { get; init; }
}

sealed record ReceiptWire
{
    [JsonRequired] public required string Network { get; init; }
    [JsonRequired] public required string Asset { get; init; }
    [JsonRequired] public required string Payer { get; init; }
    [JsonRequired] public required string Nonce { get; init; }
    [JsonRequired] public required string Payee { get; init; }
    [JsonRequired] public required string Amount { get; init; }
    [JsonRequired] public required string RequestDigest { get; init; }
    [JsonRequired] public required string ResponseDigest { get; init; }
    [JsonRequired] public required string Transaction { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReceiptExtensions))]
sealed partial class ReceiptJson : JsonSerializerContext;
