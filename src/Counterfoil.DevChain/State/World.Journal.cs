using System.Runtime.InteropServices;
using Counterfoil.Core.Digests;
using Counterfoil.DevChain.Execution;
using Counterfoil.Evm;
using Counterfoil.Evm.Transactions;

namespace Counterfoil.DevChain.State;

sealed partial class World
{
    readonly List<Entry> journal = [];

    enum Change : byte { Balance, Nonce, Code, Storage, Transient, WarmAccount, WarmSlot, Touch, Created, Destroyed }

    /// <summary>What one change overwrote.</summary>
    readonly struct Entry(Change change, Account account, in UInt256 key = default, in UInt256 value = default, Code? code = null)
    {
        public readonly Account Account = account;
        public readonly Code? Code = code;
        public readonly UInt256 Key = key, Value = value;
        public readonly Change Change = change;
    }

    /// <summary>A moment in the transaction to which <see cref="Revert"/> can go back.</summary>
    public readonly record struct Moment(int Journal, int Logs, long Refund);

    public Moment Now => new(journal.Count, Logs.Count, Refund);

    void Record(in Entry entry) => journal.Add(entry);

    /// <summary>What the transaction so far has warmed (EIP-2929), calls that failed excepted, by address.</summary>
    public IReadOnlyList<AccessListEntry> Accesses()
    {
        var slots = new SortedDictionary<string, (Address Address, SortedSet<string> Keys)>(StringComparer.Ordinal);
        foreach (var entry in journal)
        {
            if (entry.Change is not (Change.WarmAccount or Change.WarmSlot)) continue;
            var address = entry.Account.Address;
            if (!slots.TryGetValue(address.ToHex(), out var warm)) slots[address.ToHex()] = warm = (address, new(StringComparer.Ordinal));
            if (entry.Change == Change.WarmSlot) warm.Keys.Add(Convert.ToHexString(entry.Key.ToBigEndian()));
        }
        return [.. slots.Values.Select(warm => new AccessListEntry(warm.Address, [.. warm.Keys.Select(key => new Bytes32(Convert.FromHexString(key)))]))];
    }

    /// <summary>Takes back every change since the moment, the latest first: what a failed call leaves is nothing but spent gas.</summary>
    public void Revert(Moment moment)
    {
        var entries = CollectionsMarshal.AsSpan(journal);
        for (int i = entries.Length; --i >= moment.Journal;) Undo(entries[i]);
        CollectionsMarshal.SetCount(journal, moment.Journal);
        Logs.RemoveRange(moment.Logs, Logs.Count - moment.Logs);
        Refund = moment.Refund;
    }

    void Undo(in Entry entry)
    {
        var account = entry.Account;
        switch (entry.Change)
        {
            case Change.Balance: account.Balance = entry.Value; break;
            case Change.Nonce: account.Nonce = entry.Value.U0; break;
            case Change.Code: account.Code = entry.Code!; break;
            case Change.Storage: account.Write(ref account.SlotAt(entry.Key, transaction), entry.Key, entry.Value); break;
            case Change.Transient: transient[(account.Address, entry.Key)] = entry.Value; break;
            case Change.WarmAccount: account.WarmIn = 0; break;
            case Change.WarmSlot: account.SlotAt(entry.Key, transaction).IsWarm = false; break;
            case Change.Touch: account.TouchedIn = (uint)entry.Value.U0; break;
            case Change.Created: account.CreatedIn = (uint)entry.Value.U0; break;
            case Change.Destroyed: account.DestroyedIn = (uint)entry.Value.U0; break;
        }
    }
}
