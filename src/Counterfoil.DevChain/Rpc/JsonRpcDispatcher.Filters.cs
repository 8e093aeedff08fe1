using System.Text.Json;

namespace Counterfoil.DevChain.Rpc;

/// <content>Filters: what a client without a lasting connection polls for what is new.</content>
public sealed partial class JsonRpcDispatcher
{
    /// <summary>The most filters that there may be at once.</summary>
    public const int MaxFilters = 1_000;
    /// <summary>How long a filter that nobody polls is kept, by the chain's clock.</summary>
    public static readonly TimeSpan FilterLife = TimeSpan.FromMinutes(5);

    // Also what keeps two polls of one filter from each taking half of the news.
    readonly Dictionary<ulong, Filter> filters = [];
    ulong lastId;

    sealed record Filter(ChainCursor Cursor, RpcLogFilter? Logs)
    {
        public DateTimeOffset Used { get; set; }
    }

    ulong NextId() => Interlocked.Increment(ref lastId);

    RpcError? NewLogFilter(RpcParameters p, Utf8JsonWriter json)
    {
        var filter = RpcLogFilter.Read(p, 0);
        if (filter.BlockHash is not null) p.Fail("a filter of one block's hash never has news");
        return p.Error ?? Install(new LogCursor(chain, filter), filter, json);
    }

    RpcError? NewPendingFilter(RpcParameters p, Utf8JsonWriter json)
    {
        bool whole = p.Has(0) && p.Bool(0);
        return p.Error ?? Install(new ArrivalCursor(chain, whole), null, json);
    }

    RpcError? Install(ChainCursor cursor, RpcLogFilter? logs, Utf8JsonWriter json)
    {
        lock (filters)
        {
            ForgetUnused();
            if (filters.Count >= MaxFilters) return RpcError.Refused($"there are {MaxFilters} filters; uninstall one");
            ulong id = NextId();
            filters[id] = new Filter(cursor, logs) { Used = chain.Clock.GetUtcNow() };
            return Quantity(json, id);
        }
    }

    void ForgetUnused()
    {
        var oldest = chain.Clock.GetUtcNow() - FilterLife;
        foreach (ulong id in filters.Where(filter => filter.Value.Used < oldest).Select(filter => filter.Key).ToArray()) filters.Remove(id);
    }

    RpcError? Poll(RpcParameters p, Func<Filter, RpcError?> answer)
    {
        ulong id = p.UInt64(0);
        if (p.Error is not null) return p.Error;
        lock (filters)
        {
            ForgetUnused();
            if (!filters.TryGetValue(id, out var filter)) return RpcError.Refused("filter not found");
            filter.Used = chain.Clock.GetUtcNow();
            return answer(filter);
        }
    }

    RpcError? GetFilterChanges(RpcParameters p, Utf8JsonWriter json) => Poll(p, filter =>
    {
        json.WriteStartArray();
        foreach (var item in filter.Cursor.Next()) item(json);
        json.WriteEndArray();
        return null;
    });

    RpcError? GetFilterLogs(RpcParameters p, Utf8JsonWriter json) =>
        Poll(p, filter => filter.Logs is { } logs ? WriteLogs(logs, json) : RpcError.Refused("filter not found: it is none of logs"));

    RpcError? UninstallFilter(RpcParameters p, Utf8JsonWriter json)
    {
        ulong id = p.UInt64(0);
        if (p.Error is not null) return p.Error;
        lock (filters) return Flag(json, filters.Remove(id));
    }

    static RpcError? NoSession() => new RpcError(-32601, "notifications not supported: subscribe over a WebSocket");

    RpcError? Subscribe(RpcParameters p, Utf8JsonWriter json)
    {
        string? kind = p.Word(0);
        if (p.Error is not null) return p.Error;
        if (p.Session is not { } session) return NoSession();
        ChainCursor cursor;
        switch (kind)
        {
            case "newHeads":
                cursor = new HeadCursor(chain, whole: true);
                break;
            case "newPendingTransactions":
                bool whole = p.Has(1) && p.Bool(1);
                cursor = new ArrivalCursor(chain, whole);
                break;
            case "logs":
                cursor = new LogCursor(chain, p.Has(1) ? RpcLogFilter.Read(p, 1) : new RpcLogFilter());
                break;
            default:
                return RpcError.InvalidParameters("subscriptions are to newHeads, logs or newPendingTransactions");
        }
        if (p.Error is not null) return p.Error;
        return session.Add(new Evm.UInt256(NextId()).ToHex(), cursor) is { } id ? Text(json, id) : RpcError.Refused($"a connection has at most {JsonRpcSession.MaxSubscriptions} subscriptions");
    }

    static RpcError? Unsubscribe(RpcParameters p, Utf8JsonWriter json)
    {
        string? id = p.Word(0);
        if (p.Error is not null) return p.Error;
        return p.Session is { } session ? Flag(json, session.Remove(id!)) : NoSession();
    }
}
