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
    readonly NoteSigner witness;
    readonly TimeProvider time;
    readonly WholeFile folder;
    readonly FileStream held;
    readonly Dictionary<string, Witnessed> logs = [];

    sealed class Witnessed(VerifierKey key)
    {
        public VerifierKey Key { get; } = key;
        public SignedCheckpoint? Latest { get; set; }
        public SemaphoreSlim Turn { get; } = new(1, 1);
        public string File => Convert.ToHexStringLower(Sha256.Hash(Encoding.UTF8.GetBytes(Key.Name)).ToArray());
    }

    /// <summary>Opens a witness.</summary>
    /// <param name="folder">Its memory.</param>
    /// <param name="witness">Signs cosignatures; stays the caller's.</param>
    /// <param name="logs">The logs that it watches, one key each.</param>
    /// <param name="time">Its clock.</param>
    /// <exception cref="IOException">Another process has it open.</exception>
    /// <exception cref="InvalidDataException">A file is damaged: a witness that has forgotten must not cosign.</exception>
    public WitnessStore(string folder, NoteSigner witness, IEnumerable<VerifierKey> logs, TimeProvider time) : this(folder, witness, logs, time, new DurableWholeFile(folder)) { }

    internal WitnessStore(string folder, NoteSigner witness, IEnumerable<VerifierKey> logs, TimeProvider time, WholeFile files)
    {
        ArgumentNullException.ThrowIfNull(witness);
        ArgumentNullException.ThrowIfNull(logs);
        if (witness.Key.Type != NoteSignatureType.Cosignature) throw new ArgumentException("a witness signs with a key of type 04", nameof(witness));
        (this.witness, this.time, this.folder) = (witness, time, files);
        Directory.CreateDirectory(folder);
        held = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            foreach (var key in logs)
            {
                var log = new Witnessed(key);
                if (!this.logs.TryAdd(key.Name, log)) throw new ArgumentException($"two keys for '{key.Name}'", nameof(logs));
                if (files.Read(log.File) is not { } note) continue;
                var verdict = SignedCheckpoint.Verify(note, [key, witness.Key], out var latest);
                if (!verdict.IsAccepted) throw new InvalidDataException($"what the witness remembers of '{key.Name}' is damaged: {verdict}");
                log.Latest = latest;
            }
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The witness's key.</summary>
    public VerifierKey Key => witness.Key;

    /// <summary>Answers <c>add-checkpoint</c>: a cosignature line, or what refuses it.</summary>
    /// <exception cref="IOException">The disk refused: nothing was cosigned.</exception>
    public async Task<(WitnessAnswer Answer, NoteSignature? Cosignature)> AddAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation = default)
    {
        // Which log it is about is the first thing that the rules look at, and decides whose turn it is.
        var origin = AddCheckpoint.Parse(body.Span, out var request).IsAccepted && SignedNote.Parse(request!.Note.Span, out var note).IsAccepted ? note!.Text[..note.Text.IndexOf('\n')] : null;
        var log = origin is not null ? logs.GetValueOrDefault(origin) : null;
        if (log is null) return (Witness.Consider(body.Span, Find, _ => null), null);
        await log.Turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var answer = Witness.Consider(body.Span, Find, _ => log.Latest?.Checkpoint);
            if (answer is not WitnessAnswer.Cosign cosign) return (answer, null);
            var cosignature = witness.Cosign(cosign.Latest.Text, time.GetUtcNow());
            var cosigned = cosign.Signed.With(cosignature);
            folder.Replace(log.File, cosigned.Note.Span);
            log.Latest = cosigned;
            return (answer, cosignature);
        }
        finally
        {
            log.Turn.Release();
        }
    }

    /// <summary>The checkpoint cosigned last of the log whose origin has this SHA-256, in lower-case hexadecimal; null for none.</summary>
    public SignedCheckpoint? Latest(string originHash) => logs.Values.FirstOrDefault(l => l.File == originHash)?.Latest;

    VerifierKey? Find(string origin) => logs.GetValueOrDefault(origin)?.Key;

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
