using System.Text;
using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Data.Lineage;
using Counterfoil.Data.NearDuplicates;
using Counterfoil.Data.Records;
using Counterfoil.Evidence.Predicates;
using DatasetCommitted = Counterfoil.Evidence.Predicates.DatasetCommitment;

namespace Counterfoil.Story.Tests;

/// <summary><c>data report</c>, <c>lineage</c>, <c>remake</c>, <c>near</c> and <c>licences</c>, as people type them.</summary>
public sealed class DataReportCommandTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-reports-").FullName;
    readonly Signer signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);

    public void Dispose()
    {
        signer.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    string At(string name) => Path.Combine(folder, name);

    async Task<TransformedDataset> CommitAsync(string name, string licence, IEnumerable<string> lines, params Sha256Digest[] parents)
    {
        File.WriteAllText(At($"{name}.jsonl"), string.Concat(lines.Select(l => l + "\n")));
        JsonLines.Open(At($"{name}.jsonl"), out var records);
        using (records)
        {
            var (result, _) = await Counterfoil.Data.Commitments.DatasetCommitment.BuildAsync(records!);
            var envelope = LinkStatement.Sign(name, new DatasetCommitted(name, "jsonl/v1", result.Records, result.Bytes, result.OrderedRoot, result.SortedRoot, licence, [.. parents], "counterfoil 0.1.0", DateTimeOffset.UnixEpoch.AddDays(20_000)), signer);
            File.WriteAllBytes(At($"{name}.json"), envelope.EncodeJson());
            return new(envelope.PayloadDigest, result.OrderedRoot, result.Records);
        }
    }

    async Task StoryAsync()
    {
        string[] web = [.. Enumerable.Range(0, 40).Select(i => $$"""{"n":{{i}},"lang":"{{(i % 2 == 0 ? "en" : "el")}}","text":"record number {{i}} of the web and some more words of it"}""")];
        var from = await CommitAsync("web", "CC-BY-4.0", web);
        var to = await CommitAsync("greek", "CC-BY-4.0", web.Where((_, i) => i % 2 == 1), from.Statement);
        var made = new DataTransformation([from], to, "filter/v1", "/lang == \"el\"", Sha256.Hash("filter/v1"u8), "counterfoil 0.1.0");
        File.WriteAllBytes(At("filter.json"), made.Sign("greek", signer).EncodeJson());
    }

    [Fact]
    public async Task A_report_is_written_in_every_format()
    {
        await StoryAsync();
        foreach (string format in (string[])["--croissant", "--spdx", "--cyclonedx", "--in-toto", "--model-signing"])
        {
            var ran = await TheCommand.RunAsync("data", "report", At("greek.json"), "--with", At("web.json"), "--file", At("greek.jsonl"), "--signer", signer.PublicKey.ToString(), format);
            Assert.Equal((0, ""), (ran.Exit, ran.Error));
            using var document = JsonDocument.Parse(ran.Out);
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }
        var html = await TheCommand.RunAsync("data", "report", At("greek.json"), "--with", At("web.json"), "--with", At("filter.json"), "--eu", "--html");
        Assert.Equal(0, html.Exit);
        Assert.StartsWith("<!doctype html>", html.Out, StringComparison.Ordinal);
        Assert.Contains("filter/v1", html.Out);
        Assert.Contains("signatures are not checked", html.Error);
        var none = await TheCommand.RunAsync("data", "report", At("greek.json"));
        Assert.Equal(2, none.Exit);
        Assert.Contains("--eu, --croissant", none.Error);
        // Croissant: the members of the records are read from the file.
        using (var croissant = JsonDocument.Parse((await TheCommand.RunAsync("data", "report", At("greek.json"), "--file", At("greek.jsonl"), "--croissant")).Out))
            Assert.Equal(["n", "lang", "text"], croissant.RootElement.GetProperty("recordSet")[0].GetProperty("field").EnumerateArray().Select(f => f.GetProperty("name").GetString()));
        // Of a parent that is not at hand the summary says nothing: it is refused, by name.
        var torn = await TheCommand.RunAsync("data", "report", At("greek.json"), "--eu");
        Assert.Contains("data.lineage.parent", torn.Error);
    }

    [Fact]
    public async Task The_summary_is_a_PDF_of_some_pages()
    {
        await StoryAsync();
        var ran = await TheCommand.RunAsync("data", "report", At("greek.json"), "--with", At("web.json"), "--with", At("filter.json"), "--eu", "--pdf", "--out", At("summary.pdf"));
        if (ran.Error.Contains("none of the fonts", StringComparison.Ordinal)) Assert.Skip("skipped: no font on this machine");
        Assert.Equal(0, ran.Exit);
        byte[] pdf = File.ReadAllBytes(At("summary.pdf"));
        Assert.StartsWith("%PDF-", Encoding.Latin1.GetString(pdf), StringComparison.Ordinal);
        Assert.InRange(pdf.Length, 10_000, 2_000_000);
    }

    [Fact]
    public async Task Opt_outs_that_were_read_and_signed_stand_in_the_summary()
    {
        await StoryAsync();
        File.WriteAllText(At("robots.txt"), "user-agent: *\nallow: /\n\nuser-agent: GPTBot\ndisallow: /art/\n");
        File.WriteAllText(At("tdmrep.json"), """[{"location":"/","tdm-reservation":1}]""");
        File.WriteAllText(At("head"), "HTTP/1.1 200 OK\ntdm-reservation: 0\n");
        File.WriteAllText(At("page.html"), """<meta name="robots" content="noai">""");
        string[] ask = ["data", "licences", "web=CC-BY-4.0", "--robots", At("robots.txt"), "--tdmrep", At("tdmrep.json"), "--headers", At("head"), "--html", At("page.html"), "--path", "/art/1"];
        var signed = await TheCommand.RunAsync([.. ask, "--dataset", At("web.json"), "--home", At("home"), "--out", At("reading.json")]);
        Assert.Equal(0, signed.Exit);
        var ran = await TheCommand.RunAsync("data", "report", At("greek.json"), "--with", At("web.json"), "--with", At("filter.json"), "--with", At("reading.json"), "--eu", "--json");
        Assert.Equal(0, ran.Exit);
        using var summary = JsonDocument.Parse(ran.Out);
        var field = summary.RootElement.GetProperty("fields").EnumerateArray().Single(f => f.GetProperty("number").GetString() == "3.1b").GetProperty("statements");
        // The header says that mining is not reserved, and supersedes the file; the page and the named crawler are other voices.
        Assert.Equal("opt-outs read for web: 4 readings beside 1 source (meta robots: 1 reserved; robots.txt: 1 allowed; robots.txt, AI crawlers: 1 reserved; tdm-reservation: 1 allowed)", field[0].GetProperty("text").GetString());
        Assert.Contains("does not permit training", field[field.GetArrayLength() - 1].GetProperty("text").GetString());
        // A reading about another dataset is refused, and so is one whose result is not the policy's.
        await CommitAsync("stranger", "MIT", ["{}"]);
        Assert.Contains("not this one", (await TheCommand.RunAsync("data", "report", At("stranger.json"), "--with", At("reading.json"), "--eu")).Error);
    }

    [Fact]
    public async Task A_lineage_is_drawn_and_a_transformation_made_again()
    {
        await StoryAsync();
        var drawn = await TheCommand.RunAsync("data", "lineage", At("greek.json"), At("web.json"), At("filter.json"), "--svg", At("lineage.svg"));
        Assert.Equal(0, drawn.Exit);
        Assert.Contains("└─ web", drawn.Out);
        Assert.Contains("filter/v1", drawn.Out);
        Assert.StartsWith("<svg", File.ReadAllText(At("lineage.svg")), StringComparison.Ordinal);
        string seed = new('7', 64);
        string[] asked = ["data", "remake", At("filter.json"), "--commitment", At("web.json"), "--commitment", At("greek.json"), "--seed", seed, "--samples", "20", "--samples-file", At("samples")];
        var taken = await TheCommand.RunAsync([.. asked, "--input", At("web.jsonl"), "--output", At("greek.jsonl")]);
        Assert.Equal((0, true), (taken.Exit, taken.Out.StartsWith("ACCEPT", StringComparison.Ordinal)));
        Assert.Equal(0, (await TheCommand.RunAsync(asked)).Exit);
        asked[8] = new('8', 64);
        var other = await TheCommand.RunAsync(asked);
        Assert.Equal(1, other.Exit);
        Assert.Contains("data.lineage.sample", other.Out);
    }

    [Fact]
    public async Task A_near_duplicate_is_found_and_its_evidence_verified()
    {
        await StoryAsync();
        var made = await TheCommand.RunAsync("data", "near", "index", At("web.jsonl"), "--index", At("index"));
        Assert.Equal(0, made.Exit);
        File.WriteAllText(At("query"), """{"n":12,"lang":"en","text":"record number 12 of the web and some more words of mine"}""");
        var found = await TheCommand.RunAsync("data", "near", "find", At("query"), "--index", At("index"), "--data", At("web.jsonl"), "--evidence", At("evidence"), "--most", "1");
        Assert.Equal(0, found.Exit);
        Assert.StartsWith("record 12:", found.Out, StringComparison.Ordinal);
        NearDuplicateIndex.Open(At("index"), out var index);
        using (index) File.WriteAllBytes(At("near.json"), NearDuplicateStatement.Of(Sha256.Hash([]), index!.Facts, "counterfoil 0.1.0").Sign("web", signer).EncodeJson());
        File.WriteAllText(At("record"), File.ReadLines(At("web.jsonl")).ElementAt(12));
        var verified = await TheCommand.RunAsync("data", "near", "verify", At("evidence"), "--statement", At("near.json"), "--committed-record", At("record"), "--query", At("query"));
        Assert.Equal((0, true), (verified.Exit, verified.Out.Contains("exactly", StringComparison.Ordinal)));
        Assert.Equal(1, (await TheCommand.RunAsync("data", "near", "verify", At("evidence"), "--statement", At("near.json"), "--committed-record", At("query"))).Exit);
    }

    [Fact]
    public async Task Licences_answer_what_a_mixture_allows()
    {
        File.WriteAllText(At("robots.txt"), "user-agent: examplebot\ndisallow: /art/\n");
        var yes = await TheCommand.RunAsync("data", "licences", "a=CC-BY-4.0", "b=MIT OR GPL-3.0-only", "--use", "training", "--use", "commercial");
        Assert.Equal(0, yes.Exit);
        var no = await TheCommand.RunAsync("data", "licences", "a=CC-BY-4.0", "--use", "training", "--robots", At("robots.txt"), "--agent", "ExampleBot", "--path", "/art/1");
        Assert.Equal(1, no.Exit);
        Assert.Contains("line 2: disallow: /art/", no.Out);
        Assert.Contains("data.licence.expression", (await TheCommand.RunAsync("data", "licences", "MIT AND")).Error);
    }
}
