using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain.Rpc;

/// <summary>Blocks, transactions, receipts and logs as the Ethereum JSON-RPC specification spells them.</summary>
static class RpcWriter
{
    public static void Quantity(this Utf8JsonWriter json, string name, UInt256 value) => json.WriteString(name, value.ToHex());

    public static void QuantityOrNull(this Utf8JsonWriter json, string name, UInt256? value)
    {
        if (value is { } present) json.Quantity(name, present);
        else json.WriteNull(name);
    }

    public static void Data(this Utf8JsonWriter json, string name, ReadOnlySpan<byte> bytes) => json.WriteString(name, Text(bytes));

    public static void Hash(this Utf8JsonWriter json, string name, Bytes32 value) => json.WriteString(name, $"0x{value}");

    public static void AddressOrNull(this Utf8JsonWriter json, string name, Address? address)
    {
        if (address is { } present) json.WriteString(name, present.ToHex());
        else json.WriteNull(name);
    }

    public static string Text(ReadOnlySpan<byte> bytes) => $"0x{Convert.ToHexStringLower(bytes)}";

    public static void Block(this Utf8JsonWriter json, Block block, bool withTransactions)
    {
        json.WriteStartObject();
        json.HeaderFields(block);
        json.Quantity("totalDifficulty", default);
        json.Quantity("size", (ulong)block.Size);
        json.WriteStartArray("transactions");
        foreach (var transaction in block.Transactions)
        {
            if (withTransactions) json.Transaction(transaction.Signed, transaction.Hash, transaction.From, (transaction, block));
            else json.WriteStringValue($"0x{transaction.Hash}");
        }
        json.WriteEndArray();
        json.WriteStartArray("uncles");
        json.WriteEndArray();
        json.WriteStartArray("withdrawals");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A block without its transactions, as those who follow the chain are told of it.</summary>
    public static void Head(this Utf8JsonWriter json, Block block)
    {
        json.WriteStartObject();
        json.HeaderFields(block);
        json.WriteEndObject();
    }

    static void HeaderFields(this Utf8JsonWriter json, Block block)
    {
        var header = block.Header;
        json.Hash("hash", block.Hash.Value);
        json.Hash("parentHash", header.ParentHash.Value);
        json.Hash("sha3Uncles", header.OmmersHash.Value);
        json.WriteString("miner", header.Beneficiary.ToHex());
        json.Hash("stateRoot", header.StateRoot.Value);
        json.Hash("transactionsRoot", header.TransactionsRoot.Value);
        json.Hash("receiptsRoot", header.ReceiptsRoot.Value);
        json.Data("logsBloom", header.LogsBloom.Bytes);
        json.Quantity("difficulty", header.Difficulty);
        json.Quantity("number", header.Number);
        json.Quantity("gasLimit", header.GasLimit);
        json.Quantity("gasUsed", header.GasUsed);
        json.Quantity("timestamp", header.Timestamp);
        json.Data("extraData", header.ExtraData.Span);
        json.Hash("mixHash", header.PrevRandao);
        json.WriteString("nonce", "0x0000000000000000");
        json.QuantityOrNull("baseFeePerGas", header.BaseFeePerGas);
        if (header.WithdrawalsRoot is { } withdrawals) json.Hash("withdrawalsRoot", withdrawals.Value);
        json.Quantity("blobGasUsed", header.BlobGasUsed ?? 0);
        json.Quantity("excessBlobGas", header.ExcessBlobGas ?? 0);
        if (header.ParentBeaconBlockRoot is { } beacon) json.Hash("parentBeaconBlockRoot", beacon);
        if (header.RequestsHash is { } requests) json.Hash("requestsHash", requests);
    }

    static void WriteAuthorizations(Utf8JsonWriter json, IReadOnlyList<SignedAuthorization> authorizations)
    {
        json.WriteStartArray("authorizationList");
        foreach (var (authorization, parity, r, s) in authorizations)
        {
            json.WriteStartObject();
            json.Quantity("chainId", authorization.ChainId);
            json.WriteString("address", authorization.Delegate.ToHex());
            json.Quantity("nonce", authorization.Nonce);
            json.Quantity("yParity", parity);
            json.Quantity("r", r);
            json.Quantity("s", s);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void Transaction(this Utf8JsonWriter json, SignedTransaction signed, Keccak256Digest hash, Address from, (MinedTransaction Mined, Block Block)? place)
    {
        var transaction = signed.Transaction;
        json.WriteStartObject();
        json.Hash("hash", hash.Value);
        json.Quantity("type", (ulong)transaction.Type);
        json.Quantity("nonce", transaction.Nonce);
        json.WriteString("from", from.ToHex());
        json.AddressOrNull("to", transaction.To);
        json.Quantity("value", transaction.Value);
        json.Quantity("gas", transaction.GasLimit);
        json.Data("input", transaction.Data.Span);
        json.Quantity("gasPrice", place?.Mined.EffectiveGasPrice ?? transaction.MaxFeePerGas);
        if (transaction.Type >= TransactionType.DynamicFee)
        {
            json.Quantity("maxFeePerGas", transaction.MaxFeePerGas);
            json.Quantity("maxPriorityFeePerGas", transaction.MaxPriorityFeePerGas);
        }
        if (transaction.ChainId is { } chain) json.Quantity("chainId", chain);
        if (transaction.Type != TransactionType.Legacy)
        {
            json.AccessList(transaction.AccessList);
            if (transaction.Type == TransactionType.SetCode) WriteAuthorizations(json, transaction.Authorizations);
            json.Quantity("yParity", signed.Signature.YParity ? 1 : 0);
            json.Quantity("v", signed.Signature.YParity ? 1 : 0);
        }
        else
        {
            json.Quantity("v", transaction.ChainId is { } id ? (UInt256)id * 2 + 35 + (signed.Signature.YParity ? 1 : 0) : signed.Signature.V);
        }
        json.Quantity("r", signed.Signature.R);
        json.Quantity("s", signed.Signature.S);
        if (place is var (mined, block))
        {
            json.Hash("blockHash", block.Hash.Value);
            json.Quantity("blockNumber", block.Number);
            json.Quantity("transactionIndex", (ulong)mined.Index);
        }
        else
        {
            json.WriteNull("blockHash");
            json.WriteNull("blockNumber");
            json.WriteNull("transactionIndex");
        }
        json.WriteEndObject();
    }

    public static void AccessList(this Utf8JsonWriter json, IReadOnlyList<AccessListEntry> entries)
    {
        json.WriteStartArray("accessList");
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("address", entry.Address.ToHex());
            json.WriteStartArray("storageKeys");
            foreach (var key in entry.StorageKeys) json.WriteStringValue($"0x{key}");
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void Receipt(this Utf8JsonWriter json, MinedTransaction transaction, Block block)
    {
        var asked = transaction.Signed.Transaction;
        json.WriteStartObject();
        json.Hash("transactionHash", transaction.Hash.Value);
        json.Quantity("transactionIndex", (ulong)transaction.Index);
        json.Hash("blockHash", block.Hash.Value);
        json.Quantity("blockNumber", block.Number);
        json.WriteString("from", transaction.From.ToHex());
        json.AddressOrNull("to", asked.To);
        json.Quantity("type", (ulong)asked.Type);
        json.Quantity("status", transaction.Receipt.Succeeded ? 1 : 0);
        json.Quantity("gasUsed", transaction.GasUsed);
        json.Quantity("cumulativeGasUsed", transaction.Receipt.CumulativeGasUsed);
        json.Quantity("effectiveGasPrice", transaction.EffectiveGasPrice);
        json.AddressOrNull("contractAddress", transaction.Created);
        json.Data("logsBloom", transaction.Receipt.Bloom.Bytes);
        json.WriteStartArray("logs");
        ulong index = FirstLogIndex(transaction, block);
        foreach (var log in transaction.Receipt.Logs) json.Log(log, transaction, block, index++);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Logs are numbered through the block.
    static ulong FirstLogIndex(MinedTransaction transaction, Block block)
    {
        ulong index = 0;
        for (int i = 0; i < transaction.Index; i++) index += (ulong)block.Transactions[i].Receipt.Logs.Count;
        return index;
    }

    public static void Log(this Utf8JsonWriter json, LogEntry log, MinedTransaction transaction, Block block, ulong index, bool removed = false)
    {
        json.WriteStartObject();
        json.WriteString("address", log.Address.ToHex());
        json.WriteStartArray("topics");
        foreach (var topic in log.Topics) json.WriteStringValue($"0x{topic}");
        json.WriteEndArray();
        json.Data("data", log.Data.Span);
        json.Hash("blockHash", block.Hash.Value);
        json.Quantity("blockNumber", block.Number);
        json.Quantity("blockTimestamp", block.Header.Timestamp);
        json.Hash("transactionHash", transaction.Hash.Value);
        json.Quantity("transactionIndex", (ulong)transaction.Index);
        json.Quantity("logIndex", index);
        json.WriteBoolean("removed", removed);
        json.WriteEndObject();
    }
}
