using System.Buffers.Binary;
using System.Numerics;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Files;

namespace Counterfoil.Data.Commitments.Keys;

/// <summary>How the sorted keys and the absence tree's upper nodes lie on disk: what is written once and read at any key.</summary>
/// <remarks>
/// <c>keys</c>: for each distinct key, ascending, key ‖ u64: the record's place, or, with the top bit set, where in <c>repeats</c> (in units of eight bytes) its u64 count and then
/// its places ascending lie. <c>index</c>: the line <c>counterfoil/key-index/v1</c>, u8 page depth D, u64 distinct keys; 2^(D+1) hashes, number (2^d + first d bits) that of the
/// subtree at depth d, zeros where a subtree above is a leaf or empty; 2^D + 1 u64, where in <c>keys</c> each page of D bits begins, counted in keys. All big-endian.
/// </remarks>
static class KeyIndex
{
    public const string FileName = "index", KeysName = "keys", RepeatsName = "repeats";
    public const int EntryBytes = Bytes32.Size + 8, MostDepth = 26;
    public const long Repeated = long.MinValue; // the top bit

    const int PageKeys = 256;

    static ReadOnlySpan<byte> Header => "counterfoil/key-index/v1\n"u8;

    static int Start => Header.Length + 9;

    /// <summary>The depth at which a page has some hundred keys.</summary>
    public static int DepthFor(long records) => Math.Min(MostDepth, Log2Up(records / PageKeys));

    /// <summary>The exponent of the power of two that is at least <paramref name="n"/>.</summary>
    public static int Log2Up(long n) => n <= 1 ? 0 : BitOperations.Log2((ulong)n - 1) + 1;

    public static long SlotAt(int depth, long prefix) => Start + ((1L << depth) + prefix) * Bytes32.Size;

    public static long BeginAt(int pageDepth, long page) => Start + (2L << pageDepth) * Bytes32.Size + page * 8;

    public static void WriteHeader(IDurableFile file, int pageDepth, long distinct)
    {
        Span<byte> header = stackalloc byte[Start];
        Header.CopyTo(header);
        header[Header.Length] = (byte)pageDepth;
        BinaryPrimitives.WriteInt64BigEndian(header[(Header.Length + 1)..], distinct);
        file.Write(header, 0);
    }

    /// <summary>Reads the header; false where it is none, or the file is not as long as it says.</summary>
    public static bool TryReadHeader(IDurableFile file, out int pageDepth, out long distinct)
    {
        Span<byte> header = stackalloc byte[Start];
        (pageDepth, distinct) = (0, 0);
        if (file.Read(header, 0) < Start || !header.StartsWith(Header)) return false;
        pageDepth = header[Header.Length];
        distinct = BinaryPrimitives.ReadInt64BigEndian(header[(Header.Length + 1)..]);
        return pageDepth <= MostDepth && distinct >= 0 && file.Length == BeginAt(pageDepth, (1L << pageDepth) + 1);
    }
}
