using Counterfoil.Evm;

namespace Counterfoil.Market.Leases;

/// <summary>What an event asks of whoever follows the book. The host does it, or finds that it is not for it to do.</summary>
public abstract record MarketEffect
{
    MarketEffect() { }

    /// <summary>The provider is to run the order's workload, and the tenant to hand over the manifest.</summary>
    /// <param name="Lease">The lease that opened.</param>
    public sealed record Start(LeaseEntry Lease) : MarketEffect;

    /// <summary>The provider is to stop the workload.</summary>
    /// <param name="Lease">The lease that closed.</param>
    public sealed record Stop(LeaseEntry Lease) : MarketEffect;

    /// <summary>The provider can withdraw what the closed lease earned and was not paid.</summary>
    /// <param name="Lease">The lease that closed.</param>
    /// <param name="Amount">What is left to withdraw; more than nothing.</param>
    public sealed record Collect(LeaseEntry Lease, TokenAmount Amount) : MarketEffect;

    /// <summary>The workload is still wanted and its lease failed: the tenant is to accept the runner-up's bid.</summary>
    /// <param name="Order">The order without a lease.</param>
    /// <param name="Failed">The lease that failed.</param>
    public sealed record Replace(OrderEntry Order, LeaseEntry Failed) : MarketEffect;

    /// <summary>No lease of the account is open and money is left: the tenant can have it back.</summary>
    /// <param name="Account">The account.</param>
    /// <param name="Amount">What is left; more than nothing.</param>
    public sealed record Reclaim(AccountEntry Account, TokenAmount Amount) : MarketEffect;
}
