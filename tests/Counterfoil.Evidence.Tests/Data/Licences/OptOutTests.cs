using System.Text;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Licences.OptOuts;
using CsCheck;

namespace Counterfoil.Tests.Data.Licences;

/// <summary>robots.txt against RFC 9309's own examples, and the other places where rightsholders reserve.</summary>
public sealed class OptOutTests
{
    static OptOutAnswer Ask(string robots, string agent, string path) => RobotsTxt.Parse(Encoding.UTF8.GetBytes(robots)).Ask(agent, path).Answer;

    static string Check(Verdict verdict) => verdict is Verdict.Rejected { Reason.Check: var check } ? check.Id : verdict.ToString();

    // RFC 9309 §5.1.
    const string Simple = """
        User-Agent: *
        Disallow: *.gif$
        Disallow: /example/
        Allow: /publications/

        User-Agent: foobot
        Disallow:/
        Allow:/example/page.html
        Allow:/example/allowed.gif

        User-Agent: barbot
        User-Agent: bazbot
        Disallow: /example/page.html

        User-Agent: quxbot
        """;

    [Theory]
    [InlineData("anybot", "/picture.gif", OptOutAnswer.Reserved)]
    [InlineData("anybot", "/picture.gifs", OptOutAnswer.NotStated)]
    [InlineData("anybot", "/example/x", OptOutAnswer.Reserved)]
    [InlineData("anybot", "/publications/x", OptOutAnswer.Allowed)]
    [InlineData("foobot", "/example/page.html", OptOutAnswer.Allowed)]
    [InlineData("FooBot", "/example/allowed.gif", OptOutAnswer.Allowed)]
    [InlineData("foobot", "/else", OptOutAnswer.Reserved)]
    [InlineData("barbot", "/example/page.html", OptOutAnswer.Reserved)]
    [InlineData("bazbot", "/example/page.html", OptOutAnswer.Reserved)]
    [InlineData("bazbot", "/example/other.gif", OptOutAnswer.NotStated)]
    [InlineData("quxbot", "/example/page.html", OptOutAnswer.NotStated)]
    public void The_simple_example_of_the_RFC(string agent, string path, OptOutAnswer answer) => Assert.Equal(answer, Ask(Simple, agent, path));

    [Fact]
    public void The_longest_match_of_the_RFC()
    {
        const string Longest = "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n";
        Assert.Equal(OptOutAnswer.Reserved, Ask(Longest, "foobot", "/example/page/disallowed.gif"));
        Assert.Equal(OptOutAnswer.Allowed, Ask(Longest, "foobot", "/example/page/x"));
    }

    [Fact]
    public void Groups_of_one_agent_are_one_group()
    {
        // RFC 9309 §2.2.1, the example of merging.
        const string Merged = "user-agent: ExampleBot\ndisallow: /foo\ndisallow: /bar\n\nuser-agent: BarBot\nallow: /\n\nuser-agent: ExampleBot\ndisallow: /baz\n";
        foreach (string path in (string[])["/foo", "/bar", "/baz"]) Assert.Equal(OptOutAnswer.Reserved, Ask(Merged, "ExampleBot", path));
        Assert.Equal(OptOutAnswer.Allowed, Ask(Merged, "barbot", "/foo"));
    }

    [Theory]
    // RFC 9309 §2.2.2: octets outside of US-ASCII, and percent-encoding, on either side.
    [InlineData("/foo/bar?baz=quz", "/foo/bar?baz=quz", true)]
    [InlineData("/foo/bar/ツ", "/foo/bar/%E3%83%84", true)]
    [InlineData("/foo/bar/%E3%83%84", "/foo/bar/ツ", true)]
    [InlineData("/foo/bar/%62%61%7A", "/foo/bar/baz", true)]
    [InlineData("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", true)]
    [InlineData("/a%2Fb", "/a/b", false)]
    [InlineData("/path/file-with-a-%2A.html", "/path/file-with-a-*.html", true)]
    [InlineData("/path/foo-%24", "/path/foo-$", true)]
    [InlineData("/path/foo-%24", "/path/foo-", false)]
    [InlineData("/a$b", "/a$b", true)]
    // §2.2.3: special characters.
    [InlineData("/*.php$", "/index.php", true)]
    [InlineData("/*.php$", "/index.php?x", false)]
    [InlineData("/*.php", "/index.php5", true)]
    [InlineData("/fish*", "/fish.html", true)]
    [InlineData("/a*b*c", "/axxbyyc", true)]
    [InlineData("/a*b*b$", "/ab", false)]
    [InlineData("/a*$", "/a", true)]
    [InlineData("/$", "/", true)]
    [InlineData("/$", "/x", false)]
    public void A_pattern_matches_as_the_RFC_says(string pattern, string path, bool matches) =>
        Assert.Equal(matches ? OptOutAnswer.Reserved : OptOutAnswer.NotStated, Ask($"user-agent: *\ndisallow: {pattern}\n", "x", path));

