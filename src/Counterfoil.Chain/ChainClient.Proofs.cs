using Counterfoil.Chain.Rpc;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Tries;

namespace Counterfoil.Chain;

/// <summary>What shows, without the chain, that a transaction is in a block and what came of it. It counts under a block hash that someone trusted.</summary>
/// <param name="BlockHash">The block.</param>
/// <param name="Receipt">Proves the receipt, and with it the events.</param>
/// <param name="Transaction">Proves the transaction itself.</param>
public sealed record InclusionEvidence(Keccak256Digest BlockHash, ReceiptProof Receipt, TransactionProof Transaction);

/// <summary>What a block's header commits to, in order.</summary>
/// <param name="Receipts">What came of each transaction. Sender, gas price and created contract are the endpoint's word; the rest is the root's.</param>
/// <param name="Envelopes">The transactions themselves.</param>
public sealed record BlockContents(IReadOnlyList<ChainReceipt> Receipts, IReadOnlyList<byte[]> Envelopes);

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
        var (block, contents) = await GetContentsAsync(receipt, cancellationToken).ConfigureAwait(false);
        var receipts = contents.Receipts.Select(each => each.Receipt).ToArray();
        var envelopes = contents.Envelopes;
        ulong index = (ulong)receipt.Index;
        return new InclusionEvidence(block.Hash, ReceiptProof.Create(block.Header, receipts, index), TransactionProof.Create(block.Header, envelopes, index));
    }

    /// <summary>A receipt as its block commits to it, in place of one that an endpoint only told. At the price of all receipts and transactions of the block.</summary>
    /// <exception cref="ChainException">The transaction is not in that block, or the endpoint's answers contradict one another.</exception>
    public async Task<ChainReceipt> GetProvenReceiptAsync(ChainReceipt told, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(told);
        var (_, contents) = await GetContentsAsync(told, cancellationToken).ConfigureAwait(false);
        return contents.Receipts[told.Index];
    }

    async Task<(ChainBlock Block, BlockContents Contents)> GetContentsAsync(ChainReceipt receipt, CancellationToken cancellationToken)
    {
        var block = await GetBlockAsync(receipt.BlockHash, cancellationToken).ConfigureAwait(false)
            ?? throw connection.Wrong("eth_getBlockByHash", $"there is no block 0x{receipt.BlockHash}, which the receipt names");
        if (receipt.BlockNumber != block.Header.Number) throw connection.Wrong("eth_getTransactionReceipt", $"block 0x{block.Hash} has the number {block.Header.Number}, not {receipt.BlockNumber}");
        if (receipt.Index >= block.Transactions.Count || block.Transactions[receipt.Index] != receipt.TransactionHash)
            throw connection.Wrong("eth_getBlockByHash", $"the block has another transaction at the receipt's index {receipt.Index}");
        return (block, await GetContentsAsync(block, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Everything that is in a block, held to the roots of its header: a receipt, a log or a transaction that is missing, changed or made up is an error.</summary>
    /// <remarks>Costs two answers as large as the block.</remarks>
    public async Task<BlockContents> GetContentsAsync(ChainBlock block, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        var receipts = await GetBlockReceiptsAsync(block, cancellationToken).ConfigureAwait(false);
        var receiptsRoot = MerklePatriciaTrie.OfList(receipts.Select(each => each.Receipt.Encode())).Root;
        if (receiptsRoot != block.Header.ReceiptsRoot)
            throw connection.Wrong("eth_getBlockReceipts", $"the receipts have the root 0x{receiptsRoot}, and the header says 0x{block.Header.ReceiptsRoot}");
        byte[][] envelopes = await GetEnvelopesAsync(block, cancellationToken).ConfigureAwait(false);
        var transactionsRoot = MerklePatriciaTrie.OfList(envelopes).Root;
        if (transactionsRoot != block.Header.TransactionsRoot)
            throw connection.Wrong("eth_getBlockByHash", $"the transactions have the root 0x{transactionsRoot}, and the header says 0x{block.Header.TransactionsRoot}");
        return new BlockContents(receipts, envelopes);
    }

    /// <summary>An account after a block, proven under the state root of the block's header (<c>eth_getProof</c>); null where there is none.</summary>
    /// <exception cref="ChainException">The endpoint does not make such proofs (<see cref="ChainFailure.Refused"/>), or what it says is not proven.</exception>
    public async Task<AccountState?> GetAccountAsync(Address address, ChainBlock block, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        var nodes = await connection.AskAsync("eth_getProof", json =>
        {
            json.WriteStringValue(address.ToHex());
            json.WriteStartArray();
            json.WriteEndArray();
            json.WriteStringValue(((UInt256)block.Header.Number).ToHex());
        }, answer => answer["accountProof"].Items.Take(TrieProof.MaxNodes + 1).Select(node => (ReadOnlyMemory<byte>)node.Data).ToArray(), cancellationToken).ConfigureAwait(false);
        return AccountState.Verify(block.Header.StateRoot, address, nodes, out var account) is Verdict.Rejected rejected
            ? throw connection.Wrong("eth_getProof", $"the account {address} is not proven: {rejected.Reason}") : account;
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
            if (receipts[i].TransactionHash != block.Transactions[i] || receipts[i].BlockHash != block.Hash || receipts[i].BlockNumber != block.Header.Number || receipts[i].Index != i)
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
