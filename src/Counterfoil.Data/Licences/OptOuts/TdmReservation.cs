using System.Text.Json;
using System.Text.RegularExpressions;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Licences.OptOuts;

/// <summary>Reservations by W3C's TDM Reservation Protocol (community group report, TDMRep): file, HTTP fields and HTML meta elements.</summary>
/// <remarks>
/// "Declaring the reservation": 1 reserves, 0 does not; any other value is an error that leaves the reservation unset. A policy beside a reservation says on what conditions, beside a 0 it is not looked at. "TDM File on the Origin
/// Server": of <c>/.well-known/tdmrep.json</c> the first rule whose location matches decides, case counting. "Processing priority": <see cref="Superseding"/>.
/// </remarks>
public static partial class TdmReservation
{
    const int MaxBytes = 1 << 20, MaxRules = 10_000;

    /// <summary>What a tdmrep.json says of a path.</summary>
    public static Verdict OfFile(ReadOnlyMemory<byte> bytes, string path, out OptOut? answer)
    {
        answer = null;
        if (bytes.Length > MaxBytes) return Verdict.Reject(LicenceChecks.OptOut, $"at most {MaxBytes} bytes of tdmrep.json", $"{bytes.Length}");
        var digest = Sha256.Hash(bytes.Span);
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() > MaxRules)
                return Verdict.Reject(LicenceChecks.OptOut, $"an array of at most {MaxRules} rules in tdmrep.json", document.RootElement.ValueKind.ToString());
            int number = 0;
            foreach (var rule in document.RootElement.EnumerateArray())
            {
                number++;
                // A rule that cannot be read takes nothing from those beside it: nobody loses a reservation by another's slip.
                if (answer is not null || rule.ValueKind != JsonValueKind.Object || !rule.TryGetProperty("location", out var location) || location.ValueKind != JsonValueKind.String || !PathPattern.Matches(location.GetString()!, path)) continue;
                string place = $"rule {number}, {location.GetString()}";
                if (!rule.TryGetProperty("tdm-reservation", out var value) || value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int reservation) || reservation is not (0 or 1))
                {
                    answer = new("tdmrep.json", OptOutAnswer.NotStated, $"{place}: no tdm-reservation of 0 or 1", digest);
                    continue;
                }
                string? policy = rule.TryGetProperty("tdm-policy", out var p) && p.ValueKind == JsonValueKind.String ? p.GetString() : null;
                answer = Answer("tdmrep.json", reservation, policy, place, digest);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            answer = null;
            return Verdict.Reject(LicenceChecks.OptOut, "tdmrep.json in JSON", e.Message);
        }
        answer ??= new("tdmrep.json", OptOutAnswer.NotStated, $"no rule for {path}", digest);
        return Verdict.Accept;
    }

    /// <summary>
    /// What counts of the protocol's own answers, given in its order: file, HTTP fields, HTML. A later one that states a reservation supersedes those before it; one that states none does not ("Processing priority"). Others' answers
    /// pass as they are.
    /// </summary>
    public static IEnumerable<OptOut> Superseding(IEnumerable<OptOut> answers)
    {
        var all = answers.ToList();
        var stated = all.LastOrDefault(a => IsOurs(a) && a.Answer != OptOutAnswer.NotStated);
        return all.Where(a => !IsOurs(a) || stated is null || a == stated);

        static bool IsOurs(OptOut answer) => answer.Kind is "tdmrep.json" or "tdm-reservation";
    }

    /// <summary>The fields of a response as a file holds them (<c>curl -D</c>): a status line, then a field a line; of several responses, redirects say, the last.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Fields(string head)
    {
        ArgumentNullException.ThrowIfNull(head);
        var fields = new List<KeyValuePair<string, string>>();
        foreach (string line in head.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase)) fields.Clear();
            else if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon) fields.Add(new(line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }
        return fields;
    }

    /// <summary>What the fields of an HTTP response say: <c>tdm-reservation</c>, <c>tdm-policy</c>, and <c>X-Robots-Tag</c> with <c>noai</c> or <c>noimageai</c>, for all or for one crawler.</summary>
    /// <param name="headers">The fields as they came, names in any case.</param>
    /// <param name="productToken">The crawler's token.</param>
    public static IReadOnlyList<OptOut> OfHeaders(IEnumerable<KeyValuePair<string, string>> headers, string productToken)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var fields = headers.ToList();
        var answers = new List<OptOut>();
        string? policy = fields.FirstOrDefault(h => h.Key.Equals("tdm-policy", StringComparison.OrdinalIgnoreCase)).Value?.Trim();
        foreach (var (name, value) in fields)
        {
            var digest = Sha256.Hash(System.Text.Encoding.UTF8.GetBytes($"{name}: {value}"));
            if (name.Equals("tdm-reservation", StringComparison.OrdinalIgnoreCase) && value.Trim() is "0" or "1")
                answers.Add(Answer("tdm-reservation", value.Trim() == "1" ? 1 : 0, policy, $"header {name}: {value}", digest));
            else if (name.Equals("x-robots-tag", StringComparison.OrdinalIgnoreCase) && Directives(value, productToken).Any(d => d is "noai" or "noimageai"))
                answers.Add(new("X-Robots-Tag", OptOutAnswer.Reserved, $"header {name}: {value}", digest));
        }
        return answers;
    }

    /// <summary>
    /// What the meta elements of a page say: <c>tdm-reservation</c>, and <c>noai</c> or <c>noimageai</c> of <c>robots</c> or of a crawler's own element. They are found by their text, not by building the page: a reservation inside a
    /// comment or a script counts too.
    /// </summary>
    /// <param name="html">The page.</param>
    /// <param name="productToken">The crawler's token.</param>
    public static IReadOnlyList<OptOut> OfHtml(string html, string productToken = "*")
    {
        ArgumentNullException.ThrowIfNull(html);
        var digest = Sha256.Hash(System.Text.Encoding.UTF8.GetBytes(html));
        var metas = Metas(html).ToList();
        string? Content(string name) => metas.FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Content;
        string? reservation = Content("tdm-reservation");
        var answers = new List<OptOut>
        {
            reservation is "0" or "1" ? Answer("tdm-reservation", reservation == "1" ? 1 : 0, Content("tdm-policy"), $"meta element, content {reservation}", digest)
                : new("tdm-reservation", OptOutAnswer.NotStated, reservation is null ? "no meta element" : "a meta element with neither 0 nor 1", digest),
        };
        foreach (var (name, content) in metas.Where(m => m.Name.Equals("robots", StringComparison.OrdinalIgnoreCase) || m.Name.Equals(productToken, StringComparison.OrdinalIgnoreCase)))
            if (content.Split(',').Any(d => d.Trim().ToLowerInvariant() is "noai" or "noimageai")) answers.Add(new("meta robots", OptOutAnswer.Reserved, $"meta element {name}: {content}", digest));
        return answers;
    }

    static OptOut Answer(string kind, int reservation, string? policy, string place, Sha256Digest digest) => reservation == 0
        ? new(kind, OptOutAnswer.Allowed, place, digest)
        : new(kind, policy is null ? OptOutAnswer.Reserved : OptOutAnswer.Constrained, policy is null ? place : $"{place}, policy {policy}", digest);

    /// <summary>The directives of an X-Robots-Tag that are for everybody or for this crawler: <c>noai, noindex</c>, or <c>gptbot: noai</c>.</summary>
    static IEnumerable<string> Directives(string value, string productToken)
    {
        // A field names one crawler at most, before its first directive. "unavailable_after: date" has a colon too, and no crawler.
        int colon = value.IndexOf(':', StringComparison.Ordinal);
        string agent = colon < 0 ? "" : value[..colon].Trim();
        bool names = agent.Length > 0 && !agent.Contains(',', StringComparison.Ordinal) && !agent.Equals("unavailable_after", StringComparison.OrdinalIgnoreCase);
        if (names && !agent.Equals(productToken, StringComparison.OrdinalIgnoreCase)) return [];
        return (names ? value[(colon + 1)..] : value).Split(',').Select(d => d.Trim().ToLowerInvariant());
    }

    static IEnumerable<(string Name, string Content)> Metas(string html)
    {
        foreach (Match meta in Meta().Matches(html))
        {
            var attributes = Attribute().Matches(meta.Value).ToLookup(m => m.Groups[1].Value.ToLowerInvariant(), m => System.Net.WebUtility.HtmlDecode(m.Groups[2].Value.Trim('"', '\'')).Trim());
            if (attributes["name"].FirstOrDefault() is { } name && attributes["content"].FirstOrDefault() is { } content) yield return (name, content);
        }
    }

    [GeneratedRegex("<meta\\s[^>]{0,2000}>", RegexOptions.IgnoreCase)]
    private static partial Regex Meta();

    [GeneratedRegex("([a-zA-Z-]{1,40})\\s*=\\s*(\"[^\"]{0,1000}\"|'[^']{0,1000}'|[^\\s>]{1,1000})")]
    private static partial Regex Attribute();
}
