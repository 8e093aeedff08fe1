using System.Collections.Immutable;
using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Counterfoil.Core.Digests;
using Counterfoil.Data.Exports;
using Counterfoil.Data.Exports.TrainingSummary;
using Counterfoil.Data.Licences;
using Counterfoil.Data.Licences.OptOuts;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data report</c>: committed facts in the formats that others read.</summary>
static class ReportCommand
{
    const string Formats = "--eu, --croissant, --spdx, --cyclonedx, --in-toto or --model-signing";

    public static Command Create()
    {
        var statement = new Argument<string>("statement") { Description = "The signed commitment of the dataset" };
        var others = new Option<string[]>("--with") { Description = "A signed statement: of a dataset it was made from, a transformation, a reading of licences and opt-outs, a training run, a model; may be given again" };
        var signers = LineageCommand.Signers();
        var files = new Option<string[]>("--file") { Description = "A file or folder of the dataset; may be given again" };
        var about = new Option<string?>("--about") { Description = "What the provider states, in JSON (docs/exports.md)" };
        var policy = new Option<string?>("--licence-policy") { Description = "The licence policy to apply; the one of this program unless told" };
        var eu = new Option<bool>("--eu") { Description = "The EU summary of training content" };
        var formats = ((string Name, string What)[])[("--croissant", "Croissant 1.1"), ("--spdx", "SPDX 3.0.1"), ("--cyclonedx", "CycloneDX 1.7"), ("--in-toto", "An in-toto statement about the files"), ("--model-signing", "What OpenSSF Model Signing verifies")];
        var options = formats.Select(f => new Option<bool>(f.Name) { Description = f.What }).ToList();
        var html = new Option<bool>("--html") { Description = "The EU summary as a page" };
        var pdf = new Option<bool>("--pdf") { Description = "The EU summary as PDF" };
        var json = new Option<bool>("--json") { Description = "The EU summary as JSON; the other formats are JSON anyway" };
        var key = new Option<string?>("--key") { Description = "An EC private key in PEM that signs for --model-signing; without it the statement is written unsigned" };
        var output = new Option<string?>("--out") { Description = "The file to write; stdout unless told" };
        var command = new Command("report", "Writes committed facts in a format that others read: " + Formats) { statement, others, signers, files, about, policy, eu, html, pdf, json, key, output };
        foreach (var option in options) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var chosen = options.Where(o => parsed.GetValue(o)).Select(o => o.Name).ToList();
            if (chosen.Count + (parsed.GetValue(eu) ? 1 : 0) != 1) throw new UsageException($"one format is needed, and {chosen.Count + (parsed.GetValue(eu) ? 1 : 0)} are given", Formats);
            var read = StatementFiles.Read([parsed.GetValue(statement)!, .. parsed.GetValue(others) ?? []], parsed.GetValue(signers) ?? []);
            if (read.Datasets.Length == 0) throw new UsageException($"{parsed.GetValue(statement)} commits to no dataset", "counterfoil data commit writes such statements");
            var said = AboutData.Nothing;
            if (parsed.GetValue(about) is { } aboutPath)
            {
                AboutData.Decode(StatementFiles.ReadFile(aboutPath), out var decoded).Require();
                said = decoded!;
            }
            CommittedModel.Find(read.Datasets[0], read.Models, out var model).Require();
            string? to = parsed.GetValue(output);
            if (parsed.GetValue(eu)) return Summary(read, model, said, LicencesCommand.Policy(parsed.GetValue(policy)), parsed.GetValue(html), parsed.GetValue(pdf), parsed.GetValue(json), to);
            string[] paths = parsed.GetValue(files) ?? [];
            var document = chosen[0] switch
            {
                "--croissant" => Croissant.Write(read.Datasets[0], said, StatementFiles.Hash(paths, withMembers: true), read.Transformations.FirstOrDefault(t => t.Output.Statement == read.Datasets[0].Statement)),
                "--spdx" => Spdx.Write(read.Datasets, model, said, StatementFiles.Hash(paths), Product.Tool),
                "--cyclonedx" => CycloneDx.Write(read.Datasets, model, said, StatementFiles.Hash(paths), Product.Tool),
                "--in-toto" => InToto.Write(read.Datasets[0], StatementFiles.Hash(paths), Product.Tool),
                _ => Signed(read.Datasets[0], StatementFiles.Hash(paths), parsed.GetValue(key), to),
            };
            StatementFiles.Write(to, Encoding.UTF8.GetBytes(document.ToJsonString(LineageCommand.Indented) + "\n"));
            return ExitCode.Yes;
        });
        return command;
    }

    static JsonObject Signed(CommittedDataset dataset, ImmutableArray<DatasetFile> files, string? keyPath, string? to)
    {
        if (files.Length == 0) throw new UsageException("--model-signing is about files, and none is given", "pass the dataset's folder with --file");
        var statement = ModelSigning.Write(dataset.Commitment.Name, files.Where(f => f.Name != Path.GetFileName(to)), to is null ? [] : [Path.GetFileName(to)]);
        if (keyPath is null) return statement;
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(Encoding.ASCII.GetString(StatementFiles.ReadFile(keyPath)));
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            throw new UsageException($"{keyPath} is no EC private key in PEM", "openssl ecparam -name prime256v1 -genkey -noout makes one");
        }
        return ModelSigning.Sign(statement, key);
    }

    static int Summary(StatementFiles read, CommittedModel? model, AboutData about, LicencePolicy policy, bool html, bool pdf, bool json, string? to)
    {
        if (html && pdf) throw new UsageException("--html and --pdf are two files", "give the command twice");
        // Joined first: what does not join is no lineage, and is not reported as one.
        var graph = read.Graph();
        var ancestry = graph.Ancestry(read.Datasets[0].Statement).Select(n => n.Statement).ToHashSet();
        ImmutableArray<CommittedDataset> datasets = [.. read.Datasets.Where(d => ancestry.Contains(d.Statement)).DistinctBy(d => d.Statement)];
        var facts = new SummaryFacts(datasets, about, Product.Tool) { Model = model, Transformations = [.. read.Transformations.Where(t => ancestry.Contains(t.Output.Statement))], Readings = Readings(read, ancestry, policy) };
        var summary = FilledSummary.Fill(facts with { Mixture = LicenceMixture.Of(policy, facts.Sources.Select(s => Licenced(s, facts))) });
        if (pdf && to is null && !Console.IsOutputRedirected) throw new UsageException("a PDF is no text for a terminal", "pass --out FILE");
        if (pdf) StatementFiles.Write(to, SummaryPdf.Write(summary));
        else if (html) StatementFiles.Write(to, Encoding.UTF8.GetBytes(SummaryHtml.Write(summary)));
        else if (json) StatementFiles.Write(to, Encoding.UTF8.GetBytes(summary.ToJson().ToJsonString(LineageCommand.Indented) + "\n"));
        else
        {
            var text = new StringBuilder();
            foreach (var field in summary.Fields)
            {
                text.Append($"{field.Field.Number,-7} {field.Field.Title}\n");
                foreach (var statement in field.Statements) text.Append($"        {FilledSummary.Word(statement.Evidence)}: {statement.Text}\n{string.Concat(statement.Places.Select(p => $"          {p}\n"))}");
            }
            StatementFiles.Write(to, Encoding.UTF8.GetBytes(text.ToString()));
        }
        return ExitCode.Yes;
    }

    /// <summary>A source with the opt-outs that were read for it, or for a dataset that was made from it.</summary>
    static LicencedSource Licenced(CommittedDataset source, SummaryFacts facts)
    {
        LicenceExpression.Parse(source.Commitment.Licence, out var licence).Require();
        var optOuts = facts.Readings.SelectMany(r => r.Report.Sources.Where(s => r.Report.Dataset == source.Statement || s.Name == source.Commitment.Name)).SelectMany(s => s.OptOuts);
        return new(source.Commitment.Name, licence!, [.. optOuts.Select(o => new OptOut(o.Kind, o.Answer, o.Place, o.Evidence))]);
    }

    /// <summary>The readings that are about datasets of this lineage; each result is recomputed where its policy is at hand.</summary>
    static ImmutableArray<SignedReading> Readings(StatementFiles read, HashSet<Sha256Digest> ancestry, LicencePolicy policy)
    {
        foreach (var reading in read.Readings)
        {
            if (!ancestry.Contains(reading.Report.Dataset)) throw new UsageException($"a reading is about the dataset {reading.Report.Dataset}, which is not this one and none it was made from", "counterfoil data licences --dataset names the dataset");
            // A result by another policy is not this one's; the opt-outs in it stand as they were read.
            if (reading.Report.Policy == policy.Digest) reading.Report.Verify(policy).Require();
            else Terminal.Notes.WriteLine($"counterfoil: the reading {reading.Statement} is by the policy {reading.Report.Policy}: its opt-outs are taken, its result is not");
        }
        return read.Readings;
    }
}
