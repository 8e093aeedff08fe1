using System.Text;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;
using Counterfoil.Evm.Tries;
using CsCheck;

namespace Counterfoil.Chain.Tests.Evm;

public sealed class TrieTests
{
    [Theory]
    [InlineData("trietest.json", false, 5)]
    [InlineData("trietest_secureTrie.json", true, 3)]
    [InlineData("trieanyorder.json", false, 7)]
    [InlineData("trieanyorder_secureTrie.json", true, 7)]
    [InlineData("hex_encoded_securetrie_test.json", true, 3)]
    public void Every_case_of_the_trie_tests_has_its_root(string file, bool secure, int expectedCases)
    {
        int cases = 0;
        foreach (var test in EthereumTests.Read($"TrieTests/{file}").RootElement.EnumerateObject())
        {
            cases++;
            var steps = test.Value.GetProperty("in") is { ValueKind: JsonValueKind.Array } list
                ? [.. list.EnumerateArray().Select(e => (e[0].GetString()!, e[1].GetString()))]
                : test.Value.GetProperty("in").EnumerateObject().Select(p => (p.Name, p.Value.GetString())).ToList();
            string root = test.Value.GetProperty("root").GetString()!;
            var orders = test.Value.GetProperty("in").ValueKind == JsonValueKind.Object ? new[] { steps, [.. steps.AsEnumerable().Reverse()] } : [steps];
            foreach (var order in orders)
            {
                var trie = MerklePatriciaTrie.Empty;
                foreach (var (key, value) in order) trie = trie.Set(secure ? MerklePatriciaTrie.HashedKey(Read(key)) : Read(key), value is null ? [] : Read(value));
                Assert.Equal(root, $"0x{trie.Root}");
            }
        }
        Assert.Equal(expectedCases, cases);
    }

    static byte[] Read(string text) => text.StartsWith("0x", StringComparison.Ordinal) ? EthereumTests.Bytes(text) : Encoding.UTF8.GetBytes(text);

    [Fact]
    public void Neighbours_in_order_are_those_of_trietestnextprev()
    {
        int cases = 0;
        foreach (var test in EthereumTests.Read("TrieTests/trietestnextprev.json").RootElement.EnumerateObject())
        {
            var trie = MerklePatriciaTrie.Empty;
            foreach (var key in test.Value.GetProperty("in").EnumerateArray()) trie = trie.Set(Encoding.ASCII.GetBytes(key.GetString()!), [1]);
            string[] keys = [.. trie.Entries.Select(e => Encoding.ASCII.GetString(e.Key))];
            foreach (var line in test.Value.GetProperty("tests").EnumerateArray())
            {
                cases++;
                string asked = line[0].GetString()!;
                Assert.Equal(line[1].GetString(), keys.LastOrDefault(k => string.CompareOrdinal(k, asked) < 0, ""));
                Assert.Equal(line[2].GetString(), keys.FirstOrDefault(k => string.CompareOrdinal(k, asked) > 0, ""));
            }
        }
        Assert.Equal(12, cases);
    }

    // Few distinct bytes make keys that share paths and end within one another.
    static readonly Gen<byte[]> Key = Gen.OneOf<byte>(0x00, 0x01, 0x10, 0x11, 0xff).Array[0, 4];
    static readonly Gen<byte[]> Value = Gen.Byte.Array[1, 40];
    static readonly Gen<Dictionary<string, byte[]>> Content = Gen.Select(Key, Value).Array[0, 20].Select(pairs =>
    {
        var content = new Dictionary<string, byte[]>();
        foreach (var (key, value) in pairs) content[Convert.ToHexString(key)] = value;
        return content;
    });

    static MerklePatriciaTrie Build(IEnumerable<KeyValuePair<string, byte[]>> content) =>
        content.Aggregate(MerklePatriciaTrie.Empty, (t, e) => t.Set(Convert.FromHexString(e.Key), e.Value));

    [Fact]
    public void A_trie_depends_on_what_is_in_it_and_not_on_how_it_came_there() => Gen.Select(Content, Content).Sample((content, passing) =>
    {
        var direct = Build(content);
        var detour = passing.Keys.Except(content.Keys).Aggregate(Build(passing.Concat(content.Reverse())), (t, k) => t.Remove(Convert.FromHexString(k)));
        Assert.Equal(direct.Root, detour.Root);
        Assert.Equal(content.Keys.Order(StringComparer.Ordinal), direct.Entries.Select(e => Convert.ToHexString(e.Key)));
        foreach (var (key, value) in content) Assert.Equal(value, direct.Get(Convert.FromHexString(key)));
    }, iter: 500);

