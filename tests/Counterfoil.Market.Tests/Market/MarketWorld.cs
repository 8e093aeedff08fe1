using System.Collections.Immutable;
using Counterfoil.Chain;
using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Market.Bids;
using Counterfoil.Market.Escrow;
using Counterfoil.Market.Events;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Tests;

/// <summary>The committed bytecode on a chain, a tenant with money, providers with keys, and a book that follows the events.</summary>
sealed class MarketWorld : IAsyncDisposable
{
    public const int Tenant = 100;

    readonly TestChain chain;
    readonly Contract dollar, escrow;

    MarketWorld(TestChain chain, Contract dollar, Contract escrow) => (this.chain, this.dollar, this.escrow) = (chain, dollar, escrow);

    public static async Task<MarketWorld> OpenAsync(ChainKind kind)
    {
        var chain = await TestChain.StartAsync(kind);
        var tenant = await AccountAsync(chain, Tenant);
        var dollar = await chain.DeployAsync(tenant, ContractArtifact.TestDollar);
        var escrow = await chain.DeployAsync(tenant, ContractArtifact.LeaseEscrow, dollar.Address);
        await tenant.SendAndWaitAsync(dollar.Call("mint", tenant.Address, 1_000_000UL));
        await tenant.SendAndWaitAsync(dollar.Call("approve", escrow.Address, UInt256.MaxValue));
        return new MarketWorld(chain, dollar, escrow) { Domain = new MarketDomain(await chain.Client.GetChainIdAsync(), escrow.Address), Now = await NowAsync(chain) };
    }

    public ValueTask DisposeAsync() => chain.DisposeAsync();

    public Address Escrow => escrow.Address;
    public required MarketDomain Domain { get; init; }
    public required DateTimeOffset Now { get; set; }
    public LeaseBook Book { get; private set; } = LeaseBook.Empty;
    public List<MarketEffect> Effects { get; } = [];

    static Task<ChainAccount> AccountAsync(TestChain chain, int who) => chain.AccountAsync($"{who}", () => MarketFixture.Key(who));

    static async Task<DateTimeOffset> NowAsync(TestChain chain) => DateTimeOffset.FromUnixTimeSeconds((long)await chain.TimeAsync());

    /// <summary>Lets time pass; the next transaction happens then.</summary>
    public async Task WaitAsync(ulong seconds)
    {
        await chain.WaitAsync(seconds);
        Now = await NowAsync(chain);
    }

    /// <summary>Calls the escrow in somebody's name. Its events go into the book; a revert, which is then sent all the same and fails, comes back as the refusal it stands for.</summary>
    public async Task<Verdict> TryAsync(int who, byte[] call)
    {
        var account = await AccountAsync(chain, who);
        try
        {
            Follow(await account.SendAndWaitAsync(new ContractCall { To = Escrow, Data = call }));
            return Verdict.Accept;
        }
        catch (ChainException reverted) when (reverted.Kind == ChainFailure.Reverted)
        {
            byte[] data = await chain.RevertDataAsync(account, new ContractCall { To = Escrow, Data = call });
            return EscrowRefusal.Read(data);
        }
    }

    /// <summary>As <see cref="TryAsync"/>, for what must succeed.</summary>
    public async Task DoAsync(int who, byte[] call) => Assert.Equal(Verdict.Accept, await TryAsync(who, call));

    public async Task<UInt256> PlaceOrderAsync(Sha256Digest manifest, Rate maxRate)
    {
        await DoAsync(Tenant, EscrowCalls.PlaceOrder(manifest, maxRate));
        return Book.Orders.Keys.Last();
    }

    public async Task<UInt256> OpenAccountAsync(int amount)
    {
        await DoAsync(Tenant, EscrowCalls.OpenAccount(new TokenAmount(amount)));
        return Book.Accounts.Keys.Last();
    }

    public SignedBid Bid(int provider, UInt256 orderId, Rate rate, int salt = 0, ulong expiry = ulong.MaxValue) =>
        new Bid(orderId, MarketFixture.Provider(provider), rate, expiry, new Bytes32(((UInt256)salt).ToBigEndian())).Sign(Domain, MarketFixture.Key(provider));

    public async Task<TokenAmount> OwedAsync(UInt256 leaseId)
    {
        Assert.Equal(Verdict.Accept, EscrowAnswers.Owed(await AskAsync(EscrowCalls.Owed(leaseId)), out var amount));
        return amount;
    }

    public async Task<AccountState> AccountAsync(UInt256 accountId)
    {
        Assert.Equal(Verdict.Accept, EscrowAnswers.Account(await AskAsync(EscrowCalls.Account(accountId)), out var account));
        return account!;
    }

    public async Task<LeaseState> LeaseAsync(UInt256 leaseId)
    {
        Assert.Equal(Verdict.Accept, EscrowAnswers.Lease(await AskAsync(EscrowCalls.Lease(leaseId)), out var lease));
        return lease!;
    }

    public async Task<TokenAmount> BalanceAsync(Address account) => new((await dollar.AskAsync("balanceOf", [account]))[0].AsNumber);

    /// <summary>What the escrow answers to a question.</summary>
    public Task<byte[]> AskAsync(byte[] call) => chain.Client.CallAsync(new ContractCall { To = Escrow, Data = call });

    void Follow(ChainReceipt receipt)
    {
        uint index = 0;
        foreach (var log in receipt.Logs)
        {
            var position = new EventPosition(receipt.BlockNumber, index++);
            if (log.Address != Escrow) continue;
            Assert.Equal(Verdict.Accept, MarketEvent.Decode(log, Escrow, out var happened));
            Assert.Equal(Verdict.Accept, Book.Apply(happened!, position, Now, out var next, out ImmutableArray<MarketEffect> effects));
            Book = next;
            Effects.AddRange(effects);
        }
    }
}
