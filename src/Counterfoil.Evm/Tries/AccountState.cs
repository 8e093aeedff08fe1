using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Evm.Rlp;

namespace Counterfoil.Evm.Tries;

/// <summary>An account as the state root commits to it (yellow paper §4.1).</summary>
/// <param name="Nonce">Transactions sent, or contracts created.</param>
/// <param name="Balance">Wei.</param>
/// <param name="StorageRoot">The root of its storage.</param>
/// <param name="CodeHash">The digest of its code.</param>
public sealed record AccountState(ulong Nonce, UInt256 Balance, Keccak256Digest StorageRoot, Keccak256Digest CodeHash)
{
    /// <summary>The consensus encoding.</summary>
    public byte[] Encode()
    {
        var rlp = new RlpWriter(112);
        rlp.BeginList();
        rlp.Write(Nonce);
        rlp.Write(Balance);
        rlp.Write(StorageRoot.Value);
        rlp.Write(CodeHash.Value);
        rlp.EndList();
        return rlp.ToArray();
    }

    /// <summary>Reads the consensus encoding from a stranger.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out AccountState? account)
    {
        var rlp = new RlpReader(bytes, 128);
        rlp.BeginList();
        var read = new AccountState(rlp.ReadUInt64(), rlp.ReadUInt256(), new(rlp.ReadBytes32()), new(rlp.ReadBytes32()));
        rlp.EndList();
        var verdict = rlp.Finish();
        account = verdict.IsAccepted ? read : null;
        return verdict;
    }

    /// <summary>Verifies an account under a state root (EIP-1186, accountProof); null where the proof shows that there is none.</summary>
    public static Verdict Verify(Keccak256Digest stateRoot, Address address, IReadOnlyList<ReadOnlyMemory<byte>> nodes, out AccountState? account)
    {
        account = null;
        var verdict = TrieProof.Verify(stateRoot, MerklePatriciaTrie.HashedKey(address.ToArray()), nodes, out var value);
        return verdict.IsAccepted && value is { } bytes ? Decode(bytes.Span, out account) : verdict;
    }

    /// <summary>Verifies a storage slot of this account (EIP-1186, storageProof); 0 where the proof shows that nothing is there.</summary>
    public Verdict VerifyStorage(Bytes32 slot, IReadOnlyList<ReadOnlyMemory<byte>> nodes, out UInt256 word)
    {
        word = default;
        var verdict = TrieProof.Verify(StorageRoot, MerklePatriciaTrie.HashedKey(slot.ToArray()), nodes, out var value);
        if (!verdict.IsAccepted || value is not { } bytes) return verdict;
        var rlp = new RlpReader(bytes.Span, 33);
        word = rlp.ReadUInt256();
        return rlp.Finish();
    }
}
