using System.Text.Json;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Rlp;
using CsCheck;

namespace Counterfoil.Chain.Tests.Evm;

public sealed class RlpTests
{
    [Fact]
    public void Every_case_of_rlptest_encodes_to_its_bytes_and_reads_back()
    {
        int cases = 0;
        foreach (var test in EthereumTests.Read("RLPTests/rlptest.json").RootElement.EnumerateObject())
        {
            cases++;
            byte[] expected = EthereumTests.Bytes(test.Value.GetProperty("out").GetString()!);
            var writer = new RlpWriter(1);
            Write(writer, test.Value.GetProperty("in"));
            Assert.Equal(expected, writer.ToArray());
            Assert.Equal(Verdict.Accept, ReadAll(expected));
        }
        Assert.Equal(28, cases);
    }

    static void Write(RlpWriter writer, JsonElement item)
    {
        switch (item.ValueKind)
        {
            case JsonValueKind.Array:
                writer.BeginList();
                foreach (var inner in item.EnumerateArray()) Write(writer, inner);
                writer.EndList();
                break;
            case JsonValueKind.Number:
                writer.Write(item.GetUInt64());
                break;
            default:
                string text = item.GetString()!;
                if (text.StartsWith('#')) writer.Write(System.Numerics.BigInteger.Parse(text[1..]).ToByteArray(isUnsigned: true, isBigEndian: true));
                else writer.Write(System.Text.Encoding.UTF8.GetBytes(text));
                break;
        }
    }

    static Verdict ReadAll(byte[] bytes)
    {
        var reader = new RlpReader(bytes);
        ReadItem(ref reader);
        return reader.Finish();
    }

    static void ReadItem(ref RlpReader reader)
    {
        if (!reader.IsAtList)
        {
            reader.ReadBytes();
            return;
        }
        if (!reader.BeginList()) return;
        while (reader.HasMore) ReadItem(ref reader);
        reader.EndList();
    }

    [Fact]
    public void Every_case_of_invalidRLPTest_is_refused()
    {
        int cases = 0;
        foreach (string file in new[] { "RLPTests/invalidRLPTest.json", "RLPTests/RandomRLPTests/example.json" })
            foreach (var test in EthereumTests.Read(file).RootElement.EnumerateObject())
            {
                byte[] bytes = EthereumTests.Bytes(test.Value.GetProperty("out").GetString()!);
                bool invalid = test.Value.GetProperty("in").ToString() == "INVALID";
                Assert.True(ReadAll(bytes).IsAccepted != invalid, test.Name);
                cases++;
            }
        Assert.Equal(27, cases);
    }

    [Theory]
    [InlineData("8100", "rlp.canonical")] // a byte below 0x80 with a header
    [InlineData("b80100", "rlp.canonical")] // a long length where a short one does
    [InlineData("b900380000", "rlp.canonical")] // a length with a leading zero
    [InlineData("83aabb", "rlp.length")]
    [InlineData("bfffffffffffffffff00", "rlp.length")]
    [InlineData("c283aabb", "rlp.length")] // an item that leaves its list
    [InlineData("8000", "rlp.trailing")]
    [InlineData("", "rlp.item-count")]
    [InlineData("c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c0", "rlp.length")]
    public void A_damaged_encoding_is_refused_by_the_check_meant_for_it(string hex, string check) =>
        Assert.Equal(check, Assert.IsType<Verdict.Rejected>(ReadAll(Convert.FromHexString(hex))).Reason.Check.Id);

    [Fact]
    public void Lists_nested_beyond_the_limit_are_refused()
    {
        byte[] bytes = [0xc0];
        for (int i = 0; i < RlpReader.MaxDepth; i++) bytes = [(byte)(0xc0 + bytes.Length), .. bytes];
        Assert.Equal("rlp.limit", Assert.IsType<Verdict.Rejected>(ReadAll(bytes)).Reason.Check.Id);
    }

    [Fact]
    public void An_integer_with_a_leading_zero_is_refused()
    {
        var reader = new RlpReader([0x82, 0x00, 0x01]);
        Assert.Equal(UInt256.Zero, reader.ReadUInt256());
        Assert.Equal("rlp.canonical", Assert.IsType<Verdict.Rejected>(reader.Finish()).Reason.Check.Id);
    }

    [Fact]
    public void The_first_failure_sticks_and_nothing_more_is_read()
    {
        var reader = new RlpReader([0xc3, 0x01, 0x02, 0x03]);
        reader.ReadBytes();
        Assert.False(reader.HasMore);
        Assert.Equal(0ul, reader.ReadUInt64());
        Assert.False(reader.BeginList());
        Assert.Equal("rlp.item-kind", Assert.IsType<Verdict.Rejected>(reader.Finish()).Reason.Check.Id);
    }

    [Fact]
    public void Whatever_the_bytes_the_reader_answers_and_an_accepted_encoding_is_the_only_one() =>
        Gen.OneOf(Gen.Byte.Array[0, 80], Gen.OneOf<byte>(0x00, 0x7f, 0x80, 0x81, 0xb7, 0xb8, 0xc0, 0xc1, 0xc2, 0xf7, 0xf8, 0xff).Array[0, 40]).Sample(bytes =>
        {
            if (!ReadAll(bytes).IsAccepted) return;
            var writer = new RlpWriter();
            var reader = new RlpReader(bytes);
            Copy(ref reader, writer);
            Assert.Equal(bytes, writer.ToArray());
        }, iter: 20_000);

    static void Copy(ref RlpReader reader, RlpWriter writer)
    {
        if (!reader.IsAtList)
        {
            writer.Write(reader.ReadBytes());
            return;
        }
        reader.BeginList();
        writer.BeginList();
        while (reader.HasMore) Copy(ref reader, writer);
        reader.EndList();
        writer.EndList();
    }
}
