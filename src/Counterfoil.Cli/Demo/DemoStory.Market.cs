using System.Security.Cryptography;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evidence.Predicates;
using Counterfoil.Evidence.Workloads;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Market;
using Counterfoil.Market.Bids;
using Counterfoil.Market.Escrow;
using Counterfoil.Market.Events;
using Counterfoil.Market.Leases;
using Counterfoil.Training;

namespace Counterfoil.Cli.Demo;

/// <summary>Link 3: an order is placed, two providers bid, the cheaper one is leased, and the escrow streams.</summary>
sealed partial class DemoStory
{
    static readonly TokenAmount Deposit = new(2_000_000);

    // 86 % of held-back images on average over splits, standard deviation 1 point: the split is drawn by the chain, so every run has another.
    readonly TrainingRecipe recipe = new() { Layers = [784, 128, 10], Epochs = 30, BatchSize = 32, DecayMillionths = 880_000, Seed = 1 };
    WorkloadManifest workload = null!;
    Sha256Digest leaseLink;
    LeaseEntry lease = null!;
    DateTimeOffset leaseOpened;

    async Task LeaseAsync(CancellationToken cancel)
    {
        narrator.Begin("ordering a machine");
        workload = new WorkloadManifest(datasetLink, recipe.Digest, CpuMillis: 2000, MemoryBytes: 4L << 30);
        Keep(workload.Encode());
        Keep(recipe.Encode());
        var placed = await OneEventAsync<MarketEvent.OrderPlaced>("tenant", EscrowCalls.PlaceOrder(workload.Digest, Rate.PerHour(new TokenAmount(3_600_000))), cancel);
        var order = new OrderEntry(placed.OrderId, placed.Tenant, placed.ManifestDigest, placed.MaxRate);

        var domain = new MarketDomain(chain.ChainId, chain.Escrow.Address);
        var now = await chain.NowAsync(cancel);
        var tender = new Tender(order, domain);
        foreach (var (party, rate) in new[] { ("provider-a", 2_160_000UL), ("provider-b", 1_800_000UL) })
        {
            var bid = new Bid(order.OrderId, cast.Account(party).Address, Rate.PerHour(new TokenAmount(rate)), (ulong)now.AddMinutes(10).ToUnixTimeSeconds(), RandomBytes32());
            tender.Add(bid.Sign(domain, cast.Account(party)), now, out tender).Require();
        }
        var best = tender.Best(now)!;
        narrator.Done($"order {order.OrderId} placed; 2 signed bids, {best.Bid.Rate.For(3600).ToString(6)} test dollars an hour is the cheaper");

        narrator.Begin("opening the lease");
        await chain.SendAsync("tenant", chain.Dollar, new TestDollarContract.ApproveCall(chain.Escrow.Address, Deposit.Units), cancel);
        var account = await OneEventAsync<MarketEvent.AccountOpened>("tenant", EscrowCalls.OpenAccount(Deposit), cancel, keep: false);
        var opened = await OneEventAsync<MarketEvent.LeaseOpened>("tenant", EscrowCalls.AcceptBid(best, account.AccountId), cancel);
        leaseOpened = await chain.NowAsync(cancel);
        lease = new LeaseEntry(opened.LeaseId, opened.OrderId, opened.AccountId, opened.Tenant, opened.Provider, opened.Rate, opened.BidDigest, leaseOpened);
        leaseLink = await PublishAsync(LinkStatement.Sign($"{chain.Id}/lease/{opened.LeaseId}", new ComputeLease(
            datasetLink, workload.Digest, chain.Id, chain.Escrow.Address, opened.OrderId, opened.LeaseId, opened.AccountId, opened.Tenant, opened.Provider,
            opened.Rate.Scaled, opened.BidDigest, "this machine", [], leaseOpened), cast.Signer("provider")), cancel);
        narrator.Done($"lease {opened.LeaseId} opened with {opened.Provider}, {Deposit.ToString(6)} test dollars in escrow");
    }

    /// <summary>A party calls the escrow, and this is the one event of its kind that the call made.</summary>
    async Task<T> OneEventAsync<T>(string party, byte[] call, CancellationToken cancel, bool keep = true) where T : MarketEvent
    {
        var receipt = await chain.Account(party).SendAndWaitAsync(new Chain.ContractCall { To = chain.Escrow.Address, Data = call }, cancellationToken: cancel);
        if (keep) transactions.Add(receipt.TransactionHash);
        var events = receipt.Logs.Where(l => l.Address == chain.Escrow.Address).Select(l =>
        {
            MarketEvent.Decode(l, chain.Escrow.Address, out var decoded).Require();
            return decoded;
        });
        return events.OfType<T>().Single();
    }

    static Bytes32 RandomBytes32()
    {
        Span<byte> bytes = stackalloc byte[32];
        RandomNumberGenerator.Fill(bytes);
        return new Bytes32(bytes);
    }
}
