using Counterfoil.Chain.Rpc;
using Counterfoil.Core.Digests;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Tries;

namespace Counterfoil.Chain;

/// <summary>What shows, without the chain, that a transaction is in a block and what came of it. It counts under a block hash that someone trusted.</summary>
/// <param name="BlockHash">The block.</param>
/// <param name="Receipt">Proves the receipt, and with it the events.</param>
/// <param name="Transaction">Proves the transaction itself.</param>
public sealed record InclusionEvidence(Keccak256Digest BlockHash, ReceiptProof Receipt, TransactionProof Transaction);

public sealed partial class ChainClient
{
    /// <summary>Makes the proof that a transaction is in its block and what came of it, out of what any endpoint answers.</summary>
    /// <remarks>
    /// The endpoint is not trusted: the block's header is rebuilt and must have the block's hash, and the tries of all transactions and receipts
    /// are rebuilt and must have the header's roots. That the block is on the chain is for the endpoint, or for whoever pins its hash, to say.
    /// </remarks>
    /// <exception cref="ChainException">The transaction is in no block, or the endpoint's answers contradict one another.</exception>
    public async Task<InclusionEvidence> GetReceiptProofAsync(Keccak256Digest transaction, CancellationToken cancellationToken = default)
    {
        var receipt = await GetReceiptAsync(transaction, cancellationToken).ConfigureAwait(false)
            ?? throw new ChainException(Endpoint, "eth_getTransactionReceipt", $"transaction 0x{transaction} is in no block") { Kind = ChainFailure.Refused };
        var block = await GetBlockAsync(receipt.BlockHash, cancellationToken).ConfigureAwait(false)
            ?? throw connection.Wrong("eth_getBlockByHash", $"there is no block 0x{receipt.BlockHash}, which the receipt names");
        if (receipt.Index >= block.Transactions.Count || block.Transactions[receipt.Index] != transaction)
            throw connection.Wrong("eth_getBlockByHash", $"the block has another transaction at the receipt's index {receipt.Index}");

        var receipts = (await GetBlockReceiptsAsync(block, cancellationToken).ConfigureAwait(false)).Select(each => each.Receipt).ToArray();
        var receiptsRoot = MerklePatriciaTrie.OfList(receipts.Select(each => each.Encode())).Root;
        if (receiptsRoot != block.Header.ReceiptsRoot)
            throw connection.Wrong("eth_getBlockReceipts", $"the receipts have the root 0x{receiptsRoot}, and the header says 0x{block.Header.ReceiptsRoot}");
        byte[][] envelopes = await GetEnvelopesAsync(block, cancellationToken).ConfigureAwait(false);
        var transactionsRoot = MerklePatriciaTrie.OfList(envelopes).Root;
        if (transactionsRoot != block.Header.TransactionsRoot)
            throw connection.Wrong("eth_getBlockByHash", $"the transactions have the root 0x{transactionsRoot}, and the header says 0x{block.Header.TransactionsRoot}");
        ulong index = (ulong)receipt.Index;
        return new InclusionEvidence(block.Hash, ReceiptProof.Create(block.Header, receipts, index), TransactionProof.Create(block.Header, envelopes, index));
    }

    /// <summary>All receipts of a block, in order: by one request where the endpoint knows it, else by one for each transaction.</summary>
    public async Task<IReadOnlyList<ChainReceipt>> GetBlockReceiptsAsync(ChainBlock block, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        IReadOnlyList<ChainReceipt>? receipts;
        try
        {
            receipts = await connection.AskAsync("eth_getBlockReceipts", json => json.WriteStringValue($"0x{block.Hash}"),
                answer => answer.IsNull ? null : answer.Items.Select(AnswerReading.Receipt).ToArray(), cancellationToken).ConfigureAwait(false);
        }
        catch (ChainException unknown) when (unknown.Kind == ChainFailure.Refused)
        {
            var one = new List<ChainReceipt>();
            foreach (var hash in block.Transactions)
                one.Add(await GetReceiptAsync(hash, cancellationToken).ConfigureAwait(false)
                    ?? throw connection.Wrong("eth_getTransactionReceipt", $"transaction 0x{hash} of block {block.Header.Number} has no receipt"));
            receipts = one;
        }
        if (receipts is null || receipts.Count != block.Transactions.Count)
            throw connection.Wrong("eth_getBlockReceipts", $"{receipts?.Count ?? 0} receipts for {block.Transactions.Count} transactions");
        for (int i = 0; i < receipts.Count; i++)
            if (receipts[i].TransactionHash != block.Transactions[i] || receipts[i].BlockHash != block.Hash)
                throw connection.Wrong("eth_getBlockReceipts", $"receipt {i} is not that of transaction {i}");
        return receipts;
    }

    async Task<byte[][]> GetEnvelopesAsync(ChainBlock block, CancellationToken cancellationToken)
    {
        byte[]?[] rebuilt = await connection.AskAsync("eth_getBlockByHash", json => WriteBlock(json, $"0x{block.Hash}", true),
            answer => answer["transactions"].Items.Select(AnswerReading.Transaction).ToArray(), cancellationToken).ConfigureAwait(false);
        if (rebuilt.Length != block.Transactions.Count) throw connection.Wrong("eth_getBlockByHash", "the block's transactions are not as many as its hashes");
        var envelopes = new byte[rebuilt.Length][];
        for (int i = 0; i < rebuilt.Length; i++)
        {
            var hash = block.Transactions[i];
            // Types that this project does not encode (blobs, delegations) are asked for as bytes, which most endpoints give.
            envelopes[i] = rebuilt[i] ?? await connection.AskAsync("eth_getRawTransactionByHash", json => json.WriteStringValue($"0x{hash}"),
                answer => answer.Data, cancellationToken).ConfigureAwait(false);
            if (Keccak256.Hash(envelopes[i]) != hash) throw connection.Wrong("eth_getBlockByHash", $"the fields of transaction 0x{hash} do not hash to it");
        }
        return envelopes;
    }
}
