using System.Net;
using System.Text;

namespace Counterfoil.Data.Exports.TrainingSummary;

/// <summary>Writes a summary as one HTML page that needs nothing else: to read on a screen, and to print.</summary>
public static class SummaryHtml
{
    const string Style = """
        :root { --ink: #16191d; --soft: #56606b; --line: #d9dde2; --committed: #0b6b3a; --provider: #7a5200; --absent: #6b6f76; --paper: #fff; --tint: #f5f7f9; color-scheme: light dark; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a4adb7; --line: #363c43; --committed: #6fcf97; --provider: #e5b567; --absent: #9aa0a6; --paper: #15181b; --tint: #1d2125; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 "Source Sans 3", "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
        main { max-width: 64rem; margin: 0 auto; padding: 3rem 1.5rem 4rem; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; text-wrap: balance; }
        h2 { font-size: 1.35rem; margin: 3rem 0 .2rem; padding-bottom: .3rem; border-bottom: 2px solid var(--ink); break-after: avoid; }
        h3 { font-size: 1.05rem; margin: 1.8rem 0 .3rem; break-after: avoid; }
        .about { color: var(--soft); margin: 0; max-width: 46rem; }
        .tally { display: flex; flex-wrap: wrap; gap: .6rem 2rem; margin: 1.6rem 0 0; padding: .9rem 1.1rem; background: var(--tint); border-radius: .4rem; }
        .tally b { font-size: 1.25rem; font-variant-numeric: tabular-nums; margin-right: .35rem; }
        dl { margin: 0; }
        .field { display: grid; grid-template-columns: 3.5rem 13rem 1fr; gap: .2rem 1rem; padding: .7rem 0; border-top: 1px solid var(--line); break-inside: avoid; }
        .field:first-child { border-top: 0; }
        .number { color: var(--soft); font-variant-numeric: tabular-nums; }
        dt { font-weight: 600; }
        dd { margin: 0 0 .6rem; overflow-wrap: anywhere; }
        dd:last-child { margin-bottom: 0; }
        .kind { display: inline-block; font-size: .72rem; letter-spacing: .03em; font-weight: 600; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .55rem; margin-right: .4rem; white-space: nowrap; }
        .committed .kind { color: var(--committed); } .provider .kind { color: var(--provider); } .absent { color: var(--absent); } .absent .kind { color: var(--absent); }
        .places { display: block; font: .68rem/1.55 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; color: var(--soft); margin-top: .2rem; }
        .places span { display: block; }
        footer { margin-top: 3rem; padding-top: .8rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; }
        @media (max-width: 44rem) { .field { grid-template-columns: 3.4rem 1fr; } .field > div { grid-column: 2; } }
        @media print { :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --tint: #f2f2f2; --committed: #0b6b3a; --provider: #7a5200; --absent: #555; } body { font-size: 10pt; } main { max-width: none; padding: 0; } @page { size: A4; margin: 18mm 16mm; } }
        """;

    /// <summary>The page.</summary>
    public static string Write(FilledSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Append($"<title>Summary of training content: {Text(summary.Title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<main>\n");
        html.Append($"<h1>Summary of training content<br>{Text(summary.Title)}</h1>\n");
        html.Append("<p class=\"about\">For Article 53(1)(d) of Regulation (EU) 2024/1689, by the sections of the European Commission’s template of 24 July 2025. What stands here as committed is in a signed statement; the digest below it names that statement, and the part after # the place in it.</p>\n");
        html.Append("<div class=\"tally\">");
        foreach (var kind in (SummaryEvidence[])[SummaryEvidence.Committed, SummaryEvidence.Provider, SummaryEvidence.NotStated])
            html.Append($"<span><b>{summary.Count(kind)}</b>{Described(kind)}</span>");
        html.Append("</div>\n");
        foreach (var (number, title) in SummaryTemplate.Sections)
        {
            bool isChapter = !number.Contains('.', StringComparison.Ordinal);
            html.Append(isChapter ? $"<h2>{number} {Text(title)}</h2>\n" : $"<h3>{number} {Text(title)}</h3>\n<dl>\n");
            if (isChapter) continue;
            foreach (var field in summary.Fields.Where(f => f.Field.Section == number)) Field(html, field);
            html.Append("</dl>\n");
        }
        html.Append($"<footer>Filled by {Text(summary.Tool)}. A commitment proves that data is what was committed, not that it is licensed or lawful; what the provider states is its own word.</footer>\n</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    static void Field(StringBuilder html, FilledField field)
    {
        html.Append($"<div class=\"field\"><span class=\"number\">{field.Field.Number}</span><dt>{Text(field.Field.Title)}</dt><div>");
        foreach (var statement in field.Statements)
        {
            string kind = statement.Evidence switch { SummaryEvidence.Committed => "committed", SummaryEvidence.Provider => "provider", _ => "absent" };
            html.Append($"<dd class=\"{kind}\">");
            if (statement.Evidence != SummaryEvidence.NotStated) html.Append($"<span class=\"kind\">{Text(FilledSummary.Word(statement.Evidence))}</span>");
            html.Append(Text(statement.Text));
            if (!statement.Places.IsEmpty) html.Append($"<span class=\"places\">{string.Concat(statement.Places.Select(p => $"<span>{Text(p)}</span>"))}</span>");
            html.Append("</dd>");
        }
        html.Append("</div></div>\n");
    }

    static string Described(SummaryEvidence kind) => kind switch
    {
        SummaryEvidence.Committed => "fields rest on a signed commitment",
        SummaryEvidence.Provider => "on the provider’s word alone",
        _ => "are not stated by the provider",
    };

    static string Text(string text) => WebUtility.HtmlEncode(text);
}
