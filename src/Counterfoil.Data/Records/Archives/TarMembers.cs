using System.Globalization;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Compression;
using Counterfoil.Data.Stores;

namespace Counterfoil.Data.Records.Archives;

/// <summary>The plain files of a tar archive, one after another: V7, ustar, pax (POSIX.1-2001) and GNU's long names.</summary>
/// <remarks>
/// The archive must be whole: checksums, contents, and at the end two blocks of zeros with nothing but zeros behind them. Folders are passed over. Links, devices, pipes and sparse files are refused, and so are
/// two members of one name: which of them a program sees depends on the program. Leading <c>./</c> is dropped.
/// Of each name seen 16 bytes are kept (of its BLAKE3 digest): what makes memory grow with the members of one archive, and with nothing else.
/// </remarks>
sealed class TarMembers : IDisposable
{
    const int Block = 512, LongestExtension = 1 << 20;
    readonly DataStream stream;
    readonly HashSet<UInt128> names = [];
    readonly byte[] block = new byte[Block];
    readonly ContentDigest content = new();
    long padded; // where the member's content ends, with its padding
    bool isAtEnd;

    public TarMembers(DataStream stream) => this.stream = stream;

    /// <summary>The member's name, as UTF-8.</summary>
    public byte[] Name { get; private set; } = [];

    /// <summary>Where the member's first header lies.</summary>
    public long Begin { get; private set; }

    /// <summary>Where the next member's first header lies, once this one's content is read or passed over.</summary>
    public long End => padded;

    public long Length { get; private set; }

    public long BytesTaken => stream.BytesTaken;

    /// <summary>Goes on to the next plain file; false at the end.</summary>
    public bool Next()
    {
        if (isAtEnd) return false;
        if (!stream.TryAdvance(padded)) throw Cut();
        Begin = padded;
        string? longName = null, paxName = null;
        long? paxSize = null;
        bool isExtended = false;
        while (true)
        {
            ReadBlock();
            if (block.AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                if (isExtended) throw new RefusedDataException(DataChecks.TarForm, "a member behind its extended header", "the end");
                ReadEnd();
                return false;
            }
            CheckSum();
            byte type = block[156];
            long size = Number(block.AsSpan(124, 12));
            if (type is (byte)'x' or (byte)'g' or (byte)'L' or (byte)'K')
            {
                var text = ReadExtension(size);
                if (type == 'x') (paxName, paxSize) = Extended(text, paxName, paxSize, isGlobal: false);
                else if (type == 'g') Extended(text, null, null, isGlobal: true);
                else if (type == 'L') longName = Utf8(text.AsSpan().TrimEnd((byte)0));
                isExtended |= type != 'g';
                continue;
            }
            Length = paxSize ?? size;
            string name = paxName ?? longName ?? HeaderName();
            while (name.StartsWith("./", StringComparison.Ordinal)) name = name[2..];
            bool isFolder = type == '5' || type is (byte)'0' or 0 && name.EndsWith('/');
            if (!isFolder && type is not ((byte)'0' or 0 or (byte)'7')) throw new RefusedDataException(DataChecks.TarMember, "plain files and folders", $"{Kind(type)} '{Shown(name)}'");
            if (isFolder)
            {
                if (Length != 0) throw new RefusedDataException(DataChecks.TarMember, "folders without content", $"{Length} bytes in '{Shown(name)}'");
                name = name.TrimEnd('/');
                if (name is not ("" or ".")) Check(name);
                padded = stream.Position;
                (longName, paxName, paxSize, isExtended) = (null, null, null, false);
                continue;
            }
            Check(name);
            Name = Encoding.UTF8.GetBytes(name);
            if (Length > long.MaxValue - stream.Position - Block) throw new RefusedDataException(DataChecks.TarForm, "a size that a file can have", $"{Length}");
            padded = stream.Position + (Length + Block - 1) / Block * Block;
            Span<byte> digest = stackalloc byte[16];
            Blake3.Hash(Name, digest);
            if (!names.Add(BitConverter.ToUInt128(digest))) throw new RefusedDataException(DataChecks.TarDuplicate, "each name once", $"'{Shown(name)}' twice");
            return true;
        }
    }

    /// <summary>The digest of this member's content; once for each member.</summary>
    public Blake3Digest Digest() => content.TryRead(stream, Length, out var digest) && stream.TryAdvance(padded) ? digest : throw Cut();

    void ReadBlock()
    {
        if (stream.ReadAtLeast(block, Block, throwOnEndOfStream: false) != Block) throw Cut();
    }

    /// <summary>The second block of zeros, and zeros behind it: tar fills up to its record size.</summary>
    void ReadEnd()
    {
        ReadBlock();
        do
            if (block.AsSpan().IndexOfAnyExcept((byte)0) >= 0) throw new RefusedDataException(DataChecks.TarForm, "zeros behind the end", "other bytes");
        while (stream.ReadAtLeast(block, Block, throwOnEndOfStream: false) is > 0 and var read && (read == Block || block.AsSpan(0, read).IndexOfAnyExcept((byte)0) < 0 || Fill(read)));
        isAtEnd = true;
        padded = Begin;
    }

