namespace Counterfoil.Evm.Abi;

/// <summary>The writing half of <see cref="AbiCodec"/>.</summary>
struct AbiEncoder(ReadOnlySpan<byte> prefix)
{
    byte[] buffer = [.. prefix, .. new byte[256]];
    int length = prefix.Length;

    public readonly byte[] ToArray() => buffer[..length];

    // Heads, then the tails of the dynamic elements in order; an offset counts from the start of the heads.
    public void WriteSequence(AbiType type, IReadOnlyList<AbiValue> values)
    {
        if (type is AbiType.Tuple tuple && tuple.Elements.Count != values.Count)
            throw new ArgumentException($"{type} takes {tuple.Elements.Count} values, got {values.Count}");
        if (values.Count == 0) return;
        int start = length, head = Append(checked((int)type.HeadsOf(values.Count)));
        for (int i = 0; i < values.Count; i++)
        {
            var element = type.ElementAt(i);
            if (element.IsDynamic)
            {
                ((UInt256)(length - start)).WriteBigEndian(buffer.AsSpan(head));
                WriteDynamic(element, values[i]);
            }
            else WriteStatic(element, values[i], head);
            head += element.HeadSize;
        }
    }

    void WriteDynamic(AbiType type, AbiValue value)
    {
        switch (type)
        {
            case AbiType.Bytes or AbiType.Text:
                var bytes = value is AbiValue.Blob blob ? blob.Bytes.Span : throw Mismatch(type, value);
                int at = Append(32 + (bytes.Length + 31 & ~31));
                ((UInt256)bytes.Length).WriteBigEndian(buffer.AsSpan(at));
                bytes.CopyTo(buffer.AsSpan(at + 32));
                break;
            case AbiType.Array { Length: null }:
                var items = Items(type, value);
                int count = Append(32); // before the buffer is named: it may move
                ((UInt256)items.Count).WriteBigEndian(buffer.AsSpan(count));
                WriteSequence(type, items);
                break;
            default:
                WriteSequence(type, Items(type, value));
                break;
        }
    }

    readonly void WriteStatic(AbiType type, AbiValue value, int at)
    {
        if (type is AbiType.Array or AbiType.Tuple)
        {
            var items = Items(type, value);
            for (int i = 0; i < items.Count; i++)
            {
                var element = type.ElementAt(i);
                WriteStatic(element, items[i], at);
                at += element.HeadSize;
            }
            return;
        }
        if (value is not AbiValue.Word word || !AbiWord.IsClean(type, word.Value)) throw Mismatch(type, value);
        word.Value.WriteBigEndian(buffer.AsSpan(at));
    }

    static IReadOnlyList<AbiValue> Items(AbiType type, AbiValue value)
    {
        if (value is not AbiValue.Sequence sequence) throw Mismatch(type, value);
        int? wanted = type is AbiType.Array array ? array.Length : ((AbiType.Tuple)type).Elements.Count;
        if (wanted is { } count && count != sequence.Values.Count) throw Mismatch(type, value);
        return sequence.Values;
    }

    int Append(int count)
    {
        int at = length;
        length += count;
        if (length > buffer.Length) Array.Resize(ref buffer, Math.Max(length, buffer.Length * 2));
        return at;
    }

    static ArgumentException Mismatch(AbiType type, AbiValue value) => new($"{value} is not a value of type {type}");
}
