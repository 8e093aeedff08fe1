using System.Buffers.Binary;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Records.Tables;

/// <summary>The messages of an Arrow stream or file, as a stream for Arrow's reader: each one's metadata is walked before a byte of it is passed on.</summary>
abstract class ArrowMessages : ReadOnlyStream
{
    /// <summary>Bytes of one message's metadata at most.</summary>
    const int LongestMetadata = 1 << 28;

    const int Schema = 1, DictionaryBatch = 2, RecordBatch = 3;

    byte[] head = [];
    int taken; // of the head
    long body; // bytes of it to come

    /// <summary>Bytes of the object's own that follow where it stands now.</summary>
    protected abstract int Pull(Span<byte> into);

    /// <summary>Goes to the next message, and reads it by <see cref="ReadMessage"/>; null at the end.</summary>
    protected abstract byte[]? Next();

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        if (taken == head.Length && body == 0)
        {
            head = Next() ?? [];
            taken = 0;
        }
        int some;
        if (taken < head.Length)
        {
            some = Math.Min(buffer.Length, head.Length - taken);
            head.AsSpan(taken, some).CopyTo(buffer);
            taken += some;
            return some;
        }
        some = Pull(buffer[..(int)Math.Min(buffer.Length, body)]);
        body -= some;
        return some;
    }

    /// <summary>Reads a message's prefix and metadata from where the object stands; its body follows.</summary>
    /// <param name="kinds">The kinds that may be there.</param>
    /// <returns>Prefix and metadata; null for the mark of the end.</returns>
    /// <exception cref="RefusedDataException">It is none of those messages.</exception>
    protected byte[]? ReadMessage(params ReadOnlySpan<int> kinds)
    {
        Span<byte> prefix = stackalloc byte[8];
        Fill(prefix, "a stream with its end marker");
        int length = BinaryPrimitives.ReadInt32LittleEndian(prefix[4..]);
        if (BinaryPrimitives.ReadInt32LittleEndian(prefix) != -1 || length is < 0 or > LongestMetadata)
            throw new RefusedDataException(DataChecks.ArrowForm, $"0xffffffff and a length of at most {LongestMetadata}", Convert.ToHexStringLower(prefix));
        if (length == 0) return null;
        byte[] message = prefix.ToArray();
        for (int have = 8; have < length + 8;) // by doubling: a length is a claim until its bytes are there
        {
            int next = (int)Math.Min(length + 8L, Math.Max(4096, 2L * have));
            Array.Resize(ref message, next);
            Fill(message.AsSpan(have..next), "a whole message");
            have = next;
        }
        var metadata = new FlatBuffer(message.AsSpan(8), "Message");
        int kind = metadata.Field(metadata.Root, 1) is not 0 and var type ? metadata.U8(type) : 0, header = metadata.Field(metadata.Root, 2);
        if (header == 0 || !kinds.Contains(kind)) throw new RefusedDataException(DataChecks.ArrowForm, "a schema, then dictionaries and batches of records", $"a message of kind {kind}");
        header = metadata.Follow(header);
        if (kind == DictionaryBatch) header = metadata.Field(header, 1) is not 0 and var data ? metadata.Follow(data) : throw new RefusedDataException(DataChecks.ArrowForm, "a dictionary with its values", "none");
        if (kind != Schema) CheckCounts(metadata, header);
        body = metadata.Field(metadata.Root, 3) is not 0 and var at ? metadata.I64(at) : 0;
        return body >= 0 ? message : throw new RefusedDataException(DataChecks.ArrowForm, "a body of no less than nothing", $"{body}");
    }

    /// <summary>Arrow's reader makes room for as many buffers of views as are claimed; they must be there.</summary>
    static void CheckCounts(FlatBuffer metadata, int batch)
    {
        long buffers = metadata.Field(batch, 2) is not 0 and var at ? metadata.Count(metadata.Follow(at)) : 0;
        if (metadata.Field(batch, 4) is not (not 0 and var views)) return;
        views = metadata.Follow(views);
        for (int i = 0; i < metadata.Count(views); i++)
        {
            long count = metadata.I64(views + 4 + 8 * i);
            if (count < 0 || count > buffers) throw new RefusedDataException(DataChecks.ArrowForm, $"views of at most {buffers} buffers", $"{count}");
            buffers -= count;
        }
    }

    void Fill(Span<byte> into, string expected)
    {
        for (int read; !into.IsEmpty; into = into[read..])
            if ((read = Pull(into)) == 0) throw new RefusedDataException(DataChecks.ArrowForm, expected, "the end without");
    }

    /// <summary>The messages of a stream, which must end with its mark and nothing behind it.</summary>
    public sealed class OfStream(DataStream stream) : ArrowMessages
    {
        bool isBegun;

        protected override int Pull(Span<byte> into) => stream.Read(into);

        protected override byte[]? Next()
        {
            byte[]? message = isBegun ? ReadMessage(DictionaryBatch, RecordBatch) : ReadMessage(Schema);
            isBegun = true;
            if (message is null && stream.ReadByte() >= 0) throw new RefusedDataException(DataChecks.ArrowForm, "nothing behind the end marker", "more bytes");
            return message;
        }
    }

    /// <summary>The messages of a file: the schema of its footer, then the dictionaries and the batches that the footer lists, in its order.</summary>
    public sealed class OfFile : ArrowMessages
    {
        static ReadOnlySpan<byte> Magic => "ARROW1"u8;

        readonly Stream file;
        readonly List<(int Kind, long At)> blocks = [];
        readonly byte[] schema;
        int next = -1;

        public OfFile(Stream file)
        {
            this.file = file;
            Span<byte> end = stackalloc byte[10];
            if (file.Length < 8 + end.Length) throw Bad("a file with its footer", $"{file.Length} bytes");
            file.Position = file.Length - end.Length;
            Fill(end, "a file with its footer");
            int length = BinaryPrimitives.ReadInt32LittleEndian(end);
            if (!end[4..].SequenceEqual(Magic) || length <= 0 || length > Math.Min(LongestMetadata, file.Length - 8 - end.Length)) throw Bad("a footer, its length and ARROW1 at the end", Convert.ToHexStringLower(end));
            byte[] footer = new byte[length];
            file.Position = file.Length - end.Length - length;
            Fill(footer, "a whole footer");
            var metadata = new FlatBuffer(footer, "Footer");
            foreach (var (kind, field) in ((int, int)[])[(DictionaryBatch, 2), (RecordBatch, 3)])
            {
                if (metadata.Field(metadata.Root, field) is not (not 0 and var list)) continue;
                list = metadata.Follow(list);
                for (int i = 0; i < metadata.Count(list); i++) blocks.Add((kind, metadata.I64(list + 4 + 24 * i)));
            }
            schema = metadata.Field(metadata.Root, 1) is not 0 and var at ? Message(footer, metadata.Follow(at)) : throw Bad("a footer with its schema", "none");
        }

        /// <summary>The footer's schema as a message: a table Message before the footer's own bytes, whose header is the schema among them.</summary>
        static byte[] Message(ReadOnlySpan<byte> footer, int schema)
        {
            const int Before = 8 + 32, Header = 20;
            byte[] message = new byte[Before + (footer.Length + 7) / 8 * 8];
            BinaryPrimitives.WriteInt32LittleEndian(message, -1);
            BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), message.Length - 8);
            // The root at 16; places of its fields at 4: version at 8, kind of header at 10, header at 4. MetadataVersion.V5 is 4.
            ReadOnlySpan<byte> table = [16, 0, 0, 0, 10, 0, 12, 0, 8, 0, 10, 0, 4, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 4, 0, Schema, 0, 0, 0, 0, 0];
            table.CopyTo(message.AsSpan(8));
            BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8 + Header), 32 + schema - Header);
            footer.CopyTo(message.AsSpan(Before));
            return message;
        }

        protected override int Pull(Span<byte> into) => file.Read(into);

        protected override byte[]? Next()
        {
            if (next++ < 0) return schema;
            if (next > blocks.Count) return null;
            var (kind, at) = blocks[next - 1];
            if (at < 8 || at >= file.Length) throw Bad($"blocks within {file.Length} bytes", $"one at {at}");
            file.Position = at;
            return ReadMessage(kind) ?? throw Bad("a message where the footer says", "the end marker");
        }

        static RefusedDataException Bad(string expected, string found) => new(DataChecks.ArrowForm, expected, found);
    }
}
