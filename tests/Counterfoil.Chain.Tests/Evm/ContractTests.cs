using System.Reflection;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Evm;

/// <summary>What this room says of the contracts is what their committed ABI says.</summary>
public sealed class ContractTests
{
    static readonly Address Contract = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), Someone = Address.Parse("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359");

    static string TypeOf(JsonElement parameter)
    {
        string type = parameter.GetProperty("type").GetString()!;
        return type.StartsWith("tuple", StringComparison.Ordinal) ? $"({string.Join(',', parameter.GetProperty("components").EnumerateArray().Select(TypeOf))}){type[5..]}" : type;
    }

    static string Shape(JsonElement entry, string list) => string.Join(',', entry.GetProperty(list).EnumerateArray()
        .Select(p => TypeOf(p) + (p.TryGetProperty("indexed", out var indexed) && indexed.GetBoolean() ? " indexed" : "")));

    static string Shape(IReadOnlyList<AbiParameter> parameters) => string.Join(',', parameters.Select(p => p.Type.Name + (p.IsIndexed ? " indexed" : "")));

    [Theory]
    [InlineData(typeof(AnchorContract), "Anchor", 2, 1)]
    [InlineData(typeof(DollarContract), "TestDollar", 11, 3)]
    [InlineData(typeof(EscrowContract), "LeaseEscrow", 14, 6)]
    public void Every_function_and_event_is_one_of_the_contract(Type room, string artifact, int functions, int events)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Surroundings.Root, "contracts", "artifacts", $"{artifact}.json")));
        var entries = json.RootElement.GetProperty("abi").EnumerateArray().Where(e => e.TryGetProperty("name", out _)).ToList();
        var described = room.GetProperties(BindingFlags.Public | BindingFlags.Static).Select(p => p.GetValue(null)!).ToList();
        foreach (var function in described.OfType<AbiFunction>())
            Assert.Contains(entries, e => e.GetProperty("type").GetString() == "function" && e.GetProperty("name").GetString() == function.Name
                && Shape(e, "inputs") == Shape(function.Inputs) && Shape(e, "outputs") == Shape(function.Outputs));
        var abis = described.Select(d => d.GetType().GetProperty("Abi")?.GetValue(d)).OfType<AbiEvent>().ToList();
        foreach (var abi in abis)
            Assert.Contains(entries, e => e.GetProperty("type").GetString() == "event" && e.GetProperty("name").GetString() == abi.Name && Shape(e, "inputs") == Shape(abi.Inputs));
        Assert.Equal((functions, events), (described.OfType<AbiFunction>().Count(), abis.Count));
    }

    static void ComesBack<T>(ContractEvent<T> contractEvent, T value) where T : class
    {
        var log = contractEvent.Encode(Contract, value);
        Assert.Equal(Verdict.Accept, contractEvent.Decode(log, Contract, out var read));
        Assert.Equal(value, read);
        Assert.Equal([value], contractEvent.In([log, log with { Address = Someone }, log with { Topics = [] }], Contract));
        Assert.Equal("event.emitter", Assert.IsType<Verdict.Rejected>(contractEvent.Decode(log, Someone, out _)).Reason.Check.Id);
    }

    [Fact]
    public void Every_event_comes_back_from_its_entry_and_only_from_the_contract_that_wrote_it()
    {
        var word = Keccak256.Hash("word"u8).Value;
        ComesBack(AnchorContract.Anchored, new(Someone, word, word, word));
        ComesBack(DollarContract.Transferred, new(Someone, Contract, new TokenAmount(400)));
        ComesBack(DollarContract.AuthorizationUsed, new(Someone, word));
        ComesBack(DollarContract.AuthorizationCanceled, new(Someone, word));
        ComesBack(EscrowContract.OrderPlaced, new(1, Someone, new Sha256Digest(word), UInt256.One << 70));
        ComesBack(EscrowContract.LeaseOpened, new(1, 2, Someone, Contract, 3, UInt256.One << 66, new Keccak256Digest(word)));
        ComesBack(EscrowContract.LeaseClosed, new(1, 6, new TokenAmount(7), 1_800_000_000));
        ComesBack(EscrowContract.Withdrawn, new(1, Someone, new TokenAmount(7)));
        ComesBack(EscrowContract.Deposited, new(1, Someone, new TokenAmount(7)));
        ComesBack(EscrowContract.Refunded, new(1, Someone, new TokenAmount(7)));
    }

    [Fact]
    public void The_rolling_head_is_the_digest_of_three_words_and_ends_with_the_size()
    {
        var root = Keccak256.Hash("root"u8).Value;
        byte[] input = [.. new byte[32], .. ((UInt256)0x123456789aUL).ToBigEndian(), .. root.ToArray()];
        var head = AnchorContract.HeadAfter(default, 0x123456789a, root);
        Assert.Equal([.. Keccak256.Hash(input).ToArray()[..26], 0, 0x12, 0x34, 0x56, 0x78, 0x9a], head.ToArray());
        Assert.Equal(0x123456789aUL, AnchorContract.SizeOf(head));
        Assert.Equal(0x123456789aUL, new Anchored(Someone, default, root, head).Size);
    }

    [Fact]
    public void An_authorization_is_signed_for_one_token_on_one_chain_and_its_call_holds_the_signature()
    {
        using var key = new Secp256k1PrivateKey(Keccak256.Hash("cow"u8).ToArray());
        var domain = DollarContract.TestDomain(31337, Contract);
        var nonce = Keccak256.Hash("nonce"u8).Value;
        var digest = DollarContract.TransferDigest(domain, key.Address, Someone, new TokenAmount(400), 0, 2_000_000_000, nonce);
        Assert.NotEqual(digest, DollarContract.TransferDigest(DollarContract.TestDomain(1, Contract), key.Address, Someone, new TokenAmount(400), 0, 2_000_000_000, nonce));
        var signature = key.Sign(digest);
        byte[] call = DollarContract.TransferCall(key.Address, Someone, new TokenAmount(400), 0, 2_000_000_000, nonce, signature);
        Assert.Equal(Verdict.Accept, DollarContract.TransferWithAuthorization.DecodeCall(call, out var arguments));
        Assert.Equal([key.Address, Someone, 400ul, 0ul, 2_000_000_000ul, nonce, (ulong)signature.V, signature.R, signature.S], arguments);
        Assert.Equal("abi.selector", Assert.IsType<Verdict.Rejected>(DollarContract.TransferWithAuthorizationBytes.DecodeCall(call, out _)).Reason.Check.Id);
    }

    [Fact] // abi.encodeCall by solc.
    public void Calldata_that_solc_encoded_reads_as_a_bid_and_encodes_to_the_same_bytes()
    {
        byte[] call = Convert.FromHexString(
            "31839f84000000000000000000000000000000000000000000000000000000000000002a00000000000000000000000042ed01adea6e252d91b4ee4ab7cc8d51d86c1a53"
            + "00000000000000000000000000000000000000000000000000123456789abcdf00000000000000000000000000000000000000000000000000000000713fb300a05e3341"
            + "53147e75f3f416139b5109d1179cb56fef6a4ecb4c4cbc92a7c37b7000000000000000000000000000000000000000000000000000000000000000e00000000000000000"
            + "00000000000000000000000000000000000000000000000700000000000000000000000000000000000000000000000000000000000000"
            + "41c04710e4e6ef5c4cab4b4f86018af022794caa0a24b04acb69bbf6528f45f15d4a22210e7b18641d136284e5045041f7bf9de02d6cbc002de4323595719ee3f21b"
            + "00000000000000000000000000000000000000000000000000000000000000");
        Assert.Equal(Verdict.Accept, EscrowContract.AcceptBid.DecodeCall(call, out var arguments));
        Assert.Equal((UInt256)42, arguments[0].Items[0].AsNumber);
        Assert.Equal((UInt256)0x123456789abcdf, arguments[0].Items[2].AsNumber);
        Assert.Equal(65, arguments[1].AsBytes.Length);
        Assert.Equal((UInt256)7, arguments[2].AsNumber);
        Assert.Equal(call, EscrowContract.AcceptBid.EncodeCall([.. arguments]));
    }
}
