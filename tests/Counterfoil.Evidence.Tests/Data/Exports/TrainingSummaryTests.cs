using System.Text;
using Counterfoil.Data.Exports;
using Counterfoil.Data.Exports.TrainingSummary;
using Counterfoil.Data.Licences;
using Counterfoil.Data.Licences.OptOuts;
using Counterfoil.Data.Lineage;
using static Counterfoil.Tests.Data.Exports.ExportScene;

namespace Counterfoil.Tests.Data.Exports;

/// <summary>The EU summary: the template's sections and fields, each with what backs it.</summary>
public sealed class TrainingSummaryTests
{
    static FilledSummary Summary(AboutData about, bool withReading = true)
    {
        LicenceExpression.Parse("CC-BY-4.0", out var licence);
        OptOut[] read = [new("robots.txt", OptOutAnswer.Reserved, "line 2: disallow: /art/", Digest("robots")), new("robots.txt", OptOutAnswer.NotStated, "no rule", Digest("other")), new("tdmrep.json", OptOutAnswer.Constrained, "rule 1, /", Digest("tdm"))];
        var mixture = LicenceMixture.Of(LicencePolicy.Default, [new("web crawl", licence!, withReading ? [.. read] : [])]);
        TransformedDataset Node(CommittedDataset d) => new(d.Statement, d.Commitment.OrderedRoot, d.Commitment.Records);
        return FilledSummary.Fill(new(All, about, Tool)
        {
            Transformations = [new([Node(Web.Dataset), Node(Books.Dataset)], Node(Mixed.Dataset), "concatenate/v1", "", Digest("tool"), "test")], Mixture = mixture, Model = Trained().Model,
            Readings = withReading ? [new(Digest("reading"), LicenceReport.Of(Web.Dataset.Statement, mixture, Tool))] : [],
        });
    }

    static FilledField Field(FilledSummary summary, string number) => summary.Fields.Single(f => f.Field.Number == number);

    static SummaryStatement One(FilledSummary summary, string number) => Assert.Single(Field(summary, number).Statements);

    [Fact]
    public void The_template_has_the_Commissions_sections()
    {
        // The template of 24 July 2025: three parts, and in the second the kinds of source.
        Assert.Equal("1 1.1 1.2 1.3 2 2.1 2.2 2.2.1 2.2.2 2.3 2.4 2.5 2.6 3 3.1 3.2 3.3", string.Join(' ', SummaryTemplate.Sections.Skip(1).Select(s => s.Number)));
        Assert.Equal(SummaryTemplate.Fields.Length, SummaryTemplate.Fields.Select(f => f.Number).Distinct().Count());
        Assert.All(SummaryTemplate.Fields, f => Assert.Contains(SummaryTemplate.Sections, s => s.Number == f.Section));
        int Count(string section) => SummaryTemplate.Fields.Count(f => f.Section == section);
        Assert.Equal((2, 2, 3, 7, 5, 2, 5, 9, 5, 5, 3, 3, 1, 1), (Count("0"), Count("1.1"), Count("1.2"), Count("1.3"), Count("2.1"), Count("2.2.1"), Count("2.2.2"), Count("2.3"), Count("2.4"), Count("2.5"), Count("2.6"), Count("3.1"), Count("3.2"), Count("3.3")));
        // One question opens each kind of source, user data has two.
        Assert.Equal("2.1a 2.2.1a 2.2.2a 2.3a 2.4a 2.4b 2.5a 2.6a 3.1a", string.Join(' ', SummaryTemplate.Fields.Where(f => f.IsQuestion).Select(f => f.Number)));
        Assert.All(SummaryTemplate.Fields, f => Assert.Equal(f.Title.EndsWith("(optional)", StringComparison.Ordinal), f.Demand == SummaryDemand.Optional));
    }

    [Fact]
    public void Every_field_says_what_it_rests_on()
    {
        foreach (var about in (AboutData[])[About(), AboutData.Nothing])
        {
            var summary = Summary(about);
            Assert.Equal(SummaryTemplate.Fields, summary.Fields.Select(f => f.Field));
            foreach (var statement in summary.Fields.SelectMany(f => f.Statements))
            {
                Assert.Equal(statement.Evidence is SummaryEvidence.NotStated or SummaryEvidence.NotApplicable, statement.Places.IsEmpty);
                foreach (string place in statement.Places.Where(p => p.Contains('#', StringComparison.Ordinal) && !p.StartsWith($"sha256:{Digest("reading")}", StringComparison.Ordinal))) Resolves(place);
            }
            Assert.Equal(SummaryTemplate.Fields.Length, Enum.GetValues<SummaryEvidence>().Sum(summary.Count));
        }
        Assert.True(Summary(AboutData.Nothing).Missing > Summary(About()).Missing);
    }

