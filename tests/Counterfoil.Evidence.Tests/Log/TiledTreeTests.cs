using System.Collections.Immutable;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Tiles;
using CsCheck;

namespace Counterfoil.Tests.Log;

public sealed class TiledTreeTests
{
    /// <summary>Tiles in memory, written as the effects of an append say.</summary>
    sealed class Tiles : ITileReader
    {
        readonly Dictionary<(int, long), List<Sha256Digest>> held = [];
        public List<TileId> Reads { get; } = [];

        public void Write(TileWrite write)
        {
            if (!held.TryGetValue((write.Level, write.Index), out var tile)) held.Add((write.Level, write.Index), tile = []);
            Assert.Equal(tile.Count, write.Start); // a tile only grows at its end
            tile.AddRange(write.Hashes);
            Assert.True(tile.Count <= TileId.FullWidth);
        }

        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(TileId tile, CancellationToken cancellation)
        {
            Reads.Add(tile);
            return new(held[(tile.Level, tile.Index)].Take(tile.Width).SelectMany(h => h.ToArray()).ToArray());
        }

        public IEnumerable<(int Level, long Index, int Count)> Held => held.Select(t => (t.Key.Item1, t.Key.Item2, t.Value.Count));
    }

    static Sha256Digest Leaf(int i) => MerkleTree.LeafHash(BitConverter.GetBytes(i));

    static readonly Sha256Digest[] Leaves = [.. Enumerable.Range(0, 70_000).Select(Leaf)];

    static (TreeEdge, Tiles) Grow(int size, Random? random = null)
    {
        var (edge, tiles) = (TreeEdge.Empty, new Tiles());
        while (edge.Size < size)
        {
            int batch = random is null ? size : random.Next(1, 600);
            var growth = edge.Append(Leaves.AsSpan((int)edge.Size, (int)Math.Min(batch, size - edge.Size)));
            foreach (var write in growth.Writes) tiles.Write(write);
            edge = growth.Edge;
        }
        return (edge, tiles);
    }

    static readonly Lazy<(TreeEdge Edge, Tiles Tiles)> Big = new(() => Grow(70_000));

    [Fact]
    public void A_tree_of_70_000_leaves_has_the_tiles_that_the_specification_counts()
    {
        // C2SP tlog-tiles, "Partial Tiles": 273 full level-0 tiles, one of width 112, one full level-1 tile, one of width 17, one level-2 tile of width 1.
        var held = Big.Value.Tiles.Held.ToList();
        Assert.Equal(273, held.Count(t => t is { Level: 0, Count: 256 }));
        Assert.Equal(112, Assert.Single(held, t => t is { Level: 0, Count: < 256 }).Count);
        Assert.Single(held, t => t is { Level: 1, Count: 256 });
        Assert.Equal(17, Assert.Single(held, t => t is { Level: 1, Count: < 256 }).Count);
        Assert.Equal((2, 0L, 1), Assert.Single(held, t => t.Level == 2));
        Assert.Equal(3, held.Max(t => t.Level) + 1);
        Assert.Equal(new TileId(1, 1, 17), TileId.Of(1, 1, 70_000));
    }

    [Fact]
    public void The_root_does_not_depend_on_how_the_leaves_were_batched() =>
        Gen.Int[0, 3000].Select(Gen.Int[0, 1 << 20]).Sample((size, seed) =>
        {
            var (edge, _) = Grow(size, new Random(seed));
            return edge.Root == MerkleTree.Root(Leaves.AsSpan(0, size)) && edge.Size == size;
        }, iter: 40);

    [Fact]
    public async Task Every_edge_is_read_back_from_its_tiles()
    {
        foreach (int size in (int[])[0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000])
        {
            var edge = await TreeEdge.ReadAsync(Big.Value.Tiles, size);
            Assert.Equal(MerkleTree.Root(Leaves.AsSpan(0, size)), edge.Root);
            Assert.Equal(edge.Root, await TiledTree.RootAsync(Big.Value.Tiles, size));
        }
    }

    [Fact]
    public void Inclusion_proofs_from_tiles_verify_at_every_size() =>
        Gen.Int[1, 70_000].SelectMany(size => Gen.Int[0, size - 1].Select(index => (size, index))).Sample(t =>
        {
            var path = TiledTree.InclusionAsync(Big.Value.Tiles, t.index, t.size).AsTask().GetAwaiter().GetResult();
            return InclusionProof.Verify(MerkleTree.Root(Leaves.AsSpan(0, t.size)), t.size, t.index, Leaves[t.index], path).IsAccepted;
        }, iter: 60, threads: 1);

