using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.TypedData;
using CsCheck;

namespace Counterfoil.Chain.Tests.Evm;

public sealed class TypedDataTests
{
    // EIP-712, "Test Cases": Example.js of the proposal.
    static readonly Eip712Type Mail = Eip712Type.Parse("Mail(Person from,Person to,string contents)Person(string name,address wallet)");
    static readonly Eip712Domain Domain = new("Ether Mail", "1", 1, Address.Parse("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"));
    static readonly AbiValue[] Message =
    [
        new AbiValue[] { "Cow", Address.Parse("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826") },
        new AbiValue[] { "Bob", Address.Parse("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB") },
        "Hello, Bob!",
    ];

    const string Json = """
        {"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
        "Person":[{"name":"name","type":"string"},{"name":"wallet","type":"address"}],
        "Mail":[{"name":"from","type":"Person"},{"name":"to","type":"Person"},{"name":"contents","type":"string"}]},
        "primaryType":"Mail","domain":{"name":"Ether Mail","version":"1","chainId":1,"verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
        "message":{"from":{"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},"to":{"name":"Bob","wallet":"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},"contents":"Hello, Bob!"}}
        """;

    [Fact]
    public void The_example_of_eip_712_has_its_hashes_and_its_signature()
    {
        Assert.Equal("a0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2", Mail.Hash.ToString());
        Assert.Equal("c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e", Mail.HashStruct(Message).ToString());
        Assert.Equal("f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f", Domain.Separator.ToString());
        var digest = Domain.Digest(Mail, Message);
        Assert.Equal("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2", digest.ToString());

        using var key = new Secp256k1PrivateKey(Keccak256.Hash("cow"u8).ToArray());
        Assert.Equal("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", key.Address.ToString());
        var signature = key.Sign(digest);
        Assert.Equal(28, signature.V);
        Assert.Equal("0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d", signature.R.ToHex());
        Assert.Equal("0x7299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562", signature.S.ToHex());
    }

    [Fact]
    public void The_same_example_in_json_has_the_same_digest_with_and_without_its_domain_type()
    {
        Assert.Equal(Verdict.Accept, TypedDataDocument.Decode(Encoding.UTF8.GetBytes(Json), out var document));
        Assert.Equal(Domain.Digest(Mail, Message), document!.Digest);
        Assert.Equal(Message, document.Message);
        int start = Json.IndexOf("\"EIP712Domain\"", StringComparison.Ordinal), end = Json.IndexOf("\"Person\"", StringComparison.Ordinal);
        Assert.Equal(Verdict.Accept, TypedDataDocument.Decode(Encoding.UTF8.GetBytes(Json.Remove(start, end - start)), out document));
        Assert.Equal(Domain.Digest(Mail, Message), document!.Digest);
    }

    [Fact] // Type hashes of EIP-3009 and EIP-2612, as their contracts spell them out.
    public void Known_type_hashes_hold()
    {
        Assert.Equal("7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267",
            Eip712Type.Parse("TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)").Hash.ToString());
        Assert.Equal("6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9",
            Eip712Type.Parse("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)").Hash.ToString());
        Assert.Equal("8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f",
            Eip712Type.Parse("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)").Hash.ToString());
    }

