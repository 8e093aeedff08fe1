using Counterfoil.Data.Exports.TrainingSummary;
using PdfSharp.Drawing;
using PdfSharp.Fonts;
using PdfSharp.Pdf;

namespace Counterfoil.Cli.Data;

/// <summary>Sets a summary on A4 pages, by PDFsharp; the machine's fonts are embedded.</summary>
sealed class SummaryPdf : IDisposable
{
    const double Left = 48, Right = 547, Top = 54, Bottom = 780, NumberColumn = 48, TitleColumn = 90, TextColumn = 222;
    static readonly XBrush Ink = Colour(0x16191d), Soft = Colour(0x56606b), Committed = Colour(0x0b6b3a), Provider = Colour(0x7a5200), Absent = Colour(0x6b6f76);
    readonly PdfDocument document = new();
    readonly XFont body, bold, heading, chapter, title, small;
    XGraphics page = null!;
    double y;

    SummaryPdf()
    {
        GlobalFontSettings.FontResolver ??= new MachineFonts();
        (body, bold, small) = (Font(9), Font(9, XFontStyleEx.Bold), new XFont(MachineFonts.Mono, 6.2));
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
        document.Info.Title = $"Summary of training content: {summary.Title}";
        document.Info.Creator = summary.Tool;
        NewPage();
        Text("Summary of training content", title, Ink, Left, Right, 25);
        Text(summary.Title, title, Ink, Left, Right, 25);
        y += 6;
        Text("For Article 53(1)(d) of Regulation (EU) 2024/1689, by the sections of the European Commission's template of 24 July 2025. What stands here as committed is in a signed statement; the digest below it names that statement, and the part after # the place in it.", body, Soft, Left, Right - 60, 13);
        y += 6;
        Text($"{summary.Count(SummaryEvidence.Committed)} fields rest on a signed commitment, {summary.Count(SummaryEvidence.Provider)} on the provider's word alone, {summary.Count(SummaryEvidence.NotStated)} are not stated by the provider.", bold, Ink, Left, Right, 13);
        foreach (var (number, name) in SummaryTemplate.Sections)
        {
            bool isChapter = !number.Contains('.', StringComparison.Ordinal);
            y += isChapter ? 16 : 12;
            // A heading does not stand alone at a page's foot.
            if (y > Bottom - 90) NewPage();
            Text($"{number}  {name}", isChapter ? chapter : heading, Ink, Left, Right, isChapter ? 18 : 14);
            if (!isChapter) foreach (var field in summary.Fields.Where(f => f.Field.Section == number)) Field(field);
            else Rule(Ink);
        }
        y += 14;
        Text($"Filled by {summary.Tool}. A commitment proves that data is what was committed, not that it is licensed or lawful; what the provider states is its own word.", body, Soft, Left, Right, 13);
        page.Dispose();
        Foot();
    }

    void Field(FilledField field)
    {
        double height = field.Statements.Sum(s => 13 * Lines(s.Text, body, Right - TextColumn).Count + 9 * s.Places.Length + 4);
        height = Math.Max(height, 13 * Lines(field.Field.Title, bold, TextColumn - TitleColumn - 10).Count);
        if (y + height + 8 > Bottom && height < Bottom - Top) NewPage();
        Rule(Absent, 0.3);
        double begin = y, page0 = document.PageCount;
        Text(field.Field.Number, body, Soft, NumberColumn, TitleColumn, 13);
        y = begin;
        Text(field.Field.Title, bold, Ink, TitleColumn, TextColumn - 10, 13);
        double afterTitle = y;
        y = begin;
        foreach (var statement in field.Statements)
        {
            var (word, brush) = statement.Evidence switch { SummaryEvidence.Committed => ("committed", Committed), SummaryEvidence.Provider => ("provider", Provider), _ => ("", Absent) };
            Text(word.Length == 0 ? statement.Text : $"{word}: {statement.Text}", body, brush, TextColumn, Right, 13);
            foreach (string place in statement.Places) Text(place, small, Soft, TextColumn, Right, 9);
            y += 4;
        }
        if (document.PageCount == (int)page0) y = Math.Max(y, afterTitle);
    }

    void Text(string text, XFont font, XBrush brush, double from, double to, double leading)
    {
        foreach (string line in Lines(text, font, to - from))
        {
            if (y + leading > Bottom) NewPage();
            page.DrawString(line, font, brush, new XPoint(from, y + leading * 0.75));
            y += leading;
        }
    }

    /// <summary>Words in lines; a word that is wider than a line, a digest say, is cut where it must be.</summary>
    List<string> Lines(string text, XFont font, double width)
    {
        var lines = new List<string>();
        string line = "";
        foreach (string whole in text.Split(' '))
        {
            string word = whole;
            while (page.MeasureString(word, font).Width > width)
            {
                int fits = word.Length - 1;
                while (fits > 1 && page.MeasureString(word[..fits], font).Width > width) fits--;
                if (line.Length > 0) lines.Add(line);
                (line, word) = (word[..fits], word[fits..]);
                lines.Add(line);
                line = "";
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
        return lines;
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
