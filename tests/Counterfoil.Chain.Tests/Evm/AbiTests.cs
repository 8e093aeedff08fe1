using System.Numerics;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Blocks;
using CsCheck;

namespace Counterfoil.Chain.Tests.Evm;

public sealed class AbiTests
{
    [Fact]
    public void Every_case_of_the_abi_tests_encodes_to_its_bytes_and_decodes_to_its_values()
    {
        int cases = 0;
        foreach (var test in EthereumTests.Read("ABITests/basic_abi_tests.json").RootElement.EnumerateObject())
        {
            cases++;
            AbiType[] types = [.. test.Value.GetProperty("types").EnumerateArray().Select(t => AbiType.Parse(t.GetString()!))];
            AbiValue[] values = [.. test.Value.GetProperty("args").EnumerateArray().Select((a, i) => Value(types[i], a))];
            byte[] bytes = EthereumTests.Bytes(test.Value.GetProperty("result").GetString()!);
            Assert.Equal(bytes, AbiCodec.Encode(types, values));
            Assert.Equal(Verdict.Accept, AbiCodec.Decode(types, bytes, out var decoded));
            Assert.Equal(values, decoded);
        }
        Assert.Equal(3, cases);
    }

    static AbiValue Value(AbiType type, JsonElement json) => type switch
    {
        AbiType.Array array => json.EnumerateArray().Select(e => Value(array.Element, e)).ToArray(),
        AbiType.Account => Address.Parse(json.GetString()!),
        AbiType.FixedBytes => AbiValue.FixedBytes(System.Text.Encoding.ASCII.GetBytes(json.GetString()!)),
        AbiType.Bytes or AbiType.Text => json.GetString()!,
        _ => (UInt256)BigInteger.Parse(json.GetRawText()),
    };

    [Theory] // The examples of Solidity's "Contract ABI Specification".
    [InlineData("baz(uint32,bool)", "cdcd77c0")]
    [InlineData("bar(bytes3[2])", "fce353f6")]
    [InlineData("sam(bytes,bool,uint256[])", "a5643bf2")]
    [InlineData("f(uint256,uint32[],bytes10,bytes)", "8be65246")]
    [InlineData("g(uint256[][],string[])", "2289b18c")]
    [InlineData("transfer(address to, uint256 value) returns (bool)", "a9059cbb")]
    [InlineData("function balanceOf(address owner) external view returns (uint256)", "70a08231")]
    [InlineData("transferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce,uint8 v,bytes32 r,bytes32 s)", "e3ee160e")]
    [InlineData("error Panic(uint code)", "4e487b71")]
    public void A_selector_is_four_bytes_of_the_canonical_signatures_digest(string declaration, string selector) =>
        Assert.Equal(selector, Convert.ToHexStringLower(new AbiFunction(declaration).Selector));

    [Fact]
    public void The_nested_example_of_the_specification_encodes_to_its_bytes()
    {
        byte[] call = new AbiFunction("g(uint256[][],string[])").EncodeCall(
            new AbiValue[] { new AbiValue[] { 1ul, 2ul }, new AbiValue[] { 3ul } }, new AbiValue[] { "one", "two", "three" });
        string[] words =
        [
            "40", "140", "2", "40", "a0", "2", "1", "2", "1", "3", "3", "60", "a0", "e0",
            "3", "6f6e650000000000000000000000000000000000000000000000000000000000", "3", "74776f0000000000000000000000000000000000000000000000000000000000",
            "5", "7468726565000000000000000000000000000000000000000000000000000000",
        ];
        Assert.Equal("2289b18c" + string.Concat(words.Select(w => w.PadLeft(64, '0'))), Convert.ToHexStringLower(call));
    }

