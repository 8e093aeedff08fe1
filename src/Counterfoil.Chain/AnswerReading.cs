using Counterfoil.Chain.Rpc;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.Chain;

/// <summary>Blocks, receipts, logs and transactions out of an endpoint's JSON. A field that is missing or malformed throws; whether the whole is true is for hashes to say.</summary>
static class AnswerReading
{
    public static ChainLog Log(RpcAnswer json) =>
        new(Entry(json), json["blockHash"].Digest, json["blockNumber"].UInt64, json["transactionHash"].Digest, json["logIndex"].UInt64);

    static LogEntry Entry(RpcAnswer json)
    {
        var topics = json["topics"].Items.Select(topic => topic.Hash).ToArray();
        return topics.Length <= LogEntry.MaxTopics ? new LogEntry(json["address"].Address, topics, json["data"].Data) : throw json["topics"].Wrong("at most four topics");
    }

    public static ChainReceipt Receipt(RpcAnswer json)
    {
        ulong type = json["type"].IsNull ? 0 : json["type"].UInt64;
        if (type > (ulong)TransactionType.SetCode) throw json["type"].Wrong($"a type up to {(byte)TransactionType.SetCode}");
        ulong status = json["status"].UInt64, index = json["transactionIndex"].UInt64;
        if (status > 1) throw json["status"].Wrong("0 or 1");
        if (index > int.MaxValue) throw json["transactionIndex"].Wrong("an index");
        var logs = json["logs"].Items.Select(Entry).ToArray();
        return new ChainReceipt
        {
            TransactionHash = json["transactionHash"].Digest,
            BlockHash = json["blockHash"].Digest,
            BlockNumber = json["blockNumber"].UInt64,
            Index = (int)index,
            From = json["from"].Address,
            To = json["to"].Optional(to => to.Address),
            GasUsed = json["gasUsed"].UInt64,
            EffectiveGasPrice = json["effectiveGasPrice"].Optional(price => price.Quantity) ?? default,
            Created = json["contractAddress"].Optional(created => created.Address),
            Receipt = new TransactionReceipt((TransactionType)type, status == 1, json["cumulativeGasUsed"].UInt64, logs),
        };
    }

    public static FeeHistory Fees(RpcAnswer json, int most)
    {
        var baseFees = json["baseFeePerGas"].Items.Take(most + 2).Select(fee => fee.Quantity).ToArray();
        var tips = json["reward"].IsNull ? [] : json["reward"].Items.Take(most + 1).Select(block => block.Items.Take(1).Select(tip => tip.Quantity).SingleOrDefault()).ToArray();
        if (baseFees.Length == 0 || baseFees.Length > most + 1 || tips.Length > most) throw json.Wrong($"the fees of at most {most} blocks and of the next");
        return new FeeHistory(baseFees[^1], tips);
    }

    public static ChainBlock Block(RpcAnswer json)
    {
        var header = Header(json);
        var hash = json["hash"].Digest;
        if (header.Hash != hash) throw json.Contradiction($"the block's fields hash to 0x{header.Hash}, but it is said to be 0x{hash}");
        var transactions = json["transactions"].Items.Select(item => item.IsText ? item.Digest : item["hash"].Digest).ToArray();
        return new ChainBlock(header, hash, transactions);
    }

    static BlockHeader Header(RpcAnswer json) => new()
    {
        ParentHash = json["parentHash"].Digest,
        OmmersHash = json["sha3Uncles"].Digest,
        Beneficiary = json["miner"].Address,
        StateRoot = json["stateRoot"].Digest,
        TransactionsRoot = json["transactionsRoot"].Digest,
        ReceiptsRoot = json["receiptsRoot"].Digest,
        LogsBloom = new Bloom(json["logsBloom"].Exactly(Bloom.Size)),
        Difficulty = json["difficulty"].Optional(difficulty => difficulty.Quantity) ?? default,
        Number = json["number"].UInt64,
        GasLimit = json["gasLimit"].UInt64,
        GasUsed = json["gasUsed"].UInt64,
        Timestamp = json["timestamp"].UInt64,
        ExtraData = json["extraData"].Data,
        PrevRandao = json["mixHash"].Hash,
        Nonce = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(json["nonce"].Exactly(8)),
        BaseFeePerGas = json["baseFeePerGas"].Optional(fee => fee.Quantity),
        WithdrawalsRoot = json["withdrawalsRoot"].Optional(root => root.Digest),
        BlobGasUsed = json["blobGasUsed"].Optional(gas => gas.UInt64),
        ExcessBlobGas = json["excessBlobGas"].Optional(gas => gas.UInt64),
        ParentBeaconBlockRoot = json["parentBeaconBlockRoot"].Optional(root => root.Hash),
        RequestsHash = json["requestsHash"].Optional(hash => hash.Hash),
    };

    /// <summary>A transaction's bytes, from its fields; null for a type that this project does not encode.</summary>
    public static byte[]? Transaction(RpcAnswer json)
    {
        ulong type = json["type"].IsNull ? 0 : json["type"].UInt64;
        if (type > (ulong)TransactionType.DynamicFee) return null;
        bool typed = type != 0, dynamic = type == (ulong)TransactionType.DynamicFee;
        var v = json["v"].IsNull ? json["yParity"].Quantity : json["v"].Quantity;
        bool odd = typed ? !v.IsZero : v == 28 || (v >= 35 && !v.Bit(0));
        var price = dynamic ? json["maxFeePerGas"].Quantity : json["gasPrice"].Quantity;
        var transaction = new Transaction
        {
            Type = (TransactionType)type,
            ChainId = typed ? json["chainId"].UInt64 : v >= 35 ? ((v - 35) >> 1).U0 : null,
            Nonce = json["nonce"].UInt64,
            MaxFeePerGas = price,
            MaxPriorityFeePerGas = dynamic ? json["maxPriorityFeePerGas"].Quantity : price,
            GasLimit = json["gas"].UInt64,
            To = json["to"].Optional(to => to.Address),
            Value = json["value"].Quantity,
            Data = json["input"].Data,
            AccessList = typed && !json["accessList"].IsNull
                ? [.. json["accessList"].Items.Select(entry => new AccessListEntry(entry["address"].Address, [.. entry["storageKeys"].Items.Select(key => key.Hash)]))]
                : [],
        };
        return new SignedTransaction(transaction, new EcdsaSignature(json["r"].Quantity, json["s"].Quantity, odd)).Encode();
    }
}
