using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain;

/// <summary>An account that sends transactions. One writer: its nonces are given out one after the other, so that no transaction waits for one that was never sent.</summary>
/// <remarks>
/// The next nonce is asked of the chain before the first transaction and again after a refusal; in between it is counted here, so that many
/// transactions can be under way. Two of these for one key, in one process or two, will collide: the chain then refuses one of them, and no money is lost. Holds nothing that
/// outlives the process: what must be done once whatever happens is for an <see cref="Sending.Outbox"/>.
/// </remarks>
public sealed class ChainAccount : IDisposable
{
    readonly SemaphoreSlim turn = new(1, 1);
    readonly Secp256k1PrivateKey key;
    ulong? nextNonce, chainId;

    /// <summary>Sends by a key, which stays the caller's to dispose.</summary>
    public ChainAccount(ChainClient client, Secp256k1PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(key);
        (Client, this.key) = (client, key);
    }

    /// <summary>The chain it sends to.</summary>
    public ChainClient Client { get; }

    /// <summary>The account's address.</summary>
    public Address Address => key.Address;

    /// <summary>Signs and hands in an EIP-1559 transaction, and returns its hash. Gas is estimated unless <paramref name="gasLimit"/> is given; a call that would revert is not sent.</summary>
    /// <exception cref="ChainException">The call would revert, or the chain refused the transaction or could not be asked.</exception>
    public async Task<Keccak256Digest> SendAsync(ContractCall call, ulong? gasLimit = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        ulong chain = chainId ??= await Client.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
        ulong gas = gasLimit ?? await EstimateAsync(call, cancellationToken).ConfigureAwait(false);
        var tip = await Client.GetMaxPriorityFeeAsync(cancellationToken).ConfigureAwait(false);
        var baseFee = await Client.GetBaseFeeAsync(cancellationToken).ConfigureAwait(false);
        var transaction = new Transaction
        {
            ChainId = chain,
            Nonce = 0,
            // Twice the base fee lasts through six full blocks in a row.
            MaxFeePerGas = baseFee * 2 + tip,
            MaxPriorityFeePerGas = tip,
            GasLimit = gas,
            To = call.To,
            Value = call.Value,
            Data = call.Data,
            Type = call.Authorizations.Count > 0 ? TransactionType.SetCode : TransactionType.DynamicFee,
            Authorizations = call.Authorizations,
        };
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ulong nonce = nextNonce ?? await Client.GetNonceAsync(Address, cancellationToken).ConfigureAwait(false);
            // If this fails, whether the chain has the transaction is unknown: the next one asks for the nonce anew.
            nextNonce = null;
            byte[] raw = (transaction with { Nonce = nonce }).Sign(key).Encode();
            var hash = await Client.SendRawTransactionAsync(raw, cancellationToken).ConfigureAwait(false);
            nextNonce = nonce + 1;
            return hash;
        }
        finally
        {
            turn.Release();
        }
    }

    // An estimate is for the state of this moment; a tenth more covers what other transactions change meanwhile.
    async Task<ulong> EstimateAsync(ContractCall call, CancellationToken cancellationToken)
    {
        ulong gas = await Client.EstimateGasAsync(call with { From = Address }, cancellationToken).ConfigureAwait(false);
        // EIP-7702 charges for each authorization before anything runs.
        return gas + gas / 10 + 25_000 * (ulong)call.Authorizations.Count;
    }

    /// <summary>As <see cref="SendAsync"/>, and waits for the receipt.</summary>
    /// <exception cref="ChainException">As there, or the transaction is in a block and failed: <see cref="ChainFailure.Reverted"/>.</exception>
    public async Task<ChainReceipt> SendAndWaitAsync(
        ContractCall call, ulong? gasLimit = null, int confirmations = 1, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var hash = await SendAsync(call, gasLimit, cancellationToken).ConfigureAwait(false);
        var receipt = await Client.WaitForReceiptAsync(hash, confirmations, timeout, cancellationToken).ConfigureAwait(false);
        return receipt.Succeeded ? receipt : throw new ChainException(Client.Endpoint, "eth_sendRawTransaction", $"transaction 0x{hash} failed in block {receipt.BlockNumber}")
        {
            Kind = ChainFailure.Reverted,
        };
    }

    /// <summary>Creates a contract and returns its address and the receipt.</summary>
    /// <param name="initCode">The artifact's bytecode, and the constructor's arguments behind it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<(Address Address, ChainReceipt Receipt)> DeployAsync(ReadOnlyMemory<byte> initCode, CancellationToken cancellationToken = default)
    {
        var receipt = await SendAndWaitAsync(new ContractCall { To = null, Data = initCode }, cancellationToken: cancellationToken).ConfigureAwait(false);
        return receipt.Created is { } created ? (created, receipt)
            : throw new ChainException(Client.Endpoint, "eth_getTransactionReceipt", "a creation succeeded without a contract's address") { Kind = ChainFailure.WrongAnswer };
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();
}
