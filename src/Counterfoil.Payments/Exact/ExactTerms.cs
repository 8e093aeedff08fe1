using System.Text.Json;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments.X402;

namespace Counterfoil.Payments.Exact;

/// <summary>The meaning of <see cref="PaymentRequirements"/> of the scheme <c>exact</c>: this much of this token to this payee, by EIP-3009.</summary>
/// <param name="Token">The token as the terms name it. Its decimals are −1 where the terms do not say them.</param>
/// <param name="PayTo">Who is paid.</param>
/// <param name="Amount">How much, in units of the token.</param>
/// <param name="MaxTimeoutSeconds">Seconds that the exchange may take, 1 to <see cref="LongestTimeoutSeconds"/>.</param>
public sealed record ExactTerms(Token Token, Address PayTo, TokenAmount Amount, int MaxTimeoutSeconds)
{
    /// <summary>The scheme's name.</summary>
    public const string Scheme = "exact";

    /// <summary>One day: an authorization that lives longer is a blank cheque.</summary>
    public const int LongestTimeoutSeconds = 86_400;

    const string TransferMethod = "eip3009";

    /// <summary>Reads terms as a stranger wrote them.</summary>
    public static Verdict Read(PaymentRequirements requirements, out ExactTerms? terms)
    {
        ArgumentNullException.ThrowIfNull(requirements);
        terms = null;
        if (requirements.Scheme != Scheme) return Verdict.Reject(PaymentChecks.Scheme, Scheme, X402Codec.Excerpt(requirements.Scheme));
        if (!NetworkId.TryParse(requirements.Network, out var network))
            return Verdict.Reject(PaymentChecks.Network, "eip155:<chain id>", X402Codec.Excerpt(requirements.Network));
        if (!Address.TryParse(requirements.Asset, out var asset)) return Verdict.Reject(PaymentChecks.Asset, "an address", X402Codec.Excerpt(requirements.Asset));
        if (!Address.TryParse(requirements.PayTo, out var payTo) || payTo.IsZero)
            return Verdict.Reject(PaymentChecks.Payee, "an address other than zero", X402Codec.Excerpt(requirements.PayTo));
        if (!UInt256.TryParse(requirements.Amount, out var amount))
            return Verdict.Reject(PaymentChecks.Amount, "a decimal integer below 2^256", X402Codec.Excerpt(requirements.Amount));
        if (requirements.MaxTimeoutSeconds is < 1 or > LongestTimeoutSeconds)
            return Verdict.Reject(PaymentChecks.Timeout, $"1 to {LongestTimeoutSeconds} seconds", $"{requirements.MaxTimeoutSeconds}");
        if (ReadExtra(requirements.Extra, out string name, out string version, out int decimals) is not Verdict.Accepted and var refused) return refused;
        terms = new ExactTerms(new Token(network, asset, name, version, decimals), payTo, new TokenAmount(amount), (int)requirements.MaxTimeoutSeconds);
        return Verdict.Accept;
    }

    static Verdict ReadExtra(JsonElement? extra, out string name, out string version, out int decimals)
    {
        (name, version, decimals) = ("", "", -1);
        if (extra is not { ValueKind: JsonValueKind.Object } members)
            return Verdict.Reject(PaymentChecks.AssetDomain, "the token's EIP-712 name and version in 'extra'", "none");
        if (Text(members, "assetTransferMethod") is { } method && method != TransferMethod)
            return Verdict.Reject(PaymentChecks.Scheme, TransferMethod, X402Codec.Excerpt(method));
        if (Text(members, "name") is not { Length: > 0 and <= 100 } n)
            return Verdict.Reject(PaymentChecks.AssetDomain, "a name of 1 to 100 characters", "another value");
        if (Text(members, "version") is not { Length: > 0 and <= 20 } v)
            return Verdict.Reject(PaymentChecks.AssetDomain, "a version of 1 to 20 characters", "another value");
        if (members.TryGetProperty("decimals", out var d) && (d.ValueKind != JsonValueKind.Number || !d.TryGetInt32(out decimals) || decimals is < 0 or > 77))
            return Verdict.Reject(PaymentChecks.AssetDomain, "decimals from 0 to 77", X402Codec.Excerpt(d.GetRawText()));
        (name, version) = (n, v);
        return Verdict.Accept;
    }

    static string? Text(JsonElement members, string name) =>
        members.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : "" : null;

    /// <summary>The terms on the wire. The token's decimals go along, so that a buyer whose policy reads the amount otherwise refuses.</summary>
    public PaymentRequirements ToRequirements() => new()
    {
        Scheme = Scheme,
        Network = Token.Network.ToString(),
        Amount = Amount.ToString(),
        Asset = Token.Contract.ToString(),
        PayTo = PayTo.ToString(),
        MaxTimeoutSeconds = MaxTimeoutSeconds,
        Extra = ExtraOf(Token),
    };

    static JsonElement ExtraOf(Token token)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("assetTransferMethod", TransferMethod);
            json.WriteString("name", token.Name);
            json.WriteString("version", token.Version);
            if (token.Decimals >= 0) json.WriteNumber("decimals", token.Decimals);
            json.WriteEndObject();
        }
        return JsonElement.Parse(stream.ToArray());
    }

    /// <summary>Compares terms from outside with these, member by member, and names the first that differs.</summary>
    public Verdict Match(ExactTerms other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Token.Network != Token.Network) return Verdict.Reject(PaymentChecks.Network, Token.Network.ToString(), other.Token.Network.ToString());
        if (other.Token.Contract != Token.Contract) return Verdict.Reject(PaymentChecks.Asset, Token.Contract.ToString(), other.Token.Contract.ToString());
        if (other.PayTo != PayTo) return Verdict.Reject(PaymentChecks.Payee, PayTo.ToString(), other.PayTo.ToString());
        if (other.Amount != Amount) return Verdict.Reject(PaymentChecks.Amount, Amount.ToString(), other.Amount.ToString());
        if (Token.MatchDomain(other.Token) is not Verdict.Accepted and var refused) return refused;
        return other.MaxTimeoutSeconds == MaxTimeoutSeconds ? Verdict.Accept
            : Verdict.Reject(PaymentChecks.Timeout, $"{MaxTimeoutSeconds}", $"{other.MaxTimeoutSeconds}");
    }
}
