using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Chain.Following;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;
using Counterfoil.Payments;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;

namespace Counterfoil.Node.Payments;

/// <summary>An EVM chain as a facilitator sees it: any chain by JSON-RPC, or the one in this process.</summary>
/// <param name="client">The chain.</param>
/// <param name="chainId">Its EIP-155 id.</param>
/// <param name="submitter">Signs and pays for the transactions that carry payments; stays the caller's.</param>
/// <param name="firstBlock">The block before which no payment of this facilitator can be: the token's creation.</param>
/// <param name="finality">When a block counts as final; by default 12 blocks, or the endpoint's tag.</param>
/// <remarks>
/// What makes an outcome is proven: receipts are held to the roots of a block of the chain, and a nonce that is spent must have its event. What one endpoint can still do is
/// to lie about <c>eth_call</c>, by which balances and nonces' states are asked, and to show a chain of its own making; neither makes a payment of none.
/// </remarks>
public sealed class ChainSettlement(ChainClient client, ulong chainId, Secp256k1PrivateKey submitter, ulong firstBlock = 0, Finality? finality = null) : ISettlementChain
{
    readonly Finality finality = finality ?? new Finality { TrustsTag = true };

    /// <inheritdoc/>
    public NetworkId Network => new(chainId);

    /// <inheritdoc/>
    public Address Submitter => submitter.Address;

    /// <inheritdoc/>
    public async ValueTask<PayerView> ViewAsync(Address asset, Address payer, Bytes32 nonce, CancellationToken cancellation)
    {
        var head = (await client.GetLatestBlockAsync(cancellation).ConfigureAwait(false)).Header;
        // Both at one block: a balance before a transfer and a nonce after it would be nobody's state.
        var balance = await client.CallAsync(new ContractCall { To = asset, Data = Eip3009.EncodeBalance(payer) }, head.Number, cancellation).ConfigureAwait(false);
        Require(Eip3009.ReadBalance(balance, out var units));
        return new PayerView(units, await IsUsedAsync(asset, payer, nonce, head.Number, cancellation).ConfigureAwait(false), head.Timestamp);
    }

    async ValueTask<bool> IsUsedAsync(Address asset, Address payer, Bytes32 nonce, ulong block, CancellationToken cancellation)
    {
        var output = await client.CallAsync(new ContractCall { To = asset, Data = Eip3009.EncodeState(payer, nonce) }, block, cancellation).ConfigureAwait(false);
        Require(Eip3009.ReadState(output, out bool used));
        return used;
    }

