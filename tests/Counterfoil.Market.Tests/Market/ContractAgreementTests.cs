using System.Text;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Market.Bids;
using Counterfoil.Market.Escrow;
using Counterfoil.Market.Events;
using Counterfoil.Market.Leases;
using Counterfoil.Tests;
using CsCheck;
using static Counterfoil.Market.Tests.MarketFixture;

namespace Counterfoil.Market.Tests;

/// <summary>What this room says of the contracts is what their committed ABI says.</summary>
public sealed class ContractAgreementTests
{
    // abi.encodeCall by solc for the bid of BidTests, signature and account 7.
    const string AcceptBid =
        "31839f84000000000000000000000000000000000000000000000000000000000000002a00000000000000000000000042ed01adea6e252d91b4ee4ab7cc8d51d86c1a53" +
        "00000000000000000000000000000000000000000000000000123456789abcdf00000000000000000000000000000000000000000000000000000000713fb300a05e3341" +
        "53147e75f3f416139b5109d1179cb56fef6a4ecb4c4cbc92a7c37b7000000000000000000000000000000000000000000000000000000000000000e00000000000000000" +
        "00000000000000000000000000000000000000000000000700000000000000000000000000000000000000000000000000000000000000" +
        "41c04710e4e6ef5c4cab4b4f86018af022794caa0a24b04acb69bbf6528f45f15d4a22210e7b18641d136284e5045041f7bf9de02d6cbc002de4323595719ee3f21b" +
        "00000000000000000000000000000000000000000000000000000000000000";

