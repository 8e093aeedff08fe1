namespace Counterfoil.Node.Serving;

/// <summary>A bound on what is done at once: some requests prove, some wait, and no more are let in.</summary>
/// <param name="provers">How many prove.</param>
/// <param name="waiting">How many wait.</param>
sealed class ProvingQueue(int provers, int waiting) : IDisposable
{
    readonly SemaphoreSlim turns = new(provers);
    int inside;

    /// <summary>Lets a request in, before its body is read; null where the queue is full.</summary>
    public Place? TryEnter()
    {
        if (Interlocked.Increment(ref inside) <= provers + waiting) return new Place(this);
        Interlocked.Decrement(ref inside);
        return null;
    }

    public void Dispose() => turns.Dispose();

    /// <summary>A request's place, until it is disposed.</summary>
    public sealed class Place(ProvingQueue queue) : IDisposable
    {
        bool hasTurn;

        /// <summary>Waits for the turn to prove.</summary>
        public async Task WaitAsync(CancellationToken cancellation)
        {
            await queue.turns.WaitAsync(cancellation).ConfigureAwait(false);
            hasTurn = true;
        }

        public void Dispose()
        {
            if (hasTurn) queue.turns.Release();
            Interlocked.Decrement(ref queue.inside);
        }
    }
}
