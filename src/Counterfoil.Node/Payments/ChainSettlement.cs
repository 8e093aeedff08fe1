using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
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
public sealed class ChainSettlement(ChainClient client, ulong chainId, Secp256k1PrivateKey submitter, ulong firstBlock = 0) : ISettlementChain
{
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
    public async ValueTask<ulong> NextAccountNonceAsync(CancellationToken cancellation) => await client.GetNonceAsync(Submitter, cancellation).ConfigureAwait(false);

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
            return await PlaceAsync(transfer, cancellation).ConfigureAwait(false) == TransactionPlace.Unknown ? new SendResult(Words(refused)) : SendResult.Taken;
        }
    }

    // What the node said, without where it lives: this reaches sellers and buyers.
    static string Words(ChainException said) => said.Message.Replace($" at {said.Endpoint}", "", StringComparison.Ordinal);

    async ValueTask<TransactionPlace> PlaceAsync(PreparedTransfer transfer, CancellationToken cancellation) =>
        await client.GetReceiptAsync(new Keccak256Digest(transfer.Hash), cancellation).ConfigureAwait(false) is { } receipt
            ? receipt.Succeeded ? TransactionPlace.Succeeded : TransactionPlace.Reverted
            : await client.HasTransactionAsync(new Keccak256Digest(transfer.Hash), cancellation).ConfigureAwait(false) ? TransactionPlace.Waiting : TransactionPlace.Unknown;

    /// <inheritdoc/>
    public async ValueTask<Sighting> LookAsync(SettlementIntent intent, PreparedTransfer? transfer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(intent);
        // The place first, the nonce's state after it: so a revert is never seen without the use of the nonce that caused it.
        var place = transfer is null ? TransactionPlace.Unknown : await PlaceAsync(transfer, cancellation).ConfigureAwait(false);
        var head = (await client.GetLatestBlockAsync(cancellation).ConfigureAwait(false)).Header;
        if (place == TransactionPlace.Succeeded && await PaidAsync(intent, new Keccak256Digest(transfer!.Hash), head, place, cancellation).ConfigureAwait(false) is { } ours)
            return ours;
        if (!await IsUsedAsync(intent.Token.Contract, intent.Key.Payer, intent.Key.Nonce, head.Number, cancellation).ConfigureAwait(false))
            return new Sighting(false, null, 0, place, head.Timestamp);
        var query = new LogQuery { FromBlock = firstBlock, ToBlock = head.Number, Addresses = [intent.Token.Contract], Topics = Eip3009.UsedTopics(intent) };
        foreach (var log in await client.GetLogsAsync(query, cancellation).ConfigureAwait(false))
            if (await PaidAsync(intent, log.TransactionHash, head, place, cancellation).ConfigureAwait(false) is { } paid) return paid;
        return new Sighting(true, null, 0, place, head.Timestamp);
    }

    async ValueTask<Sighting?> PaidAsync(SettlementIntent intent, Keccak256Digest transaction, BlockHeader head, TransactionPlace place, CancellationToken cancellation)
    {
        var receipt = await client.GetReceiptAsync(transaction, cancellation).ConfigureAwait(false);
        return receipt is { Succeeded: true } && receipt.BlockNumber <= head.Number && Eip3009.Paid(intent, receipt.Logs)
            ? new Sighting(true, transaction.Value, head.Number - receipt.BlockNumber + 1, place, head.Timestamp) : null;
    }

    static void Require(Verdict verdict)
    {
        if (verdict is not Verdict.Accepted) throw new InvalidDataException($"the token's answer: {verdict}");
    }
}
