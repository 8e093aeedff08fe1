using System.Text.Json;
using Counterfoil.Chain.Rpc;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Chain;

/// <summary>Asks any EVM chain by JSON-RPC. Every answer is read as a stranger's; what is wrong with one is a <see cref="ChainException"/>.</summary>
/// <remarks>Holds no key: to send transactions, see <see cref="ChainAccount"/>. Safe for concurrent use.</remarks>
public sealed partial class ChainClient
{
    readonly JsonRpcConnection connection;
    readonly TimeProvider time;

    /// <summary>Asks over a transport.</summary>
    /// <param name="transport">How the chain is reached.</param>
    /// <param name="time">What waiting is measured with; the system's clock if null.</param>
    public ChainClient(IJsonRpcTransport transport, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(transport);
        connection = new JsonRpcConnection(transport);
        this.time = time ?? TimeProvider.System;
    }

    /// <summary>Who is asked.</summary>
    public string Endpoint => connection.Endpoint;

    /// <summary>The chain's id, which every signature names.</summary>
    public Task<ulong> GetChainIdAsync(CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_chainId", null, answer => answer.UInt64, cancellationToken);

    /// <summary>The number of the latest block.</summary>
    public Task<ulong> GetBlockNumberAsync(CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_blockNumber", null, answer => answer.UInt64, cancellationToken);

    /// <summary>An account's wei.</summary>
    public Task<UInt256> GetBalanceAsync(Address address, CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_getBalance", OfAccount(address, "latest"), answer => answer.Quantity, cancellationToken);

    /// <summary>An account's next nonce, counting what waits to be mined.</summary>
    public Task<ulong> GetNonceAsync(Address address, CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_getTransactionCount", OfAccount(address, "pending"), answer => answer.UInt64, cancellationToken);

    /// <summary>An account's next nonce after a block.</summary>
    public Task<ulong> GetNonceAsync(Address address, ulong blockNumber, CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_getTransactionCount", OfAccount(address, ((UInt256)blockNumber).ToHex()), answer => answer.UInt64, cancellationToken);

    /// <summary>An account's code; empty where it has none.</summary>
    public Task<byte[]> GetCodeAsync(Address address, CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_getCode", OfAccount(address, "latest"), answer => answer.Data, cancellationToken);

    /// <summary>A storage slot.</summary>
    public Task<UInt256> GetStorageAsync(Address address, UInt256 slot, CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_getStorageAt", json =>
        {
            json.WriteStringValue(address.ToHex());
            json.WriteStringValue(slot.ToHex());
            json.WriteStringValue("latest");
        }, answer => UInt256.ReadBigEndian(answer.Exactly(32)), cancellationToken);

    /// <summary>Wei per gas to offer as a tip.</summary>
    public Task<UInt256> GetMaxPriorityFeeAsync(CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_maxPriorityFeePerGas", null, answer => answer.Quantity, cancellationToken);

    /// <summary>Wei per gas that the latest block burned; zero on a chain from before EIP-1559.</summary>
    /// <remarks>Reads this one field and not the header, so that a chain whose headers have fields of their own can still be paid on.</remarks>
    public Task<UInt256> GetBaseFeeAsync(CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_getBlockByNumber", json => WriteBlock(json, "latest", false),
            answer => answer["baseFeePerGas"].Optional(fee => fee.Quantity) ?? default, cancellationToken);

    /// <summary>Base fees, fullness and tips of the latest blocks (<c>eth_feeHistory</c>), from which <see cref="Sending.Fees"/> are estimated.</summary>
    /// <param name="blocks">How many blocks; an endpoint may answer fewer.</param>
    /// <param name="percentile">Of each block's gas, ordered by tip: the place whose tip is told; 0 to 100.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<FeeHistory> GetFeeHistoryAsync(int blocks, int percentile, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)percentile, 100u);
        return connection.AskAsync("eth_feeHistory", json =>
        {
            json.WriteStringValue(((UInt256)blocks).ToHex());
            json.WriteStringValue("latest");
            json.WriteStartArray();
            json.WriteNumberValue(percentile);
            json.WriteEndArray();
        }, answer => AnswerReading.Fees(answer, blocks), cancellationToken);
    }

    /// <summary>Tries out a call on the latest block and returns its output.</summary>
    /// <exception cref="ChainException">It reverted, with <see cref="ChainException.RevertData"/>, or could not be asked.</exception>
    public Task<byte[]> CallAsync(ContractCall call, CancellationToken cancellationToken = default) => CallAsync(call, "latest", cancellationToken);

    /// <summary>Tries out a call on the state after a block.</summary>
    /// <exception cref="ChainException">It reverted, with <see cref="ChainException.RevertData"/>, or could not be asked.</exception>
    public Task<byte[]> CallAsync(ContractCall call, ulong blockNumber, CancellationToken cancellationToken = default) =>
        CallAsync(call, ((UInt256)blockNumber).ToHex(), cancellationToken);

    /// <summary>Tries out a call in the block that would come next, whose time is now: what flows by the second is asked for here.</summary>
    /// <exception cref="ChainException">It reverted, with <see cref="ChainException.RevertData"/>, or could not be asked.</exception>
    public Task<byte[]> CallNextAsync(ContractCall call, CancellationToken cancellationToken = default) => CallAsync(call, "pending", cancellationToken);

    Task<byte[]> CallAsync(ContractCall call, string block, CancellationToken cancellationToken) =>
        connection.AskAsync("eth_call", json =>
        {
            Write(json, call);
            json.WriteStringValue(block);
        }, answer => answer.Data, cancellationToken);

    /// <summary>A gas limit with which the call succeeds.</summary>
    /// <exception cref="ChainException">No limit helps: it reverts.</exception>
    public Task<ulong> EstimateGasAsync(ContractCall call, CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_estimateGas", json => Write(json, call), answer => answer.UInt64, cancellationToken);

    /// <summary>Hands in a signed transaction and returns its hash, which the endpoint must agree on. Handing it in again is no error: whoever did not get the answer may ask once more.</summary>
    public async Task<Keccak256Digest> SendRawTransactionAsync(ReadOnlyMemory<byte> raw, CancellationToken cancellationToken = default)
    {
        var hash = Keccak256.Hash(raw.Span);
        try
        {
            return await connection.AskAsync("eth_sendRawTransaction", json => json.WriteStringValue(Text(raw.Span)),
                answer => answer.Digest == hash ? hash : throw answer.Wrong($"the transaction's hash 0x{hash}"), cancellationToken).ConfigureAwait(false);
        }
        catch (ChainException known) when (known.Kind == ChainFailure.Refused && AlreadyThere.Any(words => known.Message.Contains(words, StringComparison.OrdinalIgnoreCase)))
        {
            return hash;
        }
    }

    // The words of geth and ours, and of anvil; a code of its own the refusal does not have.
    static readonly string[] AlreadyThere = ["already known", "already imported"];

    /// <summary>Events, in the order they happened. An endpoint may refuse a range that is too wide.</summary>
    public Task<IReadOnlyList<ChainLog>> GetLogsAsync(LogQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return connection.AskAsync<IReadOnlyList<ChainLog>>("eth_getLogs", json => Write(json, query), answer =>
        {
            var logs = new List<ChainLog>();
            foreach (var item in answer.Items) logs.Add(AnswerReading.Log(item));
            return logs;
        }, cancellationToken);
    }

    /// <summary>Makes a request of any other method and returns the raw JSON of its result: for the cheats of development chains.</summary>
    public Task<string> SendAsync(string method, Action<Utf8JsonWriter>? parameters = null, CancellationToken cancellationToken = default) =>
        connection.AskAsync(method, parameters, answer => answer.RawText, cancellationToken);

    static Action<Utf8JsonWriter> OfAccount(Address address, string block) => json =>
    {
        json.WriteStringValue(address.ToHex());
        json.WriteStringValue(block);
    };

    static string Text(ReadOnlySpan<byte> bytes) => $"0x{Convert.ToHexStringLower(bytes)}";

    static void Write(Utf8JsonWriter json, ContractCall call)
    {
        json.WriteStartObject();
        if (!call.From.IsZero) json.WriteString("from", call.From.ToHex());
        if (call.To is { } to) json.WriteString("to", to.ToHex());
        if (!call.Value.IsZero) json.WriteString("value", call.Value.ToHex());
        json.WriteString("data", Text(call.Data.Span)); // "data" is the one name that every endpoint knows
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, LogQuery query)
    {
        json.WriteStartObject();
        json.WriteString("fromBlock", ((UInt256)query.FromBlock).ToHex());
        json.WriteString("toBlock", query.ToBlock is { } last ? ((UInt256)last).ToHex() : "latest");
        if (query.Addresses.Count > 0)
        {
            json.WriteStartArray("address");
            foreach (var address in query.Addresses) json.WriteStringValue(address.ToHex());
            json.WriteEndArray();
        }
        if (query.Topics.Count > 0)
        {
            json.WriteStartArray("topics");
            foreach (var topic in query.Topics)
            {
                if (topic is { } value) json.WriteStringValue($"0x{value}");
                else json.WriteNullValue();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
