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

    /// <summary>A signature has its algorithm's length.</summary>
    public static readonly Check SignatureLength = new("signing.signature-length");

    /// <summary>The scalars of a signature lie in their range (Ed25519: S &lt; L; ECDSA: 1 ≤ r, s &lt; n).</summary>
    public static readonly Check SignatureScalar = new("signing.signature-scalar");

    /// <summary>
    /// An ECDSA signature has the lower of the two possible s: the other would be a second signature of the same message.
    /// </summary>
    public static readonly Check SignatureLowS = new("signing.signature-low-s");

    /// <summary>The commitment R of an Ed25519 signature is a canonically encoded point of the prime-order group.</summary>
    public static readonly Check SignaturePoint = new("signing.signature-point");

    /// <summary>The signature equation holds.</summary>
    public static readonly Check SignatureEquation = new("signing.signature");

    /// <summary>A CBOR document is within the limit of bytes.</summary>
    public static readonly Check CborSize = new("cbor.size");

    /// <summary>A CBOR document is within the limit of depth.</summary>
    public static readonly Check CborDepth = new("cbor.depth");

    /// <summary>A CBOR document is within the limit of items.</summary>
    public static readonly Check CborCount = new("cbor.count");

    /// <summary>A CBOR document does not end before its items do.</summary>
    public static readonly Check CborTruncated = new("cbor.truncated");

    /// <summary>Nothing follows a CBOR document.</summary>
    public static readonly Check CborTrailing = new("cbor.trailing");

    /// <summary>An item is of the kind that the format has there.</summary>
    public static readonly Check CborType = new("cbor.type");

    /// <summary>An item belongs to the subset: no tags, floats, indefinite lengths, reserved values.</summary>
    public static readonly Check CborSubset = new("cbor.subset");

    /// <summary>A number has its shortest form (RFC 8949 §4.2.1).</summary>
    public static readonly Check CborShortest = new("cbor.shortest");

    /// <summary>A map's keys are unique and ascend by their encoded bytes (RFC 8949 §4.2.1).</summary>
    public static readonly Check CborKeyOrder = new("cbor.key-order");

    /// <summary>A map laid out like a record has the key that the format has there.</summary>
    public static readonly Check CborKey = new("cbor.key");

    /// <summary>An array or map has as many items as the format has.</summary>
    public static readonly Check CborArity = new("cbor.arity");

    /// <summary>A number, or a length of bytes or text, lies in the range of its field.</summary>
    public static readonly Check CborRange = new("cbor.range");

    /// <summary>Text is UTF-8.</summary>
    public static readonly Check CborUtf8 = new("cbor.utf8");

    /// <summary>A DSSE envelope in JSON has exactly the members of the format, once each, with canonical base64.</summary>
    public static readonly Check DsseJson = new("dsse.json");

    /// <summary>Type, payload and number of signatures of a DSSE envelope are within limits.</summary>
    public static readonly Check DsseSize = new("dsse.size");

    /// <summary>A DSSE envelope's payload is of the type asked for.</summary>
    public static readonly Check DssePayloadType = new("dsse.payload-type");

    /// <summary>The signatures of a DSSE envelope are ordered by key id, no key id twice.</summary>
    public static readonly Check DsseOrder = new("dsse.order");

    /// <summary>A DSSE envelope carries signatures of exactly the expected keys: none missing, none more.</summary>
    public static readonly Check DsseSigners = new("dsse.signers");

    /// <summary>Each signature of a DSSE envelope is one of its key over the pre-authentication encoding.</summary>
    public static readonly Check DsseSignature = new("dsse.signature");

    /// <summary>A statement is within the limit of bytes.</summary>
    public static readonly Check StatementSize = new("statement.size");

    /// <summary>A statement is JSON with the members of its type, within the limit of depth.</summary>
    public static readonly Check StatementJson = new("statement.json");

    /// <summary>A statement is in its one canonical encoding.</summary>
    public static readonly Check StatementCanonical = new("statement.canonical");

    /// <summary>A statement's <c>_type</c> is in-toto Statement v1.</summary>
    public static readonly Check StatementType = new("statement.type");

    /// <summary>A statement's <c>predicateType</c> is the one asked for.</summary>
    public static readonly Check StatementPredicateType = new("statement.predicate-type");

    /// <summary>A statement has subjects, each with a name and a digest.</summary>
    public static readonly Check StatementSubject = new("statement.subject");

    /// <summary>A proof of a range is as long as its object's length and its range need.</summary>
    public static readonly Check Blake3RangeLength = new("blake3.range.length");

    /// <summary>Every parent and chunk of a proof of a range hashes to what its own parent, or the digest, says.</summary>
    public static readonly Check Blake3RangeHash = new("blake3.range.hash");
}
