using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Market.Bids;
using Counterfoil.Market.Leases;

namespace Counterfoil.Market.Tests;

/// <summary>Providers with keys, one order, and the words to make bids with.</summary>
static class MarketFixture
{
    public static readonly MarketDomain Domain = new(31337, Address.Parse("0x2e234DAe75C793f67A35089C9d99245E1C58470b"));
    public static readonly Address Tenant = Account(0x7e4a47);
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    public static readonly Rate One = Rate.PerSecond(new TokenAmount(1));
    public static readonly OrderEntry Order = new(42, Tenant, Sha256.Hash("manifest"u8), Rate.PerSecond(new TokenAmount(10)));

    /// <summary>The key with this number, which is the private key.</summary>
    public static Secp256k1PrivateKey Key(int number) => new(new UInt256((ulong)(0xb1d + number)).ToBigEndian());

    public static Address Provider(int number) => Key(number).Address;

    public static Address Account(ulong number) => Address.FromWord(number);

    public static Bid Bid(int provider, Rate rate, ulong expiry = 1_900_000_000, string salt = "salt") =>
        new(Order.OrderId, Provider(provider), rate, expiry, Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(salt)).Value);

    public static SignedBid Signed(int provider, Rate rate, ulong expiry = 1_900_000_000, string salt = "salt") => Bid(provider, rate, expiry, salt).Sign(Domain, Key(provider));

    /// <summary>The check that refused, or null where none did.</summary>
    public static Check? Refusal(Verdict verdict) => verdict is Verdict.Rejected { Reason.Check: var check } ? check : null;
}
