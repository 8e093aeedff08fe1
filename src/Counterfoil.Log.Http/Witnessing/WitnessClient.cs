using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Tiles;
using Counterfoil.Log.Witnesses;

namespace Counterfoil.Log.Http.Witnessing;

/// <summary>Asks one witness to cosign a log's checkpoints, and remembers how far it is.</summary>
public sealed class WitnessClient(HttpClient http, Uri submission, VerifierKey witness, TimeProvider time)
{
    const int MaxAnswer = 64 * 1024;

    long oldSize;

    /// <summary>The witness's key.</summary>
    public VerifierKey Key => witness;

    /// <summary>Submits a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint, as the log signed it.</param>
    /// <param name="tiles">Where the proof is made from.</param>
    /// <param name="cancellation">Gives up; the witness may have cosigned nonetheless.</param>
    /// <returns>The cosignature, verified; else the check that failed: the witness's refusal, or its answer's.</returns>
    /// <exception cref="HttpRequestException">The witness is not there.</exception>
    public async Task<(Verdict Verdict, NoteSignature? Cosignature)> AskAsync(SignedCheckpoint checkpoint, ITileReader tiles, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var (size, note) = (checkpoint.Checkpoint.Size, checkpoint.Note);
        for (int attempt = 0; ; attempt++)
        {
            long old = oldSize;
            if (old > size) return (Verdict.Reject(LogChecks.WitnessOldSize, $"a checkpoint of at least {old} entries", $"{size}"), null);
            var path = old == 0 ? ImmutableArray<Sha256Digest>.Empty : await TiledTree.ConsistencyAsync(tiles, old, size, cancellation).ConfigureAwait(false);
            using var request = new HttpRequestMessage(HttpMethod.Post, Limited.Under(submission, "add-checkpoint")) { Content = new ByteArrayContent(new AddCheckpoint(old, path, note).ToBytes()) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
            var (status, body) = await Limited.AskAsync(http, request, MaxAnswer, cancellation).ConfigureAwait(false);
            string text = Encoding.UTF8.GetString(body);
            if (status == 200) return Read(text, checkpoint);
            // The witness knows better where it is; an answer that is smaller than what it cosigned is believed too: a lie only makes it refuse again.
            if (status == 409 && attempt == 0 && long.TryParse(text.TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out long latest) && latest != old)
            {
                oldSize = latest;
                continue;
            }
            return (Verdict.Reject(LogChecks.WitnessAnswer, "200 and a cosignature", $"{status} {(text.Length <= 200 ? text.TrimEnd() : text[..200])}".TrimEnd()), null);
        }
    }

    (Verdict, NoteSignature?) Read(string lines, SignedCheckpoint checkpoint)
    {
        var verdict = SignedNote.Parse(Encoding.UTF8.GetBytes($"{checkpoint.Checkpoint.Text}\n{lines}"), out var note);
        if (!verdict.IsAccepted) return (verdict, null);
        verdict = note!.VerifyFrom(witness);
        if (!verdict.IsAccepted) return (verdict, null);
        var cosignature = note.Signatures.First(s => s.KeyName == witness.Name && s.KeyId == witness.Id);
        // tlog-witness: a cosignature that a witness gives has a time; without one it would not say that this is the largest tree it saw.
        if (!Cosignature.TryReadTime(cosignature.Bytes.Span, out long seconds) || seconds == 0 || seconds > time.GetUtcNow().ToUnixTimeSeconds() + 60)
            return (Verdict.Reject(LogChecks.PolicyTime, "a time, of at most a minute from now", $"{seconds} seconds of POSIX time"), null);
        oldSize = checkpoint.Checkpoint.Size;
        return (Verdict.Accept, cosignature);
    }
}
