using System.Numerics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Abi;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Contracts;
using static Counterfoil.Evm.Contracts.EverythingContract;

namespace Counterfoil.Chain.Tests.Evm.Bindings;

/// <summary>The binding of Everything.sol, which this project builds from solc's ABI: that it compiles is the first test.</summary>
public sealed class EverythingTests
{
    static readonly Address Someone = Address.Parse("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"), Contract = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    static readonly Mail Letter = new(new Person("Ada", [Someone]), [new Person("Bob", []), new Person("Cy", [Someone, Contract])], new byte[] { 1, 2, 3 }, 1, new byte[] { 0xca, 0xfe, 0xba, 0xbe }, [[1, 2], [3, 4]]);

    [Fact]
    public void Structs_in_structs_and_arrays_in_arrays_come_back_as_they_went()
    {
        var call = new DeepCall([[Letter], [Letter, Letter]]);
        Assert.Equal(Verdict.Accept, DeepCall.Decode(call.Encode(), out var read));
        Assert.Equal(call, read);
        Assert.Equal(call.GetHashCode(), read!.GetHashCode());
        AbiArray<AbiArray<AbiArray<Bytes32>>> result = [[[Bytes32.Zero(1)], []], [[], [Bytes32.Zero(2), Bytes32.Zero(3)]]];
        Assert.Equal(Verdict.Accept, DeepCall.DecodeResult(DeepCall.EncodeResult(result), out var returned));
        Assert.Equal(result, returned);
    }

    [Fact]
    public void Overloads_are_told_apart_by_the_arguments_that_differ_and_else_by_their_types()
    {
        Assert.Equal("send(((string,address[]),(string,address[])[],bytes,uint8,bytes4,uint48[2][]),bytes)", SendWithProofCall.Function.Signature);
        Assert.NotEqual(new SendCall(Letter).Encode()[..4], new SendWithProofCall(Letter, new byte[] { 1 }).Encode()[..4]);
        Assert.Equal("twice(uint256)", TwiceOfUint256Call.Function.Signature);
        Assert.Equal("twice(string)", TwiceOfStringCall.Function.Signature);
        Assert.Equal("twice((uint8,uint24))", TwiceOfPointCall.Function.Signature);
        Assert.Equal("twice(uint256[3])", TwiceOfUint256Array3Call.Function.Signature);
        Assert.Equal("Twice(string)", TwiceOfStringEvent.Event.Signature);
    }

    [Fact]
    public void Several_results_are_a_record_one_is_itself_and_none_is_nothing()
    {
        Assert.Equal(Verdict.Accept, SendCall.DecodeResult(SendCall.EncodeResult(new SendResult(true, -1)), out SendResult? sent));
        Assert.Equal(new SendResult(true, -1), sent);
        Assert.Equal(Verdict.Accept, MaxSizeCall.DecodeResult(MaxSizeCall.EncodeResult(7), out UInt256 size));
        Assert.Equal((UInt256)7, size);
        Assert.Equal(Verdict.Accept, FarCall.DecodeResult([], out Nothing _));
        Assert.Equal("abi.length", Assert.IsType<Verdict.Rejected>(FarCall.DecodeResult([1], out _)).Reason.Check.Id);
        Assert.Equal(Verdict.Accept, UnnamedCall.DecodeResult(UnnamedCall.EncodeResult(new(new byte[] { 1, 2, 3 }, new byte[] { 4 })), out var unnamed));
        Assert.Equal((new AbiBytes(new byte[] { 1, 2, 3 }), new AbiBytes(new byte[] { 4 })), (unnamed!.Item1, unnamed.Item2));
    }

    [Fact]
    public void Signed_integers_keep_their_sign_and_too_large_ones_are_the_callers_bug()
    {
        var call = new SignedCall(-128, long.MinValue, -(BigInteger.One << 127), -(BigInteger.One << 255));
        Assert.Equal(Verdict.Accept, SignedCall.Decode(call.Encode(), out var read));
        Assert.Equal(call, read);
        Assert.Throws<ArgumentException>(() => (call with { C = BigInteger.One << 127 }).Encode());
        Assert.Throws<ArgumentException>(() => (call with { D = BigInteger.One << 255 }).Encode());
        Assert.Throws<ArgumentException>(() => (call with { D = -(BigInteger.One << 255) - 1 }).Encode());
        Assert.Equal(SignedCall.EncodeResult(-1), Enumerable.Repeat((byte)0xff, 32));
    }

