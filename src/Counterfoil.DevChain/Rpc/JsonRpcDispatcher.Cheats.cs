using System.Text.Json;
using Counterfoil.DevChain.Execution;

namespace Counterfoil.DevChain.Rpc;

/// <content>The methods of development chains, under the names that Hardhat and Anvil gave them.</content>
public sealed partial class JsonRpcDispatcher
{
    const ulong MaxBlocksAtOnce = 10_000;

    RpcError? Mine(RpcParameters p, Utf8JsonWriter json)
    {
        if (p.Has(0))
        {
            ulong timestamp = p.UInt64(0);
            if (p.Error is not null) return p.Error;
            if (!chain.SetNextTimestamp(timestamp)) return RpcError.InvalidParameters($"timestamp {timestamp} is before the latest block's, or a century away");
        }
        chain.Mine();
        return Text(json, "0x0");
    }

    RpcError? MineMany(RpcParameters p, Utf8JsonWriter json)
    {
        ulong count = p.Has(0) ? p.UInt64(0) : 1, interval = p.Has(1) ? p.UInt64(1) : 0;
        if (count > MaxBlocksAtOnce) p.Fail($"at most {MaxBlocksAtOnce} blocks at once");
        if (interval > MaxSeconds) p.Fail($"at most {MaxSeconds} seconds");
        if (p.Error is not null) return p.Error;
        for (ulong i = 0; i < count; i++)
        {
            chain.Mine();
            if (interval > 0 && i + 1 < count && !chain.SetNextTimestamp(chain.Head.Header.Timestamp + interval))
                return RpcError.InvalidParameters("that many intervals lead more than a century away");
        }
        return Null(json);
    }

    RpcError? Revert(RpcParameters p, Utf8JsonWriter json)
    {
        ulong snapshot = p.UInt64(0);
        return p.Error ?? Flag(json, snapshot <= int.MaxValue && chain.RevertTo((int)snapshot));
    }

    RpcError? SetAutomine(RpcParameters p, Utf8JsonWriter json)
    {
        bool automine = p.Bool(0);
        if (p.Error is not null) return p.Error;
        chain.Automine = automine;
        return Flag(json, true);
    }

    RpcError? SetBalance(RpcParameters p, Utf8JsonWriter json)
    {
        var address = p.Address(0);
        var balance = p.Quantity(1);
        if (p.Error is not null) return p.Error;
        chain.SetBalance(address, balance);
        return Null(json);
    }

    RpcError? AddBalance(RpcParameters p, Utf8JsonWriter json)
    {
        var address = p.Address(0);
        var amount = p.Quantity(1);
        if (p.Error is not null) return p.Error;
        if (Evm.UInt256.AddOverflows(chain.State.Balance(address), amount, out _)) return RpcError.InvalidParameters("a balance has 256 bits");
        chain.Fund(address, amount);
        return Null(json);
    }

    RpcError? DropTransaction(RpcParameters p, Utf8JsonWriter json)
    {
        var hash = p.Hash(0);
        if (p.Error is not null) return p.Error;
        if (chain.Drop(new Core.Digests.Keccak256Digest(hash))) return Text(json, $"0x{hash}");
        return Null(json);
    }

    RpcError? DropAllTransactions(RpcParameters p, Utf8JsonWriter json)
    {
        chain.Drop(_ => true);
        return Null(json);
    }

    RpcError? DropTransactionsOf(RpcParameters p, Utf8JsonWriter json)
    {
        var sender = p.Address(0);
        if (p.Error is not null) return p.Error;
        chain.Drop(waiting => waiting.Envelope.From == sender);
        return Null(json);
    }

    RpcError? SetCoinbase(RpcParameters p, Utf8JsonWriter json)
    {
        var coinbase = p.Address(0);
        if (p.Error is not null) return p.Error;
        chain.SetCoinbase(coinbase);
        return Null(json);
    }

    RpcError? NodeInfo(RpcParameters p, Utf8JsonWriter json)
    {
        var head = chain.Head;
        json.WriteStartObject();
        json.Quantity("currentBlockNumber", head.Number);
        json.WriteNumber("currentBlockTimestamp", head.Header.Timestamp);
        json.Hash("currentBlockHash", head.Hash.Value);
        json.WriteString("hardFork", chain.Fork.ToString().ToLowerInvariant());
        json.WriteString("transactionOrder", "fifo");
        json.WriteStartObject("environment");
        json.Quantity("baseFee", NextBaseFee);
        json.WriteNumber("chainId", chain.ChainId);
        json.WriteNumber("gasLimit", head.Header.GasLimit);
        json.Quantity("gasPrice", NextBaseFee + DefaultTip);
        json.WriteEndObject();
        json.WriteStartObject("forkConfig");
        json.WriteEndObject();
        json.WriteEndObject();
        return null;
    }

    RpcError? SetCode(RpcParameters p, Utf8JsonWriter json)
    {
        var address = p.Address(0);
        byte[] code = p.Data(1);
        if (code.Length > Gas.MaxCodeSize) p.Fail($"code has at most {Gas.MaxCodeSize} bytes");
        if (p.Error is not null) return p.Error;
        chain.SetCode(address, code);
        return Null(json);
    }

    RpcError? SetNonce(RpcParameters p, Utf8JsonWriter json)
    {
        var address = p.Address(0);
        ulong nonce = p.UInt64(1);
        if (p.Error is not null) return p.Error;
        chain.SetNonce(address, nonce);
        return Null(json);
    }

    RpcError? SetStorageAt(RpcParameters p, Utf8JsonWriter json)
    {
        var address = p.Address(0);
        var slot = p.Slot(1);
        var value = p.Slot(2);
        if (p.Error is not null) return p.Error;
        chain.SetStorage(address, slot, value);
        return Flag(json, true);
    }

    RpcError? SetNextBaseFee(RpcParameters p, Utf8JsonWriter json)
    {
        var fee = p.Quantity(0);
        if (p.Error is not null) return p.Error;
        chain.SetNextBaseFee(fee);
        return Null(json);
    }
}
