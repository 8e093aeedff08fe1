using System.Buffers.Binary;
using System.Globalization;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Merkle;
using Counterfoil.Log.Storage;

namespace Counterfoil.Tests.Log;

/// <summary>The table of places: it finds every leaf, and nobody who chooses entries can crowd it.</summary>
public sealed class LeafPlacesTests : IDisposable
{
    readonly Logbook book = new();

    public void Dispose() => book.Dispose();

    string File => Path.Combine(book.Folder, "places");

    static Sha256Digest Leaf(long i) => Sha256.Hash(BitConverter.GetBytes(i));

    byte[] Secret() => System.IO.File.ReadAllBytes(File)[32..48];

    static List<int> Probes(LeafPlaces places, IEnumerable<Sha256Digest> leaves) => [.. leaves.Select(leaf => places.Find(leaf, []))];

    [Fact]
    public void A_table_of_places_grows_and_finds_every_leaf()
    {
        using var places = LeafPlaces.InMemory();
        for (int i = 0; i < 200_000; i++) places.Add(Leaf(i));
        var found = new List<long>();
        for (int i = 0; i < 200_000; i += 97)
        {
            found.Clear();
            places.Find(Leaf(i), found);
            Assert.Contains(i, found);
        }
        found.Clear();
        places.Find(Leaf(-1), found);
        Assert.Empty(found);
    }

    /// <summary>Entries whose leaf hashes begin with the same ten bits: two thousand, for two million hashes.</summary>
    static List<(byte[] Entry, Sha256Digest Leaf)> Ground()
    {
        const int together = 8192;
        var ground = new List<(byte[], Sha256Digest)>();
        var entries = new byte[together * 16];
        var leaves = new Sha256Digest[together];
        for (long next = 0; ground.Count < 2000;)
        {
            for (int i = 0; i < together; i++) BinaryPrimitives.WriteInt64LittleEndian(entries.AsSpan(i * 16), next++);
            MerkleTree.LeafHashes(entries, 16, leaves);
            for (int i = 0; i < together; i++)
                if (leaves[i].ToArray() is [0xA5, < 0x40, ..]) ground.Add((entries[(i * 16)..(i * 16 + 16)], leaves[i]));
        }
        return ground[..2000];
    }

    [Fact]
    public async Task Entries_that_were_ground_to_one_prefix_are_found_in_as_few_steps_as_any_others()
    {
        var ground = Ground();
        await using (var log = book.Open())
        {
            await log.AppendAsync([.. ground.Select(g => (ReadOnlyMemory<byte>)g.Entry)]);
            await log.AppendAsync([.. Enumerable.Range(0, 2000).Select(i => (ReadOnlyMemory<byte>)Logbook.Entry(1, i))]);
        }
        // 4,000 leaves in 65,536 slots: in a place of their own, or beside a few. By their hashes, the ground ones would lie in one row, a thousand steps long in the mean.
        using var places = LeafPlaces.OpenToRead(File)!;
        Assert.Equal(4000, places.Count);
        foreach (var leaves in (List<List<Sha256Digest>>)[[.. ground.Select(g => g.Leaf)], [.. Enumerable.Range(0, 2000).Select(i => MerkleTree.LeafHash(Logbook.Entry(1, i)))]])
        {
            var probes = Probes(places, leaves);
            Assert.InRange(probes.Average(), 2, 2.5); // the leaf, and the free slot behind it
            Assert.InRange(probes.Max(), 2, 20);
        }
    }

    [Fact]
    public void Not_even_leaves_that_agree_in_half_their_bytes_crowd_the_table()
    {
        // What nobody can grind today: five thousand hashes whose first sixteen bytes are one.
        var ground = Enumerable.Range(0, 5000).Select(i => new Sha256Digest([.. Enumerable.Repeat((byte)0x77, 16), .. Leaf(i).ToArray()[16..]])).ToList();
        using LeafPlaces crowded = LeafPlaces.InMemory(), random = LeafPlaces.InMemory();
        foreach (var leaf in ground) crowded.Add(leaf);
        for (int i = 0; i < ground.Count; i++) random.Add(Leaf(i));
        double mean = Probes(crowded, ground).Average(), usual = Probes(random, Enumerable.Range(0, ground.Count).Select(i => Leaf(i))).Average();
        Assert.True(mean < usual * 1.1, string.Create(CultureInfo.InvariantCulture, $"{mean} steps, {usual} for random ones"));
        var found = new List<long>();
        crowded.Find(ground[17], found);
        Assert.Equal([17], found); // nothing else to compare with tiles
    }

    [Fact]
    public void Two_tables_put_the_same_leaves_in_different_slots()
    {
        var where = new List<string>();
        for (int table = 0; table < 2; table++)
        {
            System.IO.File.Delete(File);
            using (var places = LeafPlaces.Open(File))
                for (int i = 0; i < 100; i++) places.Add(Leaf(i));
            var bytes = System.IO.File.ReadAllBytes(File)[4096..];
            where.Add(string.Join(' ', Enumerable.Range(0, bytes.Length / 16).Where(slot => BitConverter.ToInt64(bytes, slot * 16 + 8) != 0)));
        }
        Assert.NotEqual(where[0], where[1]);
    }