    [Fact]
    public void Matching_is_that_of_the_same_pattern_as_a_regular_expression() =>
        Gen.Select(Gen.String[Choice.Of('a', 'b', '*', '$', '/'), 0, 8], Gen.String[Choice.Of('a', 'b', '/'), 0, 10]).Sample((pattern, path) =>
        {
            if (pattern.Length == 0 || pattern[..^1].Contains('$', StringComparison.Ordinal)) return;
            bool toEnd = pattern.EndsWith('$');
            string regex = "^" + string.Join(".*", (toEnd ? pattern[..^1] : pattern).Split('*').Select(System.Text.RegularExpressions.Regex.Escape)) + (toEnd ? "$" : "");
            Assert.Equal(System.Text.RegularExpressions.Regex.IsMatch(path, regex, System.Text.RegularExpressions.RegexOptions.Singleline), PathPattern.Matches(pattern, path));
        }, iter: 2000);

    [Fact]
    public void Ties_allow_comments_go_and_the_file_itself_is_open()
    {
        Assert.Equal(OptOutAnswer.Allowed, Ask("user-agent: *\ndisallow: /page\nallow: /page\n", "x", "/page"));
        Assert.Equal(OptOutAnswer.Reserved, Ask("# hello\nUSER-AGENT : * # all\r\nnonsense\r\nsitemap: /s\r\nDisallow: / # no\r\n", "x", "/page"));
        Assert.Equal(OptOutAnswer.Allowed, Ask("user-agent: *\ndisallow: /\n", "x", "/robots.txt"));
        Assert.Equal(OptOutAnswer.NotStated, Ask("disallow: /\n", "x", "/"));
        Assert.Equal(OptOutAnswer.NotStated, Ask("user-agent: *\ndisallow:\n", "x", "/"));
        Assert.Equal(OptOutAnswer.Reserved, Ask("user-agent: GPTBot/1.1\ndisallow: /\n", "gptbot", "/"));
        Assert.Equal("line 3: disallow: /a", RobotsTxt.Parse("user-agent: *\n\ndisallow: /a\n"u8).Ask("x", "/ab").Place);
    }

    [Fact]
    public void What_a_server_cannot_give_allows_all_or_nothing()
    {
        Assert.Equal(OptOutAnswer.NotStated, RobotsTxt.OfStatus(404).Ask("x", "/").Answer);
        Assert.Equal(OptOutAnswer.Reserved, RobotsTxt.OfStatus(503).Ask("x", "/").Answer);
        Assert.Throws<ArgumentOutOfRangeException>(() => RobotsTxt.OfStatus(200));
    }

    [Fact]
    public void Of_a_file_without_end_the_first_500_KiB_count()
    {
        string filler = string.Concat(Enumerable.Repeat("# nothing at all, but long\n", 20_000));
        Assert.Equal(OptOutAnswer.Reserved, Ask("user-agent: *\ndisallow: /\n" + filler, "x", "/"));
        Assert.Equal(OptOutAnswer.NotStated, Ask(filler + "user-agent: *\ndisallow: /\n", "x", "/"));
    }

    [Fact]
    public void An_ai_txt_is_read_by_the_same_rules()
    {
        var answer = RobotsTxt.Parse("User-Agent: *\nDisallow: *.jpg\nAllow: *.txt\n"u8, "ai.txt").Ask("x", "/art/me.jpg");
        Assert.Equal(("ai.txt", OptOutAnswer.Reserved), (answer.Kind, answer.Answer));
    }

    [Fact]
    public void In_tdmrep_the_first_rule_that_matches_decides()
    {
        byte[] file = """[{"location":"/art/free","tdm-reservation":0},{"location":"/art/","tdm-reservation":1,"tdm-policy":"https://a.example/policy"},{"location":"/*.pdf$","tdm-reservation":1}]"""u8.ToArray();
        OptOutAnswer Of(string path)
        {
            Assert.Equal(Verdict.Accept, TdmReservation.OfFile(file, path, out var answer));
            return answer!.Answer;
        }
        Assert.Equal((OptOutAnswer.Allowed, OptOutAnswer.Constrained, OptOutAnswer.Reserved, OptOutAnswer.NotStated), (Of("/art/free/x"), Of("/art/x"), Of("/a.pdf"), Of("/a.html")));
        foreach (string bad in (string[])["{}", "nothing", "[{\"location\":\"\\ud800\",\"tdm-reservation\":1}]"])
            Assert.Equal("data.optout.form", Check(TdmReservation.OfFile(Encoding.UTF8.GetBytes(bad), "/", out _)));
    }

