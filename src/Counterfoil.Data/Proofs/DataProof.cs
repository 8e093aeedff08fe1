using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Encoding;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Proofs;

/// <summary>A file that shows something of one record and one committed set. Whoever holds it, the record and trust in the committer's key verifies it alone, offline.</summary>
/// <remarks>
/// Deterministic CBOR, an array: version, set, claim, and the set's signed statement or null. The record is not in it. <c>docs/data.md</c> specifies each item.
/// </remarks>
/// <param name="Set">What it is about.</param>
/// <param name="Claim">What it shows.</param>
/// <param name="Statement">The signed statement; null where it stands beside the file.</param>
public sealed record DataProof(CommittedSet Set, Claim Claim, Envelope? Statement)
{
    /// <summary>The version in the file, and its kind.</summary>
    public const string Version = "counterfoil/data-proof/v1";

    /// <summary>The largest file, in bytes: one fraud proof of 256 places, and a statement.</summary>
    public const int MaxBytes = 1 << 20;

    static readonly CborLimits Limits = new() { Bytes = MaxBytes, Depth = 6, Items = 32768 };

    /// <summary>Whether a file says that it is one: enough to choose who reads it.</summary>
    public static bool IsOne(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0x84, 0x78, (byte)Version.Length, .. System.Text.Encoding.ASCII.GetBytes(Version)]);

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var writer = new CborWriter();
        writer.BeginArray(4);
        writer.WriteText(Version);
        Set.WriteTo(writer);
        Claim.WriteTo(writer);
        if (Statement is null) writer.WriteNull();
        else Statement.WriteTo(writer);
        writer.EndArray();
        return writer.ToArray();
    }

    /// <summary>Reads a file. Says nothing of what it shows.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> file, out DataProof? proof)
    {
        var reader = new CborReader(file, Limits);
        reader.BeginArray(4, 4);
        string version = reader.ReadText(64);
        if (!reader.Failed && version != Version) reader.Fail(DataChecks.ProofVersion, Version, $"\"{version}\"");
        var set = CommittedSet.ReadFrom(ref reader);
        var claim = Claim.ReadFrom(ref reader);
        var statement = reader.TryReadNull() ? null : Envelope.ReadFrom(ref reader);
        reader.EndArray();
        var verdict = reader.Finish();
        proof = verdict.IsAccepted ? new(set!, claim!, statement) : null;
        return verdict;
    }

    /// <summary>Verifies the claim for someone who believes the set's roots already.</summary>
    /// <param name="believed">The set as its signed statement has it.</param>
    /// <param name="record">The record's bytes.</param>
    public Verdict Verify(CommittedSet believed, ReadOnlySpan<byte> record) =>
        Set == believed ? Claim.Verify(Set, record) : Verdict.Reject(DataChecks.ProofDataset, $"{believed}", $"{Set}");
}
