using System.Globalization;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain.State;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Rpc;

public sealed partial class JsonRpcDispatcher
{
    static RpcError? Sha3(RpcParameters p, Utf8JsonWriter json)
    {
        byte[] data = p.Data(0);
        return p.Error ?? Text(json, $"0x{Keccak256.Hash(data)}");
    }

    RpcError? GetBlockTransactionCountByHash(RpcParameters p, Utf8JsonWriter json)
    {
        var hash = p.Hash(0);
        if (p.Error is not null) return p.Error;
        return chain.BlockOf(new(hash)) is { } block ? Quantity(json, (ulong)block.Transactions.Count) : Null(json);
    }

    static RpcError? GetTransactionAt(RpcParameters p, Utf8JsonWriter json, Block? block)
    {
        ulong index = p.UInt64(1);
        if (p.Error is not null) return p.Error;
        if (block is null || index >= (ulong)block.Transactions.Count) return Null(json);
        var mined = block.Transactions[(int)index];
        json.Transaction(mined.Signed, mined.Hash, mined.From, (mined, block));
        return null;
    }

    static RpcError? GetUncleCount(RpcParameters p, Utf8JsonWriter json, Block? block) => p.Error ?? (block is null ? Null(json) : Quantity(json, default));

    /// <summary>EIP-1186. The state is the one that the block's header commits to, without what was changed outside any block since.</summary>
    RpcError? GetProof(RpcParameters p, Utf8JsonWriter json)
    {
        var address = p.Address(0);
        var slots = p.Slots(1);
        var selector = p.Block(2);
        if (p.Error is not null) return p.Error;
        if (Select(selector) is not { } block) return NoSuchBlock(selector);
        var account = block.State.Find(address);
        var storage = account?.Storage ?? Trie<StorageValue>.Empty;
        json.WriteStartObject();
        json.WriteString("address", address.ToHex());
        WriteNodes(json, "accountProof", block.State.Accounts.Prove(StateSnapshot.Path(address)));
        json.Quantity("balance", account?.Balance ?? default);
        json.Hash("codeHash", (account?.Code ?? Execution.Code.Empty).Hash.Value);
        json.Quantity("nonce", account?.Nonce ?? 0);
        json.Hash("storageHash", storage.Hash.Value);
        json.WriteStartArray("storageProof");
        foreach (var (text, slot) in slots)
        {
            var path = StateSnapshot.Path(slot);
            json.WriteStartObject();
            json.WriteString("key", text);
            json.Quantity("value", storage.TryGet(path, out var value) ? value.Value : default);
            WriteNodes(json, "proof", storage.Prove(path));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        return null;
    }

    static void WriteNodes(Utf8JsonWriter json, string name, List<byte[]> nodes)
    {
        json.WriteStartArray(name);
        foreach (byte[] node in nodes) json.WriteStringValue(RpcWriter.Text(node));
        json.WriteEndArray();
    }

    // Those that could be mined now, and those that wait for a nonce before theirs.
    (List<PendingTransaction> Pending, List<PendingTransaction> Queued) Pool()
    {
        var waiting = chain.Waiting;
        var nonces = waiting.Select(transaction => transaction.Envelope.From).Distinct().ToDictionary(sender => sender, chain.PendingNonce);
        var groups = waiting.ToLookup(transaction => transaction.Envelope.Nonce < nonces[transaction.Envelope.From]);
        return ([.. groups[true]], [.. groups[false]]);
    }

    RpcError? PoolStatus(RpcParameters p, Utf8JsonWriter json)
    {
        var (pending, queued) = Pool();
        json.WriteStartObject();
        json.Quantity("pending", (ulong)pending.Count);
        json.Quantity("queued", (ulong)queued.Count);
        json.WriteEndObject();
        return null;
    }

    RpcError? PoolContent(RpcParameters p, Utf8JsonWriter json) =>
        WritePool(json, waiting => json.Transaction(waiting.Signed, waiting.Hash, waiting.Envelope.From, null));

    RpcError? PoolInspect(RpcParameters p, Utf8JsonWriter json) => WritePool(json, waiting =>
    {
        var asked = waiting.Signed.Transaction;
        json.WriteStringValue($"{asked.To?.ToHex() ?? "contract creation"}: {asked.Value} wei + {asked.GasLimit} gas × {asked.MaxFeePerGas} wei");
    });

    RpcError? WritePool(Utf8JsonWriter json, Action<PendingTransaction> write)
    {
        var (pending, queued) = Pool();
        json.WriteStartObject();
        foreach (var (name, transactions) in ((string, List<PendingTransaction>)[])[("pending", pending), ("queued", queued)])
        {
            json.WriteStartObject(name);
            foreach (var sender in transactions.GroupBy(transaction => transaction.Envelope.From))
            {
                json.WriteStartObject(sender.Key.ToHex());
                foreach (var transaction in sender.OrderBy(transaction => transaction.Envelope.Nonce))
                {
                    json.WritePropertyName(transaction.Envelope.Nonce.ToString(CultureInfo.InvariantCulture));
                    write(transaction);
                }
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
        return null;
    }
}
