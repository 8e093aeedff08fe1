namespace Counterfoil.Data.Records.Tables;

/// <summary>What Parquet's metadata may hold (parquet.thrift): of each structure, which type each field has. A decoder that goes by the field's number alone must meet no other type there.</summary>
sealed class ThriftShape
{
    // Thrift's compact protocol, "Type values"; booleans are 1 and 2.
    public const int Bool = 1, I8 = 3, I16 = 4, I32 = 5, I64 = 6, Double = 7, Binary = 8, List = 9, Struct = 12;

    /// <summary>One field's type, of a list its elements', of a structure its shape.</summary>
    public sealed record Field(int Type, Field? Element = null, ThriftShape? Shape = null);

    /// <summary>number:type of each field; [type] is a list. Fields that are not named are skipped by the decoder, by the type that they say they have.</summary>
    static readonly Dictionary<string, string> Definitions = new()
    {
        ["FileMetaData"] = "1:i32 2:[SchemaElement] 3:i64 4:[RowGroup] 5:[KeyValue] 6:bytes 7:[ColumnOrder] 8:EncryptionAlgorithm 9:bytes",
        ["SchemaElement"] = "1:i32 2:i32 3:i32 4:bytes 5:i32 6:i32 7:i32 8:i32 9:i32 10:LogicalType",
        ["LogicalType"] = "1:Empty 2:Empty 3:Empty 4:Empty 5:Decimal 6:Empty 7:Time 8:Time 10:Integer 11:Empty 12:Empty 13:Empty 14:Empty 15:Empty 16:Variant 17:Geometry 18:Geometry",
        ["Empty"] = "",
        ["Decimal"] = "1:i32 2:i32",
        ["Time"] = "1:bool 2:TimeUnit",
        ["TimeUnit"] = "1:Empty 2:Empty 3:Empty",
        ["Integer"] = "1:i8 2:bool",
        ["Variant"] = "1:i8",
        ["Geometry"] = "1:bytes 2:i32",
        ["RowGroup"] = "1:[ColumnChunk] 2:i64 3:i64 4:[SortingColumn] 5:i64 6:i64 7:i16",
        ["SortingColumn"] = "1:i32 2:bool 3:bool",
        ["ColumnChunk"] = "1:bytes 2:i64 3:ColumnMetaData 4:i64 5:i32 6:i64 7:i32 8:ColumnCryptoMetaData 9:bytes",
        ["ColumnMetaData"] = "1:i32 2:[i32] 3:[bytes] 4:i32 5:i64 6:i64 7:i64 8:[KeyValue] 9:i64 10:i64 11:i64 12:Statistics 13:[PageEncodingStats] 14:i64 15:i32 16:SizeStatistics 17:GeospatialStatistics",
        ["Statistics"] = "1:bytes 2:bytes 3:i64 4:i64 5:bytes 6:bytes 7:bool 8:bool",
        ["PageEncodingStats"] = "1:i32 2:i32 3:i32",
        ["KeyValue"] = "1:bytes 2:bytes",
        ["SizeStatistics"] = "1:i64 2:[i64] 3:[i64]",
        ["GeospatialStatistics"] = "1:BoundingBox 2:[i32]",
        ["BoundingBox"] = "1:double 2:double 3:double 4:double 5:double 6:double 7:double 8:double",
        ["ColumnOrder"] = "1:Empty",
        ["EncryptionAlgorithm"] = "1:AesGcm 2:AesGcm",
        ["AesGcm"] = "1:bytes 2:bytes 3:bool",
        ["ColumnCryptoMetaData"] = "1:Empty 2:ColumnKey",
        ["ColumnKey"] = "1:[bytes] 2:bytes",
        ["PageHeader"] = "1:i32 2:i32 3:i32 4:i32 5:DataPageHeader 6:Empty 7:DictionaryPageHeader 8:DataPageHeaderV2",
        ["DataPageHeader"] = "1:i32 2:i32 3:i32 4:i32 5:Statistics",
        ["DictionaryPageHeader"] = "1:i32 2:i32 3:bool",
        ["DataPageHeaderV2"] = "1:i32 2:i32 3:i32 4:i32 5:i32 6:i32 7:bool 8:Statistics",
    };

    static readonly Dictionary<string, ThriftShape> Made = [];

    readonly Dictionary<int, Field> fields = [];

    /// <summary>The footer of a file.</summary>
    public static ThriftShape FileMetaData { get; } = Of("FileMetaData");

    /// <summary>What precedes a page.</summary>
    public static ThriftShape PageHeader { get; } = Of("PageHeader");

    /// <summary>The field of a number; null for one that is not known.</summary>
    public Field? this[int number] => fields.GetValueOrDefault(number);

    static ThriftShape Of(string name)
    {
        if (Made.TryGetValue(name, out var shape)) return shape;
        Made.Add(name, shape = new());
        foreach (string field in Definitions[name].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = field.Split(':');
            shape.fields.Add(int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), TypeOf(parts[1]));
        }
        return shape;
    }

    static Field TypeOf(string name) => name switch
    {
        ['[', .. var element, ']'] => new(List, TypeOf(element)),
        "bool" => new(Bool),
        "i8" => new(I8),
        "i16" => new(I16),
        "i32" => new(I32),
        "i64" => new(I64),
        "double" => new(Double),
        "bytes" => new(Binary),
        _ => new(Struct, Shape: Of(name)),
    };
}
