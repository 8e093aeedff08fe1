using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Contracts;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Tests;

namespace Counterfoil.Chain.Tests.Evm;

/// <summary>What the bindings say of the contracts is what their committed ABI says, read by another reader.</summary>
public sealed class ContractTests
{
    static readonly Address Contract = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), Someone = Address.Parse("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359");

    public static TheoryData<string> Artifacts => [.. Directory.GetFiles(Path.Combine(Surroundings.Root, "contracts", "artifacts"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f))];

    static readonly Type[] Kinds = [typeof(IContractCall<,>), typeof(IContractEvent<>), typeof(IContractError<>)];

    // What a record of a binding stands for: the Abi of the one interface that it implements.
    static string? SignatureOf(Type record) => record.GetInterfaces().SingleOrDefault(i => i.IsGenericType && Kinds.Contains(i.GetGenericTypeDefinition())) is not { } kind
        ? null
        : record.GetInterfaceMap(kind).TargetMethods.Single(m => m.Name.EndsWith("get_Abi", StringComparison.Ordinal)).Invoke(null, null)!.ToString();

    static string TypeOf(JsonElement parameter)
    {
        string type = parameter.GetProperty("type").GetString()!;
        return type.StartsWith("tuple", StringComparison.Ordinal) ? $"({string.Join(',', parameter.GetProperty("components").EnumerateArray().Select(TypeOf))}){type[5..]}" : type;
    }

    [Theory]
    [MemberData(nameof(Artifacts))]
    public void A_binding_has_every_function_event_and_error_of_its_artifact_and_nothing_else(string artifact)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Surroundings.Root, "contracts", "artifacts", $"{artifact}.json")));
        var wanted = json.RootElement.GetProperty("abi").EnumerateArray().Where(e => e.TryGetProperty("name", out _))
            .Select(e => $"{e.GetProperty("name").GetString()}({string.Join(',', e.GetProperty("inputs").EnumerateArray().Select(TypeOf))})");
        var binding = typeof(AnchorContract).Assembly.GetType($"Counterfoil.Evm.Contracts.{artifact}Contract", throwOnError: true)!;
        Assert.Equal(wanted.Order(StringComparer.Ordinal), binding.GetNestedTypes().Select(SignatureOf).OfType<string>().Order(StringComparer.Ordinal));
    }

    [Fact] // What the contract would sign, it has in its code.
    public void The_type_that_a_bid_is_signed_by_is_the_contracts()
    {
        string code = File.ReadAllText(Path.Combine(Surroundings.Root, "contracts", "artifacts", "LeaseEscrow.json"));
        Assert.Contains(LeaseEscrowContract.Bid.Type.Hash.ToString(), code, StringComparison.Ordinal);
        code = File.ReadAllText(Path.Combine(Surroundings.Root, "contracts", "artifacts", "TestDollar.json"));
        Assert.Contains(TestDollarContract.TransferType.Hash.ToString(), code, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rolling_head_is_the_digest_of_three_words_and_ends_with_the_size()
    {
        var root = Keccak256.Hash("root"u8).Value;
        byte[] input = [.. new byte[32], .. ((UInt256)0x123456789aUL).ToBigEndian(), .. root.ToArray()];
        var head = AnchorContract.HeadAfter(default, 0x123456789a, root);
        Assert.Equal([.. Keccak256.Hash(input).ToArray()[..26], 0, 0x12, 0x34, 0x56, 0x78, 0x9a], head.ToArray());
        Assert.Equal(0x123456789aUL, AnchorContract.SizeOf(head));
        Assert.Equal(0x123456789aUL, new AnchorContract.AnchoredEvent(Someone, default, root, head).Size);
    }

    [Fact]
    public void An_authorization_is_signed_for_one_token_on_one_chain()
    {
        using var key = new Secp256k1PrivateKey(Keccak256.Hash("cow"u8).ToArray());
        var domain = TestDollarContract.Domain(31337, Contract);
        var nonce = Keccak256.Hash("nonce"u8).Value;
        var digest = TestDollarContract.TransferDigest(domain, key.Address, Someone, new TokenAmount(400), 0, 2_000_000_000, nonce);
        Assert.NotEqual(digest, TestDollarContract.TransferDigest(TestDollarContract.Domain(1, Contract), key.Address, Someone, new TokenAmount(400), 0, 2_000_000_000, nonce));
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
        Assert.Equal(Verdict.Accept, LeaseEscrowContract.AcceptBidCall.Decode(call, out var accept));
        Assert.Equal(((UInt256)42, (UInt256)0x123456789abcdf, (UInt256)7), (accept!.Bid.OrderId, accept.Bid.Rate, accept.AccountId));
        Assert.Equal(65, accept.Signature.Length);
        Assert.Equal(call, accept.Encode());
        Assert.Equal("abi.selector", Assert.IsType<Verdict.Rejected>(LeaseEscrowContract.CancelBidCall.Decode(call, out _)).Reason.Check.Id);
    }
}
