using System.Text.Json;
using Counterfoil.DevChain.Transactions;

namespace Counterfoil.DevChain.Rpc;

/// <content>Which calls a transaction made: geth's <c>debug_</c> methods with its <c>callTracer</c>.</content>
public sealed partial class JsonRpcDispatcher
{
    RpcError? TraceTransaction(RpcParameters p, Utf8JsonWriter json)
    {
        var hash = p.Hash(0);
        var trace = ReadTracer(p, 1, out _);
        if (p.Error is not null) return p.Error;
        if (chain.Find(new(hash)) is not var (mined, block)) return RpcError.Refused("transaction not found");
        chain.Replay(block, mined.Index, trace);
        return Write(trace, mined.Signed.Transaction.GasLimit, mined.GasUsed, json);
    }

    RpcError? TraceCall(RpcParameters p, Utf8JsonWriter json)
    {
        var request = ReadCall(p);
        var selector = p.Block(1);
        bool pending = p.IsPending(1);
        var trace = ReadTracer(p, 2, out var supposed);
        if (p.Error is not null) return p.Error;
        var block = pending ? null : Select(selector);
        if (block is null && !pending) return NoSuchBlock(selector);
        var verdict = chain.Call(request, block, supposed, trace, out var result);
        if (result is null) return Refusal(verdict);
        ulong most = (block ?? chain.Head).Header.GasLimit;
        return Write(trace, Math.Min(request.Gas ?? most, most), result.GasUsed, json);
    }

    static RpcError? Write(CallTrace trace, ulong gasLimit, ulong gasUsed, Utf8JsonWriter json)
    {
        if (trace.IsTooLarge) return RpcError.Refused($"the trace has more than {CallTrace.Limits}");
        trace.Write(json, gasLimit, gasUsed);
        return null;
    }

    // What is not here is refused by name: another tracer's form would be misread.
    static CallTrace ReadTracer(RpcParameters p, int index, out Supposition supposed)
    {
        bool onlyTop = false;
        supposed = Supposition.Nothing;
        var options = p.Object(index);
        if (p.Error is not null) return new CallTrace(onlyTop);
        if (!options.TryGetProperty("tracer", out var tracer) || tracer.ValueKind != JsonValueKind.String || !tracer.ValueEquals("callTracer")) p.Fail("the tracer that is here is callTracer");
        JsonElement? Given(string name) => options.TryGetProperty(name, out var given) ? given : null;
        supposed = ReadOverrides(p, Given("stateOverrides"), Given("blockOverrides"));
        if (options.TryGetProperty("tracerConfig", out var config) && config.ValueKind == JsonValueKind.Object)
        {
            onlyTop = config.TryGetProperty("onlyTopCall", out var top) && top.ValueKind == JsonValueKind.True;
            if (config.TryGetProperty("withLog", out var logs) && logs.ValueKind == JsonValueKind.True) p.Fail("logs are in the receipt; a trace with them is not made here");
        }
        return new CallTrace(onlyTop);
    }
}
