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

    /// <summary>A request to a witness is an old size, hashes, an empty line and a checkpoint.</summary>
    public static readonly Check WitnessRequest = new("log.witness.request");

    /// <summary>A request to a witness starts from the size that the witness cosigned last.</summary>
    public static readonly Check WitnessOldSize = new("log.witness.old-size");

    /// <summary>A log has one root for the size that the witness cosigned last.</summary>
    public static readonly Check WitnessRoot = new("log.witness.root");

    /// <summary>A tile's path has one spelling: level, index in groups of three digits, width of a partial tile.</summary>
    public static readonly Check TilePath = new("log.tile.path");

    /// <summary>An entry bundle holds exactly the entries of its tile, each with its length before it.</summary>
    public static readonly Check EntryBundle = new("log.entries.form");
}
