using Counterfoil.Payments;
using Counterfoil.Payments.AspNetCore.Buying;
using Counterfoil.Payments.AspNetCore.Settling;
using Counterfoil.Payments.AspNetCore.Storage;
using Counterfoil.Payments.Settlement;

namespace Counterfoil.Market.Tests.Payments;

public class CrashTests
{
    const int MoreStepsThanThereAre = 200;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_power_cut_at_any_step_of_a_sale_never_charges_twice_nor_for_nothing(bool losesLateWrites)
    {
        int steps = 0;
        var endings = new HashSet<Type>();
        while (steps < MoreStepsThanThereAre && await SellAcrossPowerCutAsync(steps, losesLateWrites, endings)) steps++;
        Assert.InRange(steps, 20, MoreStepsThanThereAre - 1);
        Assert.Contains(typeof(PaymentOutcome.Paid), endings);
        Assert.Contains(typeof(PaymentOutcome.Refused), endings); // the handler was cut off: not charged
    }

    static async Task<bool> SellAcrossPowerCutAsync(int steps, bool losesLateWrites, HashSet<Type> endings)
    {
        using Fair.TemporaryFile shopFile = Fair.Database(), customerFile = Fair.Database();
        var clock = new StandingClock(Fair.Noon);
        var ledger = new Ledger(clock, Fair.Dollar);
        ledger.Mint(Fair.Buyer, 10_000);
        var stall = new Shop.Stall();
        var power = new PowerCut(steps, losesLateWrites);
        var setup = new Shop.Setup(ledger, clock, shopFile.Path, stall);

        await using (var shop = await Shop.OpenAsync(setup with { Chain = power.Over(ledger), Sales = power.Over, Journal = power.Over }))
        await using (var customer = new Customer(customerFile.Path, shop.Address, clock, attempts: 1))
        {
            using var cut = await customer.AskAsync("question", "order 7");
            if (!power.HasHappened) Assert.IsType<PaymentOutcome.Paid>(cut.GetPayment());
        }

        await using (var shop = await Shop.OpenAsync(setup))
        await using (var customer = new Customer(customerFile.Path, shop.Address, clock))
        {
            await shop.Facilitator.ResumeAsync(default);
            using var response = await customer.AskAsync("question", "order 7");
            var outcome = response.GetPayment();
            endings.Add(outcome!.GetType());
            if (!power.HasHappened) return false;
            Assert.True(stall.Runs <= 1, $"step {steps}: {stall.Runs} runs");
            switch (outcome)
            {
                case PaymentOutcome.Paid paid:
                    Assert.Equal((steps, 1, 1), (steps, stall.Runs, ledger.Transfers));
                    paid.ReceiptVerdict.ShouldAccept();
                    break;
                case PaymentOutcome.Refused:
                    Assert.Equal((steps, 0), (steps, ledger.Transfers));
                    break;
                default: Assert.Fail($"step {steps}: {outcome}"); break;
            }
        }
        return true;
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task A_power_cut_at_any_step_of_a_settlement_pays_exactly_once(bool mines, bool nodeForgets)
    {
        int steps = 0;
        while (steps < MoreStepsThanThereAre && await SettleAcrossPowerCutAsync(steps, mines, nodeForgets)) steps++;
        Assert.InRange(steps, 8, MoreStepsThanThereAre - 1);
    }

    static async Task<bool> SettleAcrossPowerCutAsync(int steps, bool mines, bool nodeForgets)
    {
        using var file = Fair.Database();
        var clock = new StandingClock(Fair.Noon);
        var ledger = new Ledger(clock, Fair.Dollar) { Mines = mines };
        ledger.Mint(Fair.Buyer, 10_000);
        var payments = Enumerable.Range(1, 3).Select(i => Fair.Pay(Fair.Authorize((byte)i))).ToList();
        var power = new PowerCut(steps, losesLateWrites: true);

        await using (var database = PaymentDatabase.Open(file.Path))
        await using (var facilitator = Open(power.Over(ledger), power.Over(new SqliteSettlementJournal(database)), clock, patience: 10))
            await Task.WhenAll(payments.Select(async p =>
            {
                try { await facilitator.SettleAsync(p, p.Accepted, default); }
                catch (PowerLossException) { }
            }));
        if (nodeForgets) ledger.DropPool();
        ledger.Mines = true;
        ledger.Mine();

        await using (var database = PaymentDatabase.Open(file.Path))
        await using (var facilitator = Open(ledger, new SqliteSettlementJournal(database), clock, patience: 5000))
        {
            Assert.All(await facilitator.ResumeAsync(default), o => Assert.IsType<SettlementOutcome.Settled>(o));
            foreach (var payment in payments) Assert.IsType<SettlementOutcome.Settled>(await facilitator.SettleAsync(payment, payment.Accepted, default));
        }
        Assert.Equal((steps, 3, 0), (steps, ledger.Transfers, ledger.Reverts));
        return power.HasHappened;
    }

    static Facilitator Open(ISettlementChain chain, ISettlementJournal journal, TimeProvider time, int patience) => new(
        new FacilitatorOptions { Tokens = [Fair.Dollar], Patience = TimeSpan.FromMilliseconds(patience), Interval = TimeSpan.FromMilliseconds(2) }, chain, journal, time);
}