    [Fact]
    public void Every_key_is_proven_in_or_out() => Gen.Select(Content, Key).Sample((content, asked) =>
    {
        var trie = Build(content);
        foreach (byte[] key in content.Keys.Select(Convert.FromHexString).Append(asked))
        {
            Assert.Equal(Verdict.Accept, TrieProof.Verify(trie.Root, key, trie.Prove(key), out var value));
            Assert.Equal(trie.Get(key), value?.ToArray());
        }
    }, iter: 500);

    [Fact]
    public void A_changed_truncated_or_padded_proof_is_refused_or_proves_the_same() => Gen.Select(Content, Key, Gen.UInt, Gen.Byte, Gen.Int[0, 3]).Sample((content, asked, where, change, how) =>
    {
        var trie = Build(content);
        var nodes = trie.Prove(asked).ToList();
        if (nodes.Count == 0) return;
        int at = (int)(where % (uint)nodes.Count);
        byte[] node = nodes[at].ToArray();
        switch (how)
        {
            case 0:
                node[(int)(where / 7 % (uint)node.Length)] ^= change;
                nodes[at] = node;
                break;
            case 1:
                nodes[at] = node.AsMemory(0, node.Length - 1);
                break;
            case 2:
                nodes.RemoveAt(at);
                break;
            default:
                nodes.Add(node);
                break;
        }
        var verdict = TrieProof.Verify(trie.Root, asked, nodes, out var value);
        Assert.Equal(how == 0 && change == 0, verdict.IsAccepted);
        if (verdict.IsAccepted) Assert.Equal(trie.Get(asked), value?.ToArray());
    }, iter: 2_000);

    [Fact]
    public void Random_nodes_are_answered_and_never_throw() => Gen.Select(Gen.Byte.Array[0, 80], Key).Sample((node, key) =>
    {
        // The root is that of the bytes, so that they are read and not just compared.
        TrieProof.Verify(Keccak256.Hash(node), key, [node], out _);
        byte[] list = [(byte)(0xc0 + node.Length % 56), .. node];
        TrieProof.Verify(Keccak256.Hash(list), key, [list], out _);
    }, iter: 5_000);

    static readonly List<TransactionReceipt> Receipts = [.. Enumerable.Range(0, 200).Select(i =>
        new TransactionReceipt(Counterfoil.Evm.Transactions.TransactionType.DynamicFee, i % 3 != 0, (ulong)(21000 * (i + 1)), [new LogEntry(Address.Zero, [default], new byte[i])]))];
    static readonly List<byte[]> Envelopes = [.. Enumerable.Range(0, 200).Select(i => new byte[] { 2, 0xc1, (byte)(i % 128) })];

    static BlockHeader HeaderOf(List<TransactionReceipt> receipts) => new()
    {
        ParentHash = default, StateRoot = default, ReceiptsRoot = MerklePatriciaTrie.OfList(receipts.Select(r => r.Encode())).Root,
        TransactionsRoot = MerklePatriciaTrie.OfList(Envelopes).Root, Number = 7, GasLimit = 30_000_000, GasUsed = 1, Timestamp = 1,
        BaseFeePerGas = 7, WithdrawalsRoot = MerklePatriciaTrie.EmptyRoot, BlobGasUsed = 0, ExcessBlobGas = 0, ParentBeaconBlockRoot = default(Bytes32),
    };

    static string CheckOf(Verdict verdict) => Assert.IsType<Verdict.Rejected>(verdict).Reason.Check.Id;

    [Fact]
    public void Every_receipt_and_transaction_of_a_block_is_proven_under_its_hash()
    {
        var header = HeaderOf(Receipts);
        for (ulong i = 0; i < 200; i += 13)
        {
            Assert.Equal(Verdict.Accept, ReceiptProof.Create(header, Receipts, i).Verify(header.Hash, out var proven));
            Assert.Equal(Receipts[(int)i].Encode(), proven!.Receipt.Encode());
            Assert.Equal(Verdict.Accept, TransactionProof.Create(header, Envelopes, i).Verify(header.Hash, out var transaction));
            Assert.Equal(Keccak256.Hash(Envelopes[(int)i]), transaction!.Hash);
        }
    }

