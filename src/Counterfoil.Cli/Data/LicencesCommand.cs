using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Counterfoil.Data.Licences;
using Counterfoil.Data.Licences.Credentials;
using Counterfoil.Data.Licences.OptOuts;
using Counterfoil.Home;

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
        var head = new Option<string?>("--headers") { Description = "The fields of the HTTP response, as curl -D writes them" };
        var html = new Option<string?>("--html") { Description = "The page itself: its meta elements are read" };
        var agent = new Option<string>("--agent") { Description = "The crawler's product token", DefaultValueFactory = _ => "*" };
        var path = new Option<string>("--path") { Description = "The path that was fetched", DefaultValueFactory = _ => "/" };
        var picture = new Option<string[]>("--picture") { Description = "A JPEG or PNG of the sources; its embedded credentials are read" };
        var show = new Option<bool>("--show-policy") { Description = "Prints the policy itself, to be changed and passed with --policy" };
        var json = new Option<bool>("--json") { Description = "The same facts as JSON" };
        var dataset = new Option<string?>("--dataset") { Description = "The signed commitment of the dataset that these sources went into: the reading is written as a statement about it" };
        var key = new Option<string>("--key") { Description = "The key of the home that signs this statement", DefaultValueFactory = _ => "data" };
        var home = new Option<string>("--home") { Description = "The folder of keys", DefaultValueFactory = _ => HomeFolder.DefaultPath };
        var output = new Option<string?>("--out") { Description = "Where the statement is written" };
        var command = new Command("licences", "What sources allow together, with reasons; exit 1 where they do not allow what is asked") { sources, uses, policy, robots, ai, tdm, head, html, agent, path, picture, dataset, key, home, output, show, json };
        command.SetAction(parsed =>
        {
            var applied = Policy(parsed.GetValue(policy));
            if (parsed.GetValue(show))
            {
                StatementFiles.Write(null, applied.Bytes.ToArray());
                return ExitCode.Yes;
            }
            var optOuts = new List<OptOut>();
            if (parsed.GetValue(robots) is { } r)
            {
                var file = RobotsTxt.Parse(StatementFiles.ReadFile(r));
                optOuts.Add(file.Ask(parsed.GetValue(agent)!, parsed.GetValue(path)!));
                optOuts.Add(file.AskTrainingCrawlers(parsed.GetValue(path)!));
            }
            if (parsed.GetValue(ai) is { } a) optOuts.Add(RobotsTxt.Parse(StatementFiles.ReadFile(a), "ai.txt").Ask(parsed.GetValue(agent)!, parsed.GetValue(path)!));
            if (parsed.GetValue(tdm) is { } t)
            {
                TdmReservation.OfFile(StatementFiles.ReadFile(t), parsed.GetValue(path)!, out var answer).Require();
                optOuts.Add(answer!);
            }
            if (parsed.GetValue(head) is { } h) optOuts.AddRange(TdmReservation.OfHeaders(TdmReservation.Fields(Encoding.Latin1.GetString(StatementFiles.ReadFile(h))), parsed.GetValue(agent)!));
            if (parsed.GetValue(html) is { } page) optOuts.AddRange(TdmReservation.OfHtml(Encoding.UTF8.GetString(StatementFiles.ReadFile(page)), parsed.GetValue(agent)!));
            optOuts = [.. TdmReservation.Superseding(optOuts)];
            var credentials = new JsonArray();
            foreach (string file in parsed.GetValue(picture) ?? []) Picture(file, optOuts, credentials, parsed.GetValue(json));
            var mixture = LicenceMixture.Of(applied, Sources(parsed.GetValue(sources)!, optOuts));
            if (parsed.GetValue(dataset) is { } about)
            {
                if (parsed.GetValue(output) is not { } to) throw new UsageException("--dataset makes a statement, and there is nowhere to write it", "pass --out FILE");
                var read = StatementFiles.Read([about], []);
                if (read.Datasets is not [var one]) throw new UsageException($"{about} commits to no dataset", "counterfoil data commit writes such statements");
                File.WriteAllBytes(to, new HomeKey(parsed.GetValue(key)!, parsed.GetValue(home)!).Sign(signer => LicenceReport.Of(one.Statement, mixture, Product.Tool).Sign(one.Commitment.Name, signer)).EncodeJson());
            }
            return Answer(mixture, parsed.GetValue(uses) ?? [], credentials, parsed.GetValue(json));
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

    static IEnumerable<LicencedSource> Sources(string[] texts, List<OptOut> optOuts) => texts.Select(text =>
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        LicenceExpression.Parse(equals < 0 ? text : text[(equals + 1)..], out var licence).Require();
        return new LicencedSource(equals < 0 ? text : text[..equals], licence!, [.. optOuts]);
    });

    static int Answer(LicenceMixture mixture, string[] names, JsonArray credentials, bool json)
    {
        var asked = names.Aggregate(LicensedUses.None, (all, name) => all | (LicencePolicy.Use(name) ?? throw new UsageException($"'{name}' is no use that a policy knows", "training, commercial, redistribution or derivatives")));
        var verdict = mixture.Allows(asked);
        if (json)
            Console.Out.WriteLine(new JsonObject
            {
                ["policy"] = mixture.PolicyDigest.ToString(), ["verdict"] = verdict.ToString().Split(' ')[0], ["reason"] = verdict.IsAccepted ? null : verdict.ToString(), ["credentials"] = credentials,
                ["options"] = new JsonArray([.. mixture.Options.Select(o => (JsonNode)new JsonObject { ["permits"] = new JsonArray([.. LicencePolicy.Names(o.Permits).Select(n => (JsonNode)n)]), ["duties"] = new JsonArray([.. o.Duties.Select(d => (JsonNode)d)]) })]),
                ["sources"] = new JsonArray([.. mixture.Sources.Select(s => (JsonNode)new JsonObject { ["name"] = s.Source.Name, ["licence"] = s.Source.Licence.ToString(), ["optOuts"] = new JsonArray([.. s.Source.OptOuts.Select(o => (JsonNode)o.ToString())]), ["reasons"] = new JsonArray([.. s.Reasons.Select(r => (JsonNode)r)]) })]),
            }.ToJsonString(LineageCommand.Indented));
        else
        {
            foreach (var source in mixture.Sources)
            {
                Console.Out.WriteLine($"{source.Source.Name}: {source.Source.Licence}");
                foreach (string reason in source.Reasons) Console.Out.WriteLine($"  {reason}");
            }
            foreach (var option in mixture.Options) Console.Out.WriteLine($"together: {option}");
            Console.Out.WriteLine($"under policy {mixture.PolicyDigest}: a reading of licences, and no legal advice");
            if (asked != LicensedUses.None) Console.Out.WriteLine(verdict.ToString());
        }
        return ExitCode.Of(verdict);
    }
}
