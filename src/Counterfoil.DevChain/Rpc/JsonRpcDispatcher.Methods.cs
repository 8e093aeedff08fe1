using System.Globalization;
using System.Text.Json;
using Counterfoil.DevChain.State;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Rpc;

public sealed partial class JsonRpcDispatcher
{
    const string ClientVersion = "counterfoil-devchain/0.1";

    Dictionary<string, Method> Methods() => new(StringComparer.Ordinal)
    {
        ["eth_chainId"] = (_, json) => Quantity(json, chain.ChainId),
        ["net_version"] = (_, json) => Text(json, chain.ChainId.ToString(CultureInfo.InvariantCulture)),
        ["net_listening"] = (_, json) => Flag(json, true),
        ["web3_clientVersion"] = (_, json) => Text(json, ClientVersion),
        ["eth_syncing"] = (_, json) => Flag(json, false),
        ["eth_accounts"] = Accounts,
        ["eth_blockNumber"] = (_, json) => Quantity(json, chain.Head.Number),
        ["eth_gasPrice"] = (_, json) => Quantity(json, NextBaseFee + DefaultTip),
        ["eth_maxPriorityFeePerGas"] = (_, json) => Quantity(json, DefaultTip),
        ["eth_blobBaseFee"] = (_, json) => Quantity(json, UInt256.One),
        ["eth_feeHistory"] = FeeHistory,

        ["eth_getBalance"] = (p, json) => OfAccount(p, json, (state, address) => state.Balance(address).ToHex()),
        ["eth_getCode"] = (p, json) => OfAccount(p, json, (state, address) => RpcWriter.Text(state.CodeOf(address).Bytes)),
        ["eth_getStorageAt"] = GetStorageAt,
        ["eth_getTransactionCount"] = GetTransactionCount,
        ["eth_call"] = Call,
        ["eth_estimateGas"] = EstimateGas,
        ["eth_sendRawTransaction"] = SendRawTransaction,
        ["eth_sendTransaction"] = SendTransaction,
        ["eth_createAccessList"] = CreateAccessList,

        ["eth_getBlockByNumber"] = GetBlockByNumber,
        ["eth_getBlockByHash"] = GetBlockByHash,
        ["eth_getBlockTransactionCountByNumber"] = GetBlockTransactionCount,
        ["eth_getTransactionByHash"] = GetTransaction,
        ["eth_getTransactionReceipt"] = GetReceipt,
        ["eth_getBlockReceipts"] = GetBlockReceipts,
        ["eth_getLogs"] = GetLogs,
        ["eth_getRawTransactionByHash"] = GetRawTransaction,
        ["debug_getRawTransaction"] = GetRawTransaction,

        ["web3_sha3"] = Sha3,
        ["net_peerCount"] = (_, json) => Quantity(json, default),
        ["eth_protocolVersion"] = (_, json) => Text(json, "0x44"),
        ["eth_mining"] = (_, json) => Flag(json, chain.Automine),
        ["eth_hashrate"] = (_, json) => Quantity(json, default),
        ["eth_coinbase"] = (_, json) => Text(json, chain.Head.Header.Beneficiary.ToHex()),
        ["eth_getBlockTransactionCountByHash"] = GetBlockTransactionCountByHash,
        ["eth_getTransactionByBlockNumberAndIndex"] = (p, json) => GetTransactionAt(p, json, Select(p.Block(0))),
        ["eth_getTransactionByBlockHashAndIndex"] = (p, json) => GetTransactionAt(p, json, chain.BlockOf(new(p.Hash(0)))),
        ["eth_getUncleCountByBlockNumber"] = (p, json) => GetUncleCount(p, json, Select(p.Block(0))),
        ["eth_getUncleCountByBlockHash"] = (p, json) => GetUncleCount(p, json, chain.BlockOf(new(p.Hash(0)))),
        ["eth_getUncleByBlockNumberAndIndex"] = (_, json) => Null(json),
        ["eth_getUncleByBlockHashAndIndex"] = (_, json) => Null(json),
        ["eth_getProof"] = GetProof,
        ["txpool_status"] = PoolStatus,
        ["txpool_content"] = PoolContent,
        ["txpool_inspect"] = PoolInspect,

        ["eth_newFilter"] = NewLogFilter,
        ["eth_newBlockFilter"] = (_, json) => Install(new HeadCursor(chain), null, json),
        ["eth_newPendingTransactionFilter"] = (p, json) => NewPendingFilter(p, json),
        ["eth_getFilterChanges"] = GetFilterChanges,
        ["eth_getFilterLogs"] = GetFilterLogs,
        ["eth_uninstallFilter"] = UninstallFilter,
        ["eth_subscribe"] = Subscribe,
        ["eth_unsubscribe"] = Unsubscribe,

        ["debug_traceTransaction"] = TraceTransaction,
        ["debug_traceCall"] = TraceCall,

        ["evm_mine"] = Mine,
        ["anvil_mine"] = MineMany,
        ["hardhat_mine"] = MineMany,
        ["evm_snapshot"] = (_, json) => Quantity(json, (ulong)chain.TakeSnapshot()),
        ["evm_revert"] = Revert,
        ["anvil_snapshot"] = (_, json) => Quantity(json, (ulong)chain.TakeSnapshot()),
        ["anvil_revert"] = Revert,
        ["evm_increaseTime"] = IncreaseTime,
        ["anvil_increaseTime"] = IncreaseTime,
        ["evm_setNextBlockTimestamp"] = SetNextBlockTimestamp,
        ["anvil_setNextBlockTimestamp"] = SetNextBlockTimestamp,
        ["evm_setTime"] = SetTime,
        ["anvil_setTime"] = SetTime,
        ["anvil_setBlockTimestampInterval"] = SetTimestampInterval,
        ["anvil_removeBlockTimestampInterval"] = RemoveTimestampInterval,
        ["evm_setIntervalMining"] = SetIntervalMining,
        ["anvil_setIntervalMining"] = SetIntervalMining,
        ["anvil_getIntervalMining"] = GetIntervalMining,
        ["anvil_reorg"] = Reorg,
        ["anvil_rollback"] = Rollback,
        ["evm_setAutomine"] = SetAutomine,
        ["anvil_setAutomine"] = SetAutomine,
        ["anvil_getAutomine"] = (_, json) => Flag(json, chain.Automine),
        ["hardhat_getAutomine"] = (_, json) => Flag(json, chain.Automine),
        ["anvil_impersonateAccount"] = Impersonate,
        ["hardhat_impersonateAccount"] = Impersonate,
        ["anvil_stopImpersonatingAccount"] = StopImpersonating,
        ["hardhat_stopImpersonatingAccount"] = StopImpersonating,
        ["anvil_autoImpersonateAccount"] = ImpersonateAll,
        ["anvil_dropTransaction"] = DropTransaction,
        ["hardhat_dropTransaction"] = DropTransaction,
        ["anvil_dropAllTransactions"] = DropAllTransactions,
        ["anvil_removePoolTransactions"] = DropTransactionsOf,
        ["anvil_setCoinbase"] = SetCoinbase,
        ["hardhat_setCoinbase"] = SetCoinbase,
        ["anvil_nodeInfo"] = NodeInfo,
        ["anvil_addBalance"] = AddBalance,
        ["anvil_setBalance"] = SetBalance,
        ["hardhat_setBalance"] = SetBalance,
        ["anvil_setCode"] = SetCode,
        ["hardhat_setCode"] = SetCode,
        ["anvil_setNonce"] = SetNonce,
        ["hardhat_setNonce"] = SetNonce,
        ["anvil_setStorageAt"] = SetStorageAt,
        ["hardhat_setStorageAt"] = SetStorageAt,
        ["anvil_setNextBlockBaseFeePerGas"] = SetNextBaseFee,
        ["hardhat_setNextBlockBaseFeePerGas"] = SetNextBaseFee,
    };

