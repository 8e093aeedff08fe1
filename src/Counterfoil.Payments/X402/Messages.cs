using System.Text.Json;
using System.Text.Json.Serialization;

namespace Counterfoil.Payments.X402;

/// <summary>What is sold (x402 v2 §5.1.2, <c>ResourceInfo</c>). Other members are passed over: they describe, they bind nothing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record ResourceInfo
{
    /// <summary>Where the resource is.</summary>
    [JsonRequired] public required string Url { get; init; }

    /// <summary>What it is, for a person.</summary>
    public string? Description { get; init; }

    /// <summary>The media type of the answer.</summary>
    public string? MimeType { get; init; }
}

/// <summary>One way to pay, as it is written on the wire (x402 v2 §5.1.2). <see cref="Exact.ExactTerms"/> is its meaning.</summary>
public sealed record PaymentRequirements
{
    /// <summary>The scheme: <c>exact</c> here; a message may offer others beside it.</summary>
    [JsonRequired] public required string Scheme { get; init; }

    /// <summary>The chain as CAIP-2: <c>eip155:84532</c>.</summary>
    [JsonRequired] public required string Network { get; init; }

    /// <summary>The price in units of the token, decimal.</summary>
    [JsonRequired] public required string Amount { get; init; }

    /// <summary>The token's contract.</summary>
    [JsonRequired] public required string Asset { get; init; }

    /// <summary>Who is paid.</summary>
    [JsonRequired] public required string PayTo { get; init; }

    /// <summary>Seconds that the whole exchange may take.</summary>
    [JsonRequired] public required long MaxTimeoutSeconds { get; init; }

    /// <summary>What the scheme adds: for <c>exact</c>, the name and version of the token's EIP-712 domain.</summary>
    public JsonElement? Extra { get; init; }
}

/// <summary>The answer 402: what would have to be paid (x402 v2 §5.1).</summary>
public sealed record PaymentRequired
{
    /// <summary>The protocol's version: 2.</summary>
    [JsonRequired, JsonPropertyName("x402Version")] public required int Version { get; init; }

    /// <summary>Why payment is required, or why the one that was sent was refused.</summary>
    public string? Error { get; init; }

    /// <summary>What is sold.</summary>
    [JsonRequired] public required ResourceInfo Resource { get; init; }

    /// <summary>Ways to pay; the buyer picks one.</summary>
    [JsonRequired] public required IReadOnlyList<PaymentRequirements> Accepts { get; init; }

    /// <summary>Extensions by name, each with <c>info</c> and <c>schema</c>.</summary>
    public JsonElement? Extensions { get; init; }
}

/// <summary>A payment (x402 v2 §5.2). <see cref="Exact.ExactPayment"/> is its meaning.</summary>
public sealed record PaymentPayload
{
    /// <summary>The protocol's version: 2.</summary>
    [JsonRequired, JsonPropertyName("x402Version")] public required int Version { get; init; }

    /// <summary>What is bought.</summary>
    public ResourceInfo? Resource { get; init; }

    /// <summary>The way to pay that the buyer picked, as the seller wrote it.</summary>
    [JsonRequired] public required PaymentRequirements Accepted { get; init; }

    /// <summary>What the scheme demands: for <c>exact</c>, an <see cref="ExactPayload"/>.</summary>
    [JsonRequired] public required JsonElement Payload { get; init; }

    /// <summary>The seller's extensions, echoed, with what the buyer added.</summary>
    public JsonElement? Extensions { get; init; }
}

/// <summary>The payload of <c>exact</c> on EVM chains by EIP-3009 (x402 v2 §5.2.2).</summary>
public sealed record ExactPayload
{
    /// <summary>r ‖ s ‖ v, 65 bytes, hexadecimal after <c>0x</c>.</summary>
    [JsonRequired] public required string Signature { get; init; }

    /// <summary>What was signed.</summary>
    [JsonRequired] public required ExactAuthorization Authorization { get; init; }
}

