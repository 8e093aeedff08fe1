using System.Buffers.Binary;
using System.Numerics;
using Counterfoil.Data.Compression;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;
using Type = Parquet.Meta.Type;

namespace Counterfoil.Data.Records.Tables;

/// <summary>One column of the row group at hand: values as they are stored, with their levels, and how each is written.</summary>
sealed class ParquetLeaf
{
    readonly Type physical;
    readonly int definition, repetition, scale, length;
    readonly Meaning meaning;
    readonly long perSecond;
    readonly bool isUtc;
    int[] definitions = [], repetitions = [];
    int count, at, value, present, markedAt, markedValue;
    Cell cell = null!;

    enum Meaning { Plain, Unsigned, Text, Decimal, Date, Time, Timestamp, Half }

    /// <summary>Takes the logical type from the schema's element and strips it there.</summary>
    public ParquetLeaf(SchemaElement element, int definition, int repetition)
    {
        (physical, this.definition, this.repetition) = (element.Type!.Value, definition, repetition);
        (meaning, perSecond, isUtc) = MeaningOf(element);
        scale = meaning == Meaning.Decimal ? element.LogicalType?.DECIMAL?.Scale ?? element.Scale ?? 0 : 0;
        if (physical == Type.INT96 || element.ConvertedType == ConvertedType.INTERVAL) throw new RefusedDataException(DataChecks.TableType, "types that Arrow has too", physical == Type.INT96 ? "INT96" : "INTERVAL");
        if (physical == Type.FIXED_LEN_BYTE_ARRAY && element.TypeLength is not > 0) throw new RefusedDataException(DataChecks.ParquetForm, "a fixed length", "none");
        length = element.TypeLength ?? 0;
        (element.LogicalType, element.ConvertedType, element.Scale, element.Precision) = (null, null, null, null);
    }

    public int Definition => definition;

    public int Repetition => repetition;

    public bool IsAtEnd => at == count && value == present;

    public int DefinitionNow => at < count ? definition == 0 ? 0 : definitions[at] : throw Short();

    public int RepetitionNow => at < count ? repetition == 0 ? 0 : repetitions[at] : throw Short();

    static RefusedDataException Short() => new(DataChecks.ParquetForm, "columns of one number of rows", "one that ends before the others");

    public void Mark() => (markedAt, markedValue) = (at, value);

    public void Reset() => (at, value) = (markedAt, markedValue);

    /// <summary>How many elements a list has whose first is at hand.</summary>
    public int CountElements(int level)
    {
        int elements = 1;
        for (int i = at + 1; i < count && repetitions[i] >= level; i++)
            if (repetitions[i] == level) elements++;
        return elements;
    }

    /// <summary>Takes a place that holds no value, because something around it is absent.</summary>
    public void TakeNothing(int level)
    {
        if (DefinitionNow != level || level >= definition) throw new RefusedDataException(DataChecks.ParquetForm, "columns absent together", "one that is there");
        at++;
    }

    /// <summary>Takes the value at hand.</summary>
    public void Write(ref RecordWriter record)
    {
        if (DefinitionNow != definition) throw new RefusedDataException(DataChecks.ParquetForm, "a value where its level says so", "none");
        cell(ref record, value);
        at++;
        value++;
    }

    /// <summary>Decodes a row group's column; one that the decoder does not read, from its pages of version 2.</summary>
    public void Load(ParquetRowGroupReader group, DataField field, int values, ParquetVersion2? second)
    {
        (count, at, value) = (values, 0, 0);
        definitions = new int[definition > 0 ? values : 0];
        repetitions = new int[repetition > 0 ? values : 0];
        switch (physical)
        {
            case Type.BOOLEAN:
                var flags = Read<bool>(group, field, second);
                cell = (ref record, i) => record.Bool(flags[i]);
                break;
            case Type.INT32: cell = Of32(Read<int>(group, field, second)); break;
            case Type.INT64: cell = Of64(Read<long>(group, field, second)); break;
            case Type.FLOAT:
                var singles = Read<float>(group, field, second);
                cell = (ref record, i) => record.Single(singles[i]);
                break;
            case Type.DOUBLE:
                var doubles = Read<double>(group, field, second);
                cell = (ref record, i) => record.Double(doubles[i]);
                break;
            default: cell = OfBytes(Read<ReadOnlyMemory<byte>>(group, field, second)); break;
        }
        present = definition == 0 ? count : definitions.Count(d => d == definition);
        if (repetition > 0 && (repetitions.Any(r => r < 0 || r > repetition) || count > 0 && repetitions[0] != 0) || definitions.Any(d => d < 0 || d > definition))
            throw new RefusedDataException(DataChecks.ParquetForm, $"levels of at most {definition} and {repetition}", "others");
    }