    [Fact]
    public void A_type_may_refer_to_itself_and_arrays_hash_their_elements()
    {
        const string json = """
            {"types":{"Node":[{"name":"value","type":"int8"},{"name":"children","type":"Node[]"},{"name":"pair","type":"bytes2[2]"}]},"primaryType":"Node","domain":{},
             "message":{"value":-1,"children":[{"value":"2","children":[],"pair":["0x0102","0x0304"]}],"pair":["0xaaaa","0xbbbb"]}}
            """;
        Assert.Equal(Verdict.Accept, TypedDataDocument.Decode(Encoding.UTF8.GetBytes(json), out var document));
        byte[] Word(params byte[] left) => [.. left, .. new byte[32 - left.Length]];
        byte[] typeHash = Keccak256.Hash("Node(int8 value,Node[] children,bytes2[2] pair)"u8).ToArray();
        byte[] pair = Keccak256.Hash([.. Word(1, 2), .. Word(3, 4)]).ToArray(), outerPair = Keccak256.Hash([.. Word(0xaa, 0xaa), .. Word(0xbb, 0xbb)]).ToArray();
        byte[] child = Keccak256.Hash([.. typeHash, .. ((UInt256)2).ToBigEndian(), .. Keccak256.Hash([]).ToArray(), .. pair]).ToArray();
        var expected = Keccak256.Hash([.. typeHash, .. UInt256.MaxValue.ToBigEndian(), .. Keccak256.Hash(child).ToArray(), .. outerPair]);
        Assert.Equal(expected, document!.PrimaryType.HashStruct(document.Message));
    }

    [Theory]
    [InlineData("\"chainId\":1", "\"chainId\":\"one\"")]
    [InlineData("\"contents\":\"Hello, Bob!\"", "\"contents\":5")]
    [InlineData("\"contents\":\"Hello, Bob!\"", "\"contents\":\"Hello, Bob!\",\"more\":1")]
    [InlineData(",\"contents\":\"Hello, Bob!\"", "")]
    [InlineData("\"primaryType\":\"Mail\"", "\"primaryType\":\"Letter\"")]
    [InlineData("\"type\":\"Person\"", "\"type\":\"Human\"")]
    [InlineData("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbb")]
    [InlineData("\"Person\":[", "\"uint256\":[")]
    [InlineData("\"name\":\"Cow\"", "\"name\":\"Cow\",\"name\":\"Bull\"")]
    [InlineData("\"domain\":{", "\"domain\":[{")]
    [InlineData("\"type\":\"uint256\"", "\"type\":\"uint\"")]
    public void Json_that_is_not_typed_data_is_refused(string from, string to)
    {
        string json = Json.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Json, json);
        Assert.Equal(EvmChecks.TypedDataEncoding, Assert.IsType<Verdict.Rejected>(TypedDataDocument.Decode(Encoding.UTF8.GetBytes(json), out _)).Reason.Check);
    }

    [Fact]
    public void Json_nested_beyond_the_limit_is_refused()
    {
        string children = string.Concat(Enumerable.Repeat("[{\"c\":", 25)) + "[]" + string.Concat(Enumerable.Repeat("}]", 25));
        string json = "{\"types\":{\"N\":[{\"name\":\"c\",\"type\":\"N[]\"}]},\"primaryType\":\"N\",\"domain\":{},\"message\":{\"c\":" + children + "}}";
        Assert.Equal(EvmChecks.TypedDataEncoding, Assert.IsType<Verdict.Rejected>(TypedDataDocument.Decode(Encoding.UTF8.GetBytes(json), out _)).Reason.Check);
    }

    [Fact]
    public void Damaged_json_is_answered_and_an_accepted_one_can_be_hashed() => Gen.Select(Gen.Int, Gen.Byte, Gen.Bool).Sample((where, change, cut) =>
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Json);
        int at = (int)((uint)where % (uint)bytes.Length);
        if (cut) bytes = bytes[..at];
        else bytes[at] ^= change;
        if (TypedDataDocument.Decode(bytes, out var document).IsAccepted) _ = document!.Digest;
        else Assert.Null(document);
    }, iter: 2_000);

    [Theory]
    [InlineData("Mail(Person from)")]
    [InlineData("Mail(uint from)")]
    [InlineData("Mail(string a,string a)")]
    [InlineData("Mail")]
    [InlineData("")]
    [InlineData("Mail(Person from,Attachment a)Person(string name)Attachment(bytes b)")]
    public void Text_that_is_no_type_is_the_callers_bug(string text) => Assert.Throws<FormatException>(() => Eip712Type.Parse(text));
}