    [Fact]
    public void The_secret_is_made_once_and_survives_reopening_and_growth()
    {
        using (LeafPlaces.Open(File)) { }
        var secret = Secret();
        Assert.Contains(secret, b => b != 0);
        using (var places = LeafPlaces.Open(File))
            for (int i = 0; i < 60_000; i++) places.Add(Leaf(i)); // more than the first size takes
        Assert.Equal(secret, Secret());
        using var again = LeafPlaces.Open(File);
        var found = new List<long>();
        again.Find(Leaf(59_999), found);
        Assert.Equal([59_999], found);
    }

    [Fact]
    public async Task The_secret_is_its_owners_alone_and_a_table_that_others_could_read_is_made_again()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("skipped: there are no file modes here");
            return;
        }
        await using (var log = book.Open()) await log.AppendAsync([.. Enumerable.Range(0, 300).Select(i => (ReadOnlyMemory<byte>)Logbook.Entry(0, i))]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        var secret = Secret();
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Null(LeafPlaces.OpenToRead(File));
        await using (var log = book.Open()) Assert.True((await log.AppendAsync(Logbook.Entry(0, 299))).AlreadyPresent);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.NotEqual(secret, Secret());
        using (var places = LeafPlaces.Open(File))
            for (int i = 0; i < 60_000; i++) places.Add(Leaf(i)); // a grown table is a new file
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public async Task A_table_of_the_older_kind_without_a_secret_is_made_again_from_the_tiles()
    {
        await using (var log = book.Open()) await Task.WhenAll(Enumerable.Range(0, 700).Select(i => book.Append(log, Logbook.Entry(0, i))));
        // As it was written before: "PLACES01", slots by the first bytes of the leaf hash, readable by anyone; closed in order.
        var old = new byte[4096 + (16 << 16)];
        "PLACES01"u8.CopyTo(old);
        foreach (var (at, value) in ((int, long)[])[(8, 16), (16, 700), (24, 1)]) BinaryPrimitives.WriteInt64LittleEndian(old.AsSpan(at), value);
        foreach (var (entry, appended) in book.Acknowledged)
        {
            ulong key = BinaryPrimitives.ReadUInt64BigEndian(MerkleTree.LeafHash(entry).ToArray());
            int slot = (int)(key >> 48);
            while (BinaryPrimitives.ReadInt64LittleEndian(old.AsSpan(4096 + slot * 16 + 8)) != 0) slot = (slot + 1) & 0xFFFF;
            BinaryPrimitives.WriteUInt64LittleEndian(old.AsSpan(4096 + slot * 16), key);
            BinaryPrimitives.WriteInt64LittleEndian(old.AsSpan(4096 + slot * 16 + 8), appended.Index + 1);
        }
        System.IO.File.Delete(File);
        System.IO.File.WriteAllBytes(File, old);

        Assert.Empty((await LogCheck.RunAsync(book.Folder, book.Signer.Key)).Findings); // a reader does not believe it, nor touch it
        await using (var log = book.Open())
        {
            foreach (int i in (int[])[0, 255, 256, 699]) Assert.Equal((i, true), await log.AppendAsync(Logbook.Entry(0, i)) is var a ? (a.Index, a.AlreadyPresent) : default);
            await book.HoldsItsPromises(log);
        }
        Assert.Equal("PLACES02"u8, System.IO.File.ReadAllBytes(File).AsSpan(0, 8));
        Assert.Contains(Secret(), b => b != 0);
        Assert.Empty((await LogCheck.RunAsync(book.Folder, book.Signer.Key)).Findings);
    }

    [Fact]
    public void A_table_without_a_free_slot_is_said_to_be_damaged_and_not_searched_for_ever()
    {
        using (var places = LeafPlaces.Open(File)) places.Add(Leaf(0));
        var bytes = System.IO.File.ReadAllBytes(File);
        bytes.AsSpan(4096).Fill(0xFF);
        System.IO.File.WriteAllBytes(File, bytes);
        using var full = LeafPlaces.Open(File);
        Assert.Throws<InvalidDataException>(() => full.Find(Leaf(0), []));
        Assert.Throws<InvalidDataException>(() => full.Add(Leaf(1)));
    }

    [Fact]
    public void SipHash_gives_what_its_authors_computed_and_what_another_library_does()
    {
        const ulong k0 = 0x0706050403020100, k1 = 0x0f0e0d0c0b0a0908;
        byte[] message = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        Assert.Equal(0xa129ca6149be45e5, SipHash.Hash(k0, k1, message.AsSpan(0, 15))); // the paper, appendix A
        var other = new Org.BouncyCastle.Crypto.Macs.SipHash();
        other.Init(new Org.BouncyCastle.Crypto.Parameters.KeyParameter([.. message[..16]]));
        for (int length = 0; length <= 64; length++)
        {
            other.BlockUpdate(message, 0, length);
            Assert.Equal((ulong)other.DoFinal(), SipHash.Hash(k0, k1, message.AsSpan(0, length)));
        }
    }
}
