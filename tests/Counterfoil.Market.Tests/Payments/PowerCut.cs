using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Payments.Exact;
using Counterfoil.Payments.Sales;
using Counterfoil.Payments.Settlement;

namespace Counterfoil.Market.Tests.Payments;

/// <summary>
/// Ends a process at its n-th step to the outside: before or after a write, a look, a transaction. From then on nothing that the process tries has any effect, and
/// writes that nobody waited for may be lost.
/// </summary>
sealed class PowerCut(int steps, bool losesLateWrites)
{
    int left = steps;
    readonly bool losing = losesLateWrites;

    public bool HasHappened => Volatile.Read(ref left) < 0;

    void Step()
    {
        if (Interlocked.Decrement(ref left) < 0) throw new PowerLossException();
    }

    async ValueTask<T> StepAsync<T>(Func<ValueTask<T>> action)
    {
        Step();
        var result = await action();
        Step();
        return result;
    }

    public ISaleStore Over(ISaleStore store) => new Sales(this, store);
    public ISettlementJournal Over(ISettlementJournal journal) => new Journal(this, journal);
    public ISettlementChain Over(ISettlementChain chain) => new Chain(this, chain);

    sealed class Sales(PowerCut power, ISaleStore inner) : ISaleStore
    {
        public ValueTask<Sale> FindAsync(PaymentKey key, CancellationToken cancellation) => power.StepAsync(() => inner.FindAsync(key, cancellation));
        public ValueTask<(Sale Sale, SaleStep Step)> AdvanceAsync(PaymentKey key, SaleEvent happened, CancellationToken cancellation) =>
            power.StepAsync(() => inner.AdvanceAsync(key, happened, cancellation));

        public void AdvanceLater(PaymentKey key, SaleEvent happened)
        {
            power.Step();
            if (!power.losing) inner.AdvanceLater(key, happened);
        }
    }

    sealed class Journal(PowerCut power, ISettlementJournal inner) : ISettlementJournal
    {
        public ValueTask<SettlementRecord?> FindAsync(PaymentKey key, CancellationToken cancellation) => power.StepAsync(() => inner.FindAsync(key, cancellation));
        public async ValueTask WriteAsync(IReadOnlyList<SettlementRecord> records, CancellationToken cancellation) => await power.StepAsync(async () =>
        {
            await inner.WriteAsync(records, cancellation);
            return true;
        });
        public void WriteLater(SettlementRecord record)
        {
            power.Step();
            if (!power.losing) inner.WriteLater(record);
        }
        public ValueTask<IReadOnlyList<SettlementRecord>> ReadOpenAsync(CancellationToken cancellation) => power.StepAsync(() => inner.ReadOpenAsync(cancellation));
    }

    sealed class Chain(PowerCut power, ISettlementChain inner) : ISettlementChain
    {
        public NetworkId Network => inner.Network;
        public Address Submitter => inner.Submitter;
        public ValueTask<PayerView> ViewAsync(Address asset, Address payer, Bytes32 nonce, CancellationToken cancellation) => power.StepAsync(() => inner.ViewAsync(asset, payer, nonce, cancellation));
        public ValueTask<Verdict> SimulateAsync(SettlementIntent intent, CancellationToken cancellation) => power.StepAsync(() => inner.SimulateAsync(intent, cancellation));
        public ValueTask<ulong> NextAccountNonceAsync(CancellationToken cancellation) => power.StepAsync(() => inner.NextAccountNonceAsync(cancellation));
        public ValueTask<PreparedTransfer> PrepareAsync(SettlementIntent intent, ulong accountNonce, CancellationToken cancellation) => power.StepAsync(() => inner.PrepareAsync(intent, accountNonce, cancellation));
        public ValueTask<SendResult> SendAsync(PreparedTransfer transfer, CancellationToken cancellation) => power.StepAsync(() => inner.SendAsync(transfer, cancellation));
        public ValueTask<Sighting> LookAsync(SettlementIntent intent, PreparedTransfer? transfer, CancellationToken cancellation) => power.StepAsync(() => inner.LookAsync(intent, transfer, cancellation));
    }
}

sealed class PowerLossException() : Exception("the power is gone");
