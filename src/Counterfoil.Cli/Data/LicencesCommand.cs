using System.CommandLine;
using System.Text.Json.Nodes;
using Counterfoil.Data.Licences;
using Counterfoil.Data.Licences.Credentials;
using Counterfoil.Data.Licences.OptOuts;

namespace Counterfoil.Cli.Data;

/// <summary><c>counterfoil data licences</c>: what a mixture of sources allows, and why.</summary>
static class LicencesCommand
{
    public static Command Create()
    {
        var sources = new Argument<string[]>("sources") { Description = "Each a licence expression, or name=expression", Arity = ArgumentArity.OneOrMore };
        var uses = new Option<string[]>("--use") { Description = "What is asked: training, commercial, redistribution, derivatives; may be given again" };
        var policy = new Option<string?>("--policy") { Description = "A licence policy; the one of this program unless told" };
        var robots = new Option<string?>("--robots") { Description = "The sources' robots.txt" };
        var ai = new Option<string?>("--ai-txt") { Description = "The sources' ai.txt" };
        var tdm = new Option<string?>("--tdmrep") { Description = "The sources' tdmrep.json" };
        var agent = new Option<string>("--agent") { Description = "The crawler's product token", DefaultValueFactory = _ => "*" };
        var path = new Option<string>("--path") { Description = "The path that was fetched", DefaultValueFactory = _ => "/" };
        var picture = new Option<string[]>("--picture") { Description = "A JPEG or PNG of the sources; its embedded credentials are read" };
        var show = new Option<bool>("--show-policy") { Description = "Prints the policy itself, to be changed and passed with --policy" };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var command = new Command("licences", "What sources allow together, with reasons; exit 1 where they do not allow what is asked") { sources, uses, policy, robots, ai, tdm, agent, path, picture, show, json };
        command.SetAction(parsed =>
        {
            var applied = Policy(parsed.GetValue(policy));
            if (parsed.GetValue(show))
            {
                StatementFiles.Write(null, applied.Bytes.ToArray());
                return ExitCode.Yes;
            }
            var optOuts = new List<OptOut>();
            if (parsed.GetValue(robots) is { } r) optOuts.Add(RobotsTxt.Parse(StatementFiles.ReadFile(r)).Ask(parsed.GetValue(agent)!, parsed.GetValue(path)!));
            if (parsed.GetValue(ai) is { } a) optOuts.Add(RobotsTxt.Parse(StatementFiles.ReadFile(a), "ai.txt").Ask(parsed.GetValue(agent)!, parsed.GetValue(path)!));
            if (parsed.GetValue(tdm) is { } t)
            {
                TdmReservation.OfFile(StatementFiles.ReadFile(t), parsed.GetValue(path)!, out var answer).Require();
                optOuts.Add(answer!);
            }
            var credentials = new JsonArray();
            foreach (string file in parsed.GetValue(picture) ?? []) Picture(file, optOuts, credentials, parsed.GetValue(json));
            return Answer(applied, parsed.GetValue(sources)!, parsed.GetValue(uses) ?? [], optOuts, credentials, parsed.GetValue(json));
        });
        return command;
    }

    public static LicencePolicy Policy(string? path)
    {
        if (path is null) return LicencePolicy.Default;
        LicencePolicy.Decode(StatementFiles.ReadFile(path), out var policy).Require();
        return policy!;
    }

    static void Picture(string file, List<OptOut> optOuts, JsonArray told, bool json)
    {
        ContentCredentials.Read(StatementFiles.ReadFile(file), out var found).Require();
        if (found is null)
        {
            if (!json) Console.Out.WriteLine($"{file}: no credentials that speak of training or mining");
            return;
        }
        optOuts.AddRange(found.OptOuts);
        told.Add((JsonNode)new JsonObject
        {
            ["file"] = file, ["signer"] = found.Signer, ["assertion"] = found.Assertion.ToString(), ["signature"] = found.Signature.ToString(), ["binding"] = found.Binding.ToString(),
            ["entries"] = new JsonArray([.. found.Entries.Select(e => (JsonNode)new JsonObject { ["assertion"] = e.Assertion, ["use"] = e.Use, ["answer"] = e.Answer.ToString() })]),
        });
        if (json) return;
        foreach (var entry in found.Entries) Console.Out.WriteLine($"{file}: {entry.Assertion} {entry.Use}: {entry.Answer}");
        Console.Out.WriteLine($"  named by the claim: {found.Assertion}; signed by the key in its certificate ({found.Signer ?? "none"}): {found.Signature}; about this file: {found.Binding}");
        Console.Out.WriteLine("  whose certificate that is, its validity and any time stamp are not looked at");
    }

    static int Answer(LicencePolicy policy, string[] texts, string[] names, List<OptOut> optOuts, JsonArray credentials, bool json)
    {
        var sources = texts.Select(text =>
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            LicenceExpression.Parse(equals < 0 ? text : text[(equals + 1)..], out var licence).Require();
            return new LicencedSource(equals < 0 ? text : text[..equals], licence!, [.. optOuts]);
        });
        var asked = names.Aggregate(LicensedUses.None, (all, name) => all | (LicencePolicy.Use(name) ?? throw new UsageException($"'{name}' is no use that a policy knows", "training, commercial, redistribution or derivatives")));
        var mixture = LicenceMixture.Of(policy, sources);
        var verdict = mixture.Allows(asked);
        if (json)
            Console.Out.WriteLine(new JsonObject
            {
                ["policy"] = policy.Digest.ToString(), ["verdict"] = verdict.ToString().Split(' ')[0], ["reason"] = verdict.IsAccepted ? null : verdict.ToString(), ["credentials"] = credentials,
                ["options"] = new JsonArray([.. mixture.Options.Select(o => (JsonNode)new JsonObject { ["permits"] = new JsonArray([.. LicencePolicy.Names(o.Permits).Select(n => (JsonNode)n)]), ["duties"] = new JsonArray([.. o.Duties.Select(d => (JsonNode)d)]) })]),
                ["sources"] = new JsonArray([.. mixture.Sources.Select(s => (JsonNode)new JsonObject { ["name"] = s.Source.Name, ["licence"] = s.Source.Licence.ToString(), ["reasons"] = new JsonArray([.. s.Reasons.Select(r => (JsonNode)r)]) })]),
            }.ToJsonString(LineageCommand.Indented));
        else
        {
            foreach (var source in mixture.Sources)
            {
                Console.Out.WriteLine($"{source.Source.Name}: {source.Source.Licence}");
                foreach (string reason in source.Reasons) Console.Out.WriteLine($"  {reason}");
            }
            foreach (var option in mixture.Options) Console.Out.WriteLine($"together: {option}");
            Console.Out.WriteLine($"under policy {policy.Digest}: a reading of licences, and no legal advice");
            if (asked != LicensedUses.None) Console.Out.WriteLine(verdict.ToString());
        }
        return ExitCode.Of(verdict);
    }
}