    static RpcError? Quantity(Utf8JsonWriter json, UInt256 value) => Text(json, value.ToHex());

    static RpcError? Text(Utf8JsonWriter json, string value)
    {
        json.WriteStringValue(value);
        return null;
    }

    static RpcError? Flag(Utf8JsonWriter json, bool value)
    {
        json.WriteBooleanValue(value);
        return null;
    }

    static RpcError? Null(Utf8JsonWriter json)
    {
        json.WriteNullValue();
        return null;
    }

    Block? Select(BlockSelector selector) =>
        selector.Hash is { } hash ? chain.BlockOf(hash) : selector.Number is { } number ? chain.BlockAt(number) : chain.Head;

    // The state after a block; that of the latest includes what was changed outside any block since.
    StateSnapshot StateAfter(Block block) => block.Number == chain.Head.Number ? chain.State : block.State;

    static RpcError NoSuchBlock(BlockSelector selector) => RpcError.Refused($"unknown block: {selector}");

    RpcError? OfAccount(RpcParameters p, Utf8JsonWriter json, Func<StateSnapshot, Address, string> answer)
    {
        var address = p.Address(0);
        var selector = p.Block(1);
        if (p.Error is not null) return p.Error;
        return Select(selector) is { } block ? Text(json, answer(StateAfter(block), address)) : NoSuchBlock(selector);
    }

