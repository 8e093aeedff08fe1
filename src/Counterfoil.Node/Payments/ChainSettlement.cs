using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;
using Counterfoil.Payments;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Settlement;

namespace Counterfoil.Node.Payments;

/// <summary>An EVM chain as a facilitator sees it: the facilitator's rules over our JSON-RPC client.</summary>
/// <param name="client">The chain.</param>
/// <param name="chainId">Its EIP-155 id.</param>
/// <param name="submitter">Signs and pays for the transactions that carry payments; stays the caller's.</param>
public sealed class ChainSettlement(ChainClient client, ulong chainId, Secp256k1PrivateKey submitter) : ISettlementChain
{
    // What a transfer by EIP-3009 to a fresh balance may cost, with room: it is not estimated again, since it was simulated.
    const ulong GasLimit = 150_000;

    /// <inheritdoc/>
    public NetworkId Network => new(chainId);

    /// <inheritdoc/>
    public Address Submitter => submitter.Address;

    /// <inheritdoc/>
    public async ValueTask<PayerView> ViewAsync(Address asset, Address payer, Bytes32 nonce, CancellationToken cancellation)
    {
        var token = Token(asset);
        var head = await client.GetLatestBlockAsync(cancellation).ConfigureAwait(false);
        var balance = await token.AskAsync("balanceOf", [payer], default, cancellation).ConfigureAwait(false);
        var used = await token.AskAsync("authorizationState", [payer, nonce], default, cancellation).ConfigureAwait(false);
        return new PayerView(new TokenAmount(balance[0].AsNumber), used[0].AsBool, head.Header.Timestamp);
    }

    /// <inheritdoc/>
    public async ValueTask<Verdict> SimulateAsync(SettlementIntent intent, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(intent);
        try
        {
            await client.CallAsync(Transfer(intent) with { From = Submitter }, cancellation).ConfigureAwait(false);
            return Verdict.Accept;
        }
        catch (ChainException refused) when (refused.Kind == ChainFailure.Reverted)
        {
            return Verdict.Reject(PaymentChecks.Simulation, "a transfer that succeeds", ContractArtifact.TestDollar.DescribeRevert(refused.RevertData.Span) ?? refused.Message);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ulong> NextAccountNonceAsync(CancellationToken cancellation) => await client.GetNonceAsync(Submitter, cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<PreparedTransfer> PrepareAsync(SettlementIntent intent, ulong accountNonce, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var call = Transfer(intent);
        var tip = await client.GetMaxPriorityFeeAsync(cancellation).ConfigureAwait(false);
        var head = await client.GetLatestBlockAsync(cancellation).ConfigureAwait(false);
        byte[] raw = new Transaction
        {
            ChainId = chainId,
            Nonce = accountNonce,
            MaxFeePerGas = (head.Header.BaseFeePerGas ?? default) * 2 + tip,
            MaxPriorityFeePerGas = tip,
            GasLimit = GasLimit,
            To = call.To,
            Value = default,
            Data = call.Data,
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
            // A node that has it already refuses it, too: what counts is whether it is there.
            return await client.GetReceiptAsync(new Keccak256Digest(transfer.Hash), cancellation).ConfigureAwait(false) is null ? new SendResult(refused.Message) : SendResult.Taken;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Sighting> LookAsync(SettlementIntent intent, PreparedTransfer? transfer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var authorization = intent.Authorization;
        var token = Token(intent.Token.Contract);
        var view = await ViewAsync(token.Address, authorization.From, authorization.Nonce, cancellation).ConfigureAwait(false);
        var (paidBy, confirmations) = view.NonceUsed ? await FindPaymentAsync(token, authorization, cancellation).ConfigureAwait(false) : (null, 0UL);
        var place = TransactionPlace.Unknown;
        if (transfer is not null)
        {
            var receipt = await client.GetReceiptAsync(new Keccak256Digest(transfer.Hash), cancellation).ConfigureAwait(false);
            if (receipt is not null) place = receipt.Succeeded ? TransactionPlace.Succeeded : TransactionPlace.Reverted;
            else if (await client.HasTransactionAsync(new Keccak256Digest(transfer.Hash), cancellation).ConfigureAwait(false)) place = TransactionPlace.Waiting;
        }
        return new Sighting(view.NonceUsed, paidBy, confirmations, place, view.BlockTime);
    }

    async Task<(Bytes32? PaidBy, ulong Confirmations)> FindPaymentAsync(Contract token, TransferAuthorization authorization, CancellationToken cancellation)
    {
        var query = new LogQuery
        {
            Addresses = [token.Address],
            Topics = [token.Artifact.Event("AuthorizationUsed").Topic, new Bytes32(authorization.From.ToWord().ToBigEndian()), authorization.Nonce],
        };
        foreach (var log in await client.GetLogsAsync(query, cancellation).ConfigureAwait(false))
        {
            var receipt = await client.GetReceiptAsync(log.TransactionHash, cancellation).ConfigureAwait(false);
            if (receipt is null || !receipt.Succeeded) continue;
            var transfer = token.Artifact.Event("Transfer");
            bool moved = receipt.Logs.Any(entry => entry.Address == token.Address && transfer.Decode(entry, out var a).IsAccepted
                && a[0].AsAddress == authorization.From && a[1].AsAddress == authorization.To && a[2].AsNumber == authorization.Value.Units);
            if (!moved) continue;
            ulong head = await client.GetBlockNumberAsync(cancellation).ConfigureAwait(false);
            return (log.TransactionHash.Value, head - receipt.BlockNumber + 1);
        }
        return (null, 0);
    }

    ContractCall Transfer(SettlementIntent intent)
    {
        var a = intent.Authorization;
        return Token(intent.Token.Contract).Call(
            "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
            a.From, a.To, a.Value, a.ValidAfter, a.ValidBefore, a.Nonce, intent.Signature.Value.ToArray());
    }

    Contract Token(Address asset) => new(client, ContractArtifact.TestDollar, asset);
}
