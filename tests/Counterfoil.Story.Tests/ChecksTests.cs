using System.Reflection;
using System.Text.RegularExpressions;
using Counterfoil.Core.Verdicts;
using Counterfoil.Tests;

namespace Counterfoil.Story.Tests;

/// <summary>Identifiers of checks are what programs match on: each stands once in docs/checks.md, and for one thing.</summary>
public sealed partial class ChecksTests
{
    static readonly List<(string Id, string Where)> InCode =
        [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "?ounterfoil*.dll").Where(f => !Path.GetFileName(f).Contains(".Tests", StringComparison.Ordinal))
            .SelectMany(f => Assembly.LoadFrom(f).GetTypes())
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(f => f.FieldType == typeof(Check))
            .Select(f => (((Check)f.GetValue(null)!).Id, $"{f.DeclaringType!.FullName}.{f.Name}"))];

    static readonly HashSet<string> InDocument =
        [.. Row().Matches(File.ReadAllText(Path.Combine(Surroundings.Root, "docs", "checks.md"))).Select(m => m.Groups[1].Value)];

    [Fact]
    public void No_two_checks_share_an_identifier() =>
        Assert.Empty(InCode.GroupBy(c => c.Id).Where(g => g.Count() > 1).Select(g => string.Join(" and ", g.Select(c => c.Where))));

    [Fact]
    public void Every_check_is_documented_and_every_documented_check_exists()
    {
        Assert.NotEmpty(InCode);
        Assert.Empty(InCode.Select(c => c.Id).Except(InDocument));
        Assert.Empty(InDocument.Except(InCode.Select(c => c.Id)));
    }

    [Fact]
    public void Identifiers_are_lower_case_words_joined_by_dots() => Assert.All(InCode, c => Assert.Matches("^[a-z][a-z0-9-]*(\\.[a-z0-9][a-z0-9-]*)+$", c.Id));

    [GeneratedRegex(@"^\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