    bool Fill(int read)
    {
        block.AsSpan(read).Clear();
        return true;
    }

    void CheckSum()
    {
        long stated = Number(block.AsSpan(148, 8)), sum = 8 * ' ';
        for (int i = 0; i < Block; i++)
            if (i is < 148 or >= 156) sum += block[i];
        if (sum != stated) throw new RefusedDataException(DataChecks.TarForm, $"the header checksum {sum}", $"{stated} at byte {stream.Position - Block}");
    }

    /// <summary>Octal digits between spaces, ended by a space or NUL; or, with the first bit set, GNU's base 256.</summary>
    long Number(ReadOnlySpan<byte> field)
    {
        long value = 0;
        if ((field[0] & 0x80) != 0)
        {
            if (field.Length < 12 || field[0] != 0x80 || field[1..^8].IndexOfAnyExcept((byte)0) >= 0 || field[^8] >= 0x80) throw BadNumber();
            return System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
        }
        field = field.TrimStart((byte)' ');
        int digits = field.IndexOfAnyExceptInRange((byte)'0', (byte)'7');
        if (digits < 0) digits = field.Length;
        if (field[digits..].IndexOfAnyExcept((byte)' ', (byte)0) >= 0) throw BadNumber();
        foreach (byte digit in field[..digits]) value = 8 * value + (digit - '0');
        return value;
    }

    RefusedDataException BadNumber() => new(DataChecks.TarForm, "a number in a header", $"another form at byte {stream.Position - Block}");

    string HeaderName()
    {
        string name = Utf8(Text(block.AsSpan(0, 100)));
        var prefix = Text(block.AsSpan(345, 155));
        // ustar alone has a prefix; GNU keeps other things there.
        return block.AsSpan(257, 6).SequenceEqual("ustar\0"u8) && prefix.Length > 0 ? $"{Utf8(prefix)}/{name}" : name;
    }

    static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field;

    static string Utf8(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw new RefusedDataException(DataChecks.Names, "names in UTF-8", $"the bytes {Convert.ToHexStringLower(bytes)}");

    static void Check(string name)
    {
        if (ObjectName.Check(name) is Core.Verdicts.Verdict.Rejected refused) throw new RefusedDataException(refused);
    }

    byte[] ReadExtension(long size)
    {
        if (size > LongestExtension) throw new RefusedDataException(DataChecks.TarForm, $"an extended header of at most {LongestExtension} bytes", $"{size}");
        var text = new byte[(int)size];
        if (stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) != text.Length || !stream.TryAdvance(stream.Position + (Block - size % Block) % Block)) throw Cut();
        return text;
    }

    /// <summary>pax records: <c>length SP keyword=value LF</c>; of a keyword that comes twice, the last. Name and size count; times, owners and comments are no part of a record.</summary>
    static (string? Name, long? Size) Extended(ReadOnlySpan<byte> bytes, string? name, long? size, bool isGlobal)
    {
        while (!bytes.IsEmpty)
        {
            int space = bytes.IndexOf((byte)' ');
            if (space is < 1 or > 9 || !int.TryParse(bytes[..space], NumberStyles.None, null, out int length) || length <= space + 1 || length > bytes.Length || bytes[length - 1] != '\n') throw BadPax();
            var record = bytes[(space + 1)..(length - 1)];
            bytes = bytes[length..];
            int equals = record.IndexOf((byte)'=');
            if (equals < 1) throw BadPax();
            string keyword = Encoding.UTF8.GetString(record[..equals]);
            var value = record[(equals + 1)..]; // of other keywords, any bytes
            if (keyword.StartsWith("GNU.sparse.", StringComparison.Ordinal)) throw new RefusedDataException(DataChecks.TarMember, "plain files and folders", "a sparse file");
            if (keyword is not ("path" or "size" or "linkpath" or "hdrcharset")) continue;
            if (isGlobal || keyword == "hdrcharset") throw new RefusedDataException(DataChecks.TarForm, "name and size of each member in its own header, in UTF-8", $"'{keyword}' elsewhere or otherwise");
            if (keyword == "path") name = Utf8(value);
            if (keyword == "size") size = long.TryParse(value, NumberStyles.None, null, out long stated) ? stated : throw BadPax();
        }
        return (name, size);
    }

    static RefusedDataException BadPax() => new(DataChecks.TarForm, "pax records: length, keyword, value", "another form");

    RefusedDataException Cut() => new(DataChecks.TarForm, "a whole archive, with two blocks of zeros at its end", $"the end after {stream.Position} bytes");

    static string Kind(byte type) => (char)type switch
    {
        '1' => "the hard link", '2' => "the symbolic link", '3' or '4' => "the device", '6' => "the pipe", 'S' => "the sparse file", _ => $"a member of type {type}",
    };

    static string Shown(string name) => name.Length <= 200 ? name : $"{name[..200]}…";

    public void Dispose() => stream.Dispose();
}