    [Fact]
    public void A_topic_of_a_dynamic_type_is_the_digest_that_stands_for_it()
    {
        var written = new WrittenEvent(Keccak256.Hash("news"u8), Keccak256.Hash(((UInt256)5).ToBigEndian()), Letter, new byte[] { 1, 2, 3, 4 });
        var log = written.Encode(Contract);
        Assert.Equal(4, log.Topics.Count);
        Assert.Equal(Keccak256.Hash("news"u8).Value, log.Topics[1]);
        Assert.Equal(Verdict.Accept, WrittenEvent.Decode(log, Contract, out var read));
        Assert.Equal(written, read);
        Assert.Equal([written], WrittenEvent.In([log, log with { Address = Someone }, log with { Topics = [] }], Contract));
        Assert.Equal("event.emitter", Assert.IsType<Verdict.Rejected>(WrittenEvent.Decode(log, Someone, out _)).Reason.Check.Id);
        Assert.Equal("abi.canonical", Assert.IsType<Verdict.Rejected>(WrittenEvent.Decode(log with { Topics = [.. log.Topics.Take(3), Bytes32.Zero(1)] }, Contract, out _)).Reason.Check.Id);
    }

    [Fact]
    public void An_anonymous_event_has_four_arguments_as_topics_and_none_that_names_it()
    {
        var nameless = new NamelessEvent(1, true, Bytes32.Zero(9), Someone, "text");
        var log = nameless.Encode(Contract);
        Assert.Equal([Bytes32.Zero(1), Bytes32.Zero(1), Bytes32.Zero(9), new Bytes32(Someone.ToWord().ToBigEndian())], log.Topics);
        Assert.Equal(Verdict.Accept, NamelessEvent.Decode(log, Contract, out var read));
        Assert.Equal(nameless, read);
        Assert.Equal("abi.topic", Assert.IsType<Verdict.Rejected>(NamelessEvent.Decode(log with { Topics = [.. log.Topics.Take(3)] }, Contract, out _)).Reason.Check.Id);
    }

    [Fact]
    public void Two_structs_of_one_name_are_two_types_and_errors_carry_both()
    {
        var wrong = new WrongError(new EverythingPoint(1, 70_000), new ElsewherePoint(-1, -2));
        Assert.Equal(Verdict.Accept, WrongError.Decode(wrong.Encode(), out var read));
        Assert.Equal(wrong, read);
        Assert.False(PlainError.TryDecode(wrong.Encode(), out _));
        Assert.True(PlainError.TryDecode(new PlainError().Encode(), out _));
        // The topmost byte of a uint24's word is not the number's: a stranger's padding is refused.
        byte[] dirty = wrong.Encode();
        dirty[4 + 32] = 1;
        Assert.Equal("abi.canonical", Assert.IsType<Verdict.Rejected>(WrongError.Decode(dirty, out _)).Reason.Check.Id);
    }

    [Fact]
    public void Names_that_csharp_has_for_itself_are_still_names()
    {
        Assert.Equal(new ClassCall(1, 2, 3, 4, 5, 6), new ClassCall(Namespace: 1, Record: 2, Event: 3, Value: 4, V: 5, Abi: 6));
        var equals = new EqualsCall(Equals2: 1, GetHashCode2: 2, ToString2: 3, Clone2: 4, EqualsCall2: 5, A: 6, A2: 7);
        Assert.Equal(Verdict.Accept, EqualsCall.Decode(equals.Encode(), out var read));
        Assert.Equal(equals, read);
        Assert.Equal("$()", NCall.Function.Signature);
        Assert.Equal(new UnnamedCall(Item1: 1, Item2: 2, Item3: 3, Item4: 4), new UnnamedCall(1, 2, 3, 4));
    }

    [Fact] // hashStruct as the EIP defines it, by hand.
    public void A_struct_is_signed_by_its_type_and_those_it_refers_to()
    {
        Assert.Equal("Mail(Person from,Person[] to,bytes contents,uint8 mood,bytes4 tag,uint48[2][] grid)Person(string name,address[] wallets)", Mail.Type.Text);
        byte[] expected = [.. Keccak256.Hash("Person(string name,address[] wallets)"u8).ToArray(), .. Keccak256.Hash("Ada"u8).ToArray(), .. Keccak256.Hash(Someone.ToWord().ToBigEndian()).ToArray()];
        Assert.Equal(Keccak256.Hash(expected), Letter.From.HashStruct());
    }

    [Fact]
    public void The_constructor_has_no_selector_and_fixed_bytes_have_their_length()
    {
        Assert.Equal(0, new Constructor(Letter, 7).Encode().Length % 32);
        Assert.Throws<ArgumentException>(() => new SendCall(Letter with { Tag = new byte[] { 1, 2, 3 } }).Encode());
        Assert.Throws<ArgumentException>(() => new TwiceOfUint256Array3Call([1, 2]).Encode());
    }
}

static class Words
{
    extension(Bytes32)
    {
        /// <summary>A word of zeros that ends with a byte.</summary>
        public static Bytes32 Zero(byte last) => new([.. new byte[31], last]);
    }
}
