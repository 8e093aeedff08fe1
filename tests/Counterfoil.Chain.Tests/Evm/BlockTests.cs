using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Transactions;
using CsCheck;

namespace Counterfoil.Chain.Tests.Evm;

public sealed class BlockTests
{
    static readonly Gen<Address> AnyAddress = Gen.Byte.Array[20].Select(b => new Address(b));
    static readonly Gen<Bytes32> Word = Gen.Byte.Array[32].Select(b => new Bytes32(b));
    static readonly Gen<LogEntry> Log = Gen.Select(AnyAddress, Word.Array[0, 4], Gen.Byte.Array[0, 100], (a, t, d) => new LogEntry(a, t, d));
    internal static readonly Gen<TransactionReceipt> Receipt = Gen.Select(Gen.Int[0, 4], Gen.Bool, Gen.ULong, Log.Array[0, 4],
        (type, ok, gas, logs) => new TransactionReceipt((TransactionType)type, ok, gas, logs));

    [Fact] // Block 0 of the main chain, whose hash every client has built in.
    public void The_genesis_block_has_its_hash()
    {
        var genesis = new BlockHeader
        {
            ParentHash = default,
            StateRoot = Digest("d7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544"),
            TransactionsRoot = Digest("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"),
            ReceiptsRoot = Digest("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"),
            Difficulty = 0x400000000, Number = 0, GasLimit = 5000, GasUsed = 0, Timestamp = 0, Nonce = 0x42,
            ExtraData = Convert.FromHexString("11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa"),
        };
        Assert.Equal("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3", genesis.Hash.ToString());
        Assert.Equal(Verdict.Accept, BlockHeader.Decode(genesis.Encode(), out var read));
        Assert.Equal(genesis.Hash, read!.Hash);
    }

    internal static Keccak256Digest Digest(string hex) => Keccak256Digest.TryParse(hex, out var digest) ? digest : throw new FormatException(hex);

    static readonly Gen<BlockHeader> Header = Gen.Select(Word.Array[8], Gen.ULong.Array[8], Gen.Byte.Array[0, 32], AnyAddress, Log.Array[0, 2], Gen.Int[0, 6], (w, n, extra, who, logs, fork) =>
        new BlockHeader
        {
            ParentHash = new(w[0]), Beneficiary = who, StateRoot = new(w[1]), TransactionsRoot = new(w[2]), ReceiptsRoot = new(w[3]), LogsBloom = Bloom.Of(logs),
            Number = n[0], GasLimit = n[1], GasUsed = n[2], Timestamp = n[3], ExtraData = extra, PrevRandao = w[4], Nonce = n[4],
            BaseFeePerGas = fork > 0 ? n[5] : null, WithdrawalsRoot = fork > 1 ? new(w[5]) : null, BlobGasUsed = fork > 2 ? n[6] : null,
            ExcessBlobGas = fork > 3 ? n[7] : null, ParentBeaconBlockRoot = fork > 4 ? w[6] : null, RequestsHash = fork > 5 ? w[7] : null,
        });

    [Fact]
    public void A_header_comes_back_from_its_bytes() => Header.Sample(header =>
    {
        byte[] bytes = header.Encode();
        Assert.Equal(Verdict.Accept, BlockHeader.Decode(bytes, out var read));
        Assert.Equal(bytes, read!.Encode());
        Assert.Equal(header.Hash, read.Hash);
    }, iter: 200);

    [Fact]
    public void A_damaged_header_is_refused_or_has_another_hash() => Gen.Select(Header, Gen.Int, Gen.Bool).Sample((header, where, cut) =>
    {
        byte[] bytes = header.Encode();
        int bit = (int)((uint)where % (uint)(bytes.Length * 8));
        if (cut) bytes = bytes[..(bit >> 3)];
        else bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
        var verdict = BlockHeader.Decode(bytes, out var read);
        if (verdict is Verdict.Rejected { Reason: var why }) Assert.Equal(EvmChecks.HeaderEncoding, why.Check);
        else Assert.NotEqual(header.Hash, read!.Hash);
        Assert.False(verdict.IsAccepted && cut);
    }, iter: 500);

    [Fact]
    public void A_header_with_a_hole_among_its_later_fields_cannot_be_written() =>
        Assert.Throws<InvalidOperationException>(() => new BlockHeader
        {
            ParentHash = default, StateRoot = default, TransactionsRoot = default, ReceiptsRoot = default, Number = 1, GasLimit = 1, GasUsed = 0, Timestamp = 1, BlobGasUsed = 1,
        }.Encode());

    [Fact]
    public void A_receipt_comes_back_from_its_bytes() => Receipt.Sample(receipt =>
    {
        byte[] bytes = receipt.Encode();
        Assert.Equal(Verdict.Accept, TransactionReceipt.Decode(bytes, out var read));
        Assert.Equal(bytes, read!.Encode());
        Assert.Equal(receipt.Logs.Count, read.Logs.Count);
    }, iter: 200);

    [Fact]
    public void A_damaged_receipt_is_refused_or_reads_as_just_those_bytes() => Gen.Select(Receipt, Gen.Int, Gen.Bool).Sample((receipt, where, cut) =>
    {
        byte[] bytes = receipt.Encode();
        int bit = (int)((uint)where % (uint)(bytes.Length * 8));
        if (cut) bytes = bytes[..(bit >> 3)];
        else bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
        if (!TransactionReceipt.Decode(bytes, out var read).IsAccepted) return;
        Assert.False(cut);
        Assert.Equal(bytes, read!.Encode());
    }, iter: 500);

    [Fact]
    public void A_receipt_whose_bloom_is_not_that_of_its_logs_is_refused()
    {
        byte[] bytes = new TransactionReceipt(TransactionType.DynamicFee, true, 21000, []).Encode();
        bytes[^2] ^= 1; // the last byte of the filter, before the empty list of logs
        Assert.Equal(EvmChecks.ReceiptBloom, Assert.IsType<Verdict.Rejected>(TransactionReceipt.Decode(bytes, out _)).Reason.Check);
    }

    [Fact] // Three bits of an address and of a topic, as go-ethereum's types.TestBloomExtensively and the yellow paper's M3:2048 count them.
    public void The_bloom_filter_never_misses_what_was_added() => Log.Sample(log =>
    {
        var bloom = Bloom.Of([log]);
        Assert.True(bloom.MayContain(log.Address.ToArray()));
        foreach (var topic in log.Topics) Assert.True(bloom.MayContain(log.Address, topic));
    });

    [Theory] // go-ethereum, core/types/bloom9_test.go
    [InlineData("testtest")]
    public void The_bloom_filter_of_known_words_has_the_bits_of_their_digests(string word)
    {
        var bloom = new Bloom();
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(word), digest = Keccak256.Hash(bytes).ToArray();
        bloom.Add(bytes);
        var number = new System.Numerics.BigInteger(bloom.Bytes, isUnsigned: true, isBigEndian: true);
        var expected = Enumerable.Range(0, 3).Select(i => System.Numerics.BigInteger.One << ((digest[2 * i] * 256 + digest[2 * i + 1]) % 2048)).Aggregate((a, b) => a | b);
        Assert.Equal(expected, number);
    }
}
