using System.Collections.Immutable;
using System.Globalization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Log;

/// <summary>What a log signs: its name, how many entries it holds, and the root of the tree over them.</summary>
/// <remarks>
/// C2SP tlog-checkpoint: the lines origin, decimal size, base64 root, then extension lines. Stricter than the specification where that
/// gives one text per meaning: base64 is canonical, and size 0 has the empty root. Extension lines are read and kept, never written by our log.
/// </remarks>
public sealed record Checkpoint
{
    /// <summary>The log's name: one non-empty line.</summary>
    public string Origin { get; }

    /// <summary>The number of entries, 0 to 2⁶³ − 1.</summary>
    public long Size { get; }

    /// <summary>The root of the RFC 9162 tree over those entries.</summary>
    public Sha256Digest Root { get; }

    /// <summary>Lines after the third: signed, opaque, not audited by monitors.</summary>
    public ImmutableArray<string> Extensions { get; }

    /// <summary>The signed text, ending in a newline.</summary>
    public string Text { get; }

    /// <summary>A checkpoint to be signed.</summary>
    /// <exception cref="ArgumentException">A line is empty or holds a control character, the size is negative, or the root is not that of size 0.</exception>
    public Checkpoint(string origin, long size, Sha256Digest root, ImmutableArray<string> extensions = default)
    {
        if (!IsLine(origin)) throw new ArgumentException("an origin is one non-empty line", nameof(origin));
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (size == 0 && root != MerkleTree.EmptyRoot) throw new ArgumentException($"size 0 has the root {MerkleTree.EmptyRoot}", nameof(root));
        Extensions = extensions.IsDefault ? [] : extensions;
        if (!Extensions.All(IsLine)) throw new ArgumentException("an extension is one non-empty line", nameof(extensions));
        (Origin, Size, Root) = (origin, size, root);
        Text = $"{origin}\n{size.ToString(CultureInfo.InvariantCulture)}\n{Convert.ToBase64String(root.ToArray())}\n"
            + string.Concat(Extensions.Select(e => e + "\n"));
    }

    /// <summary>Reads the text of a note whose signatures were verified.</summary>
    public static Verdict Parse(string text, out Checkpoint? checkpoint)
    {
        ArgumentNullException.ThrowIfNull(text);
        checkpoint = null;
        var lines = text.Split('\n');
        if (lines.Length < 4 || lines[^1].Length != 0 || !lines[..^1].All(IsLine))
            return Verdict.Reject(LogChecks.CheckpointForm, "three or more non-empty lines, each ended by a newline", $"{lines.Length - 1} lines");
        if (!long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out long size) || (lines[1][0] == '0' && lines[1].Length > 1))
            return Verdict.Reject(LogChecks.CheckpointSize, "a decimal number without leading zeros, below 2^63", Shown(lines[1]));
        Span<byte> root = stackalloc byte[Bytes32.Size];
        if (lines[2].Length != 44 || !Convert.TryFromBase64String(lines[2], root, out int length) || length != Bytes32.Size || Convert.ToBase64String(root) != lines[2])
            return Verdict.Reject(LogChecks.CheckpointRoot, "canonical base64 of 32 bytes", Shown(lines[2]));
        var digest = new Sha256Digest(root);
        if (size == 0 && digest != MerkleTree.EmptyRoot)
            return Verdict.Reject(LogChecks.CheckpointRoot, $"the root of an empty tree, {MerkleTree.EmptyRoot}", $"{digest}");
        checkpoint = new Checkpoint(lines[0], size, digest, [.. lines[3..^1]]);
        return Verdict.Accept;
    }

    /// <summary>Two checkpoints are equal when their signed texts are.</summary>
    public bool Equals(Checkpoint? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <summary>One line for people: origin, size and root.</summary>
    public override string ToString() => $"{Origin} at {Size}: {Root}";

    static bool IsLine(string line) => line is { Length: > 0 } && !line.Any(c => c < ' ');

    static string Shown(string line) => line.Length <= 80 ? $"\"{line}\"" : $"\"{line[..80]}\"…";
}
