using System.Text.Json;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain.Transactions;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain.Rpc;

/// <content>Transactions without a key: in the name of accounts that are impersonated, as on anvil. The node holds no keys, so nothing else is sent or signed for anyone.</content>
public sealed partial class JsonRpcDispatcher
{
    RpcError? Accounts(RpcParameters p, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var account in chain.Impersonated) json.WriteStringValue(account.ToHex());
        json.WriteEndArray();
        return null;
    }

    RpcError? Impersonate(RpcParameters p, Utf8JsonWriter json)
    {
        var address = p.Address(0);
        if (p.Error is not null) return p.Error;
        return chain.Impersonate(address) ? Null(json) : RpcError.Refused($"at most {LocalChain.MaxImpersonated} accounts are impersonated at once");
    }

    RpcError? StopImpersonating(RpcParameters p, Utf8JsonWriter json)
    {
        var address = p.Address(0);
        if (p.Error is not null) return p.Error;
        chain.StopImpersonating(address);
        return Null(json);
    }

    RpcError? ImpersonateAll(RpcParameters p, Utf8JsonWriter json)
    {
        bool all = p.Bool(0);
        if (p.Error is not null) return p.Error;
        chain.ImpersonatesAll = all;
        return Null(json);
    }

    RpcError? SendTransaction(RpcParameters p, Utf8JsonWriter json)
    {
        var request = ReadCall(p);
        if (p.Error is not null) return p.Error;
        var given = p.Object(0);
        if (!chain.Impersonates(request.From))
            return RpcError.Refused($"no key here for {request.From}: sign and use eth_sendRawTransaction, or call anvil_impersonateAccount first");

        UInt256? Optional(string name)
        {
            if (!given.TryGetProperty(name, out var item) || item.ValueKind == JsonValueKind.Null) return null;
            if (RpcParameters.TryQuantity(item, out var number)) return number;
            p.Fail($"{name} is no quantity");
            return null;
        }

        UInt256? price = Optional("gasPrice"), fee = Optional("maxFeePerGas"), tip = Optional("maxPriorityFeePerGas"), nonce = Optional("nonce"), id = Optional("chainId"), type = Optional("type");
        if (price is not null && (fee is not null || tip is not null)) p.Fail("gasPrice beside maxFeePerGas or maxPriorityFeePerGas");
        if (id is { } asked && asked != chain.ChainId) p.Fail($"chainId is {asked}, and this is chain {chain.ChainId}");
        if (nonce is { IsUInt64: false }) p.Fail("nonce is no number below 2^64");
        if (type is { } wanted && wanted > (ulong)TransactionType.DynamicFee && wanted != (ulong)TransactionType.SetCode) p.Fail("transactions of this type are not sent here");
        if (p.Error is not null) return p.Error;

        ulong gas;
        if (request.Gas is { } limit) gas = limit;
        else
        {
            var estimated = chain.EstimateGas(request, out gas, out var failed);
            if (estimated is not Verdict.Accepted) return Refusal(estimated);
            if (failed is not null) return Failure(failed);
        }
        var form = type is { } stated ? (TransactionType)stated.U0 : request.Authorizations.Count > 0 ? TransactionType.SetCode : price is null ? TransactionType.DynamicFee : request.AccessList.Count > 0 ? TransactionType.AccessList : TransactionType.Legacy;
        if ((form == TransactionType.SetCode) != (request.Authorizations.Count > 0) || form == TransactionType.SetCode && request.To is null)
            return RpcError.InvalidParameters("authorizationList is for transactions of type 4, which have a recipient");
        // A price is both what is paid at most and what is offered.
        var offered = price ?? (form >= TransactionType.DynamicFee ? tip ?? (fee is { } most && most < DefaultTip ? most : DefaultTip) : NextBaseFee + DefaultTip);
        var verdict = chain.SubmitAs(new Transaction
        {
            Type = form,
            ChainId = chain.ChainId,
            Nonce = nonce?.U0 ?? chain.PendingNonce(request.From),
            MaxPriorityFeePerGas = offered,
            MaxFeePerGas = form >= TransactionType.DynamicFee ? fee ?? price ?? NextBaseFee * 2 + offered : offered,
            GasLimit = gas,
            To = request.To,
            Value = request.Value,
            Data = request.Data,
            AccessList = request.AccessList,
            Authorizations = request.Authorizations,
        }, request.From, out var hash);
        return verdict is Verdict.Accepted ? Text(json, $"0x{hash}") : Refusal(verdict);
    }
}
