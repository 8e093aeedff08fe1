using Counterfoil.Core.Verdicts;

namespace Counterfoil.Payments.AspNetCore;

/// <summary>Reads a body into memory, up to a limit.</summary>
static class LimitedBody
{
    public static async ValueTask<(Verdict Verdict, byte[] Body)> ReadAsync(Stream stream, long? length, int limit, CancellationToken cancellation)
    {
        if (length > limit) return (TooLong(limit, $"{length}"), []);
        // What a sender announces and does not send costs no memory: the buffer grows with what arrives.
        var buffer = new byte[(int)Math.Min(length ?? Math.Min(limit, 4096), 64 * 1024)];
        int read = 0;
        while (true)
        {
            if (read == buffer.Length)
            {
                // Full: one byte more tells whether it also ended here.
                byte[] next = new byte[1];
                if (await stream.ReadAsync(next, cancellation).ConfigureAwait(false) == 0) return (Verdict.Accept, buffer);
                if (read == limit) return (TooLong(limit, "more"), []);
                Array.Resize(ref buffer, (int)Math.Min(limit, Math.Max(4096, 2L * buffer.Length)));
                buffer[read++] = next[0];
            }
            int count = await stream.ReadAsync(buffer.AsMemory(read), cancellation).ConfigureAwait(false);
            if (count == 0 && read < buffer.Length) return (Verdict.Accept, buffer[..read]);
            read += count;
        }
    }

    static Verdict TooLong(int limit, string found) => Verdict.Reject(PaymentChecks.BodySize, $"at most {limit} bytes", found);
}
