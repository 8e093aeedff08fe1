namespace Counterfoil.Payments;

/// <summary>Domain separators of this room's digests. One is listed here before it is used, and never changes.</summary>
public static class PaymentDomains
{
    /// <summary>Tag of a request: method, target and body.</summary>
    public static ReadOnlySpan<byte> Request => "counterfoil/payment-request/v1"u8;

    /// <summary>Tag of the terms that a buyer accepted.</summary>
    public static ReadOnlySpan<byte> Quote => "counterfoil/payment-quote/v1"u8;

    /// <summary>Tag of a payment context, which is the nonce of the EIP-3009 authorization.</summary>
    public static ReadOnlySpan<byte> Context => "counterfoil/payment-context/v1"u8;
}
