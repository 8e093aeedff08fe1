using Counterfoil.Core.Verdicts;

namespace Counterfoil.Log;

/// <summary>The checks that this room makes.</summary>
public static class LogChecks
{
    /// <summary>A note is no longer than <see cref="Notes.SignedNote.MaxBytes"/>.</summary>
    public static readonly Check NoteSize = new("log.note.size");

    /// <summary>A note is valid UTF-8 without control characters other than newline.</summary>
    public static readonly Check NoteEncoding = new("log.note.encoding");

    /// <summary>A note is a text, an empty line, and one or more signature lines, each ended by a newline.</summary>
    public static readonly Check NoteForm = new("log.note.form");

    /// <summary>A signature line is a dash, a key name and canonical base64 of a key id and a signature.</summary>
    public static readonly Check NoteSignatureLine = new("log.note.signature-line");

    /// <summary>A note carries exactly the expected signatures, in the expected order: none missing, none more.</summary>
    public static readonly Check NoteSigners = new("log.note.signers");

    /// <summary>The signature of a note verifies under the expected key.</summary>
    public static readonly Check NoteSignature = new("log.note.signature");

    /// <summary>A verifier key is a name, the key id that follows from it, and a known algorithm's key.</summary>
    public static readonly Check VerifierKey = new("log.key.form");

    /// <summary>A checkpoint has the three lines origin, size and root, and no empty line.</summary>
    public static readonly Check CheckpointForm = new("log.checkpoint.form");

    /// <summary>A checkpoint names the log that it is asked of.</summary>
    public static readonly Check CheckpointOrigin = new("log.checkpoint.origin");

    /// <summary>A tree size is a decimal number without leading zeros, at most 2⁶³ − 1.</summary>
    public static readonly Check CheckpointSize = new("log.checkpoint.size");

    /// <summary>A root is canonical base64 of 32 bytes, and the empty tree's root belongs to size 0 alone.</summary>
    public static readonly Check CheckpointRoot = new("log.checkpoint.root");

    /// <summary>An entry's proof is a version line, an index, hashes, an empty line and a checkpoint; extra data is refused.</summary>
    public static readonly Check ProofForm = new("log.proof.form");

    /// <summary>A COSE receipt is a tagged COSE_Sign1 with the headers and the one proof that docs/log.md names.</summary>
    public static readonly Check ReceiptForm = new("log.receipt.form");

    /// <summary>A COSE receipt shows what it is asked for: inclusion or consistency.</summary>
    public static readonly Check ReceiptKind = new("log.receipt.kind");

    /// <summary>A COSE receipt names the log's key.</summary>
    public static readonly Check ReceiptSigner = new("log.receipt.signer");

    /// <summary>The signature of a COSE receipt is over the root that its proof leads to.</summary>
    public static readonly Check ReceiptSignature = new("log.receipt.signature");

    /// <summary>A trust policy is what tlog-policy says it is.</summary>
    public static readonly Check PolicyForm = new("log.policy.form");

    /// <summary>A checkpoint is signed by a log of the policy.</summary>
    public static readonly Check PolicyLog = new("log.policy.log");

    /// <summary>A checkpoint has the cosignatures that the policy's quorum asks for.</summary>
    public static readonly Check PolicyQuorum = new("log.policy.quorum");

    /// <summary>A cosignature is not of a later time than now.</summary>
    public static readonly Check PolicyTime = new("log.policy.time");

    /// <summary>A log does not go back: a checkpoint is at least as large as the one seen before.</summary>
    public static readonly Check MonitorRollback = new("log.monitor.rollback");

    /// <summary>A log shows everyone one tree: of one size there is one root.</summary>
    public static readonly Check MonitorSplit = new("log.monitor.split-view");

    /// <summary>A larger tree continues the one seen before.</summary>
    public static readonly Check MonitorConsistency = new("log.monitor.consistency");

    /// <summary>The entries that a log serves are those that its root commits to.</summary>
    public static readonly Check MonitorEntries = new("log.monitor.entries");

    /// <summary>Evidence against a log is two checkpoints that it signed, and that no one tree has both.</summary>
    public static readonly Check MonitorEvidence = new("log.monitor.evidence");

    /// <summary>A request to a witness is an old size, hashes, an empty line and a checkpoint.</summary>
    public static readonly Check WitnessRequest = new("log.witness.request");

    /// <summary>A request to a witness starts from the size that the witness cosigned last.</summary>
    public static readonly Check WitnessOldSize = new("log.witness.old-size");

    /// <summary>A log has one root for the size that the witness cosigned last.</summary>
    public static readonly Check WitnessRoot = new("log.witness.root");

    /// <summary>A witness that is asked answers with a cosignature.</summary>
    public static readonly Check WitnessAnswer = new("log.witness.answer");

    /// <summary>What a log serves is there, and has the length that its place says.</summary>
    public static readonly Check Served = new("log.client.served");

    /// <summary>A tile's path has one spelling: level, index in groups of three digits, width of a partial tile.</summary>
    public static readonly Check TilePath = new("log.tile.path");

    /// <summary>An entry bundle holds exactly the entries of its tile, each with its length before it.</summary>
    public static readonly Check EntryBundle = new("log.entries.form");
}
