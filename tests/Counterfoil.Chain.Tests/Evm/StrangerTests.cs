using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Tries;
using CsCheck;

namespace Counterfoil.Chain.Tests.Evm;

/// <summary>Whatever strangers send is answered: no decoder throws, and what is read is written back as it came.</summary>
public sealed class StrangerTests
{
    // Bytes that open lists and strings of plausible lengths get further into a decoder than uniform ones.
    static readonly Gen<byte[]> Bytes = Gen.OneOf(Gen.Byte.Array[0, 200], Gen.OneOf<byte>(0, 1, 0x20, 0x40, 0x80, 0x81, 0xa0, 0xb8, 0xc0, 0xc8, 0xe0, 0xf8, 0xff).Array[0, 200]);

    static readonly string[] TypeWords = ["uint", "uint256", "int8", "bytes", "bytes32", "bytes33", "address", "bool", "string", "tuple", "(", ")", ",", "[", "]", "[3]", "[0]", "[99999999]", " ", "x", "é"];
    static readonly Gen<string> TypeText = Gen.Int[0, TypeWords.Length - 1].Array[0, 12].Select(words => string.Concat(words.Select(w => TypeWords[w])));

    [Fact]
    public void Receipts_headers_and_accounts_of_any_bytes() => Bytes.Sample(bytes =>
    {
        if (TransactionReceipt.Decode(bytes, out var receipt).IsAccepted) Assert.Equal(bytes, receipt!.Encode());
        if (BlockHeader.Decode(bytes, out var header).IsAccepted) Assert.Equal(bytes, header!.Encode());
        if (AccountState.Decode(bytes, out var account).IsAccepted) Assert.Equal(bytes, account!.Encode());
    }, iter: 20_000);

    static readonly AbiType[][] Shapes =
        [.. new[] { "uint8|bytes", "string[]", "(bytes,uint256[2])[]|bool", "bytes[2][]", "address|(string,int16)" }.Select(s => s.Split('|').Select(AbiType.Parse).ToArray())];

    [Fact]
    public void Abi_data_of_any_words() => Gen.Select(Gen.Int[0, Shapes.Length - 1], Gen.OneOf<byte>(0, 0, 0, 1, 2, 3, 0x20, 0x40, 0x60, 0xff).Array[0, 12], Gen.Int[0, 31]).Sample((shape, words, more) =>
    {
        byte[] bytes = [.. words.SelectMany(w => ((UInt256)w).ToBigEndian()), .. new byte[more == 31 ? 31 : 0]];
        if (AbiCodec.Decode(Shapes[shape], bytes, out var values).IsAccepted) Assert.Equal(bytes, AbiCodec.Encode(Shapes[shape], values));
        else Assert.Empty(values);
    }, iter: 20_000);

    [Fact]
    public void Text_of_types() => TypeText.Sample(text =>
    {
        if (AbiType.TryParse(text, out var type)) Assert.Equal(type, AbiType.Parse(type.Name));
    }, iter: 20_000);

    [Fact]
    public void Text_of_numbers_amounts_and_addresses() => Gen.OneOf(Gen.String[0, 90], Gen.Char["0123456789abcdefABCDEFx.-+ "].Array[0, 90].Select(c => new string(c)), Gen.Char["0123456789"].Array[1, 80].Select(c => new string(c)))
        .Sample(text =>
        {
            if (UInt256.TryParse(text, out var number)) Assert.Equal(text, number.ToString());
            if (UInt256.TryParseHex($"0x{text}", out number)) Assert.Equal($"0x{text}", number.ToHex(), ignoreCase: true);
            if (TokenAmount.TryParse(text, 6, out var amount)) Assert.True(TokenAmount.TryParse(amount.ToString(6), 6, out var again) && again == amount);
            if (Address.TryParse($"0x{text}", out var address)) Assert.Equal($"0x{text}", address.ToHex(), ignoreCase: true);
        }, iter: 20_000);

    [Fact]
    public void Proofs_with_too_many_or_too_long_nodes_are_refused_before_they_are_read()
    {
        ReadOnlyMemory<byte>[] many = [.. Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[] { 0xc0 }, TrieProof.MaxNodes + 1)];
        Assert.Equal(EvmChecks.TrieLimit, Assert.IsType<Verdict.Rejected>(TrieProof.Verify(default, [1], many, out _)).Reason.Check);
        Assert.Equal(EvmChecks.TrieLimit, Assert.IsType<Verdict.Rejected>(TrieProof.Verify(default, [1], [new byte[TrieProof.MaxNodeLength + 1]], out _)).Reason.Check);
    }
}
