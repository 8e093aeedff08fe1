using System.Text.Json;
using System.Text.Json.Serialization;

namespace Counterfoil.Payments.X402;

/// <summary>How the messages are read and written: strict (no unknown, repeated or missing members, exact case), nulls left out.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = X402Limits.Depth)]
[JsonSerializable(typeof(PaymentRequired))]
[JsonSerializable(typeof(PaymentPayload))]
[JsonSerializable(typeof(PaymentRequirements))]
[JsonSerializable(typeof(ExactPayload))]
[JsonSerializable(typeof(SettlementResponse))]
[JsonSerializable(typeof(FacilitatorRequest))]
[JsonSerializable(typeof(VerifyResponse))]
[JsonSerializable(typeof(SupportedResponse))]
sealed partial class X402Json : JsonSerializerContext;

/// <summary>What a message may cost its reader.</summary>
public static class X402Limits
{
    /// <summary>Characters of a header's value: half of what Kestrel allows all headers together.</summary>
    public const int HeaderCharacters = 16 * 1024;

    /// <summary>Bytes of a facilitator's request or answer.</summary>
    public const int BodyBytes = 64 * 1024;

    /// <summary>Levels of nesting of JSON.</summary>
    public const int Depth = 16;

    /// <summary>Ways to pay in one 402.</summary>
    public const int Accepts = 32;
}

/// <summary>Names of the headers (x402 v2, HTTP transport).</summary>
public static class X402Headers
{
    /// <summary>Server to client, with status 402: a <see cref="X402.PaymentRequired"/>.</summary>
    public const string PaymentRequired = "PAYMENT-REQUIRED";

    /// <summary>Client to server: a <see cref="PaymentPayload"/>.</summary>
    public const string PaymentSignature = "PAYMENT-SIGNATURE";

    /// <summary>Server to client: a <see cref="SettlementResponse"/>.</summary>
    public const string PaymentResponse = "PAYMENT-RESPONSE";
}