    [Fact]
    public void The_transfer_event_has_its_well_known_topic_and_comes_back_from_its_entry()
    {
        var transfer = new AbiEvent("event Transfer(address indexed from, address indexed to, uint256 value)");
        Assert.Equal("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", transfer.Topic.ToString());
        Address from = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), to = Address.Parse("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359");
        var log = transfer.Encode(Address.Zero, from, to, 400ul);
        Assert.Equal(3, log.Topics.Count);
        Assert.Equal(Verdict.Accept, transfer.Decode(log, out var values));
        Assert.Equal([from, to, (AbiValue)400ul], values);
    }

    [Fact]
    public void An_entry_of_another_event_or_with_other_topics_is_refused()
    {
        var transfer = new AbiEvent("Transfer(address indexed from, address indexed to, uint256 value)");
        var log = transfer.Encode(Address.Zero, Address.Zero, Address.Zero, 400ul);
        Assert.Equal("abi.topic", CheckOf(transfer.Decode(log with { Topics = [log.Topics[1], log.Topics[1], log.Topics[2]] }, out _)));
        Assert.Equal("abi.topic", CheckOf(transfer.Decode(log with { Topics = [log.Topics[0], log.Topics[1]] }, out _)));
        Assert.Equal("abi.topic", CheckOf(transfer.Decode(log with { Topics = [] }, out _)));
        Assert.Equal("abi.canonical", CheckOf(transfer.Decode(log with { Topics = [log.Topics[0], log.Topics[0], log.Topics[2]] }, out _)));
        Assert.Equal("abi.length", CheckOf(transfer.Decode(log with { Data = new byte[31] }, out _)));
        Assert.Equal("abi.length", CheckOf(transfer.Decode(log with { Data = new byte[64] }, out _)));
    }

    static string CheckOf(Verdict verdict) => Assert.IsType<Verdict.Rejected>(verdict).Reason.Check.Id;

    [Theory] // Words are padded with zeros on the left; a word that starts with a dot, on the right.
    [InlineData("uint8", "100", "abi.canonical")]
    [InlineData("int8", "80", "abi.canonical")]
    [InlineData("bool", "2", "abi.canonical")]
    [InlineData("address", "10000000000000000000000000000000000000000", "abi.canonical")]
    [InlineData("bytes4", ".0000000001", "abi.canonical")]
    [InlineData("bytes", "40 0 0", "abi.canonical")] // a gap before the tail
    [InlineData("bytes", "0", "abi.canonical")] // a tail that is the head
    [InlineData("bytes", "20 1", "abi.length")]
    [InlineData("bytes", "20 1 .01 0", "abi.length")] // a word left over
    [InlineData("bytes", "20 1 .0101", "abi.canonical")] // padding that is not zero
    [InlineData("string", "20 1 .ff", "abi.text")]
    [InlineData("uint256[]", "20 ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "abi.length")]
    [InlineData("uint256[]", "20 3 1 2", "abi.length")]
    [InlineData("uint256[2]", "1", "abi.length")]
    [InlineData("(bytes,bytes)", "20 60 40 0 0", "abi.canonical")] // tails in the wrong order
    [InlineData("(bytes,bytes)", "20 40 40 0", "abi.canonical")] // tails that overlap
    public void Data_out_of_its_one_form_is_refused_by_the_check_meant_for_it(string type, string words, string check)
    {
        string hex = string.Concat(words.Split(' ').Select(w => w[0] == '.' ? w[1..].PadRight(64, '0') : w.PadLeft(64, '0')));
        Assert.Equal(check, CheckOf(AbiCodec.Decode([AbiType.Parse(type)], Convert.FromHexString(hex), out _)));
        Assert.Equal("abi.length", CheckOf(AbiCodec.Decode([AbiType.Parse("uint256")], new byte[31], out _)));
    }

    [Theory]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("bytes33")]
    [InlineData("bytes0")]
    [InlineData("uint256[0]")]
    [InlineData("uint256[")]
    [InlineData("()")]
    [InlineData("(uint256")]
    [InlineData("uint256[1000000][1000000]")]
    [InlineData("Person")]
    [InlineData("")]
    public void Text_that_is_no_type_is_refused(string text) => Assert.False(AbiType.TryParse(text, out _));

    [Fact]
    public void Types_nested_without_end_are_refused() =>
        Assert.False(AbiType.TryParse(new string('(', 2000) + "bool" + new string(')', 2000), out _));

    [Fact]
    public void A_value_that_is_not_of_its_type_is_the_callers_bug()
    {
        Assert.Throws<ArgumentException>(() => AbiCodec.Encode([AbiType.Parse("uint8")], 256ul));
        Assert.Throws<ArgumentException>(() => AbiCodec.Encode([AbiType.Parse("bytes")], 1ul));
        Assert.Throws<ArgumentException>(() => AbiCodec.Encode([AbiType.Parse("uint8[2]")], new AbiValue[] { 1ul }));
        Assert.Throws<ArgumentException>(() => AbiCodec.Encode([AbiType.Parse("bool"), AbiType.Parse("bool")], true));
    }

    // A type and a value of it, to a depth.
    static Gen<(AbiType, AbiValue)> Typed(int depth)
    {
        var word = Gen.OneOf(
            Gen.Select(Gen.Int[1, 32], Gen.Byte.Array[32], (n, b) => ((AbiType)new AbiType.UInt(8 * n), (AbiValue)UInt256.ReadBigEndian(b.AsSpan(0, n)))),
            Gen.Select(Gen.Int[1, 32], Gen.Byte.Array[32], (n, b) => ((AbiType)new AbiType.Int(8 * n), (AbiValue)UInt256.SignExtend(n - 1, UInt256.ReadBigEndian(b)))),
            Gen.Select(Gen.Int[1, 32], Gen.Byte.Array[32], (n, b) => ((AbiType)new AbiType.FixedBytes(n), AbiValue.FixedBytes(b.AsSpan(0, n)))),
            Gen.Bool.Select(b => ((AbiType)new AbiType.Bool(), (AbiValue)b)),
            Gen.Byte.Array[20].Select(b => ((AbiType)new AbiType.Account(), (AbiValue)new Address(b))),
            Gen.Byte.Array[0, 70].Select(b => ((AbiType)new AbiType.Bytes(), (AbiValue)b)),
            Gen.Int[0, 50].Select(n => ((AbiType)new AbiType.Text(), (AbiValue)new string('é', n))));
        if (depth == 0) return word;
        var inner = Typed(depth - 1);
        return Gen.OneOf(word,
            inner.Array[1, 3].Select(e => ((AbiType)new AbiType.Tuple([.. e.Select(x => x.Item1)]), (AbiValue)e.Select(x => x.Item2).ToArray())),
            Gen.Select(inner, Gen.Int[0, 3], (e, n) => ((AbiType)new AbiType.Array(e.Item1, null), (AbiValue)Enumerable.Repeat(e.Item2, n).ToArray())),
            Gen.Select(inner, Gen.Int[1, 3], (e, n) => ((AbiType)new AbiType.Array(e.Item1, n), (AbiValue)Enumerable.Repeat(e.Item2, n).ToArray())));
    }

    [Fact]
    public void Values_of_every_type_come_back_from_their_bytes_and_types_from_their_names() => Typed(3).Array[0, 4].Sample(arguments =>
    {
        AbiType[] types = [.. arguments.Select(a => a.Item1)];
        AbiValue[] values = [.. arguments.Select(a => a.Item2)];
        byte[] bytes = AbiCodec.Encode(types, values);
        Assert.Equal(Verdict.Accept, AbiCodec.Decode(types, bytes, out var decoded));
        Assert.Equal(values, decoded);
        foreach (var type in types) Assert.Equal(type.Name, AbiType.Parse(type.Name).Name);
    }, iter: 1_000);

    [Fact]
    public void Damaged_data_is_refused_or_is_the_one_encoding_of_what_it_reads_as() =>
        Gen.Select(Typed(3).Array[1, 4], Gen.Int, Gen.Byte, Gen.Bool).Sample((arguments, where, change, cut) =>
        {
            AbiType[] types = [.. arguments.Select(a => a.Item1)];
            byte[] bytes = AbiCodec.Encode(types, [.. arguments.Select(a => a.Item2)]);
            int at = (int)((uint)where % (uint)bytes.Length);
            if (cut) bytes = bytes[..at];
            else bytes[at] ^= change;
            if (!AbiCodec.Decode(types, bytes, out var values).IsAccepted) return;
            Assert.False(cut);
            Assert.Equal(bytes, AbiCodec.Encode(types, values));
        }, iter: 3_000);
}