    static OptOutAnswer Tdm(string file, string path)
    {
        Assert.Equal(Verdict.Accept, TdmReservation.OfFile(Encoding.UTF8.GetBytes(file), path, out var answer));
        return answer!.Answer;
    }

    [Theory]
    // TDMRep, "TDM File on the Origin Server", both examples.
    [InlineData("/anything", """[{"location":"/","tdm-reservation":1}]""", OptOutAnswer.Reserved)]
    [InlineData("/directory-a/x.pdf", null, OptOutAnswer.Reserved)]
    [InlineData("/directory-b/html/x.html", null, OptOutAnswer.Constrained)]
    [InlineData("/directory-b/images/x.jpg", null, OptOutAnswer.Allowed)]
    [InlineData("/directory-b/images/x.png", null, OptOutAnswer.NotStated)]
    [InlineData("/Directory-A/x.pdf", null, OptOutAnswer.NotStated)]
    // "Use of regular expressions".
    [InlineData("/this/path/exactly", """[{"location":"/this/path/exactly$","tdm-reservation":1}]""", OptOutAnswer.Reserved)]
    [InlineData("/this/path/exactly/not", """[{"location":"/this/path/exactly$","tdm-reservation":1}]""", OptOutAnswer.NotStated)]
    [InlineData("/this/or/that/then", """[{"location":"/this/*/then","tdm-reservation":1}]""", OptOutAnswer.Reserved)]
    [InlineData("/path/foo-$", """[{"location":"/path/foo-%24","tdm-reservation":1}]""", OptOutAnswer.Reserved)]
    [InlineData("/path/foo-%24", """[{"location":"/path/foo-%24","tdm-reservation":1}]""", OptOutAnswer.Reserved)]
    // "tdm-reservation": other values leave it unset; "tdm-policy" beside 0 is not looked at; a rule that is none takes nothing from the others.
    [InlineData("/a", """[{"location":"/a","tdm-reservation":2},{"location":"/","tdm-reservation":1}]""", OptOutAnswer.NotStated)]
    [InlineData("/b", """[{"location":"/a","tdm-reservation":2},{"location":"/","tdm-reservation":1}]""", OptOutAnswer.Reserved)]
    [InlineData("/a", """[{"location":"/","tdm-reservation":0,"tdm-policy":"https://a.example"}]""", OptOutAnswer.Allowed)]
    [InlineData("/a", """[1,{},{"tdm-reservation":0},{"location":"/","tdm-reservation":1}]""", OptOutAnswer.Reserved)]
    public void The_examples_of_TDMRep_read_as_its_text_says(string path, string? file, OptOutAnswer answer) => Assert.Equal(answer, Tdm(file ?? """
        [{"location":"/directory-a/","tdm-reservation":1},{"location":"/directory-b/html/","tdm-reservation":1,"tdm-policy":"https://provider.com/policies/policy.json"},
         {"location":"/directory-b/images/*.jpg","tdm-reservation":0}]
        """, path));

    [Fact]
    public void Of_TDMReps_places_the_later_supersedes_and_silence_does_not()
    {
        // "Processing priority": file, then header, then HTML; absence does not reset.
        OptOut Of(string kind, OptOutAnswer answer) => new(kind, answer, $"{kind} {answer}", default);
        OptOutAnswer[] Left(params OptOut[] answers) => [.. TdmReservation.Superseding(answers).Select(a => a.Answer)];
        Assert.Equal([OptOutAnswer.Allowed], Left(Of("tdmrep.json", OptOutAnswer.Reserved), Of("tdm-reservation", OptOutAnswer.Allowed), Of("tdm-reservation", OptOutAnswer.NotStated)));
        Assert.Equal([OptOutAnswer.Reserved], Left(Of("tdmrep.json", OptOutAnswer.Allowed), Of("tdm-reservation", OptOutAnswer.NotStated), Of("tdm-reservation", OptOutAnswer.Reserved)));
        Assert.Equal([OptOutAnswer.Reserved, OptOutAnswer.Allowed], Left(Of("robots.txt", OptOutAnswer.Reserved), Of("tdmrep.json", OptOutAnswer.Reserved), Of("tdm-reservation", OptOutAnswer.Allowed)));
        Assert.Equal([OptOutAnswer.NotStated], Left(Of("tdmrep.json", OptOutAnswer.NotStated)));
    }

