using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Records.Tables;

/// <summary>How each array of Arrow is written as CBOR. What Parquet cannot say (durations, intervals, unions, runs, views of lists) is refused, so that a table has the same records in both.</summary>
static class ArrowCells
{
    const int Deepest = 32;

    /// <summary>The cell of an array.</summary>
    /// <exception cref="RefusedDataException">The type is none that a record can hold.</exception>
    public static Cell Of(IArrowArray array, int depth = 0)
    {
        if (depth == Deepest) throw new RefusedDataException(DataChecks.TableType, $"types of at most {Deepest} levels", "more");
        if (array is NullArray) return (ref record, _) => record.Null();
        var cell = array switch
        {
            BooleanArray a => (ref record, i) => record.Bool(a.GetValue(i)!.Value),
            Int8Array a => (ref record, i) => record.Int(a.Values[i]),
            Int16Array a => (ref record, i) => record.Int(a.Values[i]),
            Int32Array a => (ref record, i) => record.Int(a.Values[i]),
            Int64Array a => (ref record, i) => record.Int(a.Values[i]),
            UInt8Array a => (ref record, i) => record.Int(a.Values[i]),
            UInt16Array a => (ref record, i) => record.Int(a.Values[i]),
            UInt32Array a => (ref record, i) => record.Int(a.Values[i]),
            UInt64Array a => (ref record, i) => record.Head(0, a.Values[i]),
            HalfFloatArray a => (ref record, i) => record.Half(BitConverter.HalfToUInt16Bits(a.Values[i])),
            FloatArray a => (ref record, i) => record.Single(a.Values[i]),
            DoubleArray a => (ref record, i) => record.Double(a.Values[i]),
            StringArray a => (ref record, i) => record.CheckedText(a.GetBytes(i)),
            LargeStringArray a => (ref record, i) => record.CheckedText(a.GetBytes(i)),
            StringViewArray a => (ref record, i) => record.CheckedText(a.GetBytes(i)),
            BinaryArray a => (ref record, i) => record.Bytes(a.GetBytes(i)),
            LargeBinaryArray a => (ref record, i) => record.Bytes(a.GetBytes(i)),
            BinaryViewArray a => (ref record, i) => record.Bytes(a.GetBytes(i)),
            Decimal32Array a => Decimal(a, a.Scale),
            Decimal64Array a => Decimal(a, a.Scale),
            Decimal128Array a => Decimal(a, a.Scale),
            Decimal256Array a => Decimal(a, a.Scale),
            FixedSizeBinaryArray a => (ref record, i) => record.Bytes(a.GetBytes(i)),
            Date32Array a => (ref record, i) => record.Date(a.Values[i]),
            Date64Array a => (ref record, i) => record.Date(a.Values[i] % 86_400_000 == 0 ? a.Values[i] / 86_400_000 : throw new RefusedDataException(DataChecks.TableValue, "whole days", $"{a.Values[i]} ms")),
            Time32Array a when PerSecond(a) is var unit => (ref record, i) => record.Time(a.Values[i], unit),
            Time64Array a when PerSecond(a) is var unit => (ref record, i) => record.Time(a.Values[i], unit),
            TimestampArray a when (PerSecond(a), !string.IsNullOrEmpty(((TimestampType)a.Data.DataType).Timezone)) is var (unit, isUtc) => (ref record, i) => record.Timestamp(a.Values[i], unit, isUtc),
            MapArray a => Map(a, depth),
            ListArray a when (a, Of(a.Values, depth + 1)) is var (list, item) => (ref record, i) => List(ref record, item, list.Values.Length, list.ValueOffsets[i], list.ValueOffsets[i + 1]),
            LargeListArray a when (a, Of(a.Values, depth + 1)) is var (list, item) => (ref record, i) => List(ref record, item, list.Values.Length, list.ValueOffsets[i], list.ValueOffsets[i + 1]),
            FixedSizeListArray a when (((FixedSizeListType)a.Data.DataType).ListSize, Of(a.Values, depth + 1)) is var (size, item) => (ref record, i) => List(ref record, item, a.Values.Length, (long)i * size, (i + 1L) * size),
            StructArray a => Struct(a, depth),
            DictionaryArray a => Dictionary(a, depth),
            _ => (Cell)(array.Data.DataType.TypeId switch { var type => throw new RefusedDataException(DataChecks.TableType, "types that Parquet has too", $"{type}") }),
        };
        return (ref record, i) =>
        {
            if (array.IsNull(i)) record.Null();
            else cell(ref record, i);
        };
    }

    static long PerSecond(IArrowArray array) => ((TimeBasedType)array.Data.DataType).Unit switch
    {
        TimeUnit.Second => 1, TimeUnit.Millisecond => 1000, TimeUnit.Microsecond => 1_000_000, _ => 1_000_000_000,
    };

    static Cell Decimal(FixedSizeBinaryArray array, int scale) => (ref record, i) => record.Decimal(new BigInteger(array.GetBytes(i)), scale);

    static void List(ref RecordWriter record, Cell item, long length, long from, long to)
    {
        if (from < 0 || to < from || to > length) throw new RefusedDataException(DataChecks.ArrowForm, $"a list within {length} values", $"{from} … {to}");
        record.Head(4, (ulong)(to - from));
        for (long i = from; i < to && record.Fits; i++) item(ref record, (int)i);
    }

    static Cell Map(MapArray array, int depth)
    {
        var (key, value) = (Of(array.Keys, depth + 1), Of(array.Values, depth + 1));
        long length = Math.Min(array.Keys.Length, array.Values.Length);
        Cell pair = (ref record, i) =>
        {
            record.Head(4, 2);
            key(ref record, i);
            value(ref record, i);
        };
        return (ref record, i) => List(ref record, pair, length, array.ValueOffsets[i], array.ValueOffsets[i + 1]);
    }

    static Cell Struct(StructArray array, int depth)
    {
        var columns = Columns.Of(((StructType)array.Data.DataType).Fields.Select(f => f.Name));
        Cell[] cells = [.. array.Fields.Select(f => f.Length >= array.Length ? Of(f, depth + 1) : throw new RefusedDataException(DataChecks.ArrowForm, "fields as long as their structure", "shorter"))];
        return (ref record, i) => columns.Write(ref record, cells, i);
    }

    static Cell Dictionary(DictionaryArray array, int depth)
    {
        var (values, length) = (Of(array.Dictionary, depth + 1), array.Dictionary.Length);
        Func<int, long> index = array.Indices switch
        {
            Int8Array a => i => a.Values[i], Int16Array a => i => a.Values[i], Int32Array a => i => a.Values[i], Int64Array a => i => a.Values[i],
            UInt8Array a => i => a.Values[i], UInt16Array a => i => a.Values[i], UInt32Array a => i => a.Values[i], UInt64Array a => i => (long)Math.Min(a.Values[i], long.MaxValue),
            _ => throw new RefusedDataException(DataChecks.ArrowForm, "integers as indices", "another type"),
        };
        return (ref record, i) =>
        {
            long at = index(i);
            if (at < 0 || at >= length) throw new RefusedDataException(DataChecks.ArrowForm, $"an index below {length}", $"{at}");
            values(ref record, (int)at);
        };
    }
}
