using Counterfoil.Payments.Exact;

namespace Counterfoil.Payments.Sales;

/// <summary>Where a seller keeps its sales. Each step is atomic: two nodes on one store cannot both be told to run the handler.</summary>
public interface ISaleStore
{
    /// <summary>Where a sale stands; <see cref="Sale.Nothing"/> where there is none.</summary>
    ValueTask<Sale> FindAsync(PaymentKey key, CancellationToken cancellation);

    /// <summary>Applies <see cref="SaleRules"/> to a sale, and returns once the new state would survive a loss of power.</summary>
    ValueTask<(Sale Sale, SaleStep Step)> AdvanceAsync(PaymentKey key, SaleEvent happened, CancellationToken cancellation);

    /// <summary>The same some time soon, for a step that can be found out again (<see cref="SaleEvent.Paid"/>).</summary>
    void AdvanceLater(PaymentKey key, SaleEvent happened);
}
