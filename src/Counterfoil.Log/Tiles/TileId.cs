using System.Globalization;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Log.Tiles;

/// <summary>A tile: up to 256 consecutive hashes of one level of the tree.</summary>
/// <remarks>
/// C2SP tlog-tiles. Level 0 holds leaf hashes; each hash of a higher level is the root of a full tile below. A tile fills from
/// the left and never changes what it holds, so a narrower tile is a prefix of a wider one.
/// </remarks>
/// <param name="Level">0 to 7 for sizes below 2⁶³ (the specification allows 63).</param>
/// <param name="Index">The tile's place in its level, from 0.</param>
/// <param name="Width">Hashes in it, 1 to 256; a full tile has 256.</param>
public readonly record struct TileId(int Level, long Index, int Width)
{
    /// <summary>Levels of the tree in one level of tiles.</summary>
    public const int Height = 8;

    /// <summary>Hashes in a full tile.</summary>
    public const int FullWidth = 1 << Height;

    /// <summary>Levels of tiles that a tree below 2⁶³ leaves can have.</summary>
    public const int MaxLevels = 8;

    /// <summary>The tile at <paramref name="index"/> of <paramref name="level"/> as a tree of <paramref name="size"/> leaves has it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Such a tree does not have this tile.</exception>
    public static TileId Of(int level, long index, long size)
    {
        long width = (level < MaxLevels ? size >> (Height * level) : 0) - index * FullWidth;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width, nameof(index));
        return new(level, index, (int)Math.Min(width, FullWidth));
    }

    /// <summary>Whether a tree of <paramref name="size"/> leaves has this tile, at least as wide.</summary>
    public bool IsIn(long size) =>
        Level is >= 0 and < MaxLevels && Index >= 0 && Index <= (size >> (Height * Level)) / FullWidth && Width is >= 1 and <= FullWidth && Width <= (size >> (Height * Level)) - Index * FullWidth;

    /// <summary><c>tile/&lt;level&gt;/&lt;index&gt;[.p/&lt;width&gt;]</c>.</summary>
    public string Path => $"tile/{Level}/{Place}";

    /// <summary><c>tile/entries/&lt;index&gt;[.p/&lt;width&gt;]</c>: the bundle of the entries under a level-0 tile.</summary>
    public string EntriesPath => $"tile/entries/{Place}";

    /// <summary>The index in groups of three digits, without the width: one path for a tile however full.</summary>
    public string IndexPath => Grouped(Index);

    string Place => Width == FullWidth ? IndexPath : $"{IndexPath}.p/{Width}";

    static string Grouped(long index)
    {
        string last = (index % 1000).ToString("000", CultureInfo.InvariantCulture);
        for (index /= 1000; index > 0; index /= 1000) last = $"x{(index % 1000).ToString("000", CultureInfo.InvariantCulture)}/{last}";
        return last;
    }

    /// <summary>Reads a path that a stranger asks for: a tile's, or with <paramref name="entries"/> true on return, an entry bundle's.</summary>
    public static Verdict Parse(string? path, out TileId tile, out bool entries)
    {
        tile = default;
        entries = false;
        var rejected = Verdict.Reject(LogChecks.TilePath, "tile/<level or entries>/<index>[.p/<width>]", path is { Length: <= 80 } ? $"\"{path}\"" : "another path");
        if (path is null || path.Length > 80 || path.Split('/') is not ["tile", var level, .. { Length: > 0 } rest]) return rejected;
        entries = level == "entries";
        int levelNumber = 0;
        if (!entries && (!int.TryParse(level, NumberStyles.None, CultureInfo.InvariantCulture, out levelNumber) || levelNumber > 63)) return rejected;
        int width = FullWidth;
        if (rest.Length > 1 && rest[^2].EndsWith(".p", StringComparison.Ordinal))
        {
            if (!int.TryParse(rest[^1], NumberStyles.None, CultureInfo.InvariantCulture, out width) || width is < 1 or >= FullWidth) return rejected;
            rest = [.. rest[..^2], rest[^2][..^2]];
        }
        long index = 0;
        foreach (string group in rest)
        {
            if (!int.TryParse(group.AsSpan(group.StartsWith('x') ? 1 : 0), NumberStyles.None, CultureInfo.InvariantCulture, out int digits) || digits > 999
                || index > long.MaxValue / 1000 - 1) return rejected;
            index = index * 1000 + digits;
        }
        tile = new TileId(levelNumber, index, width);
        // One spelling: leading zeros and groups are as we would write them.
        return (entries ? tile.EntriesPath : tile.Path) == path ? Verdict.Accept : rejected;
    }
}