    RpcError? GetStorageAt(RpcParameters p, Utf8JsonWriter json)
    {
        var address = p.Address(0);
        var slot = p.Slot(1);
        var selector = p.Block(2);
        if (p.Error is not null) return p.Error;
        return Select(selector) is { } block ? Text(json, RpcWriter.Text(StateAfter(block).Storage(address, slot).ToBigEndian())) : NoSuchBlock(selector);
    }

    RpcError? GetTransactionCount(RpcParameters p, Utf8JsonWriter json)
    {
        var address = p.Address(0);
        var selector = p.Block(1);
        if (p.Error is not null) return p.Error;
        if (p.IsPending(1)) return Quantity(json, chain.PendingNonce(address));
        return Select(selector) is { } block ? Quantity(json, StateAfter(block).Nonce(address)) : NoSuchBlock(selector);
    }

    RpcError? GetBlockByNumber(RpcParameters p, Utf8JsonWriter json)
    {
        var selector = p.Block(0);
        bool whole = p.Has(1) && p.Bool(1);
        return p.Error ?? WriteBlock(Select(selector), whole, json);
    }

    RpcError? GetBlockByHash(RpcParameters p, Utf8JsonWriter json)
    {
        var hash = p.Hash(0);
        bool whole = p.Has(1) && p.Bool(1);
        return p.Error ?? WriteBlock(chain.BlockOf(new(hash)), whole, json);
    }

    static RpcError? WriteBlock(Block? block, bool whole, Utf8JsonWriter json)
    {
        if (block is null) return Null(json);
        json.Block(block, whole);
        return null;
    }

    RpcError? GetBlockTransactionCount(RpcParameters p, Utf8JsonWriter json)
    {
        var selector = p.Block(0);
        if (p.Error is not null) return p.Error;
        return Select(selector) is { } block ? Quantity(json, (ulong)block.Transactions.Count) : Null(json);
    }

    RpcError? GetTransaction(RpcParameters p, Utf8JsonWriter json)
    {
        var hash = new Core.Digests.Keccak256Digest(p.Hash(0));
        if (p.Error is not null) return p.Error;
        if (chain.Find(hash) is var (mined, block)) json.Transaction(mined.Signed, hash, mined.From, (mined, block));
        else if (chain.FindPending(hash) is { } pending) json.Transaction(pending.Signed, hash, pending.Envelope.From, null);
        else json.WriteNullValue();
        return null;
    }

    RpcError? GetRawTransaction(RpcParameters p, Utf8JsonWriter json)
    {
        var hash = new Core.Digests.Keccak256Digest(p.Hash(0));
        if (p.Error is not null) return p.Error;
        return chain.Find(hash) is var (mined, _) ? Text(json, RpcWriter.Text(mined.Raw.Span)) : Null(json);
    }

    RpcError? GetReceipt(RpcParameters p, Utf8JsonWriter json)
    {
        var hash = p.Hash(0);
        if (p.Error is not null) return p.Error;
        if (chain.Find(new(hash)) is not var (mined, block)) return Null(json);
        json.Receipt(mined, block);
        return null;
    }

    RpcError? GetBlockReceipts(RpcParameters p, Utf8JsonWriter json)
    {
        // A bare hash is taken as well: clients send both.
        var selector = p.HashOrBlock(0);
        if (p.Error is not null) return p.Error;
        if (Select(selector) is not { } block) return Null(json);
        json.WriteStartArray();
        foreach (var transaction in block.Transactions) json.Receipt(transaction, block);
        json.WriteEndArray();
        return null;
    }
}
