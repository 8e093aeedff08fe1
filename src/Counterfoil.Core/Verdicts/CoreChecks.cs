namespace Counterfoil.Core.Verdicts;

/// <summary>The checks that this room makes.</summary>
public static partial class CoreChecks
{
    /// <summary>Sizes and indices of a Merkle proof are possible: 0 ≤ index &lt; size; 0 &lt; old size ≤ new size.</summary>
    public static readonly Check MerkleRange = new("merkle.range");

    /// <summary>The path has exactly the length that sizes and index demand.</summary>
    public static readonly Check MerklePathLength = new("merkle.path-length");

    /// <summary>The root that the leaf and path give is the root of the tree.</summary>
    public static readonly Check MerkleInclusion = new("merkle.inclusion");

    /// <summary>The path leads to the old root.</summary>
    public static readonly Check MerkleOldRoot = new("merkle.consistency.old-root");

    /// <summary>The path leads to the new root.</summary>
    public static readonly Check MerkleNewRoot = new("merkle.consistency.new-root");

    /// <summary>A stored frontier has one node for each set bit of its size.</summary>
    public static readonly Check MerkleFrontier = new("merkle.frontier");

    /// <summary>A public key has the form of its algorithm: length, prefix, canonical encoding, one spelling.</summary>
    public static readonly Check KeyEncoding = new("signing.key-encoding");

    /// <summary>A public key is a point of the curve and of its prime-order group.</summary>
    public static readonly Check KeyPoint = new("signing.key-point");

    /// <summary>A key id is 64 lower-case hexadecimal digits.</summary>
    public static readonly Check KeyIdEncoding = new("signing.key-id");

    /// <summary>A signature has its algorithm's length.</summary>
    public static readonly Check SignatureLength = new("signing.signature-length");

    /// <summary>The scalars of a signature lie in their range (Ed25519: S &lt; L; ECDSA: 1 ≤ r, s &lt; n).</summary>
    public static readonly Check SignatureScalar = new("signing.signature-scalar");

    /// <summary>An ECDSA signature has the lower of the two possible s: the other would be a second signature of the same message.</summary>
    public static readonly Check SignatureLowS = new("signing.signature-low-s");

    /// <summary>The commitment R of an Ed25519 signature is a canonically encoded point of the prime-order group.</summary>
    public static readonly Check SignaturePoint = new("signing.signature-point");

    /// <summary>The signature equation holds.</summary>
    public static readonly Check SignatureEquation = new("signing.signature");
}
