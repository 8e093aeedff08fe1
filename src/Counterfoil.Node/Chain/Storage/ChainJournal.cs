using System.Buffers;
using System.Buffers.Binary;

namespace Counterfoil.Node.Chain.Storage;

/// <summary>Writes entries behind one another, many callers' with one flush.</summary>
/// <remarks>
/// <see cref="Write"/> is what the chain waits for and only remembers; <see cref="FlushAsync"/> is what an answer waits for. While one frame goes to the
/// device, what comes in the meantime gathers for the next, which all who wait then share. After a failed write nothing can be promised any more: every
/// later flush fails, and the journal as it is on disk is the truth.
/// </remarks>
sealed class ChainJournal(IJournalFile file, ulong nextFrame) : IDisposable
{
    // A frame is not much longer: what has gathered beyond it waits for the one behind.
    const int FrameSize = 16 << 20;

    readonly Lock turn = new();
    Queue<byte[]> gathered = [];
    TaskCompletionSource? writing, next;
    Exception? failure;
    readonly TaskCompletionSource broken = New();

    /// <summary>Remembers an entry for the next frame.</summary>
    public void Write(byte[] entry)
    {
        lock (turn)
        {
            gathered.Enqueue(entry);
            if (writing is null && failure is null) Begin();
            else next ??= New();
        }
    }

    /// <summary>Fails with the first write that does.</summary>
    public Task Failed => broken.Task;

    /// <summary>Completes when all that was written before is on the device.</summary>
    /// <exception cref="IOException">It cannot be written, now or earlier.</exception>
    public Task FlushAsync()
    {
        lock (turn)
        {
            if (failure is not null) return Task.FromException(new IOException($"the chain's journal cannot be written: {failure.Message}", failure));
            return (next ?? writing)?.Task ?? Task.CompletedTask;
        }
    }

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    void Begin()
    {
        writing = next ?? New();
        next = null;
        ThreadPool.UnsafeQueueUserWorkItem(static journal => journal.WriteAll(), this, preferLocal: false);
    }

    void WriteAll()
    {
        for (; ; )
        {
            Queue<byte[]> entries;
            lock (turn) (entries, gathered) = (gathered, []);
            Exception? failed = null;
            try
            {
                while (entries.Count > 0) file.Append(JournalFrame.Encode(nextFrame++, Payload(entries)));
            }
#pragma warning disable CA1031 // Whatever it is, it is told to everyone who waits.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failed = e;
            }
            lock (turn)
            {
                var (done, waiting) = (writing!, next);
                writing = null;
                if (failed is not null)
                {
                    failure = failed;
                    var told = new IOException($"the chain's journal cannot be written: {failed.Message}", failed);
                    broken.SetException(told);
                    done.SetException(told);
                    waiting?.SetException(told);
                    _ = (broken.Task.Exception, done.Task.Exception, waiting?.Task.Exception); // seen, also where nobody waits
                    next = null;
                    return;
                }
                done.SetResult();
                if (waiting is null) return;
                (writing, next) = (waiting, null);
            }
        }
    }

    static ReadOnlySpan<byte> Payload(Queue<byte[]> entries)
    {
        var payload = new ArrayBufferWriter<byte>(1_024);
        do
        {
            byte[] entry = entries.Dequeue();
            BinaryPrimitives.WriteInt32BigEndian(payload.GetSpan(4), entry.Length);
            payload.Advance(4);
            payload.Write(entry);
        }
        while (entries.Count > 0 && payload.WrittenCount + entries.Peek().Length < FrameSize);
        return payload.WrittenSpan;
    }

    /// <summary>The entries of a frame; null where they do not fill it.</summary>
    public static List<ReadOnlyMemory<byte>>? Entries(ReadOnlyMemory<byte> payload)
    {
        var entries = new List<ReadOnlyMemory<byte>>();
        while (payload.Length > 0)
        {
            if (payload.Length < 4) return null;
            int length = BinaryPrimitives.ReadInt32BigEndian(payload.Span);
            if (length < 0 || length > payload.Length - 4) return null;
            entries.Add(payload.Slice(4, length));
            payload = payload[(4 + length)..];
        }
        return entries;
    }

    public void Dispose()
    {
        lock (turn) failure ??= new ObjectDisposedException(nameof(ChainJournal));
        file.Dispose();
    }
}
