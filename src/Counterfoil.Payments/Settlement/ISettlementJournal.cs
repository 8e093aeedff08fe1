using Counterfoil.Payments.Exact;

namespace Counterfoil.Payments.Settlement;

/// <summary>A line of a facilitator's journal.</summary>
/// <param name="Intent">The payment.</param>
/// <param name="State">Where it stands.</param>
public sealed record SettlementRecord(SettlementIntent Intent, SettlementState State);

/// <summary>A facilitator's write-ahead journal: one record per payment, the latest state counts.</summary>
public interface ISettlementJournal
{
    /// <summary>The record of a payment, or null.</summary>
    ValueTask<SettlementRecord?> FindAsync(PaymentKey key, CancellationToken cancellation);

    /// <summary>Writes records, all or none, and returns once they would survive a loss of power.</summary>
    ValueTask WriteAsync(IReadOnlyList<SettlementRecord> records, CancellationToken cancellation);

    /// <summary>Writes a record some time soon, after all that was written before it.</summary>
    void WriteLater(SettlementRecord record);

    /// <summary>Every payment whose outcome is open, or settled and watched still, in the order of account nonces.</summary>
    ValueTask<IReadOnlyList<SettlementRecord>> ReadOpenAsync(CancellationToken cancellation);
}
