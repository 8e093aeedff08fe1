using System.Collections.Immutable;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Market.Events;

namespace Counterfoil.Market.Leases;

public sealed partial record LeaseBook
{
    Verdict Place(MarketEvent.OrderPlaced e, out LeaseBook next)
    {
        next = this;
        if (Orders.ContainsKey(e.OrderId)) return Twice("order", e.OrderId);
        next = this with { Orders = Orders.Add(e.OrderId, new OrderEntry(e.OrderId, e.Tenant, e.ManifestDigest, e.MaxRate)) };
        return Verdict.Accept;
    }

    Verdict Withdraw(MarketEvent.OrderClosed e, out LeaseBook next)
    {
        next = this;
        if (!Orders.TryGetValue(e.OrderId, out var order)) return Unknown("order", e.OrderId);
        if (order.IsWithdrawn) return Contradiction($"order {e.OrderId} not yet withdrawn", "its second withdrawal");
        next = this with { Orders = Orders.SetItem(e.OrderId, order with { IsWithdrawn = true }) };
        return Verdict.Accept;
    }

    Verdict Open(MarketEvent.AccountOpened e, out LeaseBook next)
    {
        next = this;
        if (Accounts.ContainsKey(e.AccountId)) return Twice("account", e.AccountId);
        next = this with { Accounts = Accounts.Add(e.AccountId, new AccountEntry(e.AccountId, e.Tenant)) };
        return Verdict.Accept;
    }

    Verdict Deposit(MarketEvent.Deposited e, out LeaseBook next)
    {
        next = this;
        if (!Accounts.TryGetValue(e.AccountId, out var account)) return Unknown("account", e.AccountId);
        if (UInt256.AddOverflows(account.Deposited.Units, e.Amount.Units, out var sum)) return Contradiction("deposits below 2^256", $"{account.Deposited} and {e.Amount} more");
        next = With(account with { Deposited = new TokenAmount(sum) });
        return Verdict.Accept;
    }

    Verdict Refund(MarketEvent.Refunded e, out LeaseBook next)
    {
        next = this;
        if (!Accounts.TryGetValue(e.AccountId, out var account)) return Unknown("account", e.AccountId);
        if (account.OpenLeases != 0) return Contradiction("a refund after the last lease closed", $"one while {account.OpenLeases} are open");
        if (e.Tenant != account.Tenant) return Contradiction($"a refund to {account.Tenant}", $"one to {e.Tenant}");
        var left = Left(account);
        if (e.Amount != left) return Contradiction($"a refund of the {left} units that no lease earned", $"one of {e.Amount}");
        next = With(account with { Refunded = account.Refunded + e.Amount });
        return Verdict.Accept;
    }

    Verdict Exhaust(MarketEvent.ExhaustionMoved e, out LeaseBook next)
    {
        next = this;
        if (!Accounts.TryGetValue(e.AccountId, out var account)) return Unknown("account", e.AccountId);
        next = With(account with { ExhaustAt = e.ExhaustAt });
        return Verdict.Accept;
    }

    Verdict Open(MarketEvent.LeaseOpened e, DateTimeOffset time, out LeaseBook next, out ImmutableArray<MarketEffect> effects)
    {
        (next, effects) = (this, []);
        if (Leases.ContainsKey(e.LeaseId)) return Twice("lease", e.LeaseId);
        if (!Orders.TryGetValue(e.OrderId, out var order)) return Unknown("order", e.OrderId);
        if (!Accounts.TryGetValue(e.AccountId, out var account)) return Unknown("account", e.AccountId);
        if (order.IsWithdrawn) return Contradiction($"order {e.OrderId} not withdrawn", "a lease on it");
        if (order.LeaseId is { } earlier && Leases[earlier].IsOpen) return Contradiction($"order {e.OrderId} without an open lease", $"lease {earlier}, open");
        if (e.Tenant != order.Tenant || e.Tenant != account.Tenant) return Contradiction($"tenant {order.Tenant} of the order and {account.Tenant} of the account", $"tenant {e.Tenant}");
        if (e.Rate > order.MaxRate) return Contradiction($"a rate of at most {order.MaxRate}", e.Rate.ToString());
        var lease = new LeaseEntry(e.LeaseId, e.OrderId, e.AccountId, e.Tenant, e.Provider, e.Rate, e.BidDigest, time);
        next = With(account with { OpenLeases = account.OpenLeases + 1 }) with
        {
            Orders = Orders.SetItem(e.OrderId, order with { LeaseId = e.LeaseId }),
            Leases = Leases.Add(e.LeaseId, lease),
        };
        effects = [new MarketEffect.Start(lease)];
        return Verdict.Accept;
    }

