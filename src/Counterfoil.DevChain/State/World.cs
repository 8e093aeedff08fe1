using System.Runtime.InteropServices;
using Counterfoil.DevChain.Execution;
using Counterfoil.Evm;
using Counterfoil.Evm.Blocks;

namespace Counterfoil.DevChain.State;

/// <summary>The state while transactions run: the accounts of a snapshot, read as needed, and a journal that takes back what a failed call did.</summary>
sealed partial class World(StateSnapshot parent)
{
    readonly Dictionary<Address, Account> accounts = [];
    readonly Dictionary<(Address, UInt256), UInt256> transient = [];
    readonly List<Account> touched = [];
    readonly List<Account> dirty = [];
    uint transaction = 1;

    /// <summary>The state that <see cref="Commit"/> last wrote, or that this world began with.</summary>
    public StateSnapshot Snapshot { get; private set; } = parent;

    /// <summary>Logs of the transaction so far, those of reverted calls excepted.</summary>
    public List<LogEntry> Logs { get; private set; } = [];

    /// <summary>Gas to be given back at the end of the transaction (EIP-3529); may be negative in between.</summary>
    public long Refund { get; set; }

    public Account this[Address address]
    {
        get
        {
            ref var account = ref CollectionsMarshal.GetValueRefOrAddDefault(accounts, address, out bool known);
            return known ? account! : account = new Account(address, Snapshot.Find(address));
        }
    }

    /// <summary>Marks an access and says whether it was the transaction's first (EIP-2929).</summary>
    public bool Warm(Account account)
    {
        if (account.WarmIn == transaction) return false;
        Record(new Entry(Change.WarmAccount, account));
        account.WarmIn = transaction;
        return true;
    }

    /// <summary>Marks an access to a slot and says whether it was the transaction's first (EIP-2929).</summary>
    public bool Warm(Account account, in UInt256 key)
    {
        ref var slot = ref account.SlotAt(key, transaction);
        if (slot.IsWarm) return false;
        slot.IsWarm = true;
        Record(new Entry(Change.WarmSlot, account, key));
        return true;
    }

    /// <summary>Reads a slot, marks it as accessed, and says whether it was the transaction's first access.</summary>
    public bool Load(Account account, in UInt256 key, out UInt256 value)
    {
        ref var slot = ref account.SlotAt(key, transaction);
        value = slot.Current;
        if (slot.IsWarm) return false;
        slot.IsWarm = true;
        Record(new Entry(Change.WarmSlot, account, key));
        return true;
    }

    public ref Account.Slot SlotAt(Account account, in UInt256 key) => ref account.SlotAt(key, transaction);

    public void Store(Account account, ref Account.Slot slot, in UInt256 key, in UInt256 value)
    {
        Record(new Entry(Change.Storage, account, key, slot.Current));
        account.Write(ref slot, key, value);
        Touch(account);
    }

    public UInt256 LoadTransient(Address address, in UInt256 key) => transient.GetValueOrDefault((address, key));

    public void StoreTransient(Account account, in UInt256 key, in UInt256 value)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(transient, (account.Address, key), out _);
        Record(new Entry(Change.Transient, account, key, slot));
        slot = value;
    }

    /// <summary>Makes the account one to delete at the end of the transaction if it is then empty (EIP-161).</summary>
    public void Touch(Account account)
    {
        if (account.TouchedIn == transaction) return;
        Record(new Entry(Change.Touch, account, value: account.TouchedIn));
        account.TouchedIn = transaction;
        touched.Add(account);
    }

    public void Credit(Account account, in UInt256 amount) => SetBalance(account, account.Balance + amount);

    public void Debit(Account account, in UInt256 amount) => SetBalance(account, account.Balance - amount);

    public void SetBalance(Account account, in UInt256 balance)
    {
        Touch(account);
        if (account.Balance == balance) return;
        Record(new Entry(Change.Balance, account, value: account.Balance));
        account.Balance = balance;
    }

    public void SetNonce(Account account, ulong nonce)
    {
        Touch(account);
        Record(new Entry(Change.Nonce, account, value: account.Nonce));
        account.Nonce = nonce;
    }

    public void SetCode(Account account, Code code)
    {
        Touch(account);
        Record(new Entry(Change.Code, account, code: account.Code));
        account.Code = code;
    }

    /// <summary>Overwrites a slot outside any transaction: for genesis and for a test's cheats.</summary>
    public void SetStorage(Account account, in UInt256 key, in UInt256 value)
    {
        ref var slot = ref account.SlotAt(key, transaction);
        Store(account, ref slot, key, value);
    }

    public void MarkCreated(Account account)
    {
        Record(new Entry(Change.Created, account, value: account.CreatedIn));
        account.CreatedIn = transaction;
    }

    public bool WasCreatedInThisTransaction(Account account) => account.CreatedIn == transaction;

    /// <summary>Deletes the account at the end of the transaction (EIP-6780).</summary>
    public void Destroy(Account account)
    {
        Touch(account);
        if (account.DestroyedIn == transaction) return;
        Record(new Entry(Change.Destroyed, account, value: account.DestroyedIn));
        account.DestroyedIn = transaction;
    }

    /// <summary>Ends the transaction: deletes what it destroyed and what it touched and left empty (EIP-161), storage and all, and makes the next one find everything cold.</summary>
    public void EndTransaction() => End(account => account.DestroyedIn == transaction || account.IsEmpty);

    /// <summary>Ends changes that no transaction made. An account that was given nothing but storage keeps it, so that code and money may follow.</summary>
    public void EndChanges() => End(_ => false);

    void End(Func<Account, bool> isDeleted)
    {
        foreach (var account in touched)
        {
            if (account.TouchedIn != transaction) continue; // touched by a call that was reverted
            if (isDeleted(account)) account.Clear();
            if (account.IsDirty) continue;
            account.IsDirty = true;
            dirty.Add(account);
        }
        touched.Clear();
        transient.Clear();
        journal.Clear();
        Logs = [];
        Refund = 0;
        transaction++;
    }

    /// <summary>Writes the changes of all ended transactions into a new snapshot.</summary>
    public StateSnapshot Commit()
    {
        var trie = Snapshot.Accounts;
        foreach (var account in dirty)
        {
            var path = StateSnapshot.Path(account.Address);
            trie = account.Commit() is { } record ? trie.Set(path, record) : trie.Remove(path);
        }
        dirty.Clear();
        // A cache that only grew would in the end hold the whole state twice.
        if (accounts.Count > MaxCachedAccounts) accounts.Clear();
        return Snapshot = new StateSnapshot(trie);
    }

    /// <summary>As <see cref="Commit"/>, but keeps empty accounts: the genesis of a test may hold some, and only a transaction removes them.</summary>
    public StateSnapshot CommitAll()
    {
        var empty = dirty.Where(account => account.IsEmpty).ToArray();
        var trie = Commit().Accounts;
        foreach (var account in empty)
            trie = trie.Set(StateSnapshot.Path(account.Address), new AccountRecord(account.Nonce, account.Balance, account.Code, account.Storage));
        return Snapshot = new StateSnapshot(trie);
    }

    const int MaxCachedAccounts = 50_000;
}
