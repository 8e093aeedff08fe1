using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Contracts;

namespace Counterfoil.Payments.Settlement;

/// <summary>The functions and events of a token with EIP-3009, as a facilitator calls and reads them. Pure: what carries the bytes is the host's.</summary>
public static class Eip3009
{
    /// <summary>Gas that <c>transferWithAuthorization</c> is given: a first transfer to a new holder uses about 90,000, and what is left over costs nothing.</summary>
    public const ulong GasLimit = 160_000;

    /// <summary>The data that calls <c>transferWithAuthorization</c>, in the form with v, r and s that every such token has.</summary>
    public static byte[] EncodeTransfer(SettlementIntent intent)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var a = intent.Authorization;
        return DollarContract.TransferCall(a.From, a.To, a.Value, a.ValidAfter, a.ValidBefore, a.Nonce, intent.Signature.Value);
    }

    /// <summary>The data that calls <c>authorizationState</c>.</summary>
    public static byte[] EncodeState(Address authorizer, Bytes32 nonce) => DollarContract.AuthorizationState.EncodeCall(authorizer, nonce);

    /// <summary>Reads what <c>authorizationState</c> returned: whether the nonce is used or cancelled.</summary>
    public static Verdict ReadState(ReadOnlySpan<byte> output, out bool isUsed)
    {
        var verdict = DollarContract.AuthorizationState.DecodeResult(output, out var values);
        isUsed = verdict is Verdict.Accepted && values[0].AsBool;
        return verdict;
    }

    /// <summary>The data that calls <c>balanceOf</c>.</summary>
    public static byte[] EncodeBalance(Address account) => DollarContract.BalanceOf.EncodeCall(account);

    /// <summary>Reads what <c>balanceOf</c> returned.</summary>
    public static Verdict ReadBalance(ReadOnlySpan<byte> output, out TokenAmount units)
    {
        var verdict = DollarContract.BalanceOf.DecodeResult(output, out var values);
        units = verdict is Verdict.Accepted ? new TokenAmount(values[0].AsNumber) : default;
        return verdict;
    }

    /// <summary>Topics that find the event <c>AuthorizationUsed</c> of a payment.</summary>
    public static IReadOnlyList<Bytes32?> UsedTopics(SettlementIntent intent)
    {
        ArgumentNullException.ThrowIfNull(intent);
        return [DollarContract.AuthorizationUsed.Abi.Topic, new Bytes32(intent.Authorization.From.ToWord().ToBigEndian()), intent.Authorization.Nonce];
    }

    /// <summary>
    /// Whether a transaction's events show that it paid: the token tells that the nonce was used and, in the very next event, that payer, payee and
    /// amount are those of the authorization.
    /// </summary>
    /// <remarks>
    /// Both and next to each other, because a payer can sign two authorizations with one nonce, and have the false one executed in one transaction with
    /// another transfer of the same amount to the same payee: some transfer beside some use of the nonce proves nothing. EIP-3009 tokens write
    /// the one right before the other.
    /// </remarks>
    public static bool Paid(SettlementIntent intent, IReadOnlyList<LogEntry> logs)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(logs);
        var (token, a) = (intent.Token.Contract, intent.Authorization);
        for (int i = 0; i + 1 < logs.Count; i++)
            if (DollarContract.AuthorizationUsed.TryDecode(logs[i], token, out var used) && used.Authorizer == a.From && used.Nonce == a.Nonce)
                return DollarContract.Transferred.TryDecode(logs[i + 1], token, out var moved) && (moved.From, moved.To, moved.Value) == (a.From, a.To, a.Value);
        return false;
    }
}