    [Fact]
    public void A_receipt_proof_that_lies_is_refused_by_the_check_meant_for_it()
    {
        var header = HeaderOf(Receipts);
        var proof = ReceiptProof.Create(header, Receipts, 100);
        Assert.Equal("header.hash", CheckOf(proof.Verify(Keccak256.Hash("another block"u8), out _)));
        Assert.Equal("receipt.proof", CheckOf((proof with { TransactionIndex = 101 }).Verify(header.Hash, out _)));
        Assert.Equal("receipt.proof", CheckOf((proof with { Nodes = [.. proof.Nodes, proof.Nodes[0]] }).Verify(header.Hash, out _)));
        Assert.Equal("receipt.proof", CheckOf((proof with { Nodes = [.. proof.Nodes.Skip(1)] }).Verify(header.Hash, out _)));
        Assert.Equal("receipt.proof", CheckOf((proof with { Nodes = [] }).Verify(header.Hash, out _)));

        // Past the end, an honest proof of absence exists; it is not a receipt.
        var trie = MerklePatriciaTrie.OfList(Receipts.Select(r => r.Encode()));
        Assert.Equal("receipt.proof", CheckOf(new ReceiptProof(header.Encode(), 200, trie.Prove(MerklePatriciaTrie.ListKey(200))).Verify(header.Hash, out _)));

        // A header of another block with the same number: consistent in itself, and not the block that was pinned.
        var forged = HeaderOf([.. Receipts.Select(r => r with { Succeeded = true })]);
        Assert.Equal("header.hash", CheckOf(ReceiptProof.Create(forged, [.. Receipts.Select(r => r with { Succeeded = true })], 100).Verify(header.Hash, out _)));

        // Bytes that are no header, even where their hash is pinned.
        Assert.Equal("header.encoding", CheckOf((proof with { Header = new byte[] { 0xc0 } }).Verify(Keccak256.Hash([0xc0]), out _)));
    }

    [Fact]
    public void A_transaction_proof_that_lies_is_refused_by_name()
    {
        var header = HeaderOf(Receipts);
        var proof = TransactionProof.Create(header, Envelopes, 100);
        Assert.Equal("transaction.proof", CheckOf((proof with { TransactionIndex = 3 }).Verify(header.Hash, out _)));
        Assert.Equal("header.hash", CheckOf(proof.Verify(default, out _)));
    }

    [Fact]
    public void Accounts_and_their_storage_are_proven_in_and_out()
    {
        Address holder = Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), nobody = Address.Parse("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359");
        Bytes32 slot = new(UInt256.One.ToBigEndian()), other = new(((UInt256)2).ToBigEndian());
        var storage = MerklePatriciaTrie.Empty.Set(MerklePatriciaTrie.HashedKey(slot.ToArray()), Counterfoil.Evm.Rlp.RlpWriter.Encode((UInt256)400));
        var account = new AccountState(3, 1_000_000, storage.Root, Keccak256.Hash([]));
        var state = MerklePatriciaTrie.Empty.Set(MerklePatriciaTrie.HashedKey(holder.ToArray()), account.Encode());

        Assert.Equal(Verdict.Accept, AccountState.Verify(state.Root, holder, state.Prove(MerklePatriciaTrie.HashedKey(holder.ToArray())), out var read));
        Assert.Equal(account, read);
        Assert.Equal(Verdict.Accept, AccountState.Verify(state.Root, nobody, state.Prove(MerklePatriciaTrie.HashedKey(nobody.ToArray())), out read));
        Assert.Null(read);
        Assert.Equal(Verdict.Accept, account.VerifyStorage(slot, storage.Prove(MerklePatriciaTrie.HashedKey(slot.ToArray())), out var word));
        Assert.Equal((UInt256)400, word);
        Assert.Equal(Verdict.Accept, account.VerifyStorage(other, storage.Prove(MerklePatriciaTrie.HashedKey(other.ToArray())), out word));
        Assert.Equal(UInt256.Zero, word);
        Assert.Equal("trie.node", CheckOf(account.VerifyStorage(slot, [new byte[] { 0xc0 }], out _)));
    }
}
