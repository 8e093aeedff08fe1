using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Market.Bids;
using CsCheck;
using static Counterfoil.Market.Tests.MarketFixture;

namespace Counterfoil.Market.Tests;

public sealed class BidTests
{
    // Printed by LeaseEscrow.sol under forge for this bid, this contract address and chain 31337, signed by forge's own signer.
    const string Separator = "1638de0dd91e0620ad4d2823b217c49b19105eebe3e5d7d7885d9d4217a8318f";
    const string Digest = "58e68c44104d07e17697fcbf76a1496b0a11d7c540489fa0556ee26a3a302f52";
    const string Signature = "c04710e4e6ef5c4cab4b4f86018af022794caa0a24b04acb69bbf6528f45f15d4a22210e7b18641d136284e5045041f7bf9de02d6cbc002de4323595719ee3f21b";

    static readonly Bid TheBid = Bid(1, new Rate(5124095576030431));

    [Fact]
    public void Its_digest_and_signature_are_what_the_contract_and_another_signer_compute()
    {
        Assert.Equal(Separator, Domain.Separator.ToString());
        Assert.Equal(Digest, TheBid.Digest(Domain).ToString());
        var signed = TheBid.Sign(Domain, Key(1));
        Assert.Equal(Signature, Convert.ToHexStringLower(signed.Signature.Span)); // RFC 6979 on both sides
        Assert.Equal(Verdict.Accept, signed.VerifySignature(Domain));
    }

    [Fact]
    public void A_signature_of_somebody_else_is_refused()
    {
        var bid = Bid(1, One);
        var forged = new SignedBid(bid, Key(2).Sign(bid.Digest(Domain)).ToArray());
        Assert.Equal(MarketChecks.BidSignature, Refusal(forged.VerifySignature(Domain)));
    }

    [Fact]
    public void A_bid_for_another_escrow_or_another_chain_is_refused()
    {
        var signed = Signed(1, One);
        Assert.Equal(MarketChecks.BidSignature, Refusal(signed.VerifySignature(Domain with { ChainId = 1 })));
        Assert.Equal(MarketChecks.BidSignature, Refusal(signed.VerifySignature(Domain with { Escrow = Tenant })));
    }

    [Fact]
    public void Every_term_is_under_the_signature()
    {
        var signed = Signed(1, One);
        Bid[] changed =
        [
            signed.Bid with { OrderId = 43 },
            signed.Bid with { Provider = Provider(2) },
            signed.Bid with { Rate = new Rate(One.Scaled + 1) },
            signed.Bid with { Expiry = signed.Bid.Expiry + 1 },
            signed.Bid with { Salt = default },
        ];
        foreach (var bid in changed) Assert.Equal(MarketChecks.BidSignature, Refusal(new SignedBid(bid, signed.Signature.Span).VerifySignature(Domain)));
    }

    [Fact]
    public void Only_the_chain_can_judge_the_signature_of_a_contract()
    {
        var verdict = new SignedBid(Bid(1, One), new byte[96]).VerifySignature(Domain);
        Assert.Equal(MarketChecks.BidSignature, Assert.IsType<Verdict.Unverifiable>(verdict).Reason.Check);
    }

    [Fact]
    public void A_provider_signs_with_its_own_key_and_at_a_rate_that_the_escrow_takes()
    {
        Assert.Throws<ArgumentException>(() => Bid(1, One).Sign(Domain, Key(2)));
        Assert.Throws<ArgumentException>(() => Bid(1, new Rate(278)).Sign(Domain, Key(1)));
    }

    [Fact]
    public void It_travels_in_one_encoding()
    {
        Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.Byte.Array[32], Gen.Byte.Array[20], Gen.Byte.Array[0, 200]).Sample((order, rate, expiry, salt, provider, signature) =>
        {
            var bid = new SignedBid(new Bid(order, new Address(provider), new Rate(new UInt256(rate, order, rate, order)), expiry, new Bytes32(salt)), signature);
            var bytes = bid.Encode();
            Assert.Equal(Verdict.Accept, SignedBid.Decode(bytes, out var read));
            Assert.Equal(bid, read);
            Assert.Equal(bytes, read!.Encode());
        });
    }

    [Fact]
    public void Damaged_bytes_never_throw_and_never_pass_for_the_bid()
    {
        var bid = Signed(1, One);
        var bytes = bid.Encode();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte, Gen.Int[0, 3], Gen.Byte.Array[0, 60]).Sample((at, value, damage, noise) =>
        {
            byte[] damaged = damage switch
            {
                0 => bytes[..at],
                1 => [.. bytes, .. noise, value],
                2 => noise,
                _ => [.. bytes[..at], (byte)(bytes[at] ^ (value | 1)), .. bytes[(at + 1)..]],
            };
            var verdict = SignedBid.Decode(damaged, out var read);
            Assert.Equal(verdict.IsAccepted, read is not null);
            if (read is null) return;
            Assert.NotEqual(bid, read);
            Assert.False(Tender.Judge(read, Order, Domain, Now).IsAccepted, "a changed bid passed");
        });
    }

    [Fact]
    public void Another_version_is_refused()
    {
        var bytes = Signed(1, One).Encode();
        bytes[1] = 2; // the version is the first item
        Assert.Equal(MarketChecks.BidEncoding, Refusal(SignedBid.Decode(bytes, out _)));
    }
}
