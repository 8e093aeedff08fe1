using System.Runtime.InteropServices;

namespace Counterfoil.Payments.AspNetCore;

/// <summary>One holder per key at a time; first come, first served. A key that nobody holds takes no memory.</summary>
sealed class KeyedLock<TKey> where TKey : notnull
{
    readonly Lock guard = new();
    readonly Dictionary<TKey, Entry> entries = [];

    sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);
        public int Holders;
    }

    /// <summary>Waits for the key; dispose what is returned to pass it on.</summary>
    public async ValueTask<IDisposable> EnterAsync(TKey key, CancellationToken cancellation)
    {
        Entry entry;
        lock (guard)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(entries, key, out _);
            entry = slot ??= new Entry();
            entry.Holders++;
        }
        try { await entry.Turn.WaitAsync(cancellation).ConfigureAwait(false); }
        catch
        {
            Leave(key, entry);
            throw;
        }
        return new Held(this, key, entry);
    }

    void Leave(TKey key, Entry entry)
    {
        lock (guard)
            if (--entry.Holders == 0) entries.Remove(key);
    }

    sealed class Held(KeyedLock<TKey> owner, TKey key, Entry entry) : IDisposable
    {
        int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) != 0) return;
            entry.Turn.Release();
            owner.Leave(key, entry);
        }
    }
}
