using System.Globalization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Data.Files;

namespace Counterfoil.Data.Commitments;

/// <summary>Builds the ordered tree from its leaves, front to back, and keeps every eighth level's nodes on disk: from these a path is found by few reads.</summary>
/// <remarks>The file <c>nodes.k</c>, k = 8, 16, …, holds the roots of the perfect subtrees of 2^k leaves in order, 32 bytes each; the tree's right edge is in none.</remarks>
sealed class OrderedTreeWriter(IDurableFiles files) : IDisposable
{
    public const int TileLevels = 8, TileWidth = 1 << TileLevels;

    readonly Frontier frontier = new();
    readonly Sha256Digest[] waiting = new Sha256Digest[TileWidth]; // leaves of a tile that is not full
    readonly List<Level> levels = [];
    int count;

    public static string FileName(int level) => string.Create(CultureInfo.InvariantCulture, $"nodes.{level}");

    public void Add(ReadOnlySpan<Sha256Digest> leaves)
    {
        while (!leaves.IsEmpty)
        {
            int taken = Math.Min(TileWidth - count, leaves.Length);
            if (taken == TileWidth) AddTile(leaves[..TileWidth]);
            else
            {
                leaves[..taken].CopyTo(waiting.AsSpan(count));
                count += taken;
                if (count == TileWidth) AddTile(waiting);
                count %= TileWidth;
            }
            leaves = leaves[taken..];
        }
    }

    /// <summary>The root; all nodes are durable.</summary>
    public Sha256Digest Finish()
    {
        frontier.AddRange(waiting.AsSpan(0, count));
        foreach (var level in levels)
        {
            level.Output.Write();
            level.File.Flush();
        }
        return frontier.Root;
    }

    public void Dispose()
    {
        foreach (var level in levels) level.File.Dispose();
    }

    void AddTile(ReadOnlySpan<Sha256Digest> leaves)
    {
        var root = MerkleTree.Root(leaves);
        frontier.AddSubtree(root, TileLevels);
        Push(0, root);
    }

    void Push(int k, Sha256Digest node)
    {
        if (k == levels.Count) levels.Add(new(files.Open(FileName((k + 1) * TileLevels))));
        var level = levels[k];
        node.CopyTo(level.Output.Take(Bytes32.Size));
        level.Tile[level.Count++] = node;
        if (level.Count < TileWidth) return;
        level.Count = 0;
        Push(k + 1, MerkleTree.Root(level.Tile));
    }

    sealed class Level
    {
        public Level(IDurableFile file)
        {
            File = file;
            file.SetLength(0);
            Output = new(file, 0, 1 << 14);
        }

        public IDurableFile File { get; }
        public AppendingFile Output { get; }
        public Sha256Digest[] Tile { get; } = new Sha256Digest[TileWidth];
        public int Count { get; set; }
    }
}
