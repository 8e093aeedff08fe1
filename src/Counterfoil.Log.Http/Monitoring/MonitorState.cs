using System.Collections.Immutable;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log.Monitoring;
using Counterfoil.Log.Notes;

namespace Counterfoil.Log.Http.Monitoring;

/// <summary>What a monitor knows of a log: the checkpoint it followed it to, and the subtrees that make up that tree.</summary>
/// <remarks>Text: the line <c>counterfoil/monitor/v1</c>, a base64 hash a line for each subtree, largest first, an empty line, the note.</remarks>
sealed class MonitorState
{
    const string FirstLine = "counterfoil/monitor/v1";

    MonitorState(SignedCheckpoint checkpoint, Frontier frontier) => (Checkpoint, Frontier) = (checkpoint, frontier);

    public SignedCheckpoint Checkpoint { get; }

    public Frontier Frontier { get; }

    /// <summary>A state whose root is that of its checkpoint.</summary>
    public static MonitorState Of(SignedCheckpoint checkpoint, Frontier frontier) =>
        frontier.Size == checkpoint.Checkpoint.Size && frontier.Root == checkpoint.Checkpoint.Root ? new(checkpoint, frontier) : throw new ArgumentException("these subtrees are another tree's", nameof(frontier));

    public byte[] ToBytes() =>
        [.. Encoding.ASCII.GetBytes($"{FirstLine}\n{string.Concat(Frontier.Nodes.Select(n => Convert.ToBase64String(n.ToArray()) + "\n"))}\n"), .. Checkpoint.Note.Span];

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static MonitorState Parse(byte[] bytes, VerifierKey log)
    {
        int end = bytes.AsSpan().IndexOf("\n\n"u8);
        var lines = end < 0 ? [] : Encoding.ASCII.GetString(bytes, 0, end).Split('\n');
        if (lines.Length == 0 || lines[0] != FirstLine) throw new InvalidDataException("the monitor's state is no file of a monitor");
        var nodes = new List<Sha256Digest>();
        var node = new byte[Bytes32.Size];
        foreach (string line in lines.AsSpan(1))
            nodes.Add(Convert.TryFromBase64String(line, node, out int length) && length == node.Length ? new(node) : throw new InvalidDataException("the monitor's state has a line that is no hash"));
        var verdict = SignedCheckpoint.VerifyFrom(bytes.AsSpan(end + 2), log, out var checkpoint);
        if (verdict.IsAccepted) verdict = Frontier.Restore(checkpoint!.Checkpoint.Size, nodes.ToArray(), out var frontier).Then(() => frontier!.Root == checkpoint.Checkpoint.Root
            ? Verdict.Accept : Verdict.Reject(CoreChecks.MerkleInclusion, $"{checkpoint.Checkpoint.Root}", $"{frontier.Root}"));
        if (!verdict.IsAccepted) throw new InvalidDataException($"the monitor's state is damaged: {verdict}");
        Frontier.Restore(checkpoint!.Checkpoint.Size, nodes.ToArray(), out var restored);
        return new(checkpoint, restored!);
    }

    /// <summary>The whole subtrees of this tree, each with its path to the root.</summary>
    public IEnumerable<ProvenNode> Nodes()
    {
        var nodes = Frontier.Nodes;
        long begin = 0;
        for (int i = 0, level = 62; i < nodes.Length; level--)
        {
            if ((Frontier.Size >> level & 1) == 0) continue;
            // From the node up: what lies to its right, folded together, then each subtree to its left.
            var path = ImmutableArray.CreateBuilder<Sha256Digest>();
            if (i + 1 < nodes.Length) path.Add(nodes[(i + 1)..].Reverse().Aggregate((right, left) => MerkleTree.NodeHash(left, right)));
            for (int left = i - 1; left >= 0; left--) path.Add(nodes[left]);
            yield return new(level, begin >> level, nodes[i], path.ToImmutable());
            begin += 1L << level;
            i++;
        }
    }
}
