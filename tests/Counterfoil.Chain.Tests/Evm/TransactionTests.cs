using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Secp256k1;
using Counterfoil.Evm.Transactions;
using CsCheck;

namespace Counterfoil.Chain.Tests.Evm;

public sealed class TransactionTests
{
    /// <summary>
    /// Each case is asked under the newest fork its file knows: Cancun for most, Shanghai or London where the file is older. The answers for older forks are
    /// out of scope (they differ in what they refuse: typed transactions, EIP-155, high S); they are counted, so that none goes unnoticed.
    /// </summary>
    [Fact]
    public void Every_case_of_the_transaction_tests_is_answered_as_its_newest_fork_says()
    {
        int cases = 0, valid = 0, olderAnswers = 0;
        foreach (string path in EthereumTests.Under("TransactionTests/"))
            foreach (var test in EthereumTests.Read(path).RootElement.EnumerateObject())
            {
                var answers = test.Value.GetProperty("result");
                var expected = new[] { "Cancun", "Shanghai", "London" }.Where(f => answers.TryGetProperty(f, out _)).Select(f => answers.GetProperty(f)).First();
                cases++;
                olderAnswers += answers.EnumerateObject().Count() - 1;

                byte[] bytes = EthereumTests.Bytes(test.Value.GetProperty("txbytes").GetString()!);
                var verdict = SignedTransaction.Decode(bytes, out var transaction);
                var sender = default(Address);
                verdict = verdict.Then(() => transaction!.CheckRules(chainId: 1)).Then(() => transaction!.RecoverSender(out sender));
                Assert.True(verdict.IsAccepted == expected.TryGetProperty("hash", out var hash), $"{path}: {verdict}, expected {expected}");
                if (!verdict.IsAccepted) continue;
                valid++;
                Assert.Equal(hash.GetString(), $"0x{transaction!.Hash}");
                Assert.Equal(expected.GetProperty("sender").GetString(), sender.ToHex());
                Assert.True(UInt256.ReadBigEndian(EthereumTests.Bytes(expected.GetProperty("intrinsicGas").GetString()!)) == transaction.Transaction.IntrinsicGas, path);
                Assert.Equal(bytes, transaction.Encode());
            }
        Assert.Equal((210, 50), (cases, valid));
        Assert.Equal(2455, olderAnswers);
    }

    [Fact] // EIP-155, "Example"
    public void The_example_of_eip_155_signs_to_its_bytes()
    {
        using var key = new Secp256k1PrivateKey(Enumerable.Repeat((byte)0x46, 32).ToArray());
        var transaction = new Transaction
        {
            Type = TransactionType.Legacy, ChainId = 1, Nonce = 9, MaxFeePerGas = 20_000_000_000, MaxPriorityFeePerGas = 20_000_000_000, GasLimit = 21_000,
            To = Address.Parse("0x3535353535353535353535353535353535353535"), Value = 1_000_000_000_000_000_000,
        };
        Assert.Equal("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", transaction.SigningHash.ToString());
        Assert.Equal(
            "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
            + "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83", Convert.ToHexStringLower(transaction.Sign(key).Encode()));
    }

    static readonly Gen<UInt256> Amount = Gen.Select(Gen.ULong, Gen.Int[0, 200], (low, shift) => (UInt256)low << shift);
    static readonly Gen<Address> AnyAddress = Gen.Byte.Array[20].Select(b => new Address(b));
    static readonly Gen<AccessListEntry> Entry = Gen.Select(AnyAddress, Gen.Byte.Array[32].Select(b => new Bytes32(b)).Array[0, 3], (a, k) => new AccessListEntry(a, k));

    static readonly Gen<Transaction> AnyTransaction = Gen.Select(
        Gen.Int[0, 2], Gen.ULong, Gen.Select(Amount, Amount, Amount), Gen.ULong, Gen.Select(AnyAddress, Gen.Bool), Gen.Byte.Array[0, 100], Entry.Array[0, 3],
        (type, number, fees, gas, to, data, list) => new Transaction
        {
            Type = (TransactionType)type, ChainId = type == 0 && gas % 2 == 0 ? null : number % 100_000 + 1, Nonce = number, MaxFeePerGas = fees.Item1,
            MaxPriorityFeePerGas = type == 2 ? fees.Item2 : fees.Item1, GasLimit = gas, To = to.Item2 ? to.Item1 : null, Value = fees.Item3, Data = data,
            AccessList = type == 0 ? [] : list,
        });

