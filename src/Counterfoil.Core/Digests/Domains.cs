namespace Counterfoil.Core.Digests;

/// <summary>
/// Every domain separator of the project, in one place: two hashes of different meaning never see the same input.
/// A separator is listed here before it is used, and never changes: what was signed under it would change its meaning.
/// </summary>
public static class Domains
{
    /// <summary>First byte of a Merkle leaf's input (RFC 9162 §2.1.1); with Keccak-256 in place of SHA-256, of the tree of a challenge's product.</summary>
    public const byte MerkleLeaf = 0x00;

    /// <summary>First byte of a Merkle inner node's input (RFC 9162 §2.1.1): what keeps a node from passing for a leaf.</summary>
    public const byte MerkleNode = 0x01;

    /// <summary>Tag of a data-set record in the ordered tree.</summary>
    public static ReadOnlySpan<byte> DataRecord => "counterfoil/data-record/v1"u8;

    /// <summary>Tag of a key's entry in the absence tree.</summary>
    public static ReadOnlySpan<byte> DataKey => "counterfoil/data-key/v1"u8;

    /// <summary>Tag of a commit's plan: the objects that are read, by format, name and length.</summary>
    public static ReadOnlySpan<byte> DataPlan => "counterfoil/data-plan/v1"u8;

    /// <summary>First byte of a leaf's input in the absence tree. It and the two below differ from RFC 9162's two, so no tree passes for the other.</summary>
    public const byte AbsenceLeaf = 0x02;

    /// <summary>First byte of an inner node's input in the absence tree.</summary>
    public const byte AbsenceNode = 0x03;

    /// <summary>The only byte of the input of an empty subtree's hash in the absence tree.</summary>
    public const byte AbsenceEmpty = 0x04;

    /// <summary>First byte of a leaf's input in a keyed absence tree, whose entries carry a value.</summary>
    public const byte AbsenceKeyedLeaf = 0x05;

    /// <summary>Tag of a salted record in the ordered tree.</summary>
    public static ReadOnlySpan<byte> DataSaltedRecord => "counterfoil/data-salted-record/v1"u8;

    /// <summary>Tag of what stands in the ordered tree where a record was removed.</summary>
    public static ReadOnlySpan<byte> DataTombstone => "counterfoil/data-tombstone/v1"u8;

    /// <summary>Tag that binds the key of a pseudorandom function to the root of a keyed absence tree.</summary>
    public static ReadOnlySpan<byte> DataKeyedRoot => "counterfoil/data-keyed-root/v1"u8;

    /// <summary>Tag of the stream that chooses held-back records.</summary>
    public static ReadOnlySpan<byte> DataHeldBack => "counterfoil/data-held-back/v1"u8;

    /// <summary>Tag of the stream that shuffles an epoch's records.</summary>
    public static ReadOnlySpan<byte> DataEpochOrder => "counterfoil/data-epoch-order/v1"u8;

    /// <summary>First bytes of what a near-duplicate index's hash family is drawn from.</summary>
    public static ReadOnlySpan<byte> NearDuplicateFamily => "counterfoil/near-duplicate-family/v1"u8;

    /// <summary>Tag of a record's signature in the tree of a near-duplicate index.</summary>
    public static ReadOnlySpan<byte> NearDuplicateSignature => "counterfoil/near-duplicate-signature/v1"u8;

    /// <summary>Tag of the stream that orders or samples records in a transformation.</summary>
    public static ReadOnlySpan<byte> TransformationOrder => "counterfoil/transformation-order/v1"u8;

    /// <summary>Tag of the stream that chooses which records of a transformation are made again.</summary>
    public static ReadOnlySpan<byte> LineageSample => "counterfoil/lineage-sample/v1"u8;

    /// <summary>First bytes of the input of trained weights' digest.</summary>
    public static ReadOnlySpan<byte> Weights => "counterfoil/weights/v1"u8;

    /// <summary>First bytes of what seeds a network's initial weights.</summary>
    public static ReadOnlySpan<byte> TrainingWeights => "counterfoil/training-weights/v1"u8;

    /// <summary>Additional data of a sealed key file: a sealed secret cannot be passed off as another format's.</summary>
    public static ReadOnlySpan<byte> SealedKey => "counterfoil/sealed-key/v1"u8;

    /// <summary>Additional data of the wrapped home key.</summary>
    public static ReadOnlySpan<byte> HomeKey => "counterfoil/home-key/v1"u8;

    /// <summary>First bytes of a request digest's input.</summary>
    public static ReadOnlySpan<byte> Request => "counterfoil/payment-request/v1"u8;

    /// <summary>First bytes of a payment context's input.</summary>
    public static ReadOnlySpan<byte> PaymentContext => "counterfoil/payment-context/v1"u8;

    /// <summary>First bytes of a model id's input.</summary>
    public static ReadOnlySpan<byte> ModelId => "counterfoil/model/v1"u8;

    /// <summary>First bytes of the digest's input of a tensor that is hidden under a root.</summary>
    public static ReadOnlySpan<byte> TensorCommitment => "counterfoil/tensor/v1"u8;

    /// <summary>First bytes of a graph digest's input.</summary>
    public static ReadOnlySpan<byte> GraphDigest => "counterfoil/graph/v1"u8;

    /// <summary>First word of a proof transcript's chaining step. Eight bytes, as all separators of proofs: a column stays aligned to words.</summary>
    public static ReadOnlySpan<byte> ProofAbsorb => "cf-absor"u8;

    /// <summary>First word of a block of challenges.</summary>
    public static ReadOnlySpan<byte> ProofSqueeze => "cf-squee"u8;

    /// <summary>First word of a column's hash in a polynomial commitment.</summary>
    public static ReadOnlySpan<byte> ProofColumn => "cf-colum"u8;

    /// <summary>First word of a column's hash in a hiding polynomial commitment; a salt follows.</summary>
    public static ReadOnlySpan<byte> ProofSaltedColumn => "cf-scolu"u8;

    /// <summary>First word of an inner node in a polynomial commitment.</summary>
    public static ReadOnlySpan<byte> ProofNode => "cf-node\0"u8;

    /// <summary>First word of the record of a weight root's openings.</summary>
    public static ReadOnlySpan<byte> ProofBudget => "cf-budge"u8;

    /// <summary>First bytes of the context that the proof of a published model's answer is made in.</summary>
    public static ReadOnlySpan<byte> ProvenAnswer => "counterfoil/proven-answer/v1"u8;

    /// <summary>First bytes of a quote's input: the terms that a buyer accepted.</summary>
    public static ReadOnlySpan<byte> Quote => "counterfoil/payment-quote/v1"u8;

    /// <summary>First word, filled with zeros, of a hardware challenge's seed.</summary>
    public static ReadOnlySpan<byte> ChallengeSeed => "counterfoil/challenge-seed/v1"u8;

    /// <summary>First word, filled with zeros, of the key of a row of a challenge's A.</summary>
    public static ReadOnlySpan<byte> ChallengeRow => "counterfoil/challenge-row/v1"u8;

    /// <summary>First word, filled with zeros, of the key of a column of a challenge's B.</summary>
    public static ReadOnlySpan<byte> ChallengeColumn => "counterfoil/challenge-column/v1"u8;

    /// <summary>First word, filled with zeros, of the key of a challenge's check vector.</summary>
    public static ReadOnlySpan<byte> ChallengeCheck => "counterfoil/challenge-check/v1"u8;
}
