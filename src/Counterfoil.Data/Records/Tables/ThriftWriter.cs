namespace Counterfoil.Data.Records.Tables;

/// <summary>Writes structures in Thrift's compact protocol: fields in the order of their numbers.</summary>
sealed class ThriftWriter(Stream output)
{
    readonly Stack<int> outer = new();
    int last;

    public void I32(int field, int value) => Field(field, ThriftShape.I32, value);

    public void I64(int field, long value) => Field(field, ThriftShape.I64, value);

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Head(field, ThriftShape.Binary);
        RawBytes(value);
    }

    /// <summary>Begins a structure that is a field.</summary>
    public void Begin(int field)
    {
        Head(field, ThriftShape.Struct);
        BeginElement();
    }

    /// <summary>Begins a structure that is an element of a list.</summary>
    public void BeginElement()
    {
        outer.Push(last);
        last = 0;
    }

    /// <summary>Begins a list of fewer than fifteen elements, which follow.</summary>
    public void BeginList(int field, int type, int count)
    {
        Head(field, ThriftShape.List);
        output.WriteByte((byte)(count << 4 | type));
    }

    /// <summary>Ends the structure at hand.</summary>
    public void End()
    {
        output.WriteByte(0);
        last = outer.Count > 0 ? outer.Pop() : 0;
    }

    /// <summary>A number that is an element.</summary>
    public void Number(long value) => Varint((ulong)(value << 1 ^ value >> 63));

    /// <summary>Bytes that are an element.</summary>
    public void RawBytes(ReadOnlySpan<byte> value)
    {
        Varint((ulong)value.Length);
        output.Write(value);
    }

    void Field(int field, int type, long value)
    {
        Head(field, type);
        Number(value);
    }

    void Head(int field, int type)
    {
        output.WriteByte((byte)(field - last << 4 | type));
        last = field;
    }

    void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) output.WriteByte((byte)(value | 0x80));
        output.WriteByte((byte)value);
    }
}