    static readonly byte[] Secret = UInt256.Parse("123456789").ToBigEndian();

    [Fact]
    public void A_signed_transaction_comes_back_from_its_bytes_with_its_sender() => AnyTransaction.Sample(transaction =>
    {
        using var key = new Secp256k1PrivateKey(Secret);
        byte[] bytes = transaction.Sign(key).Encode();
        Assert.Equal(Verdict.Accept, SignedTransaction.Decode(bytes, out var read));
        Assert.Equal(bytes, read!.Encode());
        Assert.Equal(Verdict.Accept, read.RecoverSender(out var sender));
        Assert.Equal(key.Address, sender);
    }, iter: 100);

    [Fact]
    public void A_changed_transaction_has_another_sender_or_none() => Gen.Select(AnyTransaction, Gen.Int).Sample((transaction, where) =>
    {
        using var key = new Secp256k1PrivateKey(Secret);
        byte[] bytes = transaction.Sign(key).Encode();
        int bit = (int)((uint)where % (uint)(bytes.Length * 8));
        bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
        var sender = default(Address);
        var verdict = SignedTransaction.Decode(bytes, out var read).Then(() => read!.RecoverSender(out sender));
        Assert.False(verdict.IsAccepted && sender == key.Address);
    }, iter: 300);

    [Fact]
    public void Truncated_and_random_bytes_are_answered_and_never_throw() => Gen.Select(AnyTransaction, Gen.Int[0, 400], Gen.Byte.Array[0, 60]).Sample((transaction, length, random) =>
    {
        using var key = new Secp256k1PrivateKey(Secret);
        byte[] bytes = transaction.Sign(key).Encode();
        Assert.False(SignedTransaction.Decode(bytes.AsSpan(0, Math.Min(length, bytes.Length - 1)), out _).IsAccepted);
        Assert.False(SignedTransaction.Decode(random, out _).IsAccepted);
        Assert.False(SignedTransaction.Decode([.. bytes, .. random, 0], out _).IsAccepted);
    }, iter: 200);

    [Fact]
    public void A_transaction_with_a_high_s_is_refused()
    {
        using var key = new Secp256k1PrivateKey(Secret);
        var signed = new Transaction { ChainId = 1, Nonce = 0, MaxFeePerGas = 1, MaxPriorityFeePerGas = 1, GasLimit = 21000, To = Address.Zero }.Sign(key);
        var mirrored = signed with { Signature = new(signed.Signature.R, Scalar.Order - signed.Signature.S, !signed.Signature.YParity) };
        Assert.Equal(EvmChecks.SignatureLowS, Assert.IsType<Verdict.Rejected>(SignedTransaction.Decode(mirrored.Encode(), out _)).Reason.Check);
    }

    [Theory]
    [InlineData("03c0", "transaction.type")]
    [InlineData("00c0", "transaction.type")]
    [InlineData("", "transaction.type")]
    [InlineData("02c0", "rlp.item-count")]
    public void An_envelope_that_is_not_read_is_refused_by_the_check_meant_for_it(string hex, string check) =>
        Assert.Equal(check, Assert.IsType<Verdict.Rejected>(SignedTransaction.Decode(Convert.FromHexString(hex), out _)).Reason.Check.Id);

    [Fact]
    public void A_transaction_for_another_chain_is_refused_by_name()
    {
        using var key = new Secp256k1PrivateKey(Secret);
        var signed = new Transaction { ChainId = 5, Nonce = 0, MaxFeePerGas = 1, MaxPriorityFeePerGas = 1, GasLimit = 21000, To = Address.Zero }.Sign(key);
        Assert.Equal(EvmChecks.TransactionChainId, Assert.IsType<Verdict.Rejected>(signed.CheckRules(1)).Reason.Check);
        Assert.Equal(Verdict.Accept, signed.CheckRules(5));
    }
}
