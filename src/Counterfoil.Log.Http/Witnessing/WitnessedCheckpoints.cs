using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Http.Serving;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Witnesses;

namespace Counterfoil.Log.Http.Witnessing;

/// <summary>How a log's checkpoints are witnessed.</summary>
public sealed record WitnessingOptions
{
    /// <summary>How long a witness may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause between two rounds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Told of each witness that did not cosign, and why.</summary>
    public Action<TrustedWitness, string>? OnTrouble { get; init; }
}

/// <summary>The checkpoints of a log that count: each new one is put before the policy's witnesses, and shown once a quorum has cosigned.</summary>
/// <remarks>
/// The log goes on meanwhile: a witness that is dead or late stops no append, and where fewer than a quorum answer, the checkpoint shown is an older one.
/// After a quorum has answered, the others have as long again as that took. What is shown never goes back: it is in a file of its own, and is read again at the start.
/// </remarks>
public sealed class WitnessedCheckpoints
{
    const string FileName = "checkpoint.witnessed";

    readonly ILog log;
    readonly TrustPolicy policy;
    readonly TimeProvider time;
    readonly WitnessingOptions options;
    readonly DurableWholeFile file;
    readonly List<(TrustedWitness Witness, WitnessClient Client)> witnesses = [];
    volatile SignedCheckpoint? shown;

    /// <summary>Begins with what was shown last.</summary>
    /// <param name="log">The log.</param>
    /// <param name="policy">Its witnesses, each with an address, and their quorum.</param>
    /// <param name="folder">Where the checkpoint shown is kept.</param>
    /// <param name="http">Reaches witnesses.</param>
    /// <param name="time">The clock.</param>
    /// <param name="options">Timeouts.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or the log is not the one that was witnessed.</exception>
    public WitnessedCheckpoints(ILog log, TrustPolicy policy, string folder, HttpClient http, TimeProvider time, WitnessingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(policy);
        (this.log, this.policy, this.time, this.options, file) = (log, policy, time, options ?? new(), new DurableWholeFile(folder));
        if (policy.Logs.All(l => l.Key != log.Key)) throw new ArgumentException($"the policy does not name the log {log.Key}", nameof(policy));
        foreach (var witness in policy.Witnesses)
        {
            if (!Uri.TryCreate(witness.Url, UriKind.Absolute, out var address)) throw new ArgumentException($"the policy has no address for witness '{witness.Name}'", nameof(policy));
            witnesses.Add((witness, new WitnessClient(http, address, witness.Key, time)));
        }
        if (file.Read(FileName) is not { } note) return;
        var verdict = policy.Verify(note, DateTimeOffset.MaxValue, out var before);
        // Under another policy than before nothing has counted yet.
        if (verdict is Verdict.Rejected { Reason: var reason } && reason.Check != LogChecks.PolicyQuorum) throw new InvalidDataException($"the witnessed checkpoint is damaged: {verdict}");
        shown = before;
        // A log that is behind what it showed was restored from an older copy: whatever it appended next would be another tree of sizes that witnesses vouch for.
        var (was, now) = (before?.Checkpoint, log.Checkpoint.Checkpoint);
        if (was is not null && (was.Size > now.Size || (was.Size == now.Size && was.Root != now.Root)))
            throw new InvalidDataException($"witnesses cosigned {was}, and the log is at {now}: it is an older copy, or another history");
    }

    /// <summary>The checkpoint that counts and is shown; null before the first.</summary>
    public SignedCheckpoint? Shown => shown;

    /// <summary>Puts the log's newest checkpoint before the witnesses. True where a quorum has cosigned it, and it is shown.</summary>
    /// <exception cref="IOException">The disk refused the file; what was shown is shown still.</exception>
    public async Task<bool> RoundAsync(CancellationToken cancellation = default)
    {
        var checkpoint = log.Checkpoint;
        if (shown is { } now && now.Checkpoint.Size >= checkpoint.Checkpoint.Size && Missing(now) == 0) return true;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Timeout);
        var start = time.GetTimestamp();
        var tiles = new ServedTiles(log);
        var asked = witnesses.ToDictionary(w => AskAsync(w.Witness, w.Client, checkpoint, tiles, limit.Token), w => w.Witness);
        var cosigned = new Dictionary<string, NoteSignature>();
        bool quorum = policy.AsksNobody;
        var open = asked.Keys.ToList();
        while (open.Count > 0)
        {
            var done = await Task.WhenAny(open).ConfigureAwait(false);
            open.Remove(done);
            if (await done.ConfigureAwait(false) is { } cosignature) cosigned[asked[done].Name] = cosignature;
            if (quorum || !policy.IsQuorum(cosigned.Keys.ToHashSet())) continue;
            quorum = true;
            limit.CancelAfter(time.GetElapsedTime(start) + TimeSpan.FromMilliseconds(1));
        }
        if (!quorum) return false;
        var result = checkpoint;
        foreach (var (witness, _) in witnesses)
            if (cosigned.TryGetValue(witness.Name, out var cosignature)) result = result.With(cosignature);
        if (shown is { } before && (before.Checkpoint.Size > result.Checkpoint.Size || (before.Checkpoint.Size == result.Checkpoint.Size && Missing(before) <= Missing(result)))) return true;
        file.Replace(FileName, result.Note.Span);
        shown = result;
        return true;
    }

    /// <summary>Goes on, round after round, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await RoundAsync(cancellation).ConfigureAwait(false);
            await Task.Delay(options.Interval, time, cancellation).ConfigureAwait(false);
        }
    }

    int Missing(SignedCheckpoint checkpoint) => witnesses.Count + 1 - (SignedNote.Parse(checkpoint.Note.Span, out var note).IsAccepted ? note!.Signatures.Length : 0);

    async Task<NoteSignature?> AskAsync(TrustedWitness witness, WitnessClient client, SignedCheckpoint checkpoint, ServedTiles tiles, CancellationToken cancellation)
    {
        try
        {
            var (verdict, cosignature) = await client.AskAsync(checkpoint, tiles, cancellation).ConfigureAwait(false);
            if (cosignature is null) options.OnTrouble?.Invoke(witness, verdict.ToString());
            return cosignature;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or OperationCanceledException)
        {
            // A witness that is away, late or talks nonsense is one that did not cosign.
            options.OnTrouble?.Invoke(witness, e is OperationCanceledException ? "it took too long" : e.Message);
            return null;
        }
    }
}
