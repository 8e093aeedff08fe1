using System.Text;
using Counterfoil.Data.Compression;

namespace Counterfoil.Data.Records.Tables;

/// <summary>Writes the value at a place.</summary>
delegate void Cell(ref RecordWriter record, int place);

/// <summary>A map's keys in the order of their encoded bytes, and which of the columns or fields, as they came, each belongs to.</summary>
sealed record Columns(IReadOnlyList<(byte[] Key, int Column)> Keys)
{
    /// <summary>Encodes and orders names.</summary>
    /// <exception cref="RefusedDataException">Two are one, or one is no Unicode.</exception>
    public static Columns Of(IEnumerable<string> names)
    {
        var keys = names.Select((name, i) => (Key: Encoded(name), Column: i)).ToArray();
        Array.Sort(keys, (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        for (int i = 1; i < keys.Length; i++)
            if (keys[i].Key.AsSpan().SequenceEqual(keys[i - 1].Key)) throw new RefusedDataException(DataChecks.TableColumns, "each name once", $"columns {keys[i - 1].Column + 1} and {keys[i].Column + 1} of one name");
        return new(keys);
    }

    static byte[] Encoded(string name)
    {
        var text = Encoding.UTF8.GetBytes(name);
        if (name.Contains('\uFFFD')) throw new RefusedDataException(DataChecks.TableColumns, "names in UTF-8", "others"); // what bytes that are no UTF-8 were read as
        var key = new byte[text.Length + 9];
        var writer = new RecordWriter(key);
        writer.Text(text);
        return key[..writer.Length];
    }

    /// <summary>A map of the values at a place.</summary>
    public void Write(ref RecordWriter record, Cell[] cells, int place)
    {
        record.Head(5, (ulong)Keys.Count);
        foreach (var (key, column) in Keys)
        {
            record.Raw(key);
            cells[column](ref record, place);
        }
    }
}
