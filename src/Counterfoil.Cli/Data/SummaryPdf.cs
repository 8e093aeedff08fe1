using Counterfoil.Data.Exports.TrainingSummary;
using PdfSharp.Drawing;
using PdfSharp.Fonts;
using PdfSharp.Pdf;

namespace Counterfoil.Cli.Data;

/// <summary>Sets a summary on A4 pages, by PDFsharp; the machine's fonts are embedded.</summary>
sealed class SummaryPdf : IDisposable
{
    const double Left = 48, Right = 547, Top = 54, Bottom = 780, TextColumn = 96;
    static readonly XBrush Ink = Colour(0x16191d), Soft = Colour(0x56606b), Committed = Colour(0x0b6b3a), Provider = Colour(0x7a5200), Absent = Colour(0x6b6f76), Missing = Colour(0xa3261d);
    readonly PdfDocument document = new();
    readonly XFont body, bold, heading, chapter, title, small;
    XGraphics page = null!;
    double y;

    SummaryPdf()
    {
        GlobalFontSettings.FontResolver ??= new MachineFonts();
        (body, bold, small) = (Font(9), Font(9, XFontStyleEx.Bold), new XFont(MachineFonts.Mono, 6.4));
        (heading, chapter, title) = (Font(10.5, XFontStyleEx.Bold), Font(13.5, XFontStyleEx.Bold), Font(19, XFontStyleEx.Bold));
    }

    /// <summary>The document.</summary>
    public static byte[] Write(FilledSummary summary)
    {
        using var setter = new SummaryPdf();
        setter.Set(summary);
        using var bytes = new MemoryStream();
        setter.document.Save(bytes, closeStream: false);
        return bytes.ToArray();
    }

    void Set(FilledSummary summary)
    {
        document.Info.Title = $"Public summary of training content: {summary.Title}";
        document.Info.Creator = summary.Tool;
        NewPage();
        Text("Public summary of training content", title, Ink, Left, Right, 25);
        Text(summary.Title, title, Ink, Left, Right, 25);
        y += 6;
        Text(SummaryHtml.Purpose, body, Soft, Left, Right - 60, 13);
        y += 6;
        Text($"Of {summary.Fields.Length} fields: {string.Join(", ", SummaryHtml.Tally(summary).Select(t => $"{t.Count} {t.What}"))}.", bold, Ink, Left, Right, 13);
        y += 6;
        foreach (var (number, name) in SummaryTemplate.Sections)
        {
            var fields = summary.Fields.Where(f => f.Field.Section == number).ToList();
            if (number != "0") Heading(number, name, fields.FirstOrDefault());
            foreach (var field in fields) Field(field);
        }
        y += 14;
        Text(SummaryHtml.Closing(summary), body, Soft, Left, Right, 13);
        page.Dispose();
        Foot();
    }

    /// <summary>A heading does not stand alone at a page's foot: it goes where its first field begins.</summary>
    void Heading(string number, string name, FilledField? first)
    {
        int depth = number.Count(c => c == '.');
        var (font, leading, before) = depth switch { 0 => (chapter, 18.0, 16.0), 1 => (heading, 14.0, 12.0), _ => (bold, 13.0, 8.0) };
        double needed = before + leading * Lines($"{number}  {name}", font, Right - Left).Count + (first is null ? 110 : 24 + 13 * Lines(first.Field.Title, bold, Right - TextColumn).Count + Height(first.Statements[0]));
        if (y + Math.Min(needed, 260) > Bottom) NewPage();
        else y += before;
        Text($"{number}  {name}", font, Ink, Left, Right, leading);
        if (depth == 0) Rule(Ink);
    }

    void Field(FilledField field)
    {
        // A title stays with the first thing said under it, and what is said with its places, as far as a page allows.
        double begin = 13 * Lines(field.Field.Title, bold, Right - TextColumn).Count + 8 + Height(field.Statements[0]);
        if (y + begin > Bottom && begin < Bottom - Top) NewPage();
        Rule(Absent, 0.3);
        page.DrawString(field.Field.Number, body, Soft, new XPoint(Left, y + 13 * 0.75));
        Text(field.Field.Title, bold, Ink, TextColumn, Right, 13);
        foreach (var statement in field.Statements)
        {
            double height = Height(statement);
            if (y + height > Bottom && height < Bottom - Top) NewPage();
            var brush = statement.Evidence switch { SummaryEvidence.Committed => Committed, SummaryEvidence.Provider => Provider, _ => field.IsMissing ? Missing : Absent };
            Text(Worded(statement), body, brush, TextColumn, Right, 13);
            foreach (string place in statement.Places) Text(place, small, Soft, TextColumn, Right, 9);
            y += 4;
        }
    }

