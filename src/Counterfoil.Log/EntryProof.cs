using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;

namespace Counterfoil.Log;

/// <summary>Shows that a log holds an entry, to anyone who holds the entry and knows the log's key: offline, in one text.</summary>
/// <remarks>
/// C2SP tlog-proof: the line <c>c2sp.org/tlog-proof@v1</c>, <c>index n</c>, the path in base64 from the leaf's sibling up, an empty line, and
/// the checkpoint as it was signed. Differs: extra data is refused, because nothing authenticates it and evidence refuses any changed byte.
/// </remarks>
/// <param name="Index">The entry's place in the log, from 0.</param>
/// <param name="Path">The inclusion path in the checkpoint's tree.</param>
/// <param name="Note">The signed checkpoint's exact bytes.</param>
public sealed record EntryProof(long Index, ImmutableArray<Sha256Digest> Path, ReadOnlyMemory<byte> Note)
{
    const string FirstLine = "c2sp.org/tlog-proof@v1";
    const int MaxPath = 63, MaxBytes = 64 + MaxPath * 45 + SignedNote.MaxBytes;

    /// <summary>The text in UTF-8.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(FirstLine).Append('\n').Append("index ").Append(Index.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (var node in Path) text.Append(Convert.ToBase64String(node.ToArray())).Append('\n');
        return [.. Encoding.ASCII.GetBytes(text.Append('\n').ToString()), .. Note.Span];
    }

    /// <summary>Reads a text. Says nothing of what it shows: <see cref="Verify"/> does.</summary>
    public static Verdict Parse(ReadOnlySpan<byte> bytes, out EntryProof? proof)
    {
        proof = null;
        if (bytes.Length > MaxBytes) return Verdict.Reject(LogChecks.ProofForm, $"at most {MaxBytes} bytes", $"{bytes.Length} bytes");
        int split = bytes.IndexOf("\n\n"u8);
        if (split < 0 || bytes[..split].IndexOfAnyExceptInRange((byte)'\n', (byte)'~') >= 0)
            return Verdict.Reject(LogChecks.ProofForm, "lines of ASCII, an empty line, and a checkpoint", $"{bytes.Length} bytes without them");
        var lines = Encoding.ASCII.GetString(bytes[..split]).Split('\n');
        if (lines.Length is < 2 or > 2 + MaxPath || lines[0] != FirstLine)
            return Verdict.Reject(LogChecks.ProofForm, $"{FirstLine}, an index, and at most {MaxPath} hashes", $"{lines.Length} lines");
        if (!lines[1].StartsWith("index ", StringComparison.Ordinal)
            || !long.TryParse(lines[1].AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out long index) || lines[1] != $"index {index}")
            return Verdict.Reject(LogChecks.ProofForm, "index <decimal>", lines[1].Length <= 80 ? lines[1] : "another line");
        var path = ImmutableArray.CreateBuilder<Sha256Digest>(lines.Length - 2);
        var hash = new byte[Bytes32.Size];
        foreach (string line in lines.AsSpan(2))
        {
            if (line.Length != 44 || !Convert.TryFromBase64String(line, hash, out int length) || length != hash.Length || Convert.ToBase64String(hash) != line)
                return Verdict.Reject(LogChecks.ProofForm, "canonical base64 of 32 bytes", line.Length <= 80 ? line : "another line");
            path.Add(new(hash));
        }
        proof = new(index, path.MoveToImmutable(), bytes[(split + 2)..].ToArray());
        return Verdict.Accept;
    }

    /// <summary>Verifies that the log of <paramref name="keys"/> holds <paramref name="entry"/> where this says.</summary>
    /// <param name="entry">The entry's bytes.</param>
    /// <param name="keys">Whose signatures the checkpoint must carry: the log's first, then witnesses'; see <see cref="SignedCheckpoint.Verify(ReadOnlySpan{byte}, IReadOnlyList{VerifierKey}, out SignedCheckpoint?)"/>.</param>
    /// <param name="checkpoint">The checkpoint, when accepted: what to look for on a chain.</param>
    public Verdict Verify(ReadOnlySpan<byte> entry, IReadOnlyList<VerifierKey> keys, out SignedCheckpoint? checkpoint)
    {
        var verdict = SignedCheckpoint.Verify(Note.Span, keys, out checkpoint);
        if (!verdict.IsAccepted) return verdict;
        verdict = InclusionProof.Verify(checkpoint!.Checkpoint.Root, checkpoint.Checkpoint.Size, Index, MerkleTree.LeafHash(entry), Path);
        if (!verdict.IsAccepted) checkpoint = null;
        return verdict;
    }

    /// <summary>Same text, same proof.</summary>
    public bool Equals(EntryProof? other) => other is not null && Index == other.Index && Path.SequenceEqual(other.Path) && Note.Span.SequenceEqual(other.Note.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Index, Path.Length, Note.Length);
}
