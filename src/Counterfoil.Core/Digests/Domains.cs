namespace Counterfoil.Core.Digests;

/// <summary>
/// Every domain separator of the project, in one place: two hashes of different meaning never see the same input.
/// A separator is listed here before it is used, and never changes: what was signed under it would change its meaning.
/// </summary>
public static class Domains
{
    /// <summary>First byte of a Merkle leaf's input (RFC 9162 §2.1.1).</summary>
    public const byte MerkleLeaf = 0x00;

    /// <summary>First byte of a Merkle inner node's input (RFC 9162 §2.1.1): what keeps a node from passing for a leaf.</summary>
    public const byte MerkleNode = 0x01;

    /// <summary>Tag of a transparency-log leaf: the DSSE envelope of a link.</summary>
    public static ReadOnlySpan<byte> LogLeaf => "counterfoil/log-leaf/v1"u8;

    /// <summary>Tag of a data-set record in the ordered tree.</summary>
    public static ReadOnlySpan<byte> DataRecord => "counterfoil/data-record/v1"u8;

    /// <summary>Tag of a key's entry in the absence tree.</summary>
    public static ReadOnlySpan<byte> DataKey => "counterfoil/data-key/v1"u8;

    /// <summary>Tag of an entry in a bundle's table of contents.</summary>
    public static ReadOnlySpan<byte> BundleEntry => "counterfoil/bundle-entry/v1"u8;

    /// <summary>Additional data of a sealed key file: a sealed secret cannot be passed off as another format's.</summary>
    public static ReadOnlySpan<byte> SealedKey => "counterfoil/sealed-key/v1"u8;

    /// <summary>Additional data of the wrapped home key.</summary>
    public static ReadOnlySpan<byte> HomeKey => "counterfoil/home-key/v1"u8;

    /// <summary>First bytes of a request digest's input.</summary>
    public static ReadOnlySpan<byte> Request => "counterfoil/request/v1"u8;

    /// <summary>First bytes of a payment context's input.</summary>
    public static ReadOnlySpan<byte> PaymentContext => "counterfoil/payment-context/v1"u8;
}
