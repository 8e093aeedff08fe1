using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Data.Lineage;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data lineage</c>: draws what was made from what.</summary>
static class LineageCommand
{
    public static Command Create()
    {
        var statements = new Argument<string[]>("statements") { Description = "Signed statements: commitments to datasets, and transformations between them", Arity = ArgumentArity.OneOrMore };
        var signers = Signers();
        var svg = new Option<string?>("--svg") { Description = "Writes the drawing as SVG to this file" };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("lineage", "Draws the graph of datasets, after checking that it is one") { statements, signers, svg, json };
        command.SetAction(parsed =>
        {
            var graph = StatementFiles.Read(parsed.GetValue(statements)!, parsed.GetValue(signers) ?? []).Graph();
            if (parsed.GetValue(svg) is { } path) File.WriteAllText(path, LineageDrawing.Svg(graph));
            if (parsed.GetValue(json)) Console.Out.WriteLine(Json(graph).ToJsonString(Indented));
            else Console.Out.Write(LineageDrawing.Tree(graph));
            return ExitCode.Yes;
        });
        return command;
    }

    public static Option<string[]> Signers() => new("--signer") { Description = "A public key whose signatures are trusted; may be given again. Without it signatures are not checked" };

    public static System.Text.Json.JsonSerializerOptions Indented { get; } = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static JsonObject Json(LineageGraph graph) => new()
    {
        ["datasets"] = new JsonArray([.. graph.Nodes.Select(n => (JsonNode)new JsonObject
        {
            ["statement"] = n.Statement.ToString(), ["name"] = n.Commitment.Name, ["records"] = n.Commitment.Records, ["bytes"] = n.Commitment.Bytes, ["licence"] = n.Commitment.Licence, ["orderedRoot"] = n.Commitment.OrderedRoot.ToString(),
            ["parents"] = new JsonArray([.. n.Commitment.Parents.Select(p => (JsonNode)p.ToString())]),
            ["operation"] = n.MadeBy?.Operation, ["parameters"] = n.MadeBy?.Parameters, ["toolDigest"] = n.MadeBy?.ToolDigest.ToString(),
        })]),
        ["results"] = new JsonArray([.. graph.Results.Select(n => (JsonNode)n.Statement.ToString())]),
    };
}
