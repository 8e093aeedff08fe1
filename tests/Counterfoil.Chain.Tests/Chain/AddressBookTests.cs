using System.Text;
using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using CsCheck;

namespace Counterfoil.Chain.Tests.Chain;

public sealed class AddressBookTests
{
    static readonly AddressBook Book = new(1, [new DeployedContract("Anchor", Address.FromWord(1), Keccak256.Hash([1]), Keccak256.Hash([2]))]);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"chainId":-1,"contracts":{}}""")]
    [InlineData("""{"chainId":1,"contracts":null}""")]
    [InlineData("""{"chainId":1,"contracts":{"Anchor":null}}""")]
    [InlineData("""{"chainId":1,"contracts":{"Anchor":{"address":"0x1","codeHash":"0x","initCodeHash":"0x"}}}""")]
    [InlineData("""{"chainId":1,"contracts":{},"more":1}""")]
    public void What_is_no_address_book_is_refused(string json)
    {
        var rejected = Assert.IsType<Verdict.Rejected>(AddressBook.Decode(Encoding.UTF8.GetBytes(json), out var book));
        Assert.Equal(ChainChecks.AddressBook, rejected.Reason.Check);
        Assert.Null(book);
    }

    [Fact]
    public void Random_truncated_and_mutated_books_get_a_verdict()
    {
        byte[] json = Encoding.UTF8.GetBytes(Book.ToJson());
        Gen.Select(Gen.Int[0, json.Length - 1], Gen.Int[0, json.Length], Gen.Byte, Gen.Byte.Array[0, 64]).Sample((at, length, letter, noise) =>
        {
            byte[] mutated = [.. json];
            mutated[at] = letter;
            AddressBook.Decode(mutated, out _);
            AddressBook.Decode(json.AsSpan(0, length), out _);
            return !AddressBook.Decode(noise, out _).IsAccepted;
        }, threads: 1);
    }
}
