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
    /// <summary>The account that signed is the one expected.</summary>
    public static readonly Check SignatureSigner = new("signature.signer");
    /// <summary>A public key can be recovered from a signature.</summary>
    public static readonly Check SignatureRecovery = new("signature.recovery");
    /// <summary>A public key is in SEC 1 form.</summary>
    public static readonly Check PublicKeyEncoding = new("public-key.encoding");
    /// <summary>A public key is a point of the curve.</summary>
    public static readonly Check PublicKeyOnCurve = new("public-key.on-curve");

    /// <summary>The type of a transaction or receipt is one that is read.</summary>
    public static readonly Check TransactionType = new("transaction.type");
    /// <summary>A transaction is for the chain asked.</summary>
    public static readonly Check TransactionChainId = new("transaction.chain-id");
    /// <summary>A transaction's priority fee is within its maximum, and its whole fee within 256 bits.</summary>
    public static readonly Check TransactionFees = new("transaction.fees");
    /// <summary>A transaction's gas covers what its own bytes cost.</summary>
    public static readonly Check TransactionGas = new("transaction.gas");
    /// <summary>A transaction's nonce is below 2^64 − 1 (EIP-2681).</summary>
    public static readonly Check TransactionNonce = new("transaction.nonce");
    /// <summary>The code that makes a contract is within its limit (EIP-3860).</summary>
    public static readonly Check TransactionInitCode = new("transaction.init-code");
    /// <summary>A transaction that sets code has an authorization (EIP-7702).</summary>
    public static readonly Check TransactionAuthorizations = new("transaction.authorizations");
    /// <summary>A receipt says success or failure (EIP-658).</summary>
    public static readonly Check ReceiptStatus = new("receipt.status");
    /// <summary>A receipt's bloom filter is that of its logs.</summary>
    public static readonly Check ReceiptBloom = new("receipt.bloom");
    /// <summary>A block header has its one encoding.</summary>
    public static readonly Check HeaderEncoding = new("header.encoding");

    /// <summary>ABI-encoded data is within its limit of bytes.</summary>
    public static readonly Check AbiLimit = new("abi.limit");
    /// <summary>ABI-encoded data is as long as its values need.</summary>
    public static readonly Check AbiLength = new("abi.length");
    /// <summary>ABI-encoded data has its one canonical form: clean padding, tails in order.</summary>
    public static readonly Check AbiCanonical = new("abi.canonical");
    /// <summary>ABI-encoded text is UTF-8.</summary>
    public static readonly Check AbiText = new("abi.text");
    /// <summary>A call's first four bytes are those of the function expected.</summary>
    public static readonly Check AbiSelector = new("abi.selector");
    /// <summary>A log entry's topics are those of the event expected.</summary>
    public static readonly Check AbiTopic = new("abi.topic");
    /// <summary>Typed data in JSON is well formed, and its values are of their types.</summary>
    public static readonly Check TypedDataEncoding = new("typed-data.encoding");

    /// <summary>A trie proof is within the limits of nodes and bytes.</summary>
    public static readonly Check TrieLimit = new("trie.limit");
    /// <summary>Every node of a trie proof is the one that the node above, or the root, names.</summary>
    public static readonly Check TrieNode = new("trie.node");
    /// <summary>Every node of a trie proof has its one form.</summary>
    public static readonly Check TrieCanonical = new("trie.canonical");
    /// <summary>A trie proof has no node that it does not need.</summary>
    public static readonly Check TrieSuperfluous = new("trie.superfluous");
    /// <summary>A block header hashes to the block expected.</summary>
    public static readonly Check HeaderHash = new("header.hash");
    /// <summary>A receipt is where a block's receipts root says.</summary>
    public static readonly Check ReceiptProof = new("receipt.proof");
    /// <summary>A transaction is where a block's transactions root says.</summary>
    public static readonly Check TransactionProof = new("transaction.proof");

    /// <summary>A log entry was written by the contract expected.</summary>
    public static readonly Check EventEmitter = new("event.emitter");
}
