using Counterfoil.Core.Digests;
using Counterfoil.Evm;
using CsCheck;

namespace Counterfoil.Chain.Tests.Evm;

public sealed class AddressTests
{
    [Theory] // EIP-55, test cases
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0x8617E340B3D01FA5F11F306F4090FD50E238070D")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    [InlineData("0x27b1fdb04752bbc536007a920d24acb045561c26")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void The_checksums_of_eip_55_hold(string text)
    {
        Assert.Equal(text, Address.Parse(text.ToLowerInvariant()).ToString());
        Assert.True(Address.TryParse(text, out _));
    }

    [Fact]
    public void An_address_with_one_letter_in_the_wrong_case_is_refused() =>
        Assert.False(Address.TryParse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", out _));

    [Theory]
    [InlineData("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1bea")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg")]
    [InlineData("")]
    [InlineData(null)]
    public void Text_that_is_not_an_address_is_refused(string? text) => Assert.False(Address.TryParse(text, out _));

    [Theory] // EIP-1014, examples
    [InlineData("0x0000000000000000000000000000000000000000", "0000000000000000000000000000000000000000000000000000000000000000", "00", "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38")]
    [InlineData("0xdeadbeef00000000000000000000000000000000", "000000000000000000000000feed000000000000000000000000000000000000", "00", "0xD04116cDd17beBE565EB2422F2497E06cC1C9833")]
    [InlineData("0x00000000000000000000000000000000deadbeef", "00000000000000000000000000000000000000000000000000000000cafebabe", "deadbeef", "0x60f3f640a8508fC6a86d45DF051962668E1e8AC7")]
    [InlineData("0x0000000000000000000000000000000000000000", "0000000000000000000000000000000000000000000000000000000000000000", "", "0xE33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0")]
    public void The_examples_of_create2_hold(string creator, string salt, string initCode, string created)
    {
        Assert.True(Bytes32.TryParseHex(salt, out var saltBytes));
        Assert.Equal(created, Address.Created2(Address.Parse(creator), saltBytes, Keccak256.Hash(Convert.FromHexString(initCode))).ToString());
    }

    [Theory] // The first contracts of a well-known account, as every client's tests list them.
    [InlineData(0, "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d")]
    [InlineData(1, "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8")]
    [InlineData(2, "0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91")]
    [InlineData(3, "0xfffd933a0bc612844eaf0c6fe3e5b8e9b6c1d19c")]
    public void An_account_creates_contracts_at_the_addresses_of_its_nonces(ulong nonce, string created) =>
        Assert.Equal(created, Address.Created(Address.Parse("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"), nonce).ToHex());

    [Fact]
    public void An_address_comes_back_from_a_word_and_from_its_text() => Gen.Byte.Array[20].Sample(bytes =>
    {
        var address = new Address(bytes);
        Assert.Equal(address, Address.FromWord(address.ToWord()));
        Assert.Equal(address, Address.Parse(address.ToString()));
        Assert.Equal(address, Address.Parse(address.ToHex()));
        Assert.Equal(bytes, address.ToArray());
    });
}