    [Fact]
    public void Facts_stand_where_the_template_asks_for_them()
    {
        var summary = Summary(About());
        Assert.Equal(SummaryEvidence.Provider, One(summary, "1.1a").Evidence);
        Assert.Equal(FilledSummary.NotStated, One(summary, "1.1b").Text);
        Assert.StartsWith("mlp, model ", One(summary, "1.2a").Text, StringComparison.Ordinal);
        Assert.Contains("12,345 records, 678,901 bytes", One(summary, "1.3b").Text);
        Assert.StartsWith("Yes: one source of 2", One(summary, "2.3a").Text, StringComparison.Ordinal);
        Assert.StartsWith("web crawl: ", One(summary, "2.3f").Text, StringComparison.Ordinal);
        Assert.Equal("text", One(summary, "2.3g").Text);
        Assert.EndsWith("the provider does not say", One(summary, "2.6b").Text, StringComparison.Ordinal);
        Assert.Equal("mlp", summary.Title);
    }

    [Fact]
    public void No_is_said_only_where_the_provider_has_placed_every_source()
    {
        // Of one of the two sources nothing is said: whether it is public, nobody knows.
        Assert.Equal(FilledSummary.NotStated, One(Summary(About()), "2.1a").Text);
        Assert.Equal(SummaryEvidence.NotStated, Field(Summary(About()), "2.1c").Evidence);
        AboutData.Decode(Encoding.UTF8.GetBytes($$$"""{"sources":{"web crawl":"crawled","{{{Books.Dataset.Statement}}}":"public"}}"""), out var both);
        var told = Summary(both!);
        Assert.StartsWith("No: of 2 committed sources", One(told, "2.5a").Text, StringComparison.Ordinal);
        Assert.Equal(SummaryEvidence.NotApplicable, Field(told, "2.5b").Evidence);
        Assert.StartsWith("Yes", One(told, "2.1a").Text, StringComparison.Ordinal);
        Assert.StartsWith("books", One(told, "2.1c").Text, StringComparison.Ordinal);
        // The provider's own answer comes before one that follows from its map; after two of them the rest of user data does not apply.
        Assert.Equal("No.", One(Summary(About()), "2.4a").Text);
        Assert.Equal(SummaryEvidence.NotApplicable, Field(Summary(About()), "2.4c").Evidence);
    }

    [Fact]
    public void Opt_outs_that_were_read_fill_the_field_on_reservations()
    {
        var statements = Field(Summary(About()), "3.1b").Statements;
        Assert.Equal("opt-outs read for web crawl: 3 readings beside 1 source (robots.txt: 1 reserved, 1 silent; tdmrep.json: 1 under conditions)", statements[0].Text);
        Assert.Equal("web crawl: robots.txt reserves, line 2: disallow: /art/", statements[1].Text);
        Assert.Equal([$"sha256:{Digest("reading")}#/predicate/sources/0/optOuts/0", $"sha256:{Digest("robots")}"], statements[1].Places);
        Assert.Equal("web crawl: tdmrep.json allows under conditions, rule 1, /", statements[2].Text);
        Assert.Contains("does not permit training on all sources", statements[3].Text);
        Assert.All(statements, s => Assert.Equal(SummaryEvidence.Committed, s.Evidence));
        var none = One(Summary(About(), withReading: false), "3.1b");
        Assert.Contains("mixture permits training on all sources", none.Text);
        Assert.EndsWith(": training, commercial, redistribution, derivatives with attribution", none.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("opt-out", none.Text);
    }

    [Fact]
    public void Records_that_are_images_fall_into_a_box_of_the_template()
    {
        CommittedDataset Of(string canonicaliser, long records) => Web.Dataset with { Commitment = Web.Dataset.Commitment with { Canonicaliser = canonicaliser, Records = records } };
        AboutData.Decode("""{"kinds":["image"]}"""u8.ToArray(), out var images);
        string Size(string canonicaliser, long records) => One(FilledSummary.Fill(new([Of(canonicaliser, records)], images!, Tool)), "1.3b").Text;
        Assert.EndsWith("image: less than 1 million images", Size("image-folder/v1", 999_999), StringComparison.Ordinal);
        Assert.EndsWith("image: 1 million to 1 billion images", Size("idx-labelled/v1", 1_000_000), StringComparison.Ordinal);
        Assert.EndsWith("image: more than 1 billion images", Size("image-folder/v1", 1_000_000_001), StringComparison.Ordinal);
        Assert.DoesNotContain("million", Size("jsonl/v1", 5));
    }

    [Fact]
    public void The_page_needs_nothing_else_and_shows_names_as_text()
    {
        string html = SummaryHtml.Write(Summary(About()));
        Assert.DoesNotContain("http", html.Replace("https://data.example", "", StringComparison.Ordinal));
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("books <&>", html);
        Assert.Contains("books &lt;&amp;&gt;", html);
        Assert.Contains("Αθήνα", System.Net.WebUtility.HtmlDecode(html));
        foreach (var field in SummaryTemplate.Fields)
        {
            Assert.Contains($">{field.Number}<", html);
            Assert.Contains($"<dt>{System.Net.WebUtility.HtmlEncode(field.Title)}", html);
        }
    }
}
