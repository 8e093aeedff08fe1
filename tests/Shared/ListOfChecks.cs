using System.Reflection;
using System.Text;
using System.Xml.Linq;
using Counterfoil.Core.Verdicts;

namespace Counterfoil.Tests;

/// <summary>
/// Holds <c>docs/checks.md</c> to the code: each room's section is its <c>…Checks</c> class, identifier and summary. With
/// <c>COUNTERFOIL_UPDATE=1</c> in the environment the section is written instead of compared.
/// </summary>
static class ListOfChecks
{
    /// <summary>Compares, or writes, the section of the room that <paramref name="checks"/> belongs to.</summary>
    public static void Verify(Type checks)
    {
        string path = Path.Combine(Surroundings.Root, "docs", "checks.md"), room = checks.Assembly.GetName().Name!;
        string expected = Section(checks, room), document = File.ReadAllText(path);
        int start = document.IndexOf($"## {room}\n", StringComparison.Ordinal);
        int end = start < 0 ? -1 : document.IndexOf("\n## ", start, StringComparison.Ordinal);
        string found = start < 0 ? "" : end < 0 ? document[start..] : document[start..(end + 1)];
        if (Environment.GetEnvironmentVariable("COUNTERFOIL_UPDATE") == "1")
            File.WriteAllText(path, start < 0 ? document.TrimEnd() + "\n\n" + expected : document[..start] + expected + (end < 0 ? "" : "\n" + document[(end + 1)..]));
        else Assert.Equal(expected.Trim(), found.Trim());
    }

    static string Section(Type checks, string room)
    {
        var summaries = XDocument.Load(Path.ChangeExtension(checks.Assembly.Location, ".xml")).Descendants("member")
            .ToDictionary(m => m.Attribute("name")!.Value, m => m.Element("summary")!);
        var text = new StringBuilder($"## {room}\n\n| check | what it checks |\n|---|---|\n");
        foreach (var (id, summary) in checks.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.FieldType == typeof(Check))
                     .Select(f => (((Check)f.GetValue(null)!).Id, Plain(summaries[$"F:{checks.FullName}.{f.Name}"]))).OrderBy(c => c.Id, StringComparer.Ordinal))
            text.Append($"| `{id}` | {summary} |\n");
        return text.ToString();
    }

    static string Plain(XElement summary) => string.Join(' ', string.Concat(summary.Nodes().Select(n => n switch
    {
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement reference => reference.Attribute("cref")?.Value.Split('.')[^1] ?? reference.Attribute("langword")?.Value ?? reference.Value,
        _ => n.ToString(SaveOptions.DisableFormatting).Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal),
    })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace("|", "\\|", StringComparison.Ordinal);
}
