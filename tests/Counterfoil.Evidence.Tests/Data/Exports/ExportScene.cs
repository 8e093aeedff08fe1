using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Counterfoil.Core.Attestation;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data.Exports;
using Counterfoil.Evidence.Predicates;
using DatasetCommitted = Counterfoil.Evidence.Predicates.DatasetCommitment;
using Sha256 = Counterfoil.Core.Digests.Sha256;

namespace Counterfoil.Tests.Data.Exports;

/// <summary>Three datasets, one made from the other two, a model trained on it, and what their provider says.</summary>
static class ExportScene
{
    public const string Tool = "counterfoil 0.1.0";

    public static Sha256Digest Digest(string name) => Sha256.Hash(Encoding.UTF8.GetBytes(name));

    static (CommittedDataset Dataset, Envelope Envelope) Committed(string name, string licence, params Sha256Digest[] parents)
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        var envelope = LinkStatement.Sign(name, new DatasetCommitted(name, "jsonl/v1", 12_345, 678_901, Digest($"root {name}"), Digest($"sorted {name}"), licence, [.. parents], Tool, DateTimeOffset.UnixEpoch.AddDays(20_000)), signer);
        Assert.Equal(Verdict.Accept, CommittedDataset.Decode(envelope.EncodeJson(), out var dataset));
        return (dataset!, envelope);
    }

    public static readonly (CommittedDataset Dataset, Envelope Envelope) Web = Committed("web crawl", "CC-BY-4.0"), Books = Committed("books <&> \"old\"", "CC0-1.0 OR MIT"), Bare = Committed("bare", "NOASSERTION");
    public static readonly (CommittedDataset Dataset, Envelope Envelope) Mixed = Committed("mixture", "LicenseRef-mixture", Web.Dataset.Statement, Books.Dataset.Statement);
    public static readonly ImmutableArray<CommittedDataset> All = [Mixed.Dataset, Web.Dataset, Books.Dataset];
    public static readonly ImmutableArray<DatasetFile> Files =
        [new("part 1/train.jsonl", Digest("file"), 678_901, DatasetFile.MediaTypeOf("train.jsonl"), Members: [new("n", "Integer"), new("text", "Text")]), new("more.jsonl", Digest("more"), 12, DatasetFile.MediaTypeOf("more.jsonl"), Members: [new("text", "Text"), new("n", "Float")])];

    public static AboutData About()
    {
        Assert.Equal(Verdict.Accept, AboutData.Decode(Encoding.UTF8.GetBytes("""
            {"description":"Text for a small model","url":"https://data.example/mixture","creator":"Example ΑΕ","datePublished":"2026-11-24","version":"1.2.0","citeAs":"@misc{mixture}","kinds":["text"],
             "sources":{"web crawl":"crawled"},"fields":{"1.1a":"Example ΑΕ, Αθήνα, data@example.eu","2.3h":"a.example","2.4a":"No.","2.4b":"no"},
             "model":{"version":"3.1.0","licence":"Apache-2.0","url":"https://models.example/m","supplier":"Example ΑΕ","released":"2026-11-25","type":"multilayer perceptron","limitation":"English alone"}}
            """), out var about));
        return about!;
    }

    public static Envelope Run(Sha256Digest dataset)
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        return LinkStatement.Sign("weights.onnx", new TrainingRun(new(TrainingRun.BuildType, new(Digest("recipe"), [784, 128, 10], 30, 32, "20000e-6", 1), new(dataset, null, null, Digest("batches"), 8430), []),
            new(new("urn:counterfoil:trainer:0.1.0"), new(DateTimeOffset.UnixEpoch.AddDays(20_001), DateTimeOffset.UnixEpoch.AddDays(20_002)))), signer, Digest("onnx"));
    }

    public static Envelope Model(Sha256Digest? run, string onnx = "onnx")
    {
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        return LinkStatement.Sign("mlp", new ModelCommitment(run, "mlp", default, default, default, Digest(onnx), Digest("committed"), Digest("registration"), "uint8-shift1/v1", true, new(1000, 852)), signer);
    }

    public static (CommittedModel Model, Envelope Run, Envelope Statement) Trained()
    {
        var run = Run(Mixed.Dataset.Statement);
        var statement = Model(run.PayloadDigest);
        Assert.Equal(Verdict.Accept, CommittedModel.Find(Mixed.Dataset, [statement, run], out var model));
        return (model!, run, statement);
    }

    /// <summary>A place in a statement of ours, or in the provider's file, is a value there.</summary>
    public static void Resolves(string place)
    {
        var parts = place.Split('#');
        if (parts.Length == 1 || place.Contains("signatures", StringComparison.Ordinal)) return;
        var (_, run, model) = Trained();
        JsonNode? at = new[] { Web.Envelope, Books.Envelope, Bare.Envelope, Mixed.Envelope, run, model }.Where(e => parts[0] == $"sha256:{e.PayloadDigest}").Select(e => JsonNode.Parse(e.Payload.Span)).FirstOrDefault();
        if (at is null)
        {
            Assert.Equal($"sha256:{About().Digest}", parts[0]);
            return;
        }
        foreach (string step in parts[1][1..].Split('/')) at = at is JsonArray list ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : at![step];
        Assert.NotNull(at);
    }
}
