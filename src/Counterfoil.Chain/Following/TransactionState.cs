using Counterfoil.Core.Digests;

namespace Counterfoil.Chain.Following;

/// <summary>When a block counts as final.</summary>
public sealed record Finality
{
    /// <summary>Blocks on top of it, its own included. On Ethereum two epochs are 64.</summary>
    public ulong Depth { get; init; } = 12;

    /// <summary>Whether the endpoint's tag <c>finalized</c> makes final as well, at whatever depth. It is the endpoint's word alone.</summary>
    public bool TrustsTag { get; init; }
}

/// <summary>How far a transaction is. It goes back to <see cref="Pending"/> when a reorganisation removes its block.</summary>
public abstract record TransactionState
{
    TransactionState() { }

    /// <summary>In no block of the chain.</summary>
    public sealed record Pending : TransactionState;

    /// <summary>In a block.</summary>
    /// <param name="Block">The block.</param>
    /// <param name="Depth">Blocks on top of it, its own included.</param>
    /// <param name="Receipt">What came of it.</param>
    public sealed record Included(BlockReference Block, ulong Depth, ChainReceipt Receipt) : TransactionState;

    /// <summary>In a block that counts as final.</summary>
    /// <param name="Block">The block.</param>
    /// <param name="Receipt">What came of it.</param>
    public sealed record Final(BlockReference Block, ChainReceipt Receipt) : TransactionState;

    /// <summary>Judges a receipt by the chain as a reader knows it. A receipt of a block that is not in the window is one of no block.</summary>
    /// <param name="window">The latest blocks.</param>
    /// <param name="receipt">What the endpoint told, or null.</param>
    /// <param name="finality">When a block counts as final.</param>
    /// <param name="finalized">The number of the latest block that the endpoint calls final, where that is trusted.</param>
    public static TransactionState Judge(ChainWindow window, ChainReceipt? receipt, Finality finality, ulong? finalized = null)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentNullException.ThrowIfNull(finality);
        if (receipt is null) return new Pending();
        var block = new BlockReference(receipt.BlockNumber, receipt.BlockHash);
        return window.DepthOf(block) switch
        {
            0 => new Pending(),
            var depth when depth >= finality.Depth || block.Number <= finalized => new Final(block, receipt),
            var depth => new Included(block, depth, receipt),
        };
    }
}

/// <summary>Watches transactions: asks for their receipts and judges them.</summary>
/// <param name="client">The chain.</param>
/// <param name="finality">When a block counts as final.</param>
public sealed class TransactionWatch(ChainClient client, Finality finality)
{
    /// <summary>How far a transaction is. What is said to be final has been proven to be in its block: see <see cref="ChainClient.GetReceiptProofAsync"/>.</summary>
    /// <param name="transaction">Its hash.</param>
    /// <param name="window">The latest blocks, at least as many as the depth of finality.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<TransactionState> LookAsync(Keccak256Digest transaction, ChainWindow window, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(window);
        var receipt = await client.GetReceiptAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (receipt is null) return new TransactionState.Pending();
        ulong? finalized = finality.TrustsTag ? await client.GetFinalizedNumberAsync(cancellationToken).ConfigureAwait(false) : null;
        var state = TransactionState.Judge(window, receipt, finality, finalized);
        // Older than all that is remembered: a block of that number and hash must still be on the chain.
        if (state is TransactionState.Pending && receipt.BlockNumber < window.Oldest.Number
            && (await client.GetBlockAsync(receipt.BlockNumber, cancellationToken).ConfigureAwait(false))?.Hash == receipt.BlockHash)
            state = new TransactionState.Final(new(receipt.BlockNumber, receipt.BlockHash), receipt);
        if (state is not TransactionState.Final final) return state;
        return final with { Receipt = await client.GetProvenReceiptAsync(receipt, cancellationToken).ConfigureAwait(false) };
    }
}
