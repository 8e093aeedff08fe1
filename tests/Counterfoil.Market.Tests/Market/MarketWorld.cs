using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.DevChain;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;
using Counterfoil.Market.Bids;
using Counterfoil.Market.Escrow;
using Counterfoil.Market.Events;
using Counterfoil.Market.Leases;
using Counterfoil.Tests;

namespace Counterfoil.Market.Tests;

/// <summary>The committed bytecode on a chain in this process, a tenant with money, providers with keys, and a book that follows the events.</summary>
sealed class MarketWorld
{
    public const int Tenant = 100;
    static readonly UInt256 Ether = UInt256.Parse("1000000000000000000000");

    readonly LocalChain chain;
    readonly Address dollar;

    public MarketWorld()
    {
        chain = new LocalChain(new ChainOptions(), new FrozenTime());
        foreach (int i in Enumerable.Range(0, 8).Append(Tenant)) chain.Fund(MarketFixture.Provider(i), Ether);
        dollar = Created(Send(Tenant, null, Bytecode("TestDollar")));
        Escrow = Created(Send(Tenant, null, [.. Bytecode("LeaseEscrow"), .. EscrowCalls.Constructor(dollar)]));
        Domain = new MarketDomain(chain.ChainId, Escrow);
        Must(Send(Tenant, dollar, Call("mint(address,uint256)", MarketFixture.Provider(Tenant).ToWord(), 1_000_000)));
        Must(Send(Tenant, dollar, Call("approve(address,uint256)", Escrow.ToWord(), UInt256.MaxValue)));
    }

    public Address Escrow { get; }
    public MarketDomain Domain { get; }
    public LeaseBook Book { get; private set; } = LeaseBook.Empty;
    public List<MarketEffect> Effects { get; } = [];

    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeSeconds((long)chain.Head.Header.Timestamp);

    /// <summary>Lets time pass; the next transaction happens then.</summary>
    public void Wait(ulong seconds)
    {
        Assert.True(chain.SetNextTimestamp(chain.Head.Header.Timestamp + seconds));
        chain.Mine();
    }

    /// <summary>Calls the escrow in somebody's name. Its events go into the book; a revert comes back as the refusal it stands for.</summary>
    public Verdict Try(int who, byte[] call)
    {
        var mined = Send(who, Escrow, call);
        return mined.Receipt.Succeeded ? Verdict.Accept : EscrowRefusal.Read(mined.Output.Span);
    }

    /// <summary>As <see cref="Try"/>, for what must succeed.</summary>
    public void Do(int who, byte[] call) => Assert.Equal(Verdict.Accept, Try(who, call));

    public UInt256 PlaceOrder(Sha256Digest manifest, Rate maxRate)
    {
        Do(Tenant, EscrowCalls.PlaceOrder(manifest, maxRate));
        return Book.Orders.Keys.Last();
    }

    public UInt256 OpenAccount(int amount)
    {
        Do(Tenant, EscrowCalls.OpenAccount(new TokenAmount(amount)));
        return Book.Accounts.Keys.Last();
    }

    public SignedBid Bid(int provider, UInt256 orderId, Rate rate, int salt = 0, ulong expiry = ulong.MaxValue) =>
        new Bid(orderId, MarketFixture.Provider(provider), rate, expiry, new Bytes32(((UInt256)salt).ToBigEndian())).Sign(Domain, MarketFixture.Key(provider));

    public TokenAmount Owed(UInt256 leaseId)
    {
        Assert.Equal(Verdict.Accept, EscrowAnswers.Owed(Ask(Escrow, EscrowCalls.Owed(leaseId)), out var amount));
        return amount;
    }

    public AccountState Account(UInt256 accountId)
    {
        Assert.Equal(Verdict.Accept, EscrowAnswers.Account(Ask(Escrow, EscrowCalls.Account(accountId)), out var account));
        return account!;
    }

    public LeaseState Lease(UInt256 leaseId)
    {
        Assert.Equal(Verdict.Accept, EscrowAnswers.Lease(Ask(Escrow, EscrowCalls.Lease(leaseId)), out var lease));
        return lease!;
    }

    public TokenAmount BalanceOf(Address account) => new(UInt256.ReadBigEndian(Ask(dollar, Call("balanceOf(address)", account.ToWord()))));

    public byte[] Ask(Address contract, byte[] call)
    {
        Assert.Equal(Verdict.Accept, chain.Call(new CallRequest { To = contract, Data = call }, chain.Head, out var result));
        Assert.True(result!.Succeeded, $"the call failed: {result.Fault}");
        return result.Output.ToArray();
    }

    public MinedTransaction Send(int who, Address? to, byte[] data)
    {
        var key = MarketFixture.Key(who);
        var raw = new Transaction
        {
            ChainId = chain.ChainId,
            Nonce = chain.PendingNonce(key.Address),
            MaxPriorityFeePerGas = 0,
            MaxFeePerGas = 100_000_000_000,
            GasLimit = 10_000_000,
            To = to,
            Data = data,
        }.Sign(key).Encode();
        Assert.Equal(Verdict.Accept, chain.Submit(raw, out var hash));
        var (mined, block) = chain.Find(hash)!.Value;
        if (to == Escrow) Follow(mined, DateTimeOffset.FromUnixTimeSeconds((long)block.Header.Timestamp));
        return mined;
    }

    void Follow(MinedTransaction mined, DateTimeOffset time)
    {
        uint index = 0;
        foreach (var log in mined.Receipt.Logs)
        {
            var position = new EventPosition(mined.BlockNumber, index++);
            if (log.Address != Escrow) continue;
            Assert.Equal(Verdict.Accept, MarketEvent.Decode(log, Escrow, out var happened));
            Assert.Equal(Verdict.Accept, Book.Apply(happened!, position, time, out var next, out ImmutableArray<MarketEffect> effects));
            Book = next;
            Effects.AddRange(effects);
        }
    }

    static MinedTransaction Must(MinedTransaction mined)
    {
        Assert.True(mined.Receipt.Succeeded, $"the transaction failed: {mined.Fault} 0x{Convert.ToHexStringLower(mined.Output.Span)}");
        return mined;
    }

    static Address Created(MinedTransaction mined) => Must(mined).Created!.Value;

    static byte[] Bytecode(string contract)
    {
        using var artifact = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Surroundings.Root, "contracts", "artifacts", $"{contract}.json")));
        return Convert.FromHexString(artifact.RootElement.GetProperty("bytecode").GetString()![2..]);
    }

    static byte[] Call(string signature, params UInt256[] words) =>
        [.. Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).ToArray().Take(4), .. words.SelectMany(w => w.ToBigEndian())];

    sealed class FrozenTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => MarketFixture.Now;
    }
}
