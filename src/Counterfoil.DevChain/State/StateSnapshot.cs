using Counterfoil.Core.Digests;
using Counterfoil.DevChain.Execution;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.State;

/// <summary>All accounts at one moment, immutable: the state behind one block's <c>stateRoot</c>. Holding it costs one reference.</summary>
public sealed class StateSnapshot
{
    internal StateSnapshot(Trie<AccountRecord> accounts) => Accounts = accounts;

    /// <summary>No accounts.</summary>
    public static StateSnapshot Empty { get; } = new(Trie<AccountRecord>.Empty);

    internal Trie<AccountRecord> Accounts { get; }

    /// <summary>The root hash of the state trie.</summary>
    public Keccak256Digest Root => Accounts.Hash;

    /// <summary>The account's balance in wei; zero where there is no account.</summary>
    public UInt256 Balance(Address address) => Find(address)?.Balance ?? default;

    /// <summary>How many transactions the account has sent, or contracts created.</summary>
    public ulong Nonce(Address address) => Find(address)?.Nonce ?? 0;

    /// <summary>The account's code; <see cref="Code.Empty"/> where there is none.</summary>
    public Code CodeOf(Address address) => Find(address)?.Code ?? Code.Empty;

    /// <summary>The value of a storage slot; zero where nothing was stored.</summary>
    public UInt256 Storage(Address address, UInt256 slot) =>
        Find(address) is { } account && account.Storage.TryGet(Path(slot), out var value) ? value.Value : default;

    internal AccountRecord? Find(Address address) => Accounts.TryGet(Path(address), out var account) ? account : null;

    internal static TriePath Path(Address address)
    {
        Span<byte> bytes = stackalloc byte[Address.Size], hash = stackalloc byte[32];
        address.CopyTo(bytes);
        Keccak256.Hash(bytes, hash);
        return new TriePath(hash);
    }

    internal static TriePath Path(UInt256 slot)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size], hash = stackalloc byte[32];
        slot.WriteBigEndian(bytes);
        Keccak256.Hash(bytes, hash);
        return new TriePath(hash);
    }
}
