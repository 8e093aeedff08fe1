using System.Text;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Blocks;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain.Rpc;

public sealed partial class JsonRpcDispatcher
{
    const int MaxLogs = 10_000;
    const int MaxFeeHistory = 1_024;
    // A tip of one gwei is what wallets offer on a quiet chain.
    static readonly UInt256 DefaultTip = 1_000_000_000;

    UInt256 NextBaseFee => FeeMarket.NextBaseFee(chain.Head.Header);

    RpcError? Call(RpcParameters p, Utf8JsonWriter json)
    {
        var request = ReadCall(p);
        var selector = p.Block(1);
        bool pending = p.IsPending(1);
        var supposed = ReadOverrides(p, state: 2, block: 3);
        if (p.Error is not null) return p.Error;
        var block = pending ? null : Select(selector);
        if (block is null && !pending) return NoSuchBlock(selector);
        var verdict = chain.Call(request, block, supposed, null, out var result);
        if (verdict is not Verdict.Accepted) return Refusal(verdict);
        return result!.Succeeded ? Text(json, RpcWriter.Text(result.Output.Span)) : Failure(result);
    }

    RpcError? EstimateGas(RpcParameters p, Utf8JsonWriter json)
    {
        var request = ReadCall(p);
        var selector = p.Block(1);
        var supposed = ReadOverrides(p, state: 2, block: 3);
        if (p.Error is not null) return p.Error;
        // The latest state is what the next block begins with: an estimate is for that block unless an older one is asked about.
        var block = Select(selector);
        if (block is null) return NoSuchBlock(selector);
        var verdict = chain.EstimateGas(request, block == chain.Head ? null : block, supposed, out ulong gas, out var failed);
        if (verdict is not Verdict.Accepted) return Refusal(verdict);
        return failed is null ? Quantity(json, gas) : Failure(failed);
    }

    static CallRequest ReadCall(RpcParameters p)
    {
        var json = p.Object(0);
        var request = new CallRequest();
        if (p.Error is not null) return request;
        bool Has(string name, out JsonElement value) => json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
        if (Has("from", out var item))
        {
            if (RpcParameters.TryAddress(item, out var from)) request = request with { From = from };
            else p.Fail("from is no address");
        }
        if (Has("to", out item))
        {
            if (RpcParameters.TryAddress(item, out var to)) request = request with { To = to };
            else p.Fail("to is no address");
        }
        if (Has("value", out item))
        {
            if (RpcParameters.TryQuantity(item, out var value)) request = request with { Value = value };
            else p.Fail("value is no quantity");
        }
        if (Has("gas", out item))
        {
            if (RpcParameters.TryQuantity(item, out var gas)) request = request with { Gas = gas.IsUInt64 ? gas.U0 : ulong.MaxValue };
            else p.Fail("gas is no quantity");
        }
        // "input" is the name today, "data" the one from before; both may be sent if they agree.
        if (Has("input", out item) || Has("data", out item))
        {
            if (RpcParameters.TryData(item, out var data)) request = request with { Data = data };
            else p.Fail("input is no hexadecimal data");
        }
        if (Has("accessList", out item)) request = request with { AccessList = ReadAccessList(p, item) };
        if (Has("authorizationList", out item)) request = request with { Authorizations = ReadAuthorizations(p, item) };
        return request;
    }

    static List<SignedAuthorization> ReadAuthorizations(RpcParameters p, JsonElement json)
    {
        var list = new List<SignedAuthorization>();
        if (json.ValueKind != JsonValueKind.Array)
        {
            p.Fail("authorizationList is no array");
            return list;
        }
        foreach (var item in json.EnumerateArray())
        {
            UInt256 Number(string name, string? otherName = null)
            {
                if (item.ValueKind == JsonValueKind.Object && (item.TryGetProperty(name, out var given) || otherName is not null && item.TryGetProperty(otherName, out given))
                    && RpcParameters.TryQuantity(given, out var number)) return number;
                p.Fail($"an entry of authorizationList has no {name}");
                return default;
            }

            UInt256 chain = Number("chainId"), nonce = Number("nonce"), parity = Number("yParity", "v"), r = Number("r"), s = Number("s");
            if (p.Error is not null) return list;
            if (!item.TryGetProperty("address", out var name) || !RpcParameters.TryAddress(name, out var address)) p.Fail("an entry of authorizationList has no address");
            else if (!nonce.IsUInt64 || parity > byte.MaxValue) p.Fail("an entry of authorizationList has a nonce or parity out of range");
            else list.Add(new SignedAuthorization(new Authorization(chain, address, nonce.U0), (byte)parity.U0, r, s));
        }
        return list;
    }

