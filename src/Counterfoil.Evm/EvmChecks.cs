using Counterfoil.Core.Verdicts;

namespace Counterfoil.Evm;

/// <summary>Every check this room makes on what a stranger sends, by its stable identifier.</summary>
public static class EvmChecks
{
    /// <summary>The input is within the limits of bytes, depth and count.</summary>
    public static readonly Check RlpLimit = new("rlp.limit");
    /// <summary>Each item has its one canonical encoding.</summary>
    public static readonly Check RlpCanonical = new("rlp.canonical");
    /// <summary>No length points beyond the input or the enclosing list.</summary>
    public static readonly Check RlpLength = new("rlp.length");
    /// <summary>An item is a string or a list, as its place requires.</summary>
    public static readonly Check RlpItemKind = new("rlp.item-kind");
    /// <summary>An item has the size its place requires.</summary>
    public static readonly Check RlpItemSize = new("rlp.item-size");
    /// <summary>A list has as many items as its place requires.</summary>
    public static readonly Check RlpItemCount = new("rlp.item-count");
    /// <summary>Nothing follows the encoding.</summary>
    public static readonly Check RlpTrailing = new("rlp.trailing");

    /// <summary>A signature is 65 bytes, r ‖ s ‖ v, with v 27 or 28.</summary>
    public static readonly Check SignatureEncoding = new("signature.encoding");
    /// <summary>r and s of a signature are in [1, n − 1].</summary>
    public static readonly Check SignatureRange = new("signature.range");
    /// <summary>s of a signature is at most n / 2 (EIP-2), so that a signature has one form.</summary>
    public static readonly Check SignatureLowS = new("signature.low-s");
    /// <summary>A signature verifies under the key expected.</summary>
    public static readonly Check SignatureValid = new("signature.valid");
    /// <summary>A public key can be recovered from a signature.</summary>
    public static readonly Check SignatureRecovery = new("signature.recovery");
    /// <summary>A public key is in SEC 1 form.</summary>
    public static readonly Check PublicKeyEncoding = new("public-key.encoding");
    /// <summary>A public key is a point of the curve.</summary>
    public static readonly Check PublicKeyOnCurve = new("public-key.on-curve");
}
