using System.Net;
using System.Text;

namespace Counterfoil.Data.Exports.TrainingSummary;

/// <summary>Writes a summary as one HTML page that needs nothing else: to read on a screen, and to print.</summary>
public static class SummaryHtml
{
    const string Style = """
        :root { --ink: #16191d; --soft: #56606b; --line: #d9dde2; --committed: #0b6b3a; --provider: #7a5200; --absent: #6b6f76; --missing: #a3261d; --paper: #fff; --tint: #f5f7f9; color-scheme: light dark; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a4adb7; --line: #363c43; --committed: #6fcf97; --provider: #e5b567; --absent: #9aa0a6; --missing: #ff8a80; --paper: #15181b; --tint: #1d2125; } }
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
        .field { position: relative; padding: .8rem 0 .7rem 5rem; border-top: 1px solid var(--line); }
        .field:first-child { border-top: 0; }
        .number { position: absolute; left: 0; top: .8rem; font-weight: 400; color: var(--soft); font-variant-numeric: tabular-nums; }
        dt { font-weight: 600; break-after: avoid; max-width: 46rem; }
        dt small { font-weight: 400; color: var(--soft); margin-left: .4rem; white-space: nowrap; }
        dd { margin: .35rem 0 0; overflow-wrap: anywhere; white-space: pre-line; break-inside: avoid; }
        .kind { display: inline-block; font-size: .72rem; letter-spacing: .03em; font-weight: 600; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .55rem; margin-right: .4rem; white-space: nowrap; }
        .committed .kind { color: var(--committed); } .provider .kind { color: var(--provider); } .absent { color: var(--absent); } .absent .kind { color: var(--absent); }
        .missing { color: var(--missing); font-weight: 600; }
        .places { display: block; font: .68rem/1.55 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; color: var(--soft); margin-top: .2rem; }
        .places span { display: block; }
        footer { margin-top: 3rem; padding-top: .8rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; }
        .tally .missing b { color: inherit; }
        h4 { font-size: .98rem; margin: 1.4rem 0 .2rem; break-after: avoid; }
        @media (max-width: 30rem) { .field { padding-left: 0; } .number { position: static; display: block; } }
        @media print { :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --tint: #f2f2f2; --committed: #0b6b3a; --provider: #7a5200; --absent: #555; --missing: #a3261d; } body { font-size: 10pt; } main { max-width: none; padding: 0; } @page { size: A4; margin: 18mm 16mm; } }
        """;

    /// <summary>The page.</summary>
    public static string Write(FilledSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Append($"<title>Public summary of training content: {Text(summary.Title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<main>\n");
        html.Append($"<h1>Public summary of training content<br>{Text(summary.Title)}</h1>\n");
        html.Append($"<p class=\"about\">{Text(Purpose)}</p>\n");
        html.Append("<div class=\"tally\">");
        foreach (var (count, what, isMissing) in Tally(summary)) html.Append($"<span{(isMissing ? " class=\"missing\"" : "")}><b>{count}</b>{Text(what)}</span>");
        html.Append("</div>\n");
        foreach (var (number, title) in SummaryTemplate.Sections)
        {
            int level = 2 + number.Count(c => c == '.');
            if (number != "0") html.Append($"<h{level}>{number} {Text(title)}</h{level}>\n");
            var fields = summary.Fields.Where(f => f.Field.Section == number).ToList();
            if (fields.Count == 0) continue;
            html.Append("<dl>\n");
            foreach (var field in fields) Field(html, field);
            html.Append("</dl>\n");
        }
        html.Append($"<footer>{Text(Closing(summary))}</footer>\n</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    /// <summary>What the document is, and how its evidence is read.</summary>
    public const string Purpose = "For Article 53(1)(d) of Regulation (EU) 2024/1689, on the European Commission’s template of 24 July 2025; sections and titles are the template’s, letters after them count fields. What is marked committed stands in a signed statement: the line below it has the digest of that statement, and after # the place in it.";

    /// <summary>How many fields rest on what.</summary>
    public static IEnumerable<(int Count, string What, bool IsMissing)> Tally(FilledSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        yield return (summary.Count(SummaryEvidence.Committed), "rest on a signed statement", false);
        yield return (summary.Count(SummaryEvidence.Provider), "on the provider’s word alone", false);
        yield return (summary.Count(SummaryEvidence.NotApplicable), "do not apply", false);
        yield return (summary.Missing, "demanded and not stated", summary.Missing > 0);
        yield return (summary.Count(SummaryEvidence.NotStated) - summary.Missing, "optional and left out", false);
    }

    /// <summary>What the document does not show.</summary>
    public static string Closing(FilledSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        return $"Filled by {summary.Tool}. A commitment proves that data is what was committed, not that it is licensed or lawful; a licence stands as its committer stated it; what the provider states is its own word. Whether signatures verify, and whose they are, is for the reader to check.";
    }

    static void Field(StringBuilder html, FilledField field)
    {
        string demand = field.Field.Demand == SummaryDemand.Conditional ? "<small>if it applies</small>" : "";
        html.Append($"<div class=\"field\"><dt>{Text(field.Field.Title)}{demand}<span class=\"number\">{field.Field.Number}</span></dt>");
        foreach (var statement in field.Statements)
        {
            string kind = statement.Evidence switch { SummaryEvidence.Committed => "committed", SummaryEvidence.Provider => "provider", _ => field.IsMissing ? "missing" : "absent" };
            html.Append($"<dd class=\"{kind}\">");
            if (statement.Evidence is SummaryEvidence.Committed or SummaryEvidence.Provider) html.Append($"<span class=\"kind\">{Text(FilledSummary.Word(statement.Evidence))}</span>");
            html.Append(Text(statement.Text));
            if (!statement.Places.IsEmpty) html.Append($"<span class=\"places\">{string.Concat(statement.Places.Select(p => $"<span>{Text(p)}</span>"))}</span>");
            html.Append("</dd>");
        }
        html.Append("</div>\n");
    }

    static string Text(string text) => WebUtility.HtmlEncode(text);
}