/// <summary>The signed message of EIP-3009, as it is written on the wire.</summary>
public sealed record ExactAuthorization
{
    /// <summary>Who pays.</summary>
    [JsonRequired] public required string From { get; init; }
    /// <summary>Who is paid.</summary>
    [JsonRequired] public required string To { get; init; }
    /// <summary>Units of the token, decimal.</summary>
    [JsonRequired] public required string Value { get; init; }
    /// <summary>The Unix second after which it is valid, decimal.</summary>
    [JsonRequired] public required string ValidAfter { get; init; }
    /// <summary>The Unix second before which it is valid, decimal.</summary>
    [JsonRequired] public required string ValidBefore { get; init; }
    /// <summary>32 bytes, hexadecimal after <c>0x</c>.</summary>
    [JsonRequired] public required string Nonce { get; init; }
}

/// <summary>What became of a payment (x402 v2 §5.3). Members of other facilitators are passed over.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record SettlementResponse
{
    /// <summary>Whether the money moved.</summary>
    [JsonRequired] public required bool Success { get; init; }

    /// <summary>Why it did not: a code of §9, or <see cref="PaymentReasons.Pending"/> where the outcome is not known yet.</summary>
    public string? ErrorReason { get; init; }

    /// <summary>The same in words, with the check that refused.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Who paid.</summary>
    public string? Payer { get; init; }

    /// <summary>The transaction's hash, or empty.</summary>
    [JsonRequired] public required string Transaction { get; init; }

    /// <summary>The chain as CAIP-2.</summary>
    [JsonRequired] public required string Network { get; init; }

    /// <summary>Units of the token that moved.</summary>
    public string? Amount { get; init; }

    /// <summary>Extensions by name: the receipt travels here.</summary>
    public JsonElement? Extensions { get; init; }
}

/// <summary>What <c>/verify</c> and <c>/settle</c> are asked (x402 v2 §7.1, §7.2).</summary>
public sealed record FacilitatorRequest
{
    /// <summary>The protocol's version: 2.</summary>
    [JsonRequired, JsonPropertyName("x402Version")] public required int Version { get; init; }

    /// <summary>The payment.</summary>
    [JsonRequired] public required PaymentPayload PaymentPayload { get; init; }

    /// <summary>What the seller wants for it.</summary>
    [JsonRequired] public required PaymentRequirements PaymentRequirements { get; init; }
}

/// <summary>What <c>/verify</c> answers (x402 v2 §5.4). Members of other facilitators are passed over.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record VerifyResponse
{
    /// <summary>Whether the payment would settle now.</summary>
    [JsonRequired] public required bool IsValid { get; init; }

    /// <summary>Why not: a code of §9.</summary>
    public string? InvalidReason { get; init; }

    /// <summary>The same in words, with the check that refused.</summary>
    public string? InvalidMessage { get; init; }

    /// <summary>Who pays.</summary>
    public string? Payer { get; init; }
}

/// <summary>What <c>/supported</c> answers (x402 v2 §7.3).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record SupportedResponse
{
    /// <summary>Schemes and networks.</summary>
    [JsonRequired] public required IReadOnlyList<SupportedKind> Kinds { get; init; }

    /// <summary>Names of extensions.</summary>
    [JsonRequired] public required IReadOnlyList<string> Extensions { get; init; }

    /// <summary>Addresses that submit, by CAIP-2 pattern (<c>eip155:*</c>).</summary>
    [JsonRequired] public required IReadOnlyDictionary<string, IReadOnlyList<string>> Signers { get; init; }
}

/// <summary>One scheme on one network (x402 v2 §7.3.1).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record SupportedKind
{
    /// <summary>The protocol's version: 2.</summary>
    [JsonRequired, JsonPropertyName("x402Version")] public required int Version { get; init; }

    /// <summary>The scheme.</summary>
    [JsonRequired] public required string Scheme { get; init; }

    /// <summary>The chain as CAIP-2.</summary>
    [JsonRequired] public required string Network { get; init; }

    /// <summary>What the scheme adds.</summary>
    public JsonElement? Extra { get; init; }
}