    static string Worded(SummaryStatement statement) =>
        statement.Evidence is SummaryEvidence.Committed or SummaryEvidence.Provider ? $"{FilledSummary.Word(statement.Evidence)}: {statement.Text}" : statement.Text;

    double Height(SummaryStatement statement) => 13 * Lines(Worded(statement), body, Right - TextColumn).Count + 9 * statement.Places.Sum(p => Lines(p, small, Right - TextColumn).Count) + 4;

    void Text(string text, XFont font, XBrush brush, double from, double to, double leading)
    {
        foreach (string line in Lines(text, font, to - from))
        {
            if (y + leading > Bottom) NewPage();
            page.DrawString(line, font, brush, new XPoint(from, y + leading * 0.75));
            y += leading;
        }
    }

    /// <summary>Words in lines; a word that is wider than a line, a digest say, goes on in the next. Lines of the text stay lines.</summary>
    List<string> Lines(string text, XFont font, double width)
    {
        var lines = new List<string>();
        foreach (string paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            string line = "";
            foreach (string whole in paragraph.Replace('\t', ' ').Split(' '))
            {
                string word = whole;
                while (page.MeasureString(word, font).Width > width)
                {
                    if (line.Length > 0) lines.Add(line);
                    line = "";
                    int fits = Fitting(word, font, width);
                    lines.Add(word[..fits]);
                    word = word[fits..];
                }
                string longer = line.Length == 0 ? word : $"{line} {word}";
                if (page.MeasureString(longer, font).Width <= width) line = longer;
                else
                {
                    lines.Add(line);
                    line = word;
                }
            }
            lines.Add(line);
        }
        return lines;
    }

    /// <summary>How many characters of a word fit: at least one, and no half of a pair.</summary>
    int Fitting(string word, XFont font, double width)
    {
        int fits = 1;
        while (fits < word.Length && page.MeasureString(word[..(fits + 1)], font).Width <= width) fits++;
        return fits > 1 && char.IsHighSurrogate(word[fits - 1]) ? fits - 1 : char.IsHighSurrogate(word[0]) && fits == 1 ? Math.Min(2, word.Length) : fits;
    }

    void Rule(XBrush brush, double width = 0.9)
    {
        page.DrawLine(new XPen(((XSolidBrush)brush).Color, width), Left, y + 2, Right, y + 2);
        y += 6;
    }

    void NewPage()
    {
        page?.Dispose();
        var added = document.AddPage();
        added.Size = PdfSharp.PageSize.A4;
        page = XGraphics.FromPdfPage(added);
        y = Top;
    }

    void Foot()
    {
        for (int i = 0; i < document.PageCount; i++)
        {
            using var on = XGraphics.FromPdfPage(document.Pages[i], XGraphicsPdfPageOptions.Append);
            on.DrawString($"{i + 1} / {document.PageCount}", body, Soft, new XRect(Left, 800, Right - Left, 14), XStringFormats.TopRight);
        }
    }

    static XFont Font(double size, XFontStyleEx style = XFontStyleEx.Regular) => new(MachineFonts.Sans, size, style);

    static XSolidBrush Colour(int rgb) => new(XColor.FromArgb(unchecked((int)0xff000000) | rgb));

    public void Dispose() => document.Dispose();
}

/// <summary>Finds a sans-serif and a monospaced font among those of the machine: Latin, Greek and Cyrillic, so that every language of the Union can be set.</summary>
sealed class MachineFonts : IFontResolver
{
    public const string Sans = "sans", Mono = "mono";

    static readonly string[] Folders =
    [
        "/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts", Environment.GetFolderPath(Environment.SpecialFolder.Fonts),
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".fonts"), Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "fonts"),
    ];

    static readonly Dictionary<string, string[]> Files = new()
    {
        ["sans"] = ["NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "DejaVuSans.ttf", "arial.ttf", "Arial.ttf"],
        ["sans-bold"] = ["NotoSans-Bold.ttf", "LiberationSans-Bold.ttf", "DejaVuSans-Bold.ttf", "arialbd.ttf", "Arial Bold.ttf"],
        ["mono"] = ["NotoSansMono-Regular.ttf", "LiberationMono-Regular.ttf", "DejaVuSansMono.ttf", "consola.ttf", "Courier New.ttf"],
    };

    public FontResolverInfo? ResolveTypeface(string familyName, bool bold, bool italic) => new(familyName == Mono ? "mono" : bold ? "sans-bold" : "sans");

    public byte[]? GetFont(string faceName)
    {
        foreach (string name in Files[faceName])
            foreach (string folder in Folders)
                if (folder.Length > 0 && Directory.Exists(folder) && Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories).FirstOrDefault() is { } found) return File.ReadAllBytes(found);
        throw new UsageException($"there is none of the fonts {string.Join(", ", Files[faceName])} on this machine", "install Debian's fonts-dejavu-core or fonts-noto-core, or take --html and print it");
    }
}
