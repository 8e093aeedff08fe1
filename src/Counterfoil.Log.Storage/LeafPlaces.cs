using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Counterfoil.Core.Digests;

namespace Counterfoil.Log.Storage;

/// <summary>Where leaves are: a hash table from leaf hashes to places, in a mapped file.</summary>
/// <remarks>
/// All of it follows from the tiles, so nothing waits for it to be on the device: a file that was not closed in order is made again. A B-tree by
/// hash would dirty a page for every entry; this dirties sixteen bytes.
/// Who appends chooses entries, and can try until their hashes begin as he likes: slots by the hash itself would let him fill one part of the table, and every
/// look-up there would walk through all of it. A slot follows from SipHash-2-4 of the leaf hash under a secret, made with the file, that never leaves it; the file
/// is its owner's alone, and one that others may read is made again. Two keys may agree by chance, so what is found is a candidate, to be compared with the tile.
/// Layout, little-endian: magic (8 bytes), slots as a power of two (8), leaves (8), 1 when closed in order (8), the secret (16), zeros to 4,096; then slots of
/// key (8) and place plus one (8; 0 is free). A key's slot is its highest bits; the next free one follows, around the end.
/// Version 01 had slots by the hash itself, and no secret: such a file is made again.
/// </remarks>
sealed unsafe class LeafPlaces : IDisposable
{
    const ulong Magic = 0x3230534543414c50; // "PLACES02"
    const int HeaderBytes = 4096, LeastBits = 16;
    const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    struct Slot
    {
        public ulong Key, PlacePlusOne;
    }

    readonly string? path;
    MemoryMappedFile? map;
    MemoryMappedViewAccessor? view;
    byte* start;
    int bits;

    LeafPlaces(string? path, int bits, bool exists)
    {
        this.path = path;
        Map(path, bits, exists);
        if (!exists) RandomNumberGenerator.Fill(new Span<byte>(start + 32, 16));
    }

    /// <summary>A table in memory alone.</summary>
    public static LeafPlaces InMemory() => new(null, LeastBits, exists: false);

    /// <summary>Opens the table that lies in a file and was closed in order, or begins an empty one.</summary>
    public static LeafPlaces Open(string path)
    {
        if (Sound(path) is not { } bits) return new(path, LeastBits, exists: false);
        var places = new LeafPlaces(path, bits, exists: true);
        places.Header[3] = 0; // from here on a crash leaves a file that nobody trusts
        places.view!.Flush();
        return places;
    }

    /// <summary>Opens the table in a file for look-ups only, or null where it is absent or was not closed in order.</summary>
    public static LeafPlaces? OpenToRead(string path)
    {
        if (Sound(path) is not { } bits) return null;
        var places = InMemory();
        places.Unmap();
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        places.Map(null, bits, exists: false);
        var all = new Span<byte>(places.start, HeaderBytes);
        _ = RandomAccess.Read(file, all, 0);
        for (long at = HeaderBytes, length = LengthOf(bits); at < length;)
        {
            int read = RandomAccess.Read(file, new Span<byte>(places.start + at, (int)Math.Min(1 << 24, length - at)), at);
            if (read == 0) break;
            at += read;
        }
        return places;
    }

    /// <summary>Leaves in the table: the first ones of the log, whatever their number.</summary>
    public long Count => Header[2];

    /// <summary>The places of leaves with this one's key: none or one, but for chance. Gives the slots that were looked at.</summary>
    public int Find(Sha256Digest leafHash, List<long> found)
    {
        ulong key = KeyOf(leafHash), mask = (1UL << bits) - 1;
        int looked = 1;
        for (ulong at = key >> (64 - bits); Slots[at].PlacePlusOne != 0; at = (at + 1) & mask, looked++)
        {
            if (Slots[at].Key == key) found.Add((long)Slots[at].PlacePlusOne - 1);
            if ((ulong)looked > mask) throw Full();
        }
        return looked;
    }

