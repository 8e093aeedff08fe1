using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Rlp;

namespace Counterfoil.Evm.Tries;

/// <summary>Shows what came of a transaction, and so what contracts wrote down, by a block's header and the nodes of its receipts trie.</summary>
/// <param name="Header">The header's encoding.</param>
/// <param name="TransactionIndex">The transaction's place in the block, from 0.</param>
/// <param name="Nodes">From the receipts root down.</param>
public sealed record ReceiptProof(ReadOnlyMemory<byte> Header, ulong TransactionIndex, IReadOnlyList<ReadOnlyMemory<byte>> Nodes)
{
    /// <summary>Makes the proof, from all receipts of the block.</summary>
    /// <exception cref="ArgumentException">The receipts are not those of the header.</exception>
    public static ReceiptProof Create(BlockHeader header, IReadOnlyList<TransactionReceipt> receipts, ulong transactionIndex)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(transactionIndex, (ulong)receipts.Count);
        var trie = MerklePatriciaTrie.OfList(receipts.Select(r => r.Encode()));
        if (trie.Root != header.ReceiptsRoot) throw new ArgumentException($"the receipts have the root {trie.Root}, the header {header.ReceiptsRoot}", nameof(receipts));
        return new ReceiptProof(header.Encode(), transactionIndex, trie.Prove(MerklePatriciaTrie.ListKey(transactionIndex)));
    }

    /// <summary>Verifies under the hash of a block that someone trusted pinned: anyone can make up a header.</summary>
    public Verdict Verify(Keccak256Digest blockHash, out ProvenReceipt? proven)
    {
        proven = null;
        var verdict = BlockProof.Open(Header, blockHash, out var header);
        if (!verdict.IsAccepted) return verdict;
        verdict = BlockProof.Find(EvmChecks.ReceiptProof, header!.ReceiptsRoot, TransactionIndex, Nodes, out var bytes);
        if (!verdict.IsAccepted) return verdict;
        verdict = TransactionReceipt.Decode(bytes.Span, out var receipt);
        if (verdict.IsAccepted) proven = new ProvenReceipt(header, blockHash, TransactionIndex, receipt!);
        return verdict;
    }
}

/// <summary>A receipt that was proven.</summary>
/// <param name="Header">The block's header.</param>
/// <param name="BlockHash">Its hash.</param>
/// <param name="TransactionIndex">The transaction's place in the block.</param>
/// <param name="Receipt">What came of it.</param>
public sealed record ProvenReceipt(BlockHeader Header, Keccak256Digest BlockHash, ulong TransactionIndex, TransactionReceipt Receipt);

/// <summary>Shows that a transaction is in a block, by the block's header and the nodes of its transactions trie.</summary>
/// <param name="Header">The header's encoding.</param>
/// <param name="TransactionIndex">The transaction's place in the block, from 0.</param>
/// <param name="Nodes">From the transactions root down.</param>
public sealed record TransactionProof(ReadOnlyMemory<byte> Header, ulong TransactionIndex, IReadOnlyList<ReadOnlyMemory<byte>> Nodes)
{
    /// <summary>Makes the proof, from the envelopes of all transactions of the block.</summary>
    /// <exception cref="ArgumentException">The transactions are not those of the header.</exception>
    public static TransactionProof Create(BlockHeader header, IReadOnlyList<byte[]> envelopes, ulong transactionIndex)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(transactionIndex, (ulong)envelopes.Count);
        var trie = MerklePatriciaTrie.OfList(envelopes);
        if (trie.Root != header.TransactionsRoot) throw new ArgumentException($"the transactions have the root {trie.Root}, the header {header.TransactionsRoot}", nameof(envelopes));
        return new TransactionProof(header.Encode(), transactionIndex, trie.Prove(MerklePatriciaTrie.ListKey(transactionIndex)));
    }

    /// <summary>Verifies under the hash of a block that someone trusted pinned.</summary>
    public Verdict Verify(Keccak256Digest blockHash, out ProvenTransaction? proven)
    {
        proven = null;
        var verdict = BlockProof.Open(Header, blockHash, out var header);
        if (!verdict.IsAccepted) return verdict;
        verdict = BlockProof.Find(EvmChecks.TransactionProof, header!.TransactionsRoot, TransactionIndex, Nodes, out var bytes);
        if (verdict.IsAccepted) proven = new ProvenTransaction(header, blockHash, TransactionIndex, Keccak256.Hash(bytes.Span), bytes);
        return verdict;
    }
}

/// <summary>A transaction that was proven to be in a block. Whether it succeeded, its receipt says.</summary>
/// <param name="Header">The block's header.</param>
/// <param name="BlockHash">Its hash.</param>
/// <param name="TransactionIndex">The transaction's place in the block.</param>
/// <param name="Hash">The transaction's hash.</param>
/// <param name="Envelope">The transaction, of any type; <see cref="Transactions.SignedTransaction.Decode"/> reads types up to 2.</param>
public sealed record ProvenTransaction(BlockHeader Header, Keccak256Digest BlockHash, ulong TransactionIndex, Keccak256Digest Hash, ReadOnlyMemory<byte> Envelope);

static class BlockProof
{
    public static Verdict Open(ReadOnlyMemory<byte> bytes, Keccak256Digest blockHash, out BlockHeader? header)
    {
        header = null;
        if (bytes.Length <= BlockHeader.MaxLength && Keccak256.Hash(bytes.Span) is var hash && hash != blockHash)
            return Verdict.Reject(EvmChecks.HeaderHash, $"block {blockHash}", $"{hash}");
        return BlockHeader.Decode(bytes.Span, out header);
    }

    public static Verdict Find(Check check, Keccak256Digest root, ulong index, IReadOnlyList<ReadOnlyMemory<byte>> nodes, out ReadOnlyMemory<byte> value)
    {
        value = default;
        var verdict = TrieProof.Verify(root, MerklePatriciaTrie.ListKey(index), nodes, out var found);
        if (verdict is Verdict.Rejected { Reason: var why }) return Verdict.Reject(check, $"nodes of the root {root} ({why.Check}: {why.Expected})", why.Found);
        if (found is not { } present) return Verdict.Reject(check, $"an entry at index {index}", "that there is none");
        value = present;
        return Verdict.Accept;
    }
}