    /// <inheritdoc/>
    public async ValueTask<Verdict> SimulateAsync(SettlementIntent intent, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(intent);
        try
        {
            await client.CallAsync(new ContractCall { From = Submitter, To = intent.Token.Contract, Data = Eip3009.EncodeTransfer(intent) }, cancellation).ConfigureAwait(false);
            return Verdict.Accept;
        }
        catch (ChainException reverted) when (reverted.Kind == ChainFailure.Reverted)
        {
            return Verdict.Reject(PaymentChecks.Simulation, "a transfer that succeeds", ContractArtifact.TestDollar.DescribeRevert(reverted.RevertData.Span) ?? Words(reverted));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ulong> NextAccountNonceAsync(CancellationToken cancellation)
    {
        // Proven where the endpoint makes proofs: a nonce made up too high would leave everything behind it waiting for ever.
        try
        {
            var head = await client.GetLatestBlockAsync(cancellation).ConfigureAwait(false);
            return (await client.GetAccountAsync(Submitter, head, cancellation).ConfigureAwait(false))?.Nonce ?? 0;
        }
        catch (ChainException unproven) when (unproven.Kind == ChainFailure.Refused)
        {
            return await client.GetNonceAsync(Submitter, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PreparedTransfer> PrepareAsync(SettlementIntent intent, ulong accountNonce, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var head = await client.GetLatestBlockAsync(cancellation).ConfigureAwait(false);
        var tip = await client.GetMaxPriorityFeeAsync(cancellation).ConfigureAwait(false);
        byte[] raw = new Transaction
        {
            ChainId = chainId,
            Nonce = accountNonce,
            // Twice the base fee lasts through six full blocks in a row.
            MaxFeePerGas = (head.Header.BaseFeePerGas ?? default) * 2 + tip,
            MaxPriorityFeePerGas = tip,
            GasLimit = Eip3009.GasLimit,
            To = intent.Token.Contract,
            Data = Eip3009.EncodeTransfer(intent),
        }.Sign(submitter).Encode();
        return new PreparedTransfer(Keccak256.Hash(raw).Value, accountNonce, raw);
    }

    /// <inheritdoc/>
    public async ValueTask<SendResult> SendAsync(PreparedTransfer transfer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(transfer);
        try
        {
            await client.SendRawTransactionAsync(transfer.Raw, cancellation).ConfigureAwait(false);
            return SendResult.Taken;
        }
        catch (ChainException refused) when (refused.Kind == ChainFailure.Refused)
        {
            // Nodes have many words for "I have it already"; whether they do is a question.
            var receipt = await ReceiptAsync(new Keccak256Digest(transfer.Hash), cancellation).ConfigureAwait(false);
            return await PlaceAsync(transfer, receipt, cancellation).ConfigureAwait(false) == TransactionPlace.Unknown ? new SendResult(Words(refused)) : SendResult.Taken;
        }
    }

    // What the node said, without where it lives: this reaches sellers and buyers.
    static string Words(ChainException said) => said.Message.Replace($" at {said.Endpoint}", "", StringComparison.Ordinal);

    async ValueTask<TransactionPlace> PlaceAsync(PreparedTransfer transfer, ChainReceipt? receipt, CancellationToken cancellation) => receipt switch
    {
        { Succeeded: true } => TransactionPlace.Succeeded,
        { Succeeded: false } => TransactionPlace.Reverted,
        null => await client.HasTransactionAsync(new Keccak256Digest(transfer.Hash), cancellation).ConfigureAwait(false) ? TransactionPlace.Waiting : TransactionPlace.Unknown,
    };

    // What a block of the chain commits to, whatever the endpoint says of it.
    async ValueTask<ChainReceipt?> ReceiptAsync(Keccak256Digest transaction, CancellationToken cancellation)
    {
        if (await client.GetReceiptAsync(transaction, cancellation).ConfigureAwait(false) is not { } told) return null;
        var block = await client.GetBlockAsync(told.BlockNumber, cancellation).ConfigureAwait(false);
        return block?.Hash == told.BlockHash ? await client.GetProvenReceiptAsync(told, cancellation).ConfigureAwait(false) : null;
    }

    /// <inheritdoc/>
    public async ValueTask<Sighting> LookAsync(SettlementIntent intent, PreparedTransfer? transfer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(intent);
        // The place first, the nonce's state after it: so a revert is never seen without the use of the nonce that caused it.
        var receipt = transfer is null ? null : await ReceiptAsync(new Keccak256Digest(transfer.Hash), cancellation).ConfigureAwait(false);
        var place = transfer is null ? TransactionPlace.Unknown : await PlaceAsync(transfer, receipt, cancellation).ConfigureAwait(false);
        var head = (await client.GetLatestBlockAsync(cancellation).ConfigureAwait(false)).Header;
        var final = await FinalAsync(head, cancellation).ConfigureAwait(false);
        var unpaid = new Sighting(false, null, 0, place, final?.Timestamp ?? 0, place == TransactionPlace.Reverted && receipt!.BlockNumber <= final?.Number);
        if (Pays(receipt)) return Paid(receipt!);
        if (!await IsUsedAsync(intent.Token.Contract, intent.Key.Payer, intent.Key.Nonce, head.Number, cancellation).ConfigureAwait(false)) return unpaid;
        var query = new LogQuery { FromBlock = firstBlock, ToBlock = head.Number, Addresses = [intent.Token.Contract], Topics = Eip3009.SpentTopics(intent) };
        ChainReceipt? spending = null;
        foreach (var log in await client.GetLogsAsync(query, cancellation).ConfigureAwait(false))
        {
            var found = await ReceiptAsync(log.TransactionHash, cancellation).ConfigureAwait(false);
            if (Pays(found)) return Paid(found!);
            if (found is not null && Eip3009.Spent(intent, found.Logs)) spending = found;
        }
        // Spent on what? Only its event tells, and an endpoint may keep that back.
        return spending is null ? throw new ChainException(client.Endpoint, "eth_getLogs", "a nonce is spent, and no event says so") { Kind = ChainFailure.WrongAnswer }
            : unpaid with { NonceUsed = true, IsFinal = spending.BlockNumber <= final?.Number };

        bool Pays(ChainReceipt? seen) => seen is { Succeeded: true } && seen.BlockNumber <= head.Number && Eip3009.Paid(intent, seen.Logs);

        Sighting Paid(ChainReceipt paying) =>
            unpaid with { NonceUsed = true, PaidBy = paying.TransactionHash.Value, Confirmations = head.Number - paying.BlockNumber + 1, IsFinal = paying.BlockNumber <= final?.Number };
    }

    // The latest block that no reorganisation takes back; null where there is none yet.
    async ValueTask<BlockHeader?> FinalAsync(BlockHeader head, CancellationToken cancellation)
    {
        ulong? number = head.Number + 1 >= finality.Depth ? head.Number + 1 - finality.Depth : null;
        if (finality.TrustsTag && await client.GetFinalizedNumberAsync(cancellation).ConfigureAwait(false) is { } tagged)
            number = Math.Max(number ?? 0, Math.Min(tagged, head.Number));
        return number == head.Number ? head : number is { } old ? (await client.GetBlockAsync(old, cancellation).ConfigureAwait(false))?.Header : null;
    }

    static void Require(Verdict verdict)
    {
        if (verdict is not Verdict.Accepted) throw new InvalidDataException($"the token's answer: {verdict}");
    }
}
