using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Contracts;
using static Counterfoil.Evm.Contracts.TestDollarContract;

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
        var (a, signature) = (intent.Authorization, intent.Signature.Value);
        return new TransferWithAuthorizationWithVRSCall(a.From, a.To, a.Value.Units, a.ValidAfter, a.ValidBefore, a.Nonce, signature.V, new Bytes32(signature.R.ToBigEndian()), new Bytes32(signature.S.ToBigEndian())).Encode();
    }

    /// <summary>The data that calls <c>authorizationState</c>.</summary>
    public static byte[] EncodeState(Address authorizer, Bytes32 nonce) => new AuthorizationStateCall(authorizer, nonce).Encode();

    /// <summary>Reads what <c>authorizationState</c> returned: whether the nonce is used or cancelled.</summary>
    public static Verdict ReadState(ReadOnlySpan<byte> output, out bool isUsed) => AuthorizationStateCall.DecodeResult(output, out isUsed);

    /// <summary>The data that calls <c>balanceOf</c>.</summary>
    public static byte[] EncodeBalance(Address account) => new BalanceOfCall(account).Encode();

    /// <summary>Reads what <c>balanceOf</c> returned.</summary>
    public static Verdict ReadBalance(ReadOnlySpan<byte> output, out TokenAmount units)
    {
        var verdict = BalanceOfCall.DecodeResult(output, out var balance);
        units = new TokenAmount(balance);
        return verdict;
    }

    /// <summary>Topics that find the event by which a payment's nonce was spent: <c>AuthorizationUsed</c> or <c>AuthorizationCanceled</c>.</summary>
    public static IReadOnlyList<Bytes32?> SpentTopics(SettlementIntent intent)
    {
        ArgumentNullException.ThrowIfNull(intent);
        return [null, new Bytes32(intent.Authorization.From.ToWord().ToBigEndian()), intent.Authorization.Nonce];
    }

    /// <summary>Whether a transaction's events show that it used or cancelled a payment's nonce.</summary>
    public static bool Spent(SettlementIntent intent, IReadOnlyList<LogEntry> logs)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(logs);
        var (token, a) = (intent.Token.Contract, intent.Authorization);
        return logs.Any(log => (AuthorizationUsedEvent.TryDecode(log, token, out var used) && used.Authorizer == a.From && used.Nonce == a.Nonce)
            || (AuthorizationCanceledEvent.TryDecode(log, token, out var cancelled) && cancelled.Authorizer == a.From && cancelled.Nonce == a.Nonce));
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
            if (AuthorizationUsedEvent.TryDecode(logs[i], token, out var used) && used.Authorizer == a.From && used.Nonce == a.Nonce)
                return TransferEvent.TryDecode(logs[i + 1], token, out var moved) && (moved.From, moved.To, moved.Value) == (a.From, a.To, a.Value.Units);
        return false;
    }
}
