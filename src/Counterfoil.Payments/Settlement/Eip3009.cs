using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.Payments.Settlement;

/// <summary>The functions and events of a token with EIP-3009, as a facilitator calls and reads them. Pure: what carries the bytes is the host's.</summary>
public static class Eip3009
{
    static readonly AbiFunction transfer = new(
        "transferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce,uint8 v,bytes32 r,bytes32 s)");
    static readonly AbiFunction state = new("authorizationState(address authorizer,bytes32 nonce) returns (bool)");
    static readonly AbiFunction balance = new("balanceOf(address account) returns (uint256)");
    static readonly AbiEvent used = new("AuthorizationUsed(address indexed authorizer,bytes32 indexed nonce)");
    static readonly AbiEvent moved = new("Transfer(address indexed from,address indexed to,uint256 value)");

    /// <summary>Gas that <c>transferWithAuthorization</c> is given: a first transfer to a new holder uses about 90,000, and what is left over costs nothing.</summary>
    public const ulong GasLimit = 160_000;

    /// <summary>The data that calls <c>transferWithAuthorization</c>, in the form with v, r and s that every such token has.</summary>
    public static byte[] EncodeTransfer(SettlementIntent intent)
    {
        ArgumentNullException.ThrowIfNull(intent);
        var (a, s) = (intent.Authorization, intent.Signature.Value);
        return transfer.EncodeCall(a.From, a.To, a.Value, a.ValidAfter, a.ValidBefore, a.Nonce, (ulong)s.V, s.R, s.S);
    }

    /// <summary>The data that calls <c>authorizationState</c>.</summary>
    public static byte[] EncodeState(Address authorizer, Bytes32 nonce) => state.EncodeCall(authorizer, nonce);

    /// <summary>Reads what <c>authorizationState</c> returned: whether the nonce is used or cancelled.</summary>
    public static Verdict ReadState(ReadOnlySpan<byte> output, out bool isUsed)
    {
        var verdict = state.DecodeResult(output, out var values);
        isUsed = verdict is Verdict.Accepted && values[0].AsBool;
        return verdict;
    }

    /// <summary>The data that calls <c>balanceOf</c>.</summary>
    public static byte[] EncodeBalance(Address account) => balance.EncodeCall(account);

    /// <summary>Reads what <c>balanceOf</c> returned.</summary>
    public static Verdict ReadBalance(ReadOnlySpan<byte> output, out TokenAmount units)
    {
        var verdict = balance.DecodeResult(output, out var values);
        units = verdict is Verdict.Accepted ? new TokenAmount(values[0].AsNumber) : default;
        return verdict;
    }

    /// <summary>Topics that find the event <c>AuthorizationUsed</c> of a payment.</summary>
    public static IReadOnlyList<Bytes32?> UsedTopics(SettlementIntent intent)
    {
        ArgumentNullException.ThrowIfNull(intent);
        return [used.Topic, new Bytes32(intent.Authorization.From.ToWord().ToBigEndian()), intent.Authorization.Nonce];
    }

    /// <summary>
    /// Whether a transaction's events show that it paid: the token tells that the nonce was used and, right after, that payer, payee and amount are
    /// those of the authorization. The second matters, because a payer can sign two authorizations with one nonce.
    /// </summary>
    public static bool Paid(SettlementIntent intent, IReadOnlyList<LogEntry> logs)
    {
        ArgumentNullException.ThrowIfNull(intent);
        ArgumentNullException.ThrowIfNull(logs);
        var a = intent.Authorization;
        var marks = new[] { used.Encode(intent.Token.Contract, a.From, a.Nonce), moved.Encode(intent.Token.Contract, a.From, a.To, a.Value) };
        for (int i = 0; i + 1 < logs.Count; i++)
            if (Same(logs[i], marks[0]) && Same(logs[i + 1], marks[1])) return true;
        return false;
    }

    static bool Same(LogEntry a, LogEntry b) => a.Address == b.Address && a.Topics.SequenceEqual(b.Topics) && a.Data.Span.SequenceEqual(b.Data.Span);
}
