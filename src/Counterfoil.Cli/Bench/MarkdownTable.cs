using System.Text;

namespace Counterfoil.Cli.Bench;

/// <summary>A table of text, in Markdown that is aligned to be read as it is.</summary>
/// <param name="title">What it shows, or null.</param>
/// <param name="columns">The heads. Every column after the first holds numbers where it can, and is aligned right where all of it does.</param>
sealed class MarkdownTable(string? title, params string[] columns)
{
    readonly List<string[]> rows = [];

    /// <summary>Adds a row of one cell per column.</summary>
    public void Add(params string[] cells) => rows.Add(cells.Length == columns.Length ? cells : throw new ArgumentException($"expected {columns.Length} cells, got {cells.Length}", nameof(cells)));

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (title is not null) text.Append(title).Append("\n\n");
        var widths = columns.Select((head, c) => rows.Select(r => r[c].Length).Append(head.Length).Max()).ToArray();
        var numbers = columns.Select((_, c) => c > 0 && rows.All(r => r[c].Length == 0 || char.IsAsciiDigit(r[c][0]) || r[c] == "–")).ToArray();
        Line(text, columns, widths, numbers);
        text.Append('|');
        for (int c = 0; c < columns.Length; c++) text.Append(numbers[c] ? new string('-', widths[c] + 1) + ":" : new string('-', widths[c] + 2)).Append('|');
        text.Append('\n');
        foreach (var row in rows) Line(text, row, widths, numbers);
        return text.ToString();
    }

    static void Line(StringBuilder text, string[] cells, int[] widths, bool[] numbers)
    {
        for (int c = 0; c < cells.Length; c++) text.Append("| ").Append(numbers[c] ? cells[c].PadLeft(widths[c]) : cells[c].PadRight(widths[c])).Append(' ');
        text.Append("|\n");
    }

    /// <summary>Three digits where there are as many.</summary>
    public static string Number(double value) => value switch { >= 100 => value.ToString("N0"), >= 10 => value.ToString("F1"), >= 1 => value.ToString("F2"), _ => value.ToString("F3") };
}