    static IEnumerable<JsonElement> Abi(string contract, string type)
    {
        using var artifact = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Surroundings.Root, "contracts", "artifacts", $"{contract}.json")));
        return [.. artifact.RootElement.GetProperty("abi").EnumerateArray().Where(e => e.GetProperty("type").GetString() == type).Select(e => e.Clone())];
    }

    static string Signature(JsonElement item) => $"{item.GetProperty("name").GetString()}({string.Join(',', item.GetProperty("inputs").EnumerateArray().Select(Type))})";

    static string Type(JsonElement parameter) => parameter.TryGetProperty("components", out var parts)
        ? $"({string.Join(',', parts.EnumerateArray().Select(Type))})" : parameter.GetProperty("type").GetString()!;

    static Verdict Decode(IReadOnlyList<Bytes32> topics, byte[] data, out MarketEvent? decoded) => MarketEvent.Decode(new LogEntry(Domain.Escrow, topics, data), Domain.Escrow, out decoded);

    static byte[] Selector(string signature) => Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).ToArray()[..4];

    [Fact]
    public void Calldata_is_what_solc_encodes()
    {
        var bid = Bid(1, new Rate(5124095576030431));
        Assert.Equal(AcceptBid, Convert.ToHexStringLower(EscrowCalls.AcceptBid(bid.Sign(Domain, Key(1)), 7)));
        Assert.Equal(AcceptBid[8..(8 + 5 * 64)], Convert.ToHexStringLower(EscrowCalls.CancelBid(bid))[8..]);
    }

    [Fact]
    public void Every_call_is_to_a_function_of_the_contract()
    {
        var selectors = Abi("LeaseEscrow", "function").Select(f => Convert.ToHexStringLower(Selector(Signature(f)))).ToHashSet();
        var bid = Signed(1, One);
        byte[][] calls =
        [
            EscrowCalls.PlaceOrder(default, One), EscrowCalls.CloseOrder(1), EscrowCalls.CancelBid(bid.Bid), EscrowCalls.AcceptBid(bid, 1), EscrowCalls.OpenAccount(default),
            EscrowCalls.Deposit(1, default), EscrowCalls.Refund(1), EscrowCalls.Settle(1), EscrowCalls.CloseLease(1, CloseReason.TenantDone), EscrowCalls.Withdraw(1),
            EscrowCalls.Owed(1), EscrowCalls.Account(1), EscrowCalls.Lease(1), EscrowCalls.BidDigest(bid.Bid),
        ];
        foreach (var call in calls) Assert.Contains(Convert.ToHexStringLower(call[..4]), selectors);
    }

    [Fact]
    public void Every_event_of_the_contract_is_read_and_stray_bits_are_refused()
    {
        var events = Abi("LeaseEscrow", "event").ToList();
        Assert.Equal(10, events.Count);
        foreach (var e in events)
        {
            var inputs = e.GetProperty("inputs").EnumerateArray().ToList();
            int indexed = inputs.Count(i => i.GetProperty("indexed").GetBoolean());
            Assert.All(inputs.Take(indexed), i => Assert.True(i.GetProperty("indexed").GetBoolean()));
            List<Bytes32> topics = [Keccak256.Hash(Encoding.ASCII.GetBytes(Signature(e))).Value];
            for (int i = 0; i < indexed; i++) topics.Add(new Bytes32(((UInt256)(i + 1)).ToBigEndian()));
            byte[] data = [.. inputs.Skip(indexed).SelectMany((_, i) => ((UInt256)(i + 1)).ToBigEndian())];
            Assert.Equal(Verdict.Accept, Decode(topics, data, out var decoded));
            Assert.Equal(e.GetProperty("name").GetString(), decoded!.GetType().Name);
            Assert.Equal(MarketChecks.EventEmitter, Refusal(MarketEvent.Decode(new LogEntry(Domain.Escrow, topics, data), Tenant, out _)));

            for (int i = 0; i < inputs.Count; i++)
            {
                string type = inputs[i].GetProperty("type").GetString()!;
                if (type is "uint256" or "bytes32") continue;
                var damagedTopics = topics.ToList();
                var damaged = (byte[])data.Clone();
                if (i < indexed) damagedTopics[i + 1] = new Bytes32(UInt256.MaxValue.ToBigEndian());
                else damaged[32 * (i - indexed)] = 0xff;
                Assert.Equal(MarketChecks.EventForm, Refusal(Decode(damagedTopics, damaged, out _)));
            }
            Assert.Equal(MarketChecks.EventForm, Refusal(Decode(topics, new byte[data.Length + 32], out _)));
        }
    }

    [Fact]
    public void Random_log_entries_never_throw()
    {
        var known = Abi("LeaseEscrow", "event").Select(e => Keccak256.Hash(Encoding.ASCII.GetBytes(Signature(e))).Value).ToArray();
        Gen.Select(Gen.Int[0, known.Length], Gen.Byte.Array[32].Array[0, 4], Gen.Byte.Array[0, 160]).Sample((which, topics, data) =>
        {
            Bytes32[] all = [.. topics.Select(t => new Bytes32(t))];
            if (which < known.Length && all.Length > 0) all[0] = known[which];
            var verdict = Decode(all, data, out var decoded);
            Assert.Equal(verdict.IsAccepted, decoded is not null);
        });
    }

    [Fact]
    public void Every_error_of_the_escrow_is_put_into_words()
    {
        foreach (var error in Abi("LeaseEscrow", "error"))
        {
            byte[] reverted = [.. Selector(Signature(error)), .. error.GetProperty("inputs").EnumerateArray().SelectMany((_, i) => ((UInt256)(i + 1)).ToBigEndian())];
            var reason = Assert.IsType<Verdict.Rejected>(EscrowRefusal.Read(reverted)).Reason;
            Assert.True(reason.Check != MarketChecks.EscrowCall, $"{Signature(error)} is not known");
            Assert.Equal(MarketChecks.EscrowCall, Refusal(EscrowRefusal.Read([.. reverted, 0])));
        }
        Assert.Equal(MarketChecks.EscrowCall, Refusal(EscrowRefusal.Read([])));
        Gen.Byte.Array[0, 140].Sample(bytes => Assert.NotNull(Refusal(EscrowRefusal.Read(bytes))));
    }

    [Fact]
    public void Insufficient_money_says_how_much_there_is_and_how_much_it_takes()
    {
        byte[] reverted = [.. Selector("InsufficientDeposit(uint256,uint256,uint256)"), .. ((UInt256)7).ToBigEndian(), .. ((UInt256)99).ToBigEndian(), .. (Rate.PerSecond(new TokenAmount(100)).Scaled + 1).ToBigEndian()];
        Assert.Equal("REJECT market.escrow.deposit: expected account 7 with a second's money, at least 101 units, found 99 units", EscrowRefusal.Read(reverted).ToString());
    }

    [Fact]
    public void Answers_of_a_node_are_read_strictly()
    {
        byte[] account = [.. Words(32, 0xabc, 5, 6, 7, 160, 2, 11, 12)];
        Assert.Equal(Verdict.Accept, EscrowAnswers.Account(account, out var read));
        Assert.Equal((Account(0xabc), new TokenAmount(5), new Rate(6), 7UL), (read!.Tenant, read.Unspent, read.Rate, read.ExhaustAt));
        Assert.Equal([11, 12], read.OpenLeases);
        Assert.IsType<Verdict.Rejected>(EscrowAnswers.Account(account.AsSpan(0, account.Length - 32), out _));
        Assert.IsType<Verdict.Rejected>(EscrowAnswers.Lease(new byte[32], out _));
        byte[] lease = [.. Words(1, 2, 3, 4, 5, 6, 7, 8, 9)];
        Assert.Equal(MarketChecks.EscrowAnswer, Refusal(EscrowAnswers.Lease(lease, out _))); // 7 is no reason
        lease[6 * 32 + 31] = 6;
        Assert.Equal(Verdict.Accept, EscrowAnswers.Lease(lease, out _));
        Gen.Byte.Array[0, 600].Sample(bytes =>
        {
            EscrowAnswers.Account(bytes, out _);
            EscrowAnswers.Owed(bytes, out _);
            Assert.Equal(EscrowAnswers.Lease(bytes, out var lease).IsAccepted, lease is not null);
        });
    }

    static IEnumerable<byte> Words(params int[] words) => words.SelectMany(w => ((UInt256)w).ToBigEndian());
}
