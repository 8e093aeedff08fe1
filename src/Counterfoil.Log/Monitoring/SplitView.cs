using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Notes;

namespace Counterfoil.Log.Monitoring;

/// <summary>Two checkpoints that a log signed and that no one tree has both: proof of its misbehaviour, to anyone who knows its key, offline.</summary>
/// <remarks>
/// Of one size and two roots they contradict each other by themselves. Of two sizes, they do where a whole subtree of both can be shown: two hashes for
/// the same 2^level entries, each with its path to the root. Text: the line <c>counterfoil/split-view/v1</c>; for two sizes then, for each checkpoint,
/// <c>node level index hash</c> and its path, a base64 hash a line; <c>notes n m</c>, the lengths in bytes; an empty line; the two notes, one behind the other.
/// </remarks>
/// <param name="First">A signed checkpoint, as it was received.</param>
/// <param name="Second">Another one.</param>
/// <param name="Nodes">Empty for one size; else a node of each at one place.</param>
public sealed record SplitView(ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Second, ImmutableArray<ProvenNode> Nodes)
{
    const string FirstLine = "counterfoil/split-view/v1";
    const int MaxBytes = 2 * SignedNote.MaxBytes + 16 * 1024;

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var head = new StringBuilder(FirstLine).Append('\n');
        foreach (var node in Nodes)
        {
            head.Append(string.Create(CultureInfo.InvariantCulture, $"node {node.Level} {node.Index} {Convert.ToBase64String(node.Hash.ToArray())}\n"));
            foreach (var sibling in node.Path) head.Append(Convert.ToBase64String(sibling.ToArray())).Append('\n');
        }
        return [.. Encoding.ASCII.GetBytes(head.Append(string.Create(CultureInfo.InvariantCulture, $"notes {First.Length} {Second.Length}\n\n")).ToString()), .. First.Span, .. Second.Span];
    }

    /// <summary>Reads a file. Says nothing of what it shows: <see cref="Verify"/> does.</summary>
    public static Verdict Parse(ReadOnlySpan<byte> bytes, out SplitView? view)
    {
        view = null;
        int end = bytes.Length > MaxBytes ? -1 : bytes.IndexOf("\n\n"u8);
        if (end < 0 || bytes[..end].IndexOfAnyExceptInRange((byte)'\n', (byte)'~') >= 0) return Refuse("lines of ASCII, an empty line, and two notes", $"{bytes.Length} bytes without them");
        var lines = Encoding.ASCII.GetString(bytes[..end]).Split('\n');
        if (lines[0] != FirstLine) return Refuse(FirstLine, lines[0].Length <= 80 ? lines[0] : "another line");
        if (lines[^1].Split(' ') is not ["notes", var a, var b] || !Number(a, out long first) || !Number(b, out long second) || first + second != bytes.Length - end - 2)
            return Refuse($"notes <length> <length>, together {bytes.Length - end - 2}", lines[^1].Length <= 80 ? lines[^1] : "another line");
        var nodes = ImmutableArray.CreateBuilder<ProvenNode>();
        for (int i = 1; i < lines.Length - 1;)
        {
            if (lines[i++].Split(' ') is not ["node", var height, var place, var text] || !Number(height, out long level) || level > 62 || !Number(place, out long index) || !Hash(text, out var hash))
                return Refuse("node <level> <index> <hash>", "another line");
            var path = ImmutableArray.CreateBuilder<Sha256Digest>();
            for (; i < lines.Length - 1 && !lines[i].StartsWith("node ", StringComparison.Ordinal); i++)
            {
                if (!Hash(lines[i], out var sibling)) return Refuse("canonical base64 of 32 bytes", "another line");
                path.Add(sibling);
            }
            nodes.Add(new((int)level, index, hash, path.ToImmutable()));
        }
        if (nodes.Count is not (0 or 2)) return Refuse("no node, or two", $"{nodes.Count}");
        view = new(bytes.Slice(end + 2, (int)first).ToArray(), bytes[(end + 2 + (int)first)..].ToArray(), nodes.ToImmutable());
        return Verdict.Accept;
    }

    /// <summary>Verifies that the log of <paramref name="log"/> signed both and that they contradict each other.</summary>
    public Verdict Verify(VerifierKey log)
    {
        var verdict = SignedCheckpoint.VerifyFrom(First.Span, log, out var first);
        if (!verdict.IsAccepted) return verdict;
        verdict = SignedCheckpoint.VerifyFrom(Second.Span, log, out var second);
        if (!verdict.IsAccepted) return verdict;
        var (a, b) = (first!.Checkpoint, second!.Checkpoint);
        if (Nodes.IsEmpty)
            return a.Size == b.Size && a.Root != b.Root ? Verdict.Accept
                : Verdict.Reject(LogChecks.MonitorEvidence, "two roots of one size", $"{a.Root} at {a.Size} and {b.Root} at {b.Size}");
        if (Nodes is not [var left, var right]) return Refuse("no node, or two", $"{Nodes.Length}");
        if (left.Level != right.Level || left.Index != right.Index || left.Hash == right.Hash)
            return Verdict.Reject(LogChecks.MonitorEvidence, "two hashes of one subtree", $"{left.Hash} at {left.Level}/{left.Index} and {right.Hash} at {right.Level}/{right.Index}");
        return left.Verify(a).Then(() => right.Verify(b));
    }

    /// <summary>Same bytes, same evidence.</summary>
    public bool Equals(SplitView? other) => other is not null && ToBytes().AsSpan().SequenceEqual(other.ToBytes());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(First.Length, Second.Length, Nodes.Length);

    static bool Number(string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && text == value.ToString(CultureInfo.InvariantCulture);

    static bool Hash(string text, out Sha256Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        digest = default;
        if (text.Length != 44 || !Convert.TryFromBase64String(text, bytes, out int length) || length != Bytes32.Size || Convert.ToBase64String(bytes) != text) return false;
        digest = new(bytes);
        return true;
    }

    static Verdict Refuse(string expected, string found) => Verdict.Reject(LogChecks.MonitorEvidence, expected, found);
}

/// <summary>The root of 2^level entries and its path to the root of a tree that has all of them.</summary>
/// <param name="Level">The subtree's height.</param>
/// <param name="Index">Its place among those of its height.</param>
/// <param name="Hash">Its root.</param>
/// <param name="Path">The siblings from it up.</param>
public sealed record ProvenNode(int Level, long Index, Sha256Digest Hash, ImmutableArray<Sha256Digest> Path)
{
    /// <summary>Verifies that the tree of a checkpoint has this node.</summary>
    /// <remarks>RFC 9162 §2.1.3.2, begun at the subtree's height: a whole subtree stands in the levels above as a leaf does in those above it.</remarks>
    public Verdict Verify(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (Level is < 0 or > 62 || Index < 0 || Index >= checkpoint.Size >> Level)
            return Verdict.Reject(LogChecks.MonitorEvidence, $"a whole subtree of {checkpoint.Size} entries", $"number {Index} of height {Level}");
        return InclusionProof.Verify(checkpoint.Root, ((checkpoint.Size - 1) >> Level) + 1, Index, Hash, Path);
    }
}
