using System.Text;
using System.Text.Json.Nodes;
using Counterfoil.Chain.Rpc;

namespace Counterfoil.Chain.Tests.Chain.Faults;

/// <summary>
/// A chain's endpoint at its worst, drawn from a seed: it dies before or after it did what it was asked, answers late, cuts its answers off, and lies: another chain, an old head,
/// a block with a changed field, no receipt or a wrong one, logs kept back or made up, another nonce, a transaction taken and thrown away, or refused and kept.
/// </summary>
/// <remarks>What it does not lie about is <c>eth_call</c> and <c>eth_estimateGas</c>, whose answers nothing proves: see docs/chain.md.</remarks>
sealed class HostileEndpoint(Func<ReadOnlyMemory<byte>, byte[]> honest, Random random) : IJsonRpcTransport
{
    public string Endpoint => "hostile";

    /// <summary>How often an answer is spoilt, 0 to 1.</summary>
    public double Malice { get; set; }

    /// <summary>Whether <c>eth_getLogs</c> is lied about: what it keeps back cannot be seen by whoever asks for ranges.</summary>
    public bool KeepsLogsBack { get; init; } = true;

    /// <summary>Ends the asking process at some request, as a power cut does.</summary>
    public double PowerCuts { get; set; }

    /// <summary>What was done to how many answers.</summary>
    public Dictionary<string, int> Faults { get; } = [];

    public Task<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request, string method, CancellationToken cancellationToken)
    {
        if (random.NextDouble() < PowerCuts)
        {
            if (random.Next(2) == 0) honest(request);
            throw new PowerLossException();
        }
        return Task.FromResult<ReadOnlyMemory<byte>>(random.NextDouble() < Malice ? Spoil(request, method) : honest(request));
    }

    byte[] Spoil(ReadOnlyMemory<byte> request, string method)
    {
        switch (random.Next(8))
        {
            case 0: throw Fail("dead", method, ChainFailure.Unreachable);
            case 1:
                honest(request);
                throw Fail("dead after the deed", method, ChainFailure.Unreachable);
            case 2:
                honest(request);
                throw Fail("late", method, ChainFailure.TimedOut);
            case 3:
                Count("cut off");
                byte[] whole = honest(request);
                return whole[..random.Next(whole.Length)];
            case 4:
                Count("busy");
                return Encoding.UTF8.GetBytes($$$"""{"jsonrpc":"2.0","id":{{{JsonNode.Parse(request.Span)!["id"]}}},"error":{"code":-32005,"message":"too many requests"}}""");
            default: return Lie(request, method);
        }
    }

    byte[] Lie(ReadOnlyMemory<byte> request, string method)
    {
        var asked = JsonNode.Parse(request.Span)!;
        if (method == "eth_sendRawTransaction" && random.Next(2) == 0)
        {
            Count("says it took a transaction and did not");
            byte[] raw = Convert.FromHexString(asked["params"]![0]!.GetValue<string>()[2..]);
            return Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":{{asked["id"]}},"result":"0x{{Core.Digests.Keccak256.Hash(raw)}}"}""");
        }
        if (method == "eth_getBlockByNumber" && asked["params"]![0]!.GetValue<string>() == "latest" && random.Next(2) == 0)
        {
            Count("old head");
            var head = JsonNode.Parse(honest(request))!["result"]!;
            ulong number = Convert.ToUInt64(head["number"]!.GetValue<string>()[2..], 16);
            asked["params"]![0] = $"0x{number - Math.Min(number, (ulong)random.Next(1, 6)):x}";
            return honest(Encoding.UTF8.GetBytes(asked.ToJsonString()));
        }
        var answer = JsonNode.Parse(honest(request))!;
        if (answer["result"] is not { } result) return honest(request);
        Count($"lie about {method}");
        answer["result"] = method switch
        {
            "eth_chainId" => "0x1",
            "eth_sendRawTransaction" => $"0x{new string('a', 64)}",
            "eth_getTransactionCount" => $"0x{random.Next(40):x}",
            "eth_blockNumber" => $"0x{random.Next(1, 200):x}",
            "eth_feeHistory" => JsonNode.Parse($$"""{"oldestBlock":"0x1","baseFeePerGas":["0x{{new string('f', random.Next(1, 60))}}"],"gasUsedRatio":[],"reward":[]}"""),
            "eth_getTransactionReceipt" or "eth_getTransactionByHash" when random.Next(2) == 0 => null,
            "eth_getBlockReceipts" when random.Next(2) == 0 => new JsonArray(),
            "eth_getLogs" when KeepsLogsBack && random.Next(2) == 0 => new JsonArray(),
            "eth_getLogs" when !KeepsLogsBack => result.DeepClone(),
            "eth_call" or "eth_estimateGas" => result.DeepClone(),
            _ => Change(result.DeepClone()),
        };
        return Encoding.UTF8.GetBytes(answer.ToJsonString());
    }

    // One leaf of the answer becomes another of its kind.
    JsonNode Change(JsonNode node)
    {
        switch (node)
        {
            case JsonArray { Count: > 0 } array:
                int at = random.Next(array.Count);
                if (random.Next(4) == 0 || array[at] is not { } item) array.RemoveAt(at);
                else array[at] = Change(item.DeepClone());
                return array;
            case JsonObject { Count: > 0 } map:
                string name = map.ElementAt(random.Next(map.Count)).Key;
                if (map[name] is { } value) map[name] = Change(value.DeepClone());
                return map;
            case JsonValue leaf when leaf.TryGetValue(out string? text) && text.StartsWith("0x", StringComparison.Ordinal) && text.Length > 2:
                int place = random.Next(2, text.Length);
                return $"{text[..place]}{(text[place] == '1' ? '2' : '1')}{text[(place + 1)..]}";
            case JsonValue leaf when leaf.TryGetValue(out bool flag): return !flag;
            default: return "0x";
        }
    }

    ChainException Fail(string how, string method, ChainFailure kind)
    {
        Count(how);
        return new ChainException(Endpoint, method, how) { Kind = kind };
    }

    void Count(string fault) => Faults[fault] = Faults.GetValueOrDefault(fault) + 1;
}

/// <summary>The process is gone; what it had not written down is too.</summary>
sealed class PowerLossException() : Exception("the power is gone");
