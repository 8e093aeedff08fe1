using Counterfoil.Core.Digests;
using Counterfoil.DevChain.State;
using Counterfoil.Evm;
using Counterfoil.Evm.Rlp;
using Counterfoil.Evm.Tries;
using CsCheck;

namespace Counterfoil.Chain.Tests.DevChain;

public sealed class TrieTests
{
    // Few distinct keys, so that the same one is set and removed again; and hashes, so that paths share prefixes as real ones do.
    static readonly Gen<(int Key, ulong Value)[]> Changes = Gen.Select(Gen.Int[0, 300], Gen.OneOf(Gen.Const(0UL), Gen.ULong[1, 200], Gen.ULong)).Array[0, 400];

    static byte[] Key(int number) => Keccak256.Hash([(byte)number, (byte)(number >> 8)]).ToArray();

    [Fact]
    public void Any_changes_in_any_order_lead_to_the_root_of_the_trie_of_proofs() => Changes.Sample(changes =>
    {
        var (ours, theirs) = (Trie<StorageValue>.Empty, MerklePatriciaTrie.Empty);
        foreach (var (key, value) in changes)
        {
            ours = value == 0 ? ours.Remove(new TriePath(Key(key))) : ours.Set(new TriePath(Key(key)), new StorageValue(value));
            theirs = value == 0 ? theirs.Remove(Key(key)) : theirs.Set(Key(key), RlpWriter.Encode(value));
            // Now and then, so that later changes meet nodes whose hashes are known already.
            if (key % 40 == 0) Assert.Equal(theirs.Root, ours.Hash);
        }
        Assert.Equal(theirs.Root, ours.Hash);
        foreach (var (key, _) in changes)
            Assert.Equal(theirs.Get(Key(key)) is { } found ? Convert.ToHexString(found) : null,
                ours.TryGet(new TriePath(Key(key)), out var value) ? Convert.ToHexString(RlpWriter.Encode(value.Value)) : null);
    }, iter: 200);

    [Fact]
    public void An_older_trie_is_not_changed_by_what_is_made_of_it()
    {
        var trie = Trie<StorageValue>.Empty;
        var roots = new List<(Trie<StorageValue> Trie, Keccak256Digest Root)>();
        for (int i = 0; i < 100; i++)
        {
            trie = trie.Set(new TriePath(Key(i)), new StorageValue((UInt256)(i + 1)));
            roots.Add((trie, trie.Hash));
        }
        for (int i = 0; i < 100; i++) trie = trie.Remove(new TriePath(Key(i)));
        Assert.True(trie.IsEmpty);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(roots[i].Root, roots[i].Trie.Hash);
            Assert.True(roots[i].Trie.TryGet(new TriePath(Key(i)), out var value));
            Assert.Equal((UInt256)(i + 1), value.Value);
        }
    }
}