    Verdict Close(MarketEvent.LeaseClosed e, DateTimeOffset time, out LeaseBook next, out ImmutableArray<MarketEffect> effects)
    {
        (next, effects) = (this, []);
        if (!Leases.TryGetValue(e.LeaseId, out var lease)) return Unknown("lease", e.LeaseId);
        if (!lease.IsOpen) return Contradiction($"lease {e.LeaseId} open", $"closed before: {lease.Reason.InWords()}");
        if (e.Earned < lease.Withdrawn) return Contradiction($"at least the {lease.Withdrawn} units that were withdrawn", $"{e.Earned} earned");
        long opened = lease.OpenedAt.ToUnixTimeSeconds(), now = time.ToUnixTimeSeconds();
        if (e.ClosedAt < (ulong)Math.Max(0, opened) || e.ClosedAt > (ulong)Math.Max(0, now)) return Contradiction($"an end between {opened} and {now}", $"{e.ClosedAt}");
        var account = Accounts[lease.AccountId];
        if (e.Earned > Left(account)) return Contradiction($"at most the {Left(account)} units of the account", $"{e.Earned} earned");

        var closed = lease with { Reason = e.Reason, ClosedAt = e.ClosedAt, Earned = e.Earned };
        var order = Orders[lease.OrderId];
        account = account with { OpenLeases = account.OpenLeases - 1, Earned = account.Earned + e.Earned };
        next = With(account) with { Leases = Leases.SetItem(e.LeaseId, closed) };

        var asked = ImmutableArray.CreateBuilder<MarketEffect>();
        asked.Add(new MarketEffect.Stop(closed));
        if (closed.Earned > closed.Withdrawn) asked.Add(new MarketEffect.Collect(closed, closed.Earned - closed.Withdrawn));
        if (e.Reason.WantsSuccessor() && !order.IsWithdrawn) asked.Add(new MarketEffect.Replace(order, closed));
        if (account.OpenLeases == 0 && Left(account) > TokenAmount.Zero) asked.Add(new MarketEffect.Reclaim(account, Left(account)));
        effects = asked.DrainToImmutable();
        return Verdict.Accept;
    }

    Verdict Pay(MarketEvent.Withdrawn e, out LeaseBook next)
    {
        next = this;
        if (!Leases.TryGetValue(e.LeaseId, out var lease)) return Unknown("lease", e.LeaseId);
        if (e.Provider != lease.Provider) return Contradiction($"a withdrawal by {lease.Provider}", $"one by {e.Provider}");
        if (UInt256.AddOverflows(lease.Withdrawn.Units, e.Amount.Units, out var sum)) return Contradiction("withdrawals below 2^256", $"{lease.Withdrawn} and {e.Amount} more");
        if (!lease.IsOpen && sum > lease.Earned.Units) return Contradiction($"at most the {lease.Earned} units that the lease earned", $"{sum} withdrawn");
        next = this with { Leases = Leases.SetItem(e.LeaseId, lease with { Withdrawn = new TokenAmount(sum) }) };
        return Verdict.Accept;
    }

    LeaseBook With(AccountEntry account) => this with { Accounts = Accounts.SetItem(account.AccountId, account) };

    // Sums of what the events stated: the escrow's rules decide the terms, never this.
    static TokenAmount Left(AccountEntry account) => account.Deposited - account.Refunded - account.Earned;

    static Verdict Unknown(string what, UInt256 id) => Verdict.Reject(MarketChecks.BookUnknown, $"an event about {what} {id} after the one that introduces it", "it before");

    static Verdict Twice(string what, UInt256 id) => Verdict.Reject(MarketChecks.BookUnknown, $"{what} {id} introduced once", "twice");

    static Verdict Contradiction(string expected, string found) => Verdict.Reject(MarketChecks.BookContradiction, expected, found);
}
