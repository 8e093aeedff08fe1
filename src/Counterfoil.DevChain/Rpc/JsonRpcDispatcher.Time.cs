using System.Text.Json;

namespace Counterfoil.DevChain.Rpc;

/// <content>Methods that move time, and those that take blocks back.</content>
public sealed partial class JsonRpcDispatcher
{
    static ulong MaxSeconds => (ulong)LocalChain.MaxTimeOffset.TotalSeconds;

    RpcError? IncreaseTime(RpcParameters p, Utf8JsonWriter json)
    {
        ulong seconds = p.UInt64(0);
        if (p.Error is not null) return p.Error;
        if (seconds > MaxSeconds || !chain.TryIncreaseTime(TimeSpan.FromSeconds(seconds), out var total))
            return RpcError.InvalidParameters($"the clock moves at most {MaxSeconds} seconds in all, not {seconds} more");
        json.WriteNumberValue((long)total.TotalSeconds);
        return null;
    }

    RpcError? SetNextBlockTimestamp(RpcParameters p, Utf8JsonWriter json)
    {
        ulong timestamp = p.UInt64(0);
        if (p.Error is not null) return p.Error;
        return chain.SetNextTimestamp(timestamp) ? Null(json) : RpcError.InvalidParameters($"timestamp {timestamp} is before the latest block's, or a century away");
    }

    // Answers by how many seconds the clock moved.
    RpcError? SetTime(RpcParameters p, Utf8JsonWriter json)
    {
        ulong timestamp = p.UInt64(0);
        if (p.Error is not null) return p.Error;
        long before = chain.Now.ToUnixTimeSeconds();
        if (!chain.SetTime(timestamp)) return RpcError.InvalidParameters($"timestamp {timestamp} is before the latest block's, or a century away");
        json.WriteNumberValue((long)timestamp - before);
        return null;
    }

    RpcError? SetTimestampInterval(RpcParameters p, Utf8JsonWriter json)
    {
        ulong seconds = p.UInt64(0);
        if (seconds > MaxSeconds) p.Fail($"at most {MaxSeconds} seconds");
        if (p.Error is not null) return p.Error;
        chain.TimestampInterval = seconds;
        return Null(json);
    }

    // Answers whether there was one.
    RpcError? RemoveTimestampInterval(RpcParameters p, Utf8JsonWriter json)
    {
        bool had = chain.TimestampInterval is not null;
        if (had) chain.TimestampInterval = null;
        return Flag(json, had);
    }

    const ulong MaxMiningInterval = 86_400;

    // In seconds, as Foundry has it; zero ends it. It takes the place of a block for each transaction.
    RpcError? SetIntervalMining(RpcParameters p, Utf8JsonWriter json)
    {
        ulong seconds = p.UInt64(0);
        if (seconds > MaxMiningInterval) p.Fail($"at most {MaxMiningInterval} seconds");
        if (p.Error is not null) return p.Error;
        chain.Automine = false;
        chain.MiningInterval = seconds > 0 ? TimeSpan.FromSeconds(seconds) : null;
        return Null(json);
    }

    RpcError? GetIntervalMining(RpcParameters p, Utf8JsonWriter json)
    {
        if (chain.MiningInterval is not { } interval) return Null(json);
        json.WriteNumberValue((long)interval.TotalSeconds);
        return null;
    }

    // Depth, then pairs of a raw transaction and the new block it goes into; a third parameter, ours, has the transactions of the old blocks wait again.
    RpcError? Reorg(RpcParameters p, Utf8JsonWriter json)
    {
        ulong depth = p.UInt64(0);
        var pairs = p.Has(1) ? p.Pairs(1) : [];
        bool keep = p.Has(2) && p.Bool(2);
        if (p.Error is not null) return p.Error;
        if (depth > int.MaxValue) return RpcError.InvalidParameters($"there are no {depth} blocks");
        return Reorganised(chain.Reorg((int)depth, pairs, keep), json);
    }

    // How many blocks, one without a word; a second parameter, ours, has their transactions wait again.
    RpcError? Rollback(RpcParameters p, Utf8JsonWriter json)
    {
        ulong depth = p.Has(0) ? p.UInt64(0) : 1;
        bool keep = p.Has(1) && p.Bool(1);
        if (p.Error is not null) return p.Error;
        if (depth > int.MaxValue) return RpcError.InvalidParameters($"there are no {depth} blocks");
        return Reorganised(chain.Rollback((int)depth, keep), json);
    }

    static RpcError? Reorganised(Core.Verdicts.Verdict verdict, Utf8JsonWriter json) =>
        verdict is Core.Verdicts.Verdict.Rejected rejected ? RpcError.InvalidParameters(rejected.ToString()) : Null(json);
}
