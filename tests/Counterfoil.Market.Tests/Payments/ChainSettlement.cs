using Counterfoil.Chain;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;
using Counterfoil.Payments;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;

namespace Counterfoil.Market.Tests.Payments;

/// <summary>A facilitator's chain by JSON-RPC: any EVM chain, or the one in this process.</summary>
/// <param name="client">The chain.</param>
/// <param name="network">Its id.</param>
/// <param name="key">The account that submits; whoever made it disposes it.</param>
/// <param name="firstBlock">The block before which no payment of this facilitator can be: the token's creation.</param>
sealed class ChainSettlement(ChainClient client, NetworkId network, Secp256k1PrivateKey key, ulong firstBlock = 0) : ISettlementChain
{
    public NetworkId Network => network;
    public Address Submitter => key.Address;

    public async ValueTask<PayerView> ViewAsync(Address asset, Address payer, Bytes32 nonce, CancellationToken cancellation)
    {
        var head = (await client.GetLatestBlockAsync(cancellation)).Header;
        // Both at one block: a balance before a transfer and a nonce after it would be nobody's state.
        var balance = await client.CallAsync(new ContractCall { To = asset, Data = Eip3009.EncodeBalance(payer) }, head.Number, cancellation);
        Require(Eip3009.ReadBalance(balance, out var units));
        return new PayerView(units, await IsUsedAsync(asset, payer, nonce, head.Number, cancellation), head.Timestamp);
    }

    async ValueTask<bool> IsUsedAsync(Address asset, Address payer, Bytes32 nonce, ulong block, CancellationToken cancellation)
    {
        var output = await client.CallAsync(new ContractCall { To = asset, Data = Eip3009.EncodeState(payer, nonce) }, block, cancellation);
        Require(Eip3009.ReadState(output, out bool used));
        return used;
    }

    public async ValueTask<Verdict> SimulateAsync(SettlementIntent intent, CancellationToken cancellation)
    {
        try
        {
            await client.CallAsync(new ContractCall { From = Submitter, To = intent.Token.Contract, Data = Eip3009.EncodeTransfer(intent) }, cancellation);
            return Verdict.Accept;
        }
        catch (ChainException reverted) when (reverted.Kind == ChainFailure.Reverted)
        {
            return Verdict.Reject(PaymentChecks.Simulation, "a transfer that succeeds", $"one that reverts with {Convert.ToHexStringLower(reverted.RevertData.Span)}");
        }
    }

    public async ValueTask<ulong> NextAccountNonceAsync(CancellationToken cancellation) => await client.GetNonceAsync(Submitter, cancellation);

    public async ValueTask<PreparedTransfer> PrepareAsync(SettlementIntent intent, ulong accountNonce, CancellationToken cancellation)
    {
        var head = await client.GetLatestBlockAsync(cancellation);
        var tip = await client.GetMaxPriorityFeeAsync(cancellation);
        byte[] raw = new Transaction
        {
            ChainId = network.ChainId,
            Nonce = accountNonce,
            // Twice the base fee lasts through six full blocks in a row.
            MaxFeePerGas = (head.Header.BaseFeePerGas ?? default) * 2 + tip,
            MaxPriorityFeePerGas = tip,
            GasLimit = Eip3009.GasLimit,
            To = intent.Token.Contract,
            Data = Eip3009.EncodeTransfer(intent),
        }.Sign(key).Encode();
        return new PreparedTransfer(Keccak256.Hash(raw).Value, accountNonce, raw);
    }

    public async ValueTask<SendResult> SendAsync(PreparedTransfer transfer, CancellationToken cancellation)
    {
        try
        {
            await client.SendRawTransactionAsync(transfer.Raw, cancellation);
            return SendResult.Taken;
        }
        catch (ChainException refused) when (refused.Kind == ChainFailure.Refused)
        {
            // Nodes have many words for "I have it already"; whether they do is a question.
            return await PlaceAsync(transfer, cancellation) == TransactionPlace.Unknown ? new SendResult(refused.Message) : SendResult.Taken;
        }
    }

    async ValueTask<TransactionPlace> PlaceAsync(PreparedTransfer transfer, CancellationToken cancellation) =>
        await client.GetReceiptAsync(new Keccak256Digest(transfer.Hash), cancellation) is { } receipt
            ? receipt.Succeeded ? TransactionPlace.Succeeded : TransactionPlace.Reverted
            : await client.SendAsync("eth_getTransactionByHash", json => json.WriteStringValue($"0x{transfer.Hash}"), cancellation) == "null"
                ? TransactionPlace.Unknown : TransactionPlace.Waiting;

    public async ValueTask<Sighting> LookAsync(SettlementIntent intent, PreparedTransfer? transfer, CancellationToken cancellation)
    {
        var head = (await client.GetLatestBlockAsync(cancellation)).Header;
        // The usual case first: our own transaction, and it paid.
        if (transfer is not null && await PaidAsync(intent, new Keccak256Digest(transfer.Hash), head.Number, head.Timestamp, cancellation) is { } ours) return ours;
        if (!await IsUsedAsync(intent.Token.Contract, intent.Key.Payer, intent.Key.Nonce, head.Number, cancellation))
            return new Sighting(false, null, 0, transfer is null ? TransactionPlace.Unknown : await PlaceAsync(transfer, cancellation), head.Timestamp);
        var query = new LogQuery { FromBlock = firstBlock, ToBlock = head.Number, Addresses = [intent.Token.Contract], Topics = Eip3009.UsedTopics(intent) };
        foreach (var log in await client.GetLogsAsync(query, cancellation))
            if (await PaidAsync(intent, log.TransactionHash, head.Number, head.Timestamp, cancellation) is { } paid) return paid;
        return new Sighting(true, null, 0, TransactionPlace.Unknown, head.Timestamp);
    }

    async ValueTask<Sighting?> PaidAsync(SettlementIntent intent, Keccak256Digest transaction, ulong head, ulong time, CancellationToken cancellation)
    {
        var receipt = await client.GetReceiptAsync(transaction, cancellation);
        // The chain may have grown since the head was read: then the transaction has its own block at least.
        return receipt is { Succeeded: true } && Eip3009.Paid(intent, receipt.Logs)
            ? new Sighting(true, transaction.Value, head >= receipt.BlockNumber ? head - receipt.BlockNumber + 1 : 1, TransactionPlace.Succeeded, time) : null;
    }

    static void Require(Verdict verdict)
    {
        if (verdict is not Verdict.Accepted) throw new InvalidDataException($"the token's answer: {verdict}");
    }
}