    [Fact]
    public void Of_several_responses_the_last_ones_fields_count()
    {
        var fields = TdmReservation.Fields("HTTP/1.1 301 Moved\r\ntdm-reservation: 1\r\n\r\nHTTP/2 200\r\nContent-Type: text/html\r\ntdm-reservation: 0\r\n").ToList();
        Assert.Equal<KeyValuePair<string, string>>([new("Content-Type", "text/html"), new("tdm-reservation", "0")], fields);
    }

    [Fact]
    public void Headers_and_meta_elements_are_read()
    {
        static OptOutAnswer[] Of(params (string, string)[] headers) => [.. TdmReservation.OfHeaders(headers.Select(h => KeyValuePair.Create(h.Item1, h.Item2)), "GPTBot").Select(o => o.Answer)];
        Assert.Equal([OptOutAnswer.Reserved], Of(("TDM-Reservation", "1")));
        Assert.Equal([OptOutAnswer.Constrained], Of(("tdm-reservation", "1"), ("tdm-policy", "https://a.example")));
        Assert.Equal([OptOutAnswer.Allowed], Of(("tdm-reservation", "0")));
        Assert.Equal([OptOutAnswer.Reserved], Of(("X-Robots-Tag", "noindex, NoAI")));
        Assert.Equal([OptOutAnswer.Reserved], Of(("X-Robots-Tag", "gptbot: noimageai")));
        Assert.Empty(Of(("X-Robots-Tag", "otherbot: noai"), ("X-Robots-Tag", "unavailable_after: 25 Jun 2010 15:00:00 PST"), ("tdm-reservation", "maybe")));
        static OptOutAnswer[] Page(string html) => [.. TdmReservation.OfHtml(html, "GPTBot").Select(o => o.Answer)];
        Assert.Equal([OptOutAnswer.Reserved], Page("<head><META content='1' name=tdm-reservation></head>"));
        Assert.Equal([OptOutAnswer.Constrained], Page("<meta name=\"tdm-reservation\" content=\"1\"><meta name=\"tdm-policy\" content=\"https://a.example\">"));
        Assert.Equal([OptOutAnswer.NotStated], Page("<p>tdm-reservation</p>"));
        Assert.Equal([OptOutAnswer.NotStated], Page("<meta name=\"tdm-reservation\" content=\"yes\">"));
        Assert.Equal([OptOutAnswer.NotStated, OptOutAnswer.Reserved], Page("<meta name=\"robots\" content=\"noai, noimageai\">"));
        Assert.Equal([OptOutAnswer.NotStated, OptOutAnswer.Reserved], Page("<meta name=\"gptbot\" content=\"NOAI\"><meta name=\"otherbot\" content=\"noai\">"));
    }

    [Fact]
    public void Crawlers_with_digits_spaces_or_dots_in_their_names_have_their_groups()
    {
        foreach (string name in (string[])["AI2Bot", "Kangaroo Bot", "panscient.com", "img2dataset"])
        {
            Assert.Equal(OptOutAnswer.Reserved, Ask($"user-agent: {name}\ndisallow: /\n\nuser-agent: *\nallow: /\n", name.ToLowerInvariant(), "/x"));
            Assert.Equal(OptOutAnswer.Allowed, Ask($"user-agent: {name}\ndisallow: /\n\nuser-agent: *\nallow: /\n", "AI", "/x"));
        }
    }

    [Fact]
    public void A_rightsholder_who_keeps_any_training_crawler_out_by_name_is_heard()
    {
        OptOut All(string robots, string path) => RobotsTxt.Parse(Encoding.UTF8.GetBytes(robots)).AskTrainingCrawlers(path);
        var kept = All("user-agent: *\nallow: /\n\nuser-agent: gptbot\nuser-agent: CCBot\ndisallow: /art/\n", "/art/1");
        Assert.Equal(("robots.txt, AI crawlers", OptOutAnswer.Reserved, "CCBot, GPTBot: line 6: disallow: /art/"), (kept.Kind, kept.Answer, kept.Place));
        Assert.Equal(OptOutAnswer.NotStated, All("user-agent: gptbot\ndisallow: /art/\n", "/else").Answer);
        // What is said to every crawler is the crawler's own question.
        Assert.Equal(OptOutAnswer.NotStated, All("user-agent: *\ndisallow: /\n", "/").Answer);
        Assert.Equal(OptOutAnswer.Allowed, All("user-agent: GPTBot\nallow: /\n", "/").Answer);
        Assert.Equal(OptOutAnswer.Reserved, All("user-agent: GPTBot\nallow: /\n\nuser-agent: ClaudeBot\ndisallow: /\n", "/").Answer);
        Assert.Equal(TrainingCrawlers.Tokens.Order(StringComparer.OrdinalIgnoreCase), TrainingCrawlers.Tokens);
    }
}
