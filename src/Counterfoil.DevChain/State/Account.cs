using System.Runtime.InteropServices;
using Counterfoil.DevChain.Execution;
using Counterfoil.Evm;

namespace Counterfoil.DevChain.State;

/// <summary>An account while blocks are made: what the trie said, what changed since, and what this transaction did with it.</summary>
/// <remarks>
/// "In this transaction" is a number compared with the world's count of transactions, so that a new transaction finds everything cold
/// (EIP-2929) and every slot's original value due for renewal (EIP-2200) without visiting any of it.
/// </remarks>
sealed class Account(Address address, AccountRecord? record)
{
    public readonly Address Address = address;
    public ulong Nonce = record?.Nonce ?? 0;
    public UInt256 Balance = record?.Balance ?? default;
    public Code Code = record?.Code ?? Code.Empty;

    /// <summary>The storage of the last block, under the changes in <see cref="slots"/>.</summary>
    public Trie<StorageValue> Storage = record?.Storage ?? Trie<StorageValue>.Empty;

    // Transactions, by number: 0 for never.
    public uint WarmIn, TouchedIn, CreatedIn, DestroyedIn;

    /// <summary>Whether this account awaits being written to the trie.</summary>
    public bool IsDirty;

    readonly Dictionary<UInt256, Slot> slots = [];
    readonly List<UInt256> dirtySlots = [];

    /// <summary>No nonce, no money, no code: as good as not there (EIP-161).</summary>
    public bool IsEmpty => Nonce == 0 && Balance.IsZero && Code.Length == 0;

    public struct Slot
    {
        public UInt256 Current;
        /// <summary>What the slot held when the transaction numbered <see cref="Transaction"/> began.</summary>
        public UInt256 Original;
        public uint Transaction;
        public bool IsWarm, IsDirty;
    }

    /// <summary>The slot as the transaction sees it. The reference holds until the next call of this method.</summary>
    public ref Slot SlotAt(in UInt256 key, uint transaction)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(slots, key, out bool known);
        if (!known) slot.Current = Storage.TryGet(StateSnapshot.Path(key), out var value) ? value.Value : default;
        if (slot.Transaction != transaction)
        {
            slot.Original = slot.Current;
            slot.Transaction = transaction;
            slot.IsWarm = false;
        }
        return ref slot;
    }

    public void Write(ref Slot slot, in UInt256 key, in UInt256 value)
    {
        slot.Current = value;
        if (slot.IsDirty) return;
        slot.IsDirty = true;
        dirtySlots.Add(key);
    }

    /// <summary>Whether anything is stored; an address with storage takes no new contract (EIP-7610).</summary>
    public bool HasStorage => !Storage.IsEmpty || dirtySlots.Exists(key => !slots[key].Current.IsZero);

    /// <summary>Forgets all, as if the account had never been.</summary>
    public void Clear()
    {
        (Nonce, Balance, Code, Storage) = (0, default, Code.Empty, Trie<StorageValue>.Empty);
        slots.Clear();
        dirtySlots.Clear();
    }

    /// <summary>Writes the changed slots into the storage trie and returns the account for the state trie, or null if it is empty and stores nothing.</summary>
    public AccountRecord? Commit()
    {
        foreach (var key in dirtySlots)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrNullRef(slots, key);
            slot.IsDirty = false;
            var path = StateSnapshot.Path(key);
            Storage = slot.Current.IsZero ? Storage.Remove(path) : Storage.Set(path, new StorageValue(slot.Current));
        }
        dirtySlots.Clear();
        IsDirty = false;
        return IsEmpty && Storage.IsEmpty ? null : new AccountRecord(Nonce, Balance, Code, Storage);
    }
}