    /// <summary>Adds the leaf that follows those in the table.</summary>
    public void Add(Sha256Digest leafHash)
    {
        if (Count >= 3L << (bits - 2)) Grow(); // three quarters full
        Put(KeyOf(leafHash), (ulong)Count + 1);
        Header[2]++;
    }

    ulong KeyOf(Sha256Digest leafHash)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        leafHash.CopyTo(bytes);
        return SipHash.Hash((ulong)Header[4], (ulong)Header[5], bytes);
    }

    void Put(ulong key, ulong placePlusOne)
    {
        ulong at = key >> (64 - bits), mask = (1UL << bits) - 1;
        for (ulong looked = 0; Slots[at].PlacePlusOne != 0; at = (at + 1) & mask)
            if (looked++ > mask) throw Full();
        Slots[at] = new() { Key = key, PlacePlusOne = placePlusOne };
    }

    void Grow()
    {
        // In the order of keys, so both tables are gone through from one end to the other.
        using var larger = new LeafPlaces(path is null ? null : path + ".new", bits + 1, exists: false);
        (larger.Header[4], larger.Header[5]) = (Header[4], Header[5]);
        for (long at = 0; at < 1L << bits; at++)
            if (Slots[at].PlacePlusOne != 0) larger.Put(Slots[at].Key, Slots[at].PlacePlusOne);
        larger.Header[2] = Count;
        Unmap();
        if (path is not null) File.Move(path + ".new", path, overwrite: true);
        (map, view, bits) = (larger.map, larger.view, larger.bits);
        start = larger.start;
        (larger.map, larger.view) = (null, null);
    }

    /// <summary>A table that is as it was written has free slots.</summary>
    static InvalidDataException Full() => new("the table of places has no free slot, so it is damaged: close the log and delete the file, which is made again");

    long* Header => (long*)start;

    Slot* Slots => (Slot*)(start + HeaderBytes);

    static long LengthOf(int bits) => HeaderBytes + (16L << bits);

    static int? Sound(string path)
    {
        if (!File.Exists(path) || (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerAlone) != 0)) return null;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var header = new long[4];
        if (RandomAccess.Read(file, MemoryMarshal.AsBytes(header.AsSpan()), 0) < 32 || (ulong)header[0] != Magic || header[3] != 1) return null;
        return header[1] is >= LeastBits and <= 40 && RandomAccess.GetLength(file) == LengthOf((int)header[1]) && header[2] >= 0 && header[2] <= 3L << ((int)header[1] - 2) ? (int)header[1] : null;
    }

    void Map(string? file, int slots, bool exists)
    {
        long length = LengthOf(slots);
        if (file is null) map = MemoryMappedFile.CreateNew(null, length);
        else
        {
            // Allocated at once: a page of a mapped file that the device has no room for would end the process.
            var options = new FileStreamOptions { Mode = exists ? FileMode.Open : FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Read | FileShare.Delete, PreallocationSize = exists ? 0 : length };
            if (!exists)
            {
                File.Delete(file); // a file that is written over keeps its mode
                if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerAlone;
            }
            var handle = new FileStream(file, options);
            if (!exists) handle.SetLength(length);
            map = MemoryMappedFile.CreateFromFile(handle, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        }
        view = map.CreateViewAccessor(0, length);
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        start = pointer;
        bits = slots;
        if (!exists) (((ulong*)start)[0], Header[1]) = (Magic, slots);
    }

    void Unmap()
    {
        if (view is null) return;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map!.Dispose();
        (view, map) = (null, null);
    }

    /// <summary>Closes the table without saying that it is in order.</summary>
    public void Abandon() => Unmap();

    /// <summary>Closes the table in order.</summary>
    public void Dispose()
    {
        if (view is not null && path is not null && !path.EndsWith(".new", StringComparison.Ordinal))
        {
            view.Flush();
            Header[3] = 1;
            view.Flush();
        }
        Unmap();
    }
}
