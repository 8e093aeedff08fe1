using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Execution;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.Rpc;

/// <content>Questions about a state and a block that are not: geth's overrides.</content>
public sealed partial class JsonRpcDispatcher
{
    const int MaxSupposedAccounts = 1_000, MaxSupposedSlots = 10_000;

    static Supposition ReadOverrides(RpcParameters p, int state, int block) =>
        ReadOverrides(p, p.Has(state) ? p.Object(state) : null, p.Has(block) ? p.Object(block) : null);

    // A member that is not known is refused: an answer without it would be about another state than the one asked about.
    static Supposition ReadOverrides(RpcParameters p, JsonElement? state, JsonElement? block)
    {
        var supposed = Supposition.Nothing;
        if (p.Error is not null) return supposed;
        if (state is { ValueKind: JsonValueKind.Object } accounts) supposed = supposed with { Accounts = ReadAccounts(p, accounts) };
        if (block is not { ValueKind: JsonValueKind.Object } fields) return supposed;
        foreach (var field in fields.EnumerateObject().Where(f => f.Value.ValueKind != JsonValueKind.Null))
        {
            UInt256 quantity = default;
            bool isQuantity = RpcParameters.TryQuantity(field.Value, out quantity);
            supposed = field.Name switch
            {
                "number" when isQuantity && quantity.IsUInt64 => supposed with { Number = quantity.U0 },
                "time" or "timestamp" when isQuantity && quantity.IsUInt64 => supposed with { Timestamp = quantity.U0 },
        
                "gasLimit" when isQuantity => supposed with { GasLimit = quantity.IsUInt64 ? quantity.U0 : ulong.MaxValue },
                "coinbase" or "feeRecipient" when RpcParameters.TryAddress(field.Value, out var coinbase) => supposed with { Coinbase = coinbase },
                "random" or "prevRandao" when RpcParameters.TryHash(field.Value, out var random) => supposed with { PrevRandao = random },
                "baseFee" or "baseFeePerGas" when isQuantity => supposed with { BaseFee = quantity },
                "blobBaseFee" when isQuantity => supposed with { BlobBaseFee = quantity },
                _ => Unknown(p, supposed, $"the block override '{Short(field.Name)}'"),
            };
        }
        return supposed;
    }

    static Dictionary<Address, SupposedAccount> ReadAccounts(RpcParameters p, JsonElement json)
    {
        var accounts = new Dictionary<Address, SupposedAccount>();
        int slots = 0;
        foreach (var entry in json.EnumerateObject())
        {
            if (!Address.TryParse(entry.Name, out var address) || entry.Value.ValueKind != JsonValueKind.Object) p.Fail("a state override is no object under an address");
            else if (accounts.Count == MaxSupposedAccounts) p.Fail($"at most {MaxSupposedAccounts} accounts are overridden");
            if (p.Error is not null) return accounts;
            accounts[address] = ReadAccount(p, entry.Value, ref slots);
        }
        return accounts;
    }

    static SupposedAccount ReadAccount(RpcParameters p, JsonElement json, ref int slots)
    {
        var supposed = new SupposedAccount(null, null, null, new Dictionary<UInt256, UInt256>(), false);
        foreach (var field in json.EnumerateObject().Where(f => f.Value.ValueKind != JsonValueKind.Null))
        {
            UInt256 quantity = default;
            bool isQuantity = RpcParameters.TryQuantity(field.Value, out quantity);
            switch (field.Name)
            {
                case "balance" when isQuantity: supposed = supposed with { Balance = quantity }; break;
                case "nonce" when isQuantity && quantity.IsUInt64: supposed = supposed with { Nonce = quantity.U0 }; break;
                case "code" when RpcParameters.TryData(field.Value, out var code): supposed = supposed with { Code = new Code(code) }; break;
                case "state" or "stateDiff" when field.Value.ValueKind == JsonValueKind.Object:
                    if (supposed.ReplacesStorage || supposed.Storage.Count > 0) p.Fail("an account is overridden by state or by stateDiff, not both");
                    supposed = supposed with { Storage = ReadSlots(p, field.Value, ref slots), ReplacesStorage = field.Name == "state" };
                    break;
                default: Unknown(p, supposed, $"the state override '{Short(field.Name)}'"); break;
            }
        }
        return supposed;
    }

    static Dictionary<UInt256, UInt256> ReadSlots(RpcParameters p, JsonElement json, ref int slots)
    {
        var values = new Dictionary<UInt256, UInt256>();
        foreach (var slot in json.EnumerateObject())
        {
            if (++slots > MaxSupposedSlots) p.Fail($"at most {MaxSupposedSlots} slots are overridden");
            else if (!RpcParameters.TrySlot(slot.Name, out var key) || !RpcParameters.TrySlot(slot.Value, out var value)) p.Fail("a slot's override is no pair of 32 bytes");
            else values[key] = value;
            if (p.Error is not null) break;
        }
        return values;
    }

    static T Unknown<T>(RpcParameters p, T same, string what)
    {
        p.Fail($"{what} is not known here, or its value is none");
        return same;
    }

    static string Short(string name) => name.Length <= 40 ? name : $"{name.AsSpan(0, 40)}…";

    RpcError? CreateAccessList(RpcParameters p, Utf8JsonWriter json)
    {
        var request = ReadCall(p);
        var selector = p.Block(1);
        bool pending = p.IsPending(1) || !p.Has(1);
        var supposed = ReadOverrides(p, state: 2, block: 3);
        if (p.Error is not null) return p.Error;
        var block = pending ? null : Select(selector);
        if (block is null && !pending) return NoSuchBlock(selector);
        var verdict = chain.FindAccesses(request, block, supposed, out var accesses, out var result);
        if (verdict is not Verdict.Accepted) return Refusal(verdict);
        json.WriteStartObject();
        json.AccessList(accesses);
        json.Quantity("gasUsed", result!.GasUsed);
        if (!result.Succeeded) json.WriteString("error", Failure(result).Message);
        json.WriteEndObject();
        return null;
    }
}
