using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Exports;
using static Counterfoil.Tests.Data.Exports.ExportScene;

namespace Counterfoil.Tests.Data.Exports;

/// <summary>in-toto and Model Signing as their verifiers read them, and what a provider states.</summary>
public sealed class ExportTests
{
    static string Check(Verdict verdict) => verdict is Verdict.Rejected { Reason.Check: var check } ? check.Id : verdict.ToString();

    [Fact]
    public void An_in_toto_statement_leads_from_a_file_to_the_commitment()
    {
        var statement = InToto.Write(Mixed.Dataset, Files, Tool);
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
        Assert.False((bool)statement["predicate"]!["serialization"]!["allow_symlinks"]!);
        Assert.All(resources, r => Assert.Equal("sha256", (string?)r!["algorithm"]));
    }

    [Fact]
    public void A_model_signature_leaves_out_what_a_verifier_passes_over()
    {
        // hashing.py: the paths of the signature's own list, and git's at the top, are not looked at; whatever else is in the folder must be signed.
        ImmutableArray<DatasetFile> files = [new(".git/config", Digest("1"), 1, "x"), new(".gitignore", Digest("2"), 1, "x"), new("a/.gitignore", Digest("3"), 1, "x"), new("model.sig", Digest("4"), 1, "x"), new("model.sig.txt", Digest("5"), 1, "x")];
        var predicate = ModelSigning.Write("folder", files, "model.sig")["predicate"]!;
        Assert.Equal(["a/.gitignore", "model.sig.txt"], predicate["resources"]!.AsArray().Select(r => (string?)r!["name"]));
        Assert.Equal(["model.sig", ".git", ".gitattributes", ".github", ".gitignore"], predicate["serialization"]!["ignore_paths"]!.AsArray().Select(p => (string?)p));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("null")]
    [InlineData("""{"more":1}""")]
    [InlineData("""{"sources":{"a":"stolen"}}""")]
    [InlineData("""{"fields":{"9.9a":"x"}}""")]
    [InlineData("""{"kinds":["smell"]}""")]
    [InlineData("""{"version":"1.2"}""")]
    [InlineData("""{"datePublished":"yesterday"}""")]
    [InlineData("""{"url":"data.example"}""")]
    [InlineData("""{"model":{"released":"2026-13-01"}}""")]
    public void What_a_provider_states_in_another_form_is_refused(string json) => Assert.Equal("data.report.about", Check(AboutData.Decode(Encoding.UTF8.GetBytes(json), out _)));

    [Fact]
    public void A_statement_of_something_else_is_no_dataset()
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        var story = JsonNode.Parse(File.ReadAllText(Path.Combine(Surroundings.Root, "docs", "predicates", "guard-report.example.json")))!;
        Assert.Equal("data.report.statement", Check(CommittedDataset.Of(Envelope.Sign(StatementCodec.MediaType, Encoding.UTF8.GetBytes(story.ToJsonString()), signer), out _)));
    }

    [Fact]
    public void A_model_belongs_to_a_dataset_by_a_training_run_on_it()
    {
        var run = Run(Mixed.Dataset.Statement);
        string Find(params Envelope[] statements) => Check(CommittedModel.Find(Mixed.Dataset, statements, out _));
        Assert.Equal("data.report.model", Find(Model(run.PayloadDigest)));
        Assert.Equal("data.report.model", Find(Model(null), run));
        Assert.Equal("data.report.model", Find(Model(run.PayloadDigest, "other weights"), run));
        var elsewhere = Run(Web.Dataset.Statement);
        Assert.Equal("data.report.model", Find(Model(elsewhere.PayloadDigest), elsewhere));
        Assert.Equal(Verdict.Accept, CommittedModel.Find(Mixed.Dataset, [run], out var none));
        Assert.Null(none);
    }

    [Fact]
    public void The_members_of_records_are_those_with_one_type_on_every_line()
    {
        string Of(string lines) => string.Join(", ", RecordMembers.OfJsonLines(new MemoryStream(Encoding.UTF8.GetBytes(lines))).Select(m => $"{m.Name} {m.DataType}"));
        Assert.Equal("n Float, s Text, b Boolean", Of("""{"n":1,"s":"x","deep":{},"two":1}""" + "\n\n" + """{"n":1.5,"s":null,"b":true,"deep":{},"two":"1"}""" + "\n"));
        Assert.Equal("", Of("[1]\n"));
        Assert.Equal("", Of("{\"a\":1}\nnothing\n"));
        Assert.Equal("", Of("{\"\\ud800\":1}\n"));
    }
}
