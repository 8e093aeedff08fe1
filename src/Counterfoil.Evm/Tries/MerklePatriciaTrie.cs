using Counterfoil.Core.Digests;
using Counterfoil.Evm.Rlp;

namespace Counterfoil.Evm.Tries;

/// <summary>Keys and values under one root, from which any of them is proven (yellow paper, appendix D). Immutable: a change gives a new trie that shares the rest.</summary>
/// <remarks>State and storage tries take <see cref="Keccak256"/> of the key for the key ("secure" tries); the caller hashes, or uses <see cref="HashedKey"/>.</remarks>
public sealed class MerklePatriciaTrie
{
    readonly TrieNode? root;

    MerklePatriciaTrie(TrieNode? root) => this.root = root;

    /// <summary>The trie of nothing.</summary>
    public static MerklePatriciaTrie Empty { get; } = new(null);

    /// <summary>The root of the trie of nothing: the digest of the empty string's encoding.</summary>
    public static Keccak256Digest EmptyRoot { get; } = Keccak256.Hash([0x80]);

    /// <summary>The root that commits to every key and value.</summary>
    public Keccak256Digest Root => root switch
    {
        null => EmptyRoot,
        { Reference: { Length: 33 } reference } => new Keccak256Digest(reference.AsSpan(1)),
        _ => Keccak256.Hash(root.Encode()), // a root of less than 32 bytes is hashed all the same
    };

    /// <summary>The trie with a value at a key; an empty value removes the key.</summary>
    public MerklePatriciaTrie Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return Remove(key);
        byte[] path = Nibbles.Of(key), bytes = value.ToArray();
        return new(root?.Set(path, 0, bytes) ?? new TrieNode.Leaf(path, bytes));
    }

    /// <summary>The trie without a key.</summary>
    public MerklePatriciaTrie Remove(ReadOnlySpan<byte> key) => new(root?.Remove(Nibbles.Of(key), 0));

    /// <summary>The value at a key, or null.</summary>
    public byte[]? Get(ReadOnlySpan<byte> key) => root?.Get(Nibbles.Of(key), null)?.ToArray();

    /// <summary>The nodes that show what is, or that nothing is, at a key: for <see cref="TrieProof.Verify"/>.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Prove(ReadOnlySpan<byte> key)
    {
        var nodes = new List<ReadOnlyMemory<byte>>();
        root?.Get(Nibbles.Of(key), node =>
        {
            byte[] encoded = node.Encode();
            if (encoded.Length >= 32 || nodes.Count == 0) nodes.Add(encoded); // a smaller one lies within its parent
        });
        return nodes;
    }

    /// <summary>Every key and value, in order of the keys.</summary>
    public IEnumerable<(byte[] Key, byte[] Value)> Entries => root?.Entries([]).Select(e => (Nibbles.ToKey(e.Path), e.Value)) ?? [];

    /// <summary>The trie of a list by index, as a block's header commits to its transactions, receipts and withdrawals: the key is the index in RLP.</summary>
    public static MerklePatriciaTrie OfList(IEnumerable<byte[]> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var trie = Empty;
        ulong index = 0;
        foreach (byte[] item in items) trie = trie.Set(ListKey(index++), item);
        return trie;
    }

    /// <summary>The key of an index in <see cref="OfList"/>.</summary>
    public static byte[] ListKey(ulong index) => RlpWriter.Encode((UInt256)index);

    /// <summary>The key of a state or storage trie: the digest of the account's or slot's bytes.</summary>
    public static byte[] HashedKey(ReadOnlySpan<byte> key) => Keccak256.Hash(key).ToArray();
}