    [Fact]
    public void Consistency_proofs_from_tiles_verify_between_any_two_sizes() =>
        Gen.Int[1, 70_000].SelectMany(size => Gen.Int[1, size].Select(old => (old, size))).Sample(t =>
        {
            var path = TiledTree.ConsistencyAsync(Big.Value.Tiles, t.old, t.size).AsTask().GetAwaiter().GetResult();
            return ConsistencyProof.Verify(t.old, MerkleTree.Root(Leaves.AsSpan(0, t.old)), t.size, MerkleTree.Root(Leaves.AsSpan(0, t.size)), path).IsAccepted;
        }, iter: 60, threads: 1);

    [Fact]
    public async Task Proofs_of_small_trees_are_those_of_all_leaves_at_once()
    {
        for (int size = 1; size <= 40; size++)
            for (int i = 0; i < size; i++)
            {
                Assert.Equal(MerkleTree.InclusionPath(Leaves.AsSpan(0, size), i), await TiledTree.InclusionAsync(Big.Value.Tiles, i, size));
                Assert.Equal(MerkleTree.ConsistencyPath(Leaves.AsSpan(0, size), i + 1), await TiledTree.ConsistencyAsync(Big.Value.Tiles, i + 1, size));
            }
    }

    [Fact]
    public async Task A_proof_reads_few_tiles()
    {
        var (_, tiles) = Grow(70_000);
        await TiledTree.InclusionAsync(tiles, 12_345, 70_000);
        Assert.InRange(tiles.Reads.Count, 1, 5);
        Assert.Equal(tiles.Reads.Count, tiles.Reads.Distinct().Count());
    }

    [Fact]
    public void A_tile_taken_for_a_leaf_is_refused()
    {
        // The root of a full tile is a node of the tree; it does not pass for an entry's leaf at the place of its first.
        var node = MerkleTree.Root(Leaves.AsSpan(0, 256));
        var path = MerkleTree.InclusionPath(Leaves.AsSpan(0, 512), 0);
        Assert.True(InclusionProof.Verify(MerkleTree.Root(Leaves.AsSpan(0, 512)), 512, 0, Leaves[0], path).IsAccepted);
        Assert.False(InclusionProof.Verify(MerkleTree.Root(Leaves.AsSpan(0, 512)), 512, 0, node, [path[^1]]).IsAccepted);
    }

    [Theory]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")] // the specification's example
    [InlineData(3, 999, 1, "tile/3/999.p/1")]
    [InlineData(0, 1000, 255, "tile/0/x001/000.p/255")]
    public void A_tiles_path_is_the_specifications(int level, long index, int width, string path)
    {
        var id = new TileId(level, index, width);
        Assert.Equal(path, id.Path);
        Assert.Equal(Verdict.Accept, TileId.Parse(path, out var read, out bool entries));
        Assert.Equal((id, false), (read, entries));
        Assert.Equal(Verdict.Accept, TileId.Parse(new TileId(0, index, width).EntriesPath, out read, out entries));
        Assert.Equal((new TileId(0, index, width), true), (read, entries));
    }

    [Theory]
    [InlineData("tile/0/0")]
    [InlineData("tile/0/x000/001")]
    [InlineData("tile/00/001")]
    [InlineData("tile/64/001")]
    [InlineData("tile/0/001.p/0")]
    [InlineData("tile/0/001.p/256")]
    [InlineData("tile/0/001.p/01")]
    [InlineData("tile/0/001/002")]
    [InlineData("tile/0/../001")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/entries/")]
    [InlineData("checkpoint")]
    [InlineData("")]
    [InlineData(null)]
    public void A_path_of_another_spelling_is_refused(string? path) =>
        Assert.Equal(LogChecks.TilePath, Assert.IsType<Verdict.Rejected>(TileId.Parse(path, out _, out _)).Reason.Check);

    [Fact]
    public void No_path_throws() => Gen.OneOf(Gen.String, Gen.String.Select(s => "tile/0/" + s), Gen.Char["x0123456789./p"].Array[0, 30].Select(c => "tile/" + new string(c)))
        .Sample(path => !TileId.Parse(path, out var id, out bool entries).IsAccepted || (entries ? id.EntriesPath : id.Path) == path);

    [Fact]
    public void Entry_bundles_round_trip_and_damaged_ones_are_refused() =>
        Gen.Byte.Array[0, 40].Array[0, 20].Select(Gen.Int[1, 30]).Sample((entries, cut) =>
        {
            using var stream = new MemoryStream();
            foreach (var entry in entries) EntryBundle.Append(stream, entry);
            var bytes = stream.ToArray();
            Assert.True(EntryBundle.Decode(bytes, entries.Length, out var read).IsAccepted);
            Assert.Equal(entries, read.Select(e => e.ToArray()));
            Assert.False(EntryBundle.Decode((byte[])[.. bytes, 0], entries.Length, out _).IsAccepted);
            if (cut <= bytes.Length) Assert.False(EntryBundle.Decode(bytes.AsMemory(0, bytes.Length - cut), entries.Length, out _).IsAccepted);
        }, iter: 200);
}