    static List<AccessListEntry> ReadAccessList(RpcParameters p, JsonElement json)
    {
        var list = new List<AccessListEntry>();
        if (json.ValueKind != JsonValueKind.Array)
        {
            p.Fail("accessList is no array");
            return list;
        }
        foreach (var item in json.EnumerateArray())
        {
            var keys = new List<Bytes32>();
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("address", out var name) || !RpcParameters.TryAddress(name, out var address)
                || !item.TryGetProperty("storageKeys", out var given) || given.ValueKind != JsonValueKind.Array)
            {
                p.Fail("an entry of accessList has no address and storageKeys");
                return list;
            }
            foreach (var key in given.EnumerateArray())
            {
                if (RpcParameters.TryHash(key, out var read)) keys.Add(read);
                else p.Fail("a storage key is no 32 bytes");
            }
            list.Add(new AccessListEntry(address, keys));
        }
        return list;
    }

    RpcError? SendRawTransaction(RpcParameters p, Utf8JsonWriter json)
    {
        byte[] raw = p.Data(0);
        if (p.Error is not null) return p.Error;
        var verdict = chain.Submit(raw, out var hash);
        return verdict is Verdict.Accepted ? Text(json, $"0x{hash}") : Refusal(verdict);
    }

    static readonly Dictionary<Check, string> Phrases = new()
    {
        [DevChainChecks.Funds] = "insufficient funds for gas * price + value",
        [DevChainChecks.Known] = "already known",
        [DevChainChecks.Replacement] = "replacement transaction underpriced",
        [DevChainChecks.PoolLimit] = "txpool is full",
        [DevChainChecks.Nonce] = "nonce too low",
        [DevChainChecks.IntrinsicGas] = "intrinsic gas too low",
        [DevChainChecks.GasLimit] = "exceeds block gas limit",
        [DevChainChecks.ChainId] = "invalid chain id for signer",
        [DevChainChecks.InitCode] = "max initcode size exceeded",
        [DevChainChecks.SenderIsExternal] = "sender not an eoa",
    };

    // Clients tell refusals apart by the words that geth uses; what was expected and found follows them.
    static RpcError Refusal(Verdict verdict)
    {
        var reason = verdict is Verdict.Rejected { Reason: var why } ? why : ((Verdict.Unverifiable)verdict).Reason;
        return RpcError.Refused(Phrases.TryGetValue(reason.Check, out string? phrase) ? $"{phrase}: expected {reason.Expected}, found {reason.Found}" : reason.ToString());
    }

    static RpcError Failure(CallResult failed) => failed.Fault == Fault.Reverted
        ? RpcError.Reverted(RevertReason.Of(failed.Output.Span) is { } reason ? $"execution reverted: {reason}" : "execution reverted", failed.Output.Span)
        : RpcError.Refused($"execution failed: {Words(failed.Fault)}");

    static string Words(Fault fault)
    {
        var text = new StringBuilder();
        foreach (char c in fault.ToString())
        {
            if (char.IsUpper(c) && text.Length > 0) text.Append(' ');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }

    RpcError? GetLogs(RpcParameters p, Utf8JsonWriter json)
    {
        var filter = RpcLogFilter.Read(p, 0);
        return p.Error ?? WriteLogs(filter, json);
    }

    RpcError? WriteLogs(RpcLogFilter filter, Utf8JsonWriter json)
    {
        var first = filter.BlockHash is { } hash ? chain.BlockOf(hash) : Select(filter.From);
        var last = filter.BlockHash is null ? Select(filter.To) ?? chain.Head : first;
        if (first is null && filter.BlockHash is not null) return RpcError.Refused($"unknown block: 0x{filter.BlockHash}");
        json.WriteStartArray();
        int count = 0;
        // A range that begins beyond the latest block is empty, as it is for every client.
        for (ulong number = first?.Number ?? ulong.MaxValue; number <= last!.Number; number++)
        {
            if (chain.BlockAt(number) is not { } block) break;
            if (!filter.MayMatch(block.Header.LogsBloom)) continue;
            ulong index = 0;
            foreach (var transaction in block.Transactions)
                foreach (var log in transaction.Receipt.Logs)
                {
                    ulong place = index++;
                    if (!filter.Matches(log)) continue;
                    if (++count > MaxLogs) return RpcError.Refused($"the query returns more than {MaxLogs} logs");
                    json.Log(log, transaction, block, place);
                }
        }
        json.WriteEndArray();
        return null;
    }

    RpcError? FeeHistory(RpcParameters p, Utf8JsonWriter json)
    {
        ulong count = p.UInt64(0);
        var selector = p.Block(1);
        var percentiles = p.Percentiles(2);
        if (p.Error is not null) return p.Error;
        if (Select(selector) is not { } newest) return NoSuchBlock(selector);
        ulong length = Math.Min(Math.Min(count, MaxFeeHistory), newest.Number + 1), oldest = newest.Number + 1 - length;
        var blocks = new List<Block>();
        for (ulong number = oldest; number <= newest.Number && length > 0; number++)
            if (chain.BlockAt(number) is { } block) blocks.Add(block);

        json.WriteStartObject();
        json.Quantity("oldestBlock", oldest);
        json.WriteStartArray("baseFeePerGas");
        foreach (var block in blocks) json.WriteStringValue((block.Header.BaseFeePerGas ?? default).ToHex());
        if (blocks.Count > 0) json.WriteStringValue(FeeMarket.NextBaseFee(blocks[^1].Header).ToHex());
        json.WriteEndArray();
        json.WriteStartArray("gasUsedRatio");
        foreach (var block in blocks) json.WriteNumberValue((double)block.Header.GasUsed / block.Header.GasLimit);
        json.WriteEndArray();
        if (percentiles.Count > 0)
        {
            json.WriteStartArray("reward");
            foreach (var block in blocks)
            {
                json.WriteStartArray();
                foreach (var tip in Tips(block, percentiles)) json.WriteStringValue(tip.ToHex());
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
        return null;
    }

    // The tip at which so many percent of the block's gas paid that or less.
    static IEnumerable<UInt256> Tips(Block block, IReadOnlyList<double> percentiles)
    {
        var paid = block.Transactions
            .Select(transaction => (Tip: transaction.EffectiveGasPrice - (block.Header.BaseFeePerGas ?? default), transaction.GasUsed))
            .OrderBy(pair => pair.Tip).ToArray();
        foreach (double percentile in percentiles)
        {
            double threshold = block.Header.GasUsed * percentile / 100;
            ulong gas = 0;
            UInt256 tip = default;
            foreach (var pair in paid)
            {
                tip = pair.Tip;
                if ((gas += pair.GasUsed) >= threshold) break;
            }
            yield return tip;
        }
    }
}
