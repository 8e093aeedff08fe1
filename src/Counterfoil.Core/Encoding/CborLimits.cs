namespace Counterfoil.Core.Encoding;

/// <summary>What a decoder is willing to look at. Every stranger's document is held to these before anything is allocated for it.</summary>
public sealed record CborLimits
{
    /// <summary>Bytes of the whole document; 64 MiB unless told.</summary>
    public int Bytes { get; init; } = 64 << 20;

    /// <summary>Arrays and maps within one another, at most <see cref="DeepestDepth"/>; 16 unless told.</summary>
    public int Depth { get; init; } = 16;

    /// <summary>Items in the whole document: keys, values, arrays and maps each count one; 1,000,000 unless told.</summary>
    public int Items { get; init; } = 1_000_000;

    /// <summary>The greatest <see cref="Depth"/> there can be: <see cref="CborReader.Skip"/> recurses that deep.</summary>
    public const int DeepestDepth = 64;

    /// <summary>The limits above.</summary>
    public static CborLimits Default { get; } = new();
}

/// <summary>The kinds of item in the subset of CBOR that evidence uses.</summary>
public enum CborKind
{
    /// <summary>No item: the input ended or an earlier read failed.</summary>
    None,
    /// <summary>An integer of at least 0 (major type 0).</summary>
    Unsigned,
    /// <summary>An integer below 0 (major type 1).</summary>
    Negative,
    /// <summary>Bytes (major type 2).</summary>
    Bytes,
    /// <summary>Text in UTF-8 (major type 3).</summary>
    Text,
    /// <summary>An array (major type 4).</summary>
    Array,
    /// <summary>A map (major type 5).</summary>
    Map,
    /// <summary>False or true (simple values 20 and 21).</summary>
    Bool,
    /// <summary>Null (simple value 22).</summary>
    Null,
    /// <summary>Anything else: tags, floats, indefinite lengths, undefined. Refused.</summary>
    Other,
}
