using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Escrow;

/// <summary>An account as of a block: the escrow's <c>account</c>.</summary>
/// <param name="Tenant">Who gets the refund.</param>
/// <param name="Unspent">Units that no lease has earned yet.</param>
/// <param name="Rate">Sum of the rates of its open leases; may exceed what one lease may cost.</param>
/// <param name="ExhaustAt">When the money ends, in Unix seconds; the largest value for never.</param>
/// <param name="OpenLeases">The leases that it pays for, in no order.</param>
public sealed record AccountState(Address Tenant, TokenAmount Unspent, Rate Rate, ulong ExhaustAt, ImmutableArray<UInt256> OpenLeases);

/// <summary>A lease as of a block: the escrow's <c>lease</c>.</summary>
/// <param name="OrderId">The order that it serves.</param>
/// <param name="AccountId">The account that pays.</param>
/// <param name="Provider">Who serves and is paid.</param>
/// <param name="Rate">What it costs.</param>
/// <param name="OpenedAt">Unix seconds.</param>
/// <param name="ClosedAt">Unix seconds; 0 while it is open.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Earned">Units earned in all, paid or not.</param>
/// <param name="Paid">Units withdrawn.</param>
public sealed record LeaseState(UInt256 OrderId, UInt256 AccountId, Address Provider, Rate Rate, ulong OpenedAt, ulong ClosedAt, CloseReason Reason, TokenAmount Earned, TokenAmount Paid);

/// <summary>What the escrow's views answer. A node answers, so the bytes are a stranger's.</summary>
public static class EscrowAnswers
{
    const int MaxLeases = 16;

    /// <summary>One amount: the answer of <c>owed</c>.</summary>
    public static Verdict Amount(ReadOnlySpan<byte> answer, out TokenAmount amount)
    {
        amount = default;
        if (answer.Length != 32) return Wrong("32 bytes", answer.Length);
        amount = new TokenAmount(UInt256.ReadBigEndian(answer));
        return Verdict.Accept;
    }

    /// <summary>The answer of <c>account</c>.</summary>
    public static Verdict Account(ReadOnlySpan<byte> answer, out AccountState? account)
    {
        // An offset to the tuple, its five words, of which the last is an offset to the array, the array's length, its items.
        account = null;
        if (answer.Length < 7 * 32 || answer.Length % 32 != 0) return Wrong("at least 7 words", answer.Length);
        var count = At(answer, 6);
        if (At(answer, 0) != 32 || At(answer, 5) != 160 || count > MaxLeases || answer.Length != (7 + (int)count.U0) * 32) return Wrong($"at most {MaxLeases} leases, laid out in order", answer.Length);
        if (At(answer, 1).BitLength > 160 || !At(answer, 4).IsUInt64) return Wrong("an address and 64-bit seconds", answer.Length);
        var leases = ImmutableArray.CreateBuilder<UInt256>((int)count.U0);
        for (int i = 0; i < (int)count.U0; i++) leases.Add(At(answer, 7 + i));
        account = new AccountState(Address.FromWord(At(answer, 1)), new TokenAmount(At(answer, 2)), new Rate(At(answer, 3)), At(answer, 4).U0, leases.MoveToImmutable());
        return Verdict.Accept;
    }

    /// <summary>The answer of <c>lease</c>.</summary>
    public static Verdict Lease(ReadOnlySpan<byte> answer, out LeaseState? lease)
    {
        lease = null;
        if (answer.Length != 9 * 32) return Wrong("9 words", answer.Length);
        var reason = At(answer, 6);
        if (At(answer, 2).BitLength > 160 || !At(answer, 4).IsUInt64 || !At(answer, 5).IsUInt64 || reason > (ulong)CloseReason.Exhausted) return Wrong("an address, 64-bit seconds and a close reason", answer.Length);
        lease = new LeaseState(At(answer, 0), At(answer, 1), Address.FromWord(At(answer, 2)), new Rate(At(answer, 3)), At(answer, 4).U0, At(answer, 5).U0, (CloseReason)reason.U0,
            new TokenAmount(At(answer, 7)), new TokenAmount(At(answer, 8)));
        return Verdict.Accept;
    }

    static UInt256 At(ReadOnlySpan<byte> answer, int word) => UInt256.ReadBigEndian(answer.Slice(32 * word, 32));

    static Verdict Wrong(string expected, int length) => Verdict.Reject(MarketChecks.EscrowAnswer, expected, $"{length} bytes that are not that");
}
