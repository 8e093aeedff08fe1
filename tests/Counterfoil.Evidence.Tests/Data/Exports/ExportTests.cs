using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Exports;
using Counterfoil.Data.Exports.TrainingSummary;
using Counterfoil.Data.Licences;
using Counterfoil.Data.Licences.OptOuts;
using Counterfoil.Data.Lineage;
using Counterfoil.Evidence.Predicates;
using DatasetCommitted = Counterfoil.Evidence.Predicates.DatasetCommitment;
using Sha256 = Counterfoil.Core.Digests.Sha256;

namespace Counterfoil.Tests.Data.Exports;

/// <summary>Each format has what its specification requires, and whatever it says points at where that stands.</summary>
public sealed class ExportTests
{
    static Sha256Digest Digest(string name) => Sha256.Hash(Encoding.UTF8.GetBytes(name));

    static string Check(Verdict verdict) => verdict is Verdict.Rejected { Reason.Check: var check } ? check.Id : verdict.ToString();

    static (CommittedDataset Dataset, Envelope Envelope) Committed(string name, string licence, params Sha256Digest[] parents)
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        var envelope = LinkStatement.Sign(name, new DatasetCommitted(name, "jsonl/v1", 12_345, 678_901, Digest($"root {name}"), Digest($"sorted {name}"), licence, [.. parents], "counterfoil 0.1.0", DateTimeOffset.UnixEpoch.AddDays(20_000)), signer);
        Assert.Equal(Verdict.Accept, CommittedDataset.Decode(envelope.EncodeJson(), out var dataset));
        return (dataset!, envelope);
    }

    static readonly (CommittedDataset Dataset, Envelope Envelope) Web = Committed("web crawl", "CC-BY-4.0"), Books = Committed("books <&> \"old\"", "CC0-1.0 OR MIT");
    static readonly (CommittedDataset Dataset, Envelope Envelope) Mixed = Committed("mixture", "LicenseRef-mixture", Web.Dataset.Statement, Books.Dataset.Statement);
    static readonly ImmutableArray<CommittedDataset> All = [Mixed.Dataset, Web.Dataset, Books.Dataset];
    static readonly ImmutableArray<DatasetFile> Files = [new("train.jsonl", Digest("file"), 678_901, DatasetFile.MediaTypeOf("train.jsonl"))];

    static AboutData About()
    {
        Assert.Equal(Verdict.Accept, AboutData.Decode(Encoding.UTF8.GetBytes("""
            {"description":"Text for a small model","url":"https://data.example/mixture","creator":"Example ΑΕ","datePublished":"2026-11-24","kinds":["text"],
             "sources":{"web crawl":"crawled"},"fields":{"1.1.1":"Example ΑΕ, Αθήνα, data@example.eu","2.3.5":"a.example"}}
            """), out var about));
        return about!;
    }

    /// <summary>A place in a statement of ours, or in the provider's file, is a value there.</summary>
    static void Resolves(string place)
    {
        var parts = place.Split('#');
        if (parts.Length == 1 || place.Contains("signatures", StringComparison.Ordinal)) return;
        JsonNode? at = new[] { Web, Books, Mixed }.Where(d => parts[0] == $"sha256:{d.Dataset.Statement}").Select(d => JsonNode.Parse(d.Envelope.Payload.Span)).FirstOrDefault();
        if (at is null)
        {
            Assert.Equal($"sha256:{About().Digest}", parts[0]);
            return;
        }
        foreach (string step in parts[1][1..].Split('/')) at = at![step];
        Assert.NotNull(at);
    }

    [Fact]
    public void Croissant_has_what_version_1_1_requires()
    {
        foreach (var about in (AboutData[])[About(), AboutData.Nothing])
        {
            var document = Croissant.Write(Mixed.Dataset, about, Files);
            // "Required" of the specification's tables for Dataset, FileObject, RecordSet, Field.
            foreach (string required in (string[])["@context", "@type", "conformsTo", "description", "license", "name", "url", "creator", "datePublished"]) Assert.NotNull(document[required]);
            Assert.Equal(("sc:Dataset", "http://mlcommons.org/croissant/1.1"), ((string?)document["@type"], (string?)document["conformsTo"]));
            Assert.Equal("https://schema.org/", (string?)document["@context"]!["@vocab"]);
            Assert.Equal("http://mlcommons.org/croissant/", (string?)document["@context"]!["cr"]);
            Assert.Equal("dct:conformsTo", (string?)document["@context"]!["conformsTo"]);
            var file = document["distribution"]![0]!;
            foreach (string required in (string[])["@type", "@id", "name", "contentUrl", "encodingFormat", "sha256"]) Assert.NotNull(file[required]);
            var field = document["recordSet"]![0]!["field"]![0]!;
            foreach (string required in (string[])["@type", "@id", "dataType", "source"]) Assert.NotNull(field[required]);
            Assert.Equal((string?)file["@id"], (string?)field["source"]!["fileObject"]!["@id"]);
            foreach (var (_, place) in document["cf:evidence"]!.AsObject()) Resolves((string)place!);
            Assert.Equal(2, document["prov:wasDerivedFrom"]!.AsArray().Count);
        }
        Assert.Equal("https://spdx.org/licenses/CC-BY-4.0", (string?)Croissant.Write(Web.Dataset, AboutData.Nothing, [])["license"]);
    }

    [Fact]
    public void SPDX_has_what_its_Dataset_profile_requires_and_every_reference_has_its_element()
    {
        var graph = Spdx.Write(All, About(), Files, "counterfoil 0.1.0")["@graph"]!.AsArray();
        var ids = graph.Select(e => (string?)e!["spdxId"]).Where(i => i is not null).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        foreach (var package in graph.Where(e => (string?)e!["type"] == "dataset_DatasetPackage"))
        {
            foreach (string required in (string[])["name", "originatedBy", "software_downloadLocation", "software_primaryPurpose", "releaseTime", "builtTime", "dataset_datasetType"]) Assert.NotNull(package![required]);
            foreach (string licence in (string[])["hasDeclaredLicense", "hasConcludedLicense"])
                Assert.Single(graph, e => (string?)e!["relationshipType"] == licence && (string?)e["from"] == (string?)package!["spdxId"]);
        }
        foreach (var relationship in graph.Where(e => (string?)e!["type"] == "Relationship"))
            foreach (string? end in relationship!["to"]!.AsArray().Select(t => (string?)t).Append((string?)relationship["from"])) Assert.Contains(end, ids);
        var document = Assert.Single(graph, e => (string?)e!["type"] == "SpdxDocument")!;
        Assert.Equal(ids.Where(i => i != (string?)document["spdxId"]).Order(), document["element"]!.AsArray().Select(e => (string?)e).Order());
        foreach (var annotation in graph.Where(e => (string?)e!["type"] == "Annotation"))
            foreach (var (_, place) in JsonNode.Parse((string)annotation!["statement"]!)!.AsObject()) Resolves((string)place!);
    }

    [Fact]
    public void CycloneDX_names_each_dataset_once_and_its_lineage()
    {
        var bill = CycloneDx.Write(All, About(), Files, "counterfoil 0.1.0");
        Assert.Equal(("CycloneDX", "1.7"), ((string?)bill["bomFormat"], (string?)bill["specVersion"]));
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", (string)bill["serialNumber"]!);
        var components = bill["components"]!.AsArray().Append(bill["metadata"]!["component"]).ToList();
        Assert.All(components, c => Assert.Equal(("data", "dataset"), ((string?)c!["type"], (string?)c["data"]![0]!["type"])));
        Assert.Equal(components.Select(c => (string?)c!["bom-ref"]).Order(), bill["dependencies"]!.AsArray().Select(d => (string?)d!["ref"]).Order());
        Assert.Equal(2, bill["dependencies"]!.AsArray().Single(d => (string?)d!["ref"] == Mixed.Dataset.Urn)!["dependsOn"]!.AsArray().Count);
        foreach (var property in components.SelectMany(c => c!["properties"]!.AsArray()).Where(p => ((string)p!["name"]!).StartsWith("counterfoil:evidence:", StringComparison.Ordinal))) Resolves((string)property!["value"]!);
        Assert.Equal(bill.ToJsonString(), CycloneDx.Write(All, About(), Files, "counterfoil 0.1.0").ToJsonString());
    }

    [Fact]
    public void An_in_toto_statement_leads_from_a_file_to_the_commitment()
    {
        var statement = InToto.Write(Mixed.Dataset, Files, "counterfoil 0.1.0");
        Assert.Equal("https://in-toto.io/Statement/v1", (string?)statement["_type"]);
        Assert.Equal(Files[0].Sha256.ToString(), (string?)statement["subject"]![0]!["digest"]!["sha256"]);
        Assert.Equal(Mixed.Dataset.Statement.ToString(), (string?)statement["predicate"]!["references"]![0]!["digest"]!["sha256"]);
        Assert.Equal(Mixed.Dataset.Commitment.OrderedRoot.ToString(), (string?)InToto.Write(Mixed.Dataset, [], "x")["subject"]![0]!["digest"]!["counterfoilOrderedRoot"]);
    }

    [Fact]
    public void A_model_signature_verifies_by_the_tools_own_steps()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ImmutableArray<DatasetFile> files = [new("a-b", Digest("3"), 1, "x"), new("a/c", Digest("2"), 1, "x"), new("a/b", Digest("1"), 1, "x"), new("B", Digest("0"), 1, "x")];
        var bundle = JsonNode.Parse(ModelSigning.Sign(ModelSigning.Write("folder", files, "model.sig"), key).ToJsonString())!;
        // What model_signing does: the key by its hint, the signature over the encoding, the types, then the root over the resources as they are listed.
        Assert.Equal("application/vnd.dev.sigstore.bundle.v0.3+json", (string?)bundle["mediaType"]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n"))), (string?)bundle["verificationMaterial"]!["publicKey"]!["hint"]);
        byte[] payload = Convert.FromBase64String((string)bundle["dsseEnvelope"]!["payload"]!), signature = Convert.FromBase64String((string)bundle["dsseEnvelope"]!["signatures"]![0]!["sig"]!);
        byte[] encoding = [.. Encoding.ASCII.GetBytes($"DSSEv1 28 application/vnd.in-toto+json {payload.Length} "), .. payload];
        Assert.True(key.VerifyData(encoding, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        var statement = JsonNode.Parse(payload)!;
        Assert.Equal(("https://in-toto.io/Statement/v1", "https://model_signing/signature/v1.0"), ((string?)statement["_type"], (string?)statement["predicateType"]));
        var resources = statement["predicate"]!["resources"]!.AsArray();
        Assert.Equal(["B", "a/b", "a/c", "a-b"], resources.Select(r => (string?)r!["name"]));
        var joined = resources.SelectMany(r => Convert.FromHexString((string)r!["digest"]!)).ToArray();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(joined)), (string?)Assert.Single(statement["subject"]!.AsArray())!["digest"]!["sha256"]);
        Assert.Equal("files", (string?)statement["predicate"]!["serialization"]!["method"]);
    }

    static FilledSummary Summary(AboutData about)
    {
        LicenceExpression.Parse("CC-BY-4.0", out var licence);
        var mixture = LicenceMixture.Of(LicencePolicy.Default, [new("web crawl", licence!, [new("robots.txt", OptOutAnswer.Reserved, "line 2", Digest("robots"))])]);
        TransformedDataset Node(CommittedDataset d) => new(d.Statement, d.Commitment.OrderedRoot, d.Commitment.Records);
        return FilledSummary.Fill(All, [new([Node(Web.Dataset), Node(Books.Dataset)], Node(Mixed.Dataset), "concatenate/v1", "", Digest("tool"), "test")], about, mixture, "counterfoil 0.1.0");
    }

    [Fact]
    public void Every_field_of_the_summary_says_what_it_rests_on()
    {
        var summary = Summary(About());
        Assert.Equal(SummaryTemplate.Fields, summary.Fields.Select(f => f.Field));
        foreach (var statement in summary.Fields.SelectMany(f => f.Statements))
        {
            Assert.Equal(statement.Evidence == SummaryEvidence.NotStated, statement.Places.IsEmpty);
            Assert.Equal(statement.Evidence == SummaryEvidence.NotStated, statement.Text == "not stated by the provider");
            foreach (string place in statement.Places.Where(p => p.Contains('#', StringComparison.Ordinal))) Resolves(place);
        }
        FilledField Field(string number) => summary.Fields.Single(f => f.Field.Number == number);
        Assert.Equal(SummaryEvidence.Provider, Assert.Single(Field("1.1.1").Statements).Evidence);
        Assert.Equal(SummaryEvidence.NotStated, Assert.Single(Field("1.1.2").Statements).Evidence);
        Assert.Contains("12,345 records", Assert.Single(Field("1.3.2").Statements).Text);
        Assert.StartsWith("web crawl", Assert.Single(Field("2.3.4").Statements).Text, StringComparison.Ordinal);
        Assert.EndsWith("the provider does not say", Assert.Single(Field("2.6.1").Statements).Text, StringComparison.Ordinal);
        Assert.Contains("1 reserve training", Field("3.1.2").Statements[0].Text);
        Assert.Equal(SummaryTemplate.Fields.Length, Enum.GetValues<SummaryEvidence>().Sum(summary.Count));
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
        foreach (var field in SummaryTemplate.Fields) Assert.Contains($">{field.Number}<", html);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("null")]
    [InlineData("""{"more":1}""")]
    [InlineData("""{"sources":{"a":"stolen"}}""")]
    [InlineData("""{"fields":{"9.9.9":"x"}}""")]
    public void What_a_provider_states_in_another_form_is_refused(string json) => Assert.Equal("data.report.about", Check(AboutData.Decode(Encoding.UTF8.GetBytes(json), out _)));

    [Fact]
    public void A_statement_of_something_else_is_no_dataset()
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        var story = JsonNode.Parse(File.ReadAllText(Path.Combine(Surroundings.Root, "docs", "predicates", "guard-report.example.json")))!;
        Assert.Equal("data.report.statement", Check(CommittedDataset.Of(Envelope.Sign(StatementCodec.MediaType, Encoding.UTF8.GetBytes(story.ToJsonString()), signer), out _)));
    }
}