    T[] Read<T>(ParquetRowGroupReader group, DataField field, ParquetVersion2? second) where T : struct
    {
        if (second is not null)
        {
            second.Levels(definitions, definition, repetitions, repetition);
            return second.Values<T>(physical, length);
        }
        var values = new T[count];
        group.ReadRawAsync(field, values.AsMemory(), definition > 0 ? definitions.AsMemory() : default(Memory<int>?), repetition > 0 ? repetitions.AsMemory() : default(Memory<int>?)).AsTask().GetAwaiter().GetResult();
        return values;
    }

    Cell Of32(int[] v) => meaning switch
    {
        Meaning.Unsigned => (ref record, i) => record.Int((uint)v[i]),
        Meaning.Decimal => (ref record, i) => record.Decimal(v[i], scale),
        Meaning.Date => (ref record, i) => record.Date(v[i]),
        Meaning.Time => (ref record, i) => record.Time(v[i], perSecond),
        _ => (ref record, i) => record.Int(v[i]),
    };

    Cell Of64(long[] v) => meaning switch
    {
        Meaning.Unsigned => (ref record, i) => record.Head(0, (ulong)v[i]),
        Meaning.Decimal => (ref record, i) => record.Decimal(v[i], scale),
        Meaning.Time => (ref record, i) => record.Time(v[i], perSecond),
        Meaning.Timestamp => (ref record, i) => record.Timestamp(v[i], perSecond, isUtc),
        _ => (ref record, i) => record.Int(v[i]),
    };

    Cell OfBytes(ReadOnlyMemory<byte>[] v) => meaning switch
    {
        Meaning.Text => (ref record, i) => record.CheckedText(v[i].Span),
        Meaning.Decimal => (ref record, i) => record.Decimal(new BigInteger(v[i].Span, isBigEndian: true), scale),
        Meaning.Half => (ref record, i) => record.Half(BinaryPrimitives.ReadUInt16LittleEndian(v[i].Span)),
        _ => (ref record, i) => record.Bytes(v[i].Span),
    };

    static (Meaning, long, bool) MeaningOf(SchemaElement element)
    {
        var (logical, converted) = (element.LogicalType, element.ConvertedType);
        if (logical?.STRING is not null || logical?.ENUM is not null || logical?.JSON is not null || converted is ConvertedType.UTF8 or ConvertedType.ENUM or ConvertedType.JSON) return (Meaning.Text, 0, false);
        if (logical?.DECIMAL is not null || converted == ConvertedType.DECIMAL) return (Meaning.Decimal, 0, false);
        if (logical?.DATE is not null || converted == ConvertedType.DATE) return (Meaning.Date, 0, false);
        if (logical?.FLOAT16 is not null) return (Meaning.Half, 0, false);
        if (logical?.TIME is { } time) return (Meaning.Time, PerSecond(time.Unit), false);
        if (logical?.TIMESTAMP is { } stamp) return (Meaning.Timestamp, PerSecond(stamp.Unit), stamp.IsAdjustedToUTC);
        if (logical?.INTEGER is { IsSigned: false } || converted is ConvertedType.UINT_8 or ConvertedType.UINT_16 or ConvertedType.UINT_32 or ConvertedType.UINT_64) return (Meaning.Unsigned, 0, false);
        return converted switch
        {
            ConvertedType.TIME_MILLIS => (Meaning.Time, 1000, false),
            ConvertedType.TIME_MICROS => (Meaning.Time, 1_000_000, false),
            ConvertedType.TIMESTAMP_MILLIS => (Meaning.Timestamp, 1000, true), // the older annotation means UTC
            ConvertedType.TIMESTAMP_MICROS => (Meaning.Timestamp, 1_000_000, true),
            _ => (Meaning.Plain, 0, false),
        };
    }

    static long PerSecond(TimeUnit unit) => unit.MILLIS is not null ? 1000 : unit.MICROS is not null ? 1_000_000 : 1_000_000_000;
}
