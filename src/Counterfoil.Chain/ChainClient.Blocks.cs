using System.Text.Json;
using Counterfoil.Chain.Rpc;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;

namespace Counterfoil.Chain;

public sealed partial class ChainClient
{
    /// <summary>The latest block, its header rebuilt and hashed.</summary>
    public Task<ChainBlock> GetLatestBlockAsync(CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_getBlockByNumber", json => WriteBlock(json, "latest", false), AnswerReading.Block, cancellationToken);

    /// <summary>The block of a number, its header rebuilt and hashed; null beyond the latest.</summary>
    public Task<ChainBlock?> GetBlockAsync(ulong number, CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_getBlockByNumber", json => WriteBlock(json, ((UInt256)number).ToHex(), false),
            answer => answer.IsNull ? null : Expect(answer, AnswerReading.Block(answer), block => block.Header.Number == number, $"block {number}"), cancellationToken);

    /// <summary>The block of a hash, its header rebuilt and hashed; null where there is none.</summary>
    public Task<ChainBlock?> GetBlockAsync(Keccak256Digest hash, CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_getBlockByHash", json => WriteBlock(json, $"0x{hash}", false),
            answer => answer.IsNull ? null : Expect(answer, AnswerReading.Block(answer), block => block.Hash == hash, $"block 0x{hash}"), cancellationToken);

    /// <summary>The number of the latest block that the endpoint calls final; null where it knows no such tag.</summary>
    public async Task<ulong?> GetFinalizedNumberAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await connection.AskAsync<ulong?>("eth_getBlockByNumber", json => WriteBlock(json, "finalized", false),
                answer => answer.IsNull ? null : AnswerReading.Block(answer).Header.Number, cancellationToken).ConfigureAwait(false);
        }
        catch (ChainException unknown) when (unknown.Kind == ChainFailure.Refused)
        {
            return null;
        }
    }

    /// <summary>What came of a transaction; null while it is in no block.</summary>
    public Task<ChainReceipt?> GetReceiptAsync(Keccak256Digest transaction, CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_getTransactionReceipt", json => json.WriteStringValue($"0x{transaction}"),
            answer => answer.IsNull ? null : Expect(answer, AnswerReading.Receipt(answer), receipt => receipt.TransactionHash == transaction, $"the receipt of 0x{transaction}"), cancellationToken);

    /// <summary>Whether the chain knows a transaction, in a block or waiting for one.</summary>
    public Task<bool> HasTransactionAsync(Keccak256Digest transaction, CancellationToken cancellationToken = default) =>
        connection.AskAsync("eth_getTransactionByHash", json => json.WriteStringValue($"0x{transaction}"), answer => !answer.IsNull, cancellationToken);

    /// <summary>Waits until a transaction is in a block and so many blocks are on top of it counting its own.</summary>
    /// <param name="transaction">The transaction's hash.</param>
    /// <param name="confirmations">1 for being in a block. On a chain that reorganises, more.</param>
    /// <param name="timeout">The longest wait; a minute if null.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChainException">It was not in a block in time: <see cref="ChainFailure.TimedOut"/>.</exception>
    public async Task<ChainReceipt> WaitForReceiptAsync(
        Keccak256Digest transaction, int confirmations = 1, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(confirmations, 1);
        var limit = timeout ?? TimeSpan.FromMinutes(1);
        long start = time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(20); ;)
        {
            // Asked anew each time, so that a transaction that a reorganisation moved is found where it is now.
            var receipt = await GetReceiptAsync(transaction, cancellationToken).ConfigureAwait(false);
            if (receipt is not null && (confirmations == 1
                || await GetBlockNumberAsync(cancellationToken).ConfigureAwait(false) + 1 >= receipt.BlockNumber + (ulong)confirmations)) return receipt;
            if (time.GetElapsedTime(start) > limit)
                throw new ChainException(Endpoint, "eth_getTransactionReceipt", $"transaction 0x{transaction} did not have {confirmations} confirmations within {limit.TotalSeconds:0.#} s")
                {
                    Kind = ChainFailure.TimedOut,
                };
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            pause = TimeSpan.FromMilliseconds(Math.Min(1_000, pause.TotalMilliseconds * 1.5));
        }
    }

    static T Expect<T>(RpcAnswer answer, T value, Func<T, bool> holds, string what) => holds(value) ? value : throw answer.Contradiction($"the answer is not {what}");

    static void WriteBlock(Utf8JsonWriter json, string block, bool whole)
    {
        json.WriteStringValue(block);
        json.WriteBooleanValue(whole);
    }
}
