using System.Collections.Immutable;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Witnesses;

namespace Counterfoil.Log.Http.Witnessing;

/// <summary>A witness with its memory: the checkpoint of each log that it cosigned last, a file each, in one folder of its own.</summary>
/// <remarks>
/// A cosignature leaves only after the file with it is on the device, put in place of the older one at one instant, while no other request for that log is
/// looked at: what a crash takes was never told. Whoever restores an older copy of the folder makes the witness vouch twice: back it up with that in mind.
/// </remarks>
public sealed class WitnessStore : IDisposable
{
    readonly IReadOnlyList<NoteSigner> signers;
    readonly TimeProvider time;
    readonly WholeFile folder;
    readonly FileStream held;
    readonly Dictionary<string, Witnessed> logs = [];

    sealed class Witnessed(IReadOnlyList<VerifierKey> keys)
    {
        public IReadOnlyList<VerifierKey> Keys { get; } = keys;
        public SignedCheckpoint? Latest { get; set; }
        public SemaphoreSlim Turn { get; } = new(1, 1);
        public string File => Convert.ToHexStringLower(Sha256.Hash(Encoding.UTF8.GetBytes(Keys[0].Name)).ToArray());
    }

    /// <summary>Opens a witness.</summary>
    /// <param name="folder">Its memory.</param>
    /// <param name="signers">Sign cosignatures, each of them every one: a key of Ed25519, of ML-DSA-44, or both. They stay the caller's.</param>
    /// <param name="logs">The keys of the logs that it watches; several of one that changes its key, until the new one has signed.</param>
    /// <param name="time">Its clock.</param>
    /// <exception cref="IOException">Another process has it open.</exception>
    /// <exception cref="InvalidDataException">A file is damaged: a witness that has forgotten must not cosign.</exception>
    public WitnessStore(string folder, IReadOnlyList<NoteSigner> signers, IEnumerable<VerifierKey> logs, TimeProvider time) : this(folder, signers, logs, time, new DurableWholeFile(folder)) { }

    internal WitnessStore(string folder, IReadOnlyList<NoteSigner> signers, IEnumerable<VerifierKey> logs, TimeProvider time, WholeFile files)
    {
        ArgumentNullException.ThrowIfNull(signers);
        ArgumentNullException.ThrowIfNull(logs);
        if (signers.Count == 0 || signers.Any(s => s.Key.Type == NoteSignatureType.Ed25519)) throw new ArgumentException("a witness signs with keys of types 04 and 06", nameof(signers));
        (this.signers, this.time, this.folder) = (signers, time, files);
        Directory.CreateDirectory(folder);
        held = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            foreach (var keys in logs.GroupBy(key => key.Name))
            {
                var log = new Witnessed([.. keys.Distinct()]);
                this.logs.Add(keys.Key, log);
                if (files.Read(log.File) is not { } note) continue;
                var verdict = Remembered(note, log.Keys, out var latest);
                if (!verdict.IsAccepted) throw new InvalidDataException($"what the witness remembers of '{keys.Key}' is damaged: {verdict}");
                log.Latest = latest;
            }
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>A checkpoint as it was written down: the line of the log, then those of the witness. After the witness has another key, what it cosigned with the one before binds it still.</summary>
    Verdict Remembered(byte[] bytes, IReadOnlyList<VerifierKey> keys, out SignedCheckpoint? latest)
    {
        latest = null;
        var verdict = SignedNote.Parse(bytes, out var note);
        if (!verdict.IsAccepted) return verdict;
        verdict = note!.VerifyFromAny(keys, out var log);
        foreach (var own in signers.Select(s => s.Key))
            if (verdict.IsAccepted && note.Signatures.Any(s => s.KeyName == own.Name && s.KeyId == own.Id)) verdict = note.VerifyFrom(own);
        return verdict.IsAccepted ? SignedCheckpoint.VerifyFrom(bytes, log!, out latest) : verdict;
    }

    /// <summary>The witness's keys.</summary>
    public IEnumerable<VerifierKey> Keys => signers.Select(s => s.Key);

    /// <summary>Answers <c>add-checkpoint</c>: cosignature lines, one for each key, or what refuses it.</summary>
    /// <exception cref="IOException">The disk refused: nothing was cosigned.</exception>
    public async Task<(WitnessAnswer Answer, ImmutableArray<NoteSignature> Cosignatures)> AddAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation = default)
    {
        // Which log it is about is the first thing that the rules look at, and decides whose turn it is.
        var origin = AddCheckpoint.Parse(body.Span, out var request).IsAccepted && SignedNote.Parse(request!.Note.Span, out var note).IsAccepted ? note!.Text[..note.Text.IndexOf('\n')] : null;
        var log = origin is not null ? logs.GetValueOrDefault(origin) : null;
        // Whoever has no checkpoint that the log signed is answered at once, and keeps nobody waiting: whatever the state, these refusals are the same.
        if (Witness.Consider(body.Span, Find, _ => log?.Latest?.Checkpoint) is WitnessAnswer.Refuse { Status: 400 or 403 or 404 } refused) return (refused, []);
        if (log is null) throw new InvalidOperationException("a log that is not witnessed was not refused");
        await log.Turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var answer = Witness.Consider(body.Span, Find, _ => log.Latest?.Checkpoint);
            if (answer is not WitnessAnswer.Cosign cosign) return (answer, []);
            var now = time.GetUtcNow();
            ImmutableArray<NoteSignature> cosignatures = [.. signers.Select(s => s.Cosign(cosign.Latest.Text, now))];
            var cosigned = cosignatures.Aggregate(cosign.Signed, (signed, line) => signed.With(line));
            folder.Replace(log.File, cosigned.Note.Span);
            log.Latest = cosigned;
            return (answer, cosignatures);
        }
        finally
        {
            log.Turn.Release();
        }
    }

    /// <summary>The checkpoint cosigned last of the log whose origin has this SHA-256, in lower-case hexadecimal; null for none.</summary>
    public SignedCheckpoint? Latest(string originHash) => logs.Values.FirstOrDefault(l => l.File == originHash)?.Latest;

    IReadOnlyList<VerifierKey> Find(string origin) => logs.GetValueOrDefault(origin)?.Keys ?? [];

    /// <inheritdoc/>
    public void Dispose()
    {
        held.Dispose();
        foreach (var log in logs.Values) log.Turn.Dispose();
    }
}

/// <summary>Small files that are replaced whole: the old bytes or the new survive a crash, and the new do when it returned.</summary>
abstract class WholeFile
{
    public abstract byte[]? Read(string name);

    public abstract void Replace(string name, ReadOnlySpan<byte> bytes);
}

sealed class DurableWholeFile(string folder) : WholeFile
{
    public override byte[]? Read(string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    public override void Replace(string name, ReadOnlySpan<byte> bytes)
    {
        string path = Path.Combine(folder, name), temporary = path + ".new";
        using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(file, bytes, 0);
            RandomAccess.FlushToDisk(file);
        }
        File.Move(temporary, path, overwrite: true);
        DurableFiles.FlushFolder(folder);
    }
}
