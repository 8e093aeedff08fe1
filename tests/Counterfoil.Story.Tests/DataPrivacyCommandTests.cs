using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Counterfoil.Core.Signing;
using Counterfoil.Evidence.Policies;
using Counterfoil.Home;

namespace Counterfoil.Story.Tests;

/// <summary><c>data delta</c>, <c>erase</c>, <c>lookup</c>, <c>transform</c> and <c>near</c> with a key of the home, and <c>verify</c> on what they write.</summary>
public sealed class DataPrivacyCommandTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-data").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string In(string name) => Path.Combine(folder, name);

    Task<Ran> Data(params string[] arguments) => TheCommand.RunAsync(["data", .. arguments]);

    static void Yes(Ran ran) => Assert.True(ran.Exit == 0, ran.Error + ran.Out);

    /// <summary>A policy that trusts the home's key "me" as "data".</summary>
    string Policy()
    {
        Assert.True(HomeFolder.OpenToWrite(In("home"), "test", TimeProvider.System, [KeyStore.Schema], out var home).IsAccepted);
        using (home)
        {
            Assert.True(KeyStore.Open(home!, null, RandomNumberGenerator.Create(), out var keys).IsAccepted);
            using (keys)
            {
                Assert.True(keys!.OpenOrCreateSigner("me", SignatureAlgorithm.Ed25519, out var signer).IsAccepted);
                using (signer) File.WriteAllBytes(In("policy"), new Policy(1, DateTimeOffset.UtcNow.AddDays(1), [new TrustedSigner("data", [signer!.PublicKey])], [], [], []).Encode());
            }
        }
        return In("policy");
    }

    string[] Key => ["--key", "me", "--home", In("home")];

    static IEnumerable<string> Lines(int count) => Enumerable.Range(0, count).Select(i => $$"""{"id":{{i}},"text":"record number {{i}} of the web and some more words of it"}""");

    [Fact]
    public async Task Records_that_are_opted_out_leave_by_a_signed_delta_and_nothing_else_moves()
    {
        File.WriteAllLines(In("set.jsonl"), Lines(30));
        Yes(await Data(["commit", In("set.jsonl"), "--out", In("set"), .. Key]));
        File.WriteAllText(In("gone"), Lines(30).ElementAt(7));
        File.WriteAllText(In("kept"), Lines(30).ElementAt(8));
        Assert.Equal(2, (await Data("delta", In("set"), "7")).Exit); // nobody signs
        Assert.Equal(2, (await Data(["delta", In("set"), In("policy.none"), .. Key])).Exit);
        var made = await Data(["delta", In("set"), In("gone"), "20", "--out", In("after"), "--json", .. Key]);
        Yes(made);
        using (var json = JsonDocument.Parse(made.Out)) Assert.Equal([7, 20], json.RootElement.GetProperty("removed").EnumerateArray().Select(p => p.GetInt64()));
        string policy = Policy();
        var verified = await TheCommand.RunAsync("verify", Path.Combine(In("after"), "delta"), "--policy", policy, "--before", In("set"));
        Assert.Equal((0, ""), (verified.Exit, verified.Error));
        Assert.Contains("exactly 2 places of 30", verified.Out);
        Assert.Contains("it begins where the signed statement", verified.Out);
        Assert.Equal(1, (await TheCommand.RunAsync("verify", Path.Combine(In("after"), "delta"), "--policy", policy, "--before", In("after"))).Exit);
        // Proofs go on from the folder after: the record is out, its neighbour in.
        Yes(await Data("absent", In("after"), In("gone"), "--out", In("out.proof")));
        Yes(await TheCommand.RunAsync("verify", In("out.proof"), "--record", In("gone"), "--policy", policy));
        Yes(await Data("prove", In("after"), In("kept"), "--out", In("in.proof")));
        Yes(await TheCommand.RunAsync("verify", In("in.proof"), "--record", In("kept"), "--policy", policy));
        File.WriteAllLines(In("now.jsonl"), Lines(30).Where((_, i) => i is not (7 or 20)));
        Yes(await Data("audit", In("after"), In("now.jsonl")));
        Assert.Equal(1, (await Data("audit", In("after"), In("set.jsonl"))).Exit);
        Assert.Equal(2, (await Data(["delta", In("after"), "7", "--out", In("again"), .. Key])).Exit); // gone already
        Yes(await Data(["delta", In("after"), "0", "--reason", "erasure", "--out", In("again"), .. Key]));
    }

    [Theory]
    [InlineData("blind")]
    [InlineData("open")]
    public async Task A_salted_set_answers_look_ups_and_its_salts_are_erased(string scheme)
    {
        File.WriteAllLines(In("set.jsonl"), Lines(12));
        var committed = await Data(["commit", In("set.jsonl"), "--salted", "--lookup", scheme, "--out", In("set"), "--json", .. Key]);
        Yes(committed);
        string lookupKey;
        using (var json = JsonDocument.Parse(committed.Out)) lookupKey = json.RootElement.GetProperty("lookupKey").GetString()!;
        Assert.StartsWith(scheme + ":", lookupKey, StringComparison.Ordinal);
        string policy = Policy();
        File.WriteAllText(In("member"), Lines(12).ElementAt(5));
        File.WriteAllText(In("stranger"), "{}");
        // The asker's folder and the committer's are apart: question, answer, the public statement and the tree go between.
        foreach (var (record, kind) in new[] { ("member", "presence"), ("stranger", "absence") })
        {
            Yes(await Data("lookup", "ask", In(record), "--statement", In("set"), "--lookup-key", lookupKey, "--out", In($"{record}.question")));
            string proof = In($"{record}.proof");
            if (scheme == "open") Yes(await Data("lookup", "answer", In("set"), In($"{record}.question"), "--out", proof));
            else
            {
                Yes(await Data("lookup", "answer", In("set"), In($"{record}.question"), "--out", In($"{record}.answer")));
                Yes(await Data("lookup", "finish", In($"{record}.answer"), "--secret", In($"{record}.question.secret"), "--tree", Path.Combine(In("set"), "keyed-tree"), "--statement", In("set"), "--out", proof));
            }
            var verified = await TheCommand.RunAsync("verify", proof, "--record", In(record), "--policy", policy);
            Yes(verified);
            Assert.StartsWith($"ACCEPT {kind}", verified.Out);
            Assert.Equal(1, (await TheCommand.RunAsync("verify", proof, "--record", In(record == "member" ? "stranger" : "member"), "--policy", policy)).Exit);
        }
        if (scheme == "blind")
        {
            Assert.Equal(3, (await Data("lookup", "finish", In("stranger.answer"), "--secret", In("member.question.secret"), "--tree", Path.Combine(In("set"), "keyed-tree"), "--statement", In("set"), "--out", In("none"))).Exit);
            Assert.Equal(1, (await Data("absent", In("set"), In("member"))).Exit);
            Yes(await Data("absent", In("set"), In("stranger"), "--out", In("own.proof")));
        }
        Yes(await Data("audit", In("set"), In("set.jsonl")));
        Yes(await Data("prove", In("set"), In("member"), "--out", In("in.proof")));
        Yes(await TheCommand.RunAsync("verify", In("in.proof"), "--record", In("member"), "--policy", policy));
        Yes(await Data("erase", In("set"), In("member")));
        Assert.Equal(1, (await Data("prove", In("set"), In("member"))).Exit); // nobody can tell which leaf it was
        var erased = await Data("prove", In("set"), "5");
        Assert.Equal(3, erased.Exit);
        Assert.Contains("data.salt.erased", erased.Error);
        Yes(await Data("prove", In("set"), "6", "--out", In("other.proof")));
        Yes(await Data("erase", In("set"), "--lookup-key"));
        Assert.Equal(2, (await Data("lookup", "answer", In("set"), In("member.question"))).Exit);
        Assert.Equal(2, (await Data("diff", In("set"), In("set"))).Exit);
    }

    [Fact]
    public async Task An_audit_compares_the_bytes_that_were_signed_and_not_the_folders()
    {
        File.WriteAllLines(In("set.jsonl"), Lines(10));
        Yes(await Data(["commit", In("set.jsonl"), "--out", In("set"), .. Key]));
        Yes(await Data("audit", In("set"), In("set.jsonl")));
        // The statement claims a byte more, and the folder's facts are as they were made.
        string statement = Path.Combine(In("set"), "statement.json");
        Assert.True(Core.Attestation.Envelope.DecodeJson(File.ReadAllBytes(statement), out var envelope).IsAccepted);
        string payload = Encoding.UTF8.GetString(envelope!.Payload.Span);
        long bytes = Lines(10).Sum(l => l.Length);
        Assert.Contains($"\"bytes\":{bytes},", payload);
        using var signer = Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]);
        File.WriteAllBytes(statement, Core.Attestation.Envelope.Sign(Core.Attestation.StatementCodec.MediaType, Encoding.UTF8.GetBytes(payload.Replace($"\"bytes\":{bytes},", $"\"bytes\":{bytes + 1},", StringComparison.Ordinal)), signer).EncodeJson());
        var ran = await Data("audit", In("set"), In("set.jsonl"));
        Assert.Equal(1, ran.Exit);
        Assert.Contains("data.audit", ran.Out);
        // And with the folder's facts changed alongside: CBOR's number of bytes, wherever it stands.
        string facts = Path.Combine(In("set"), "commitment");
        byte[] whole = File.ReadAllBytes(facts), was = [0x19, (byte)(bytes >> 8), (byte)bytes];
        int at = whole.AsSpan().IndexOf(was);
        Assert.True(at > 0 && bytes is > 255 and < 65536);
        whole[at + 2]++;
        File.WriteAllBytes(facts, whole);
        Assert.Equal(1, (await Data("audit", In("set"), In("set.jsonl"))).Exit);
    }

    [Fact]
    public async Task A_near_duplicate_index_of_packed_rows_is_signed_and_its_evidence_verified()
    {
        using (var file = new StreamWriter(new GZipStream(File.Create(In("set.csv.gz")), CompressionLevel.Fastest)))
        {
            file.WriteLine("id,text");
            foreach (int i in Enumerable.Range(0, 40)) file.WriteLine($"{i},\"record number {i} of the web, and some more words that {i * 7919} alone has\"");
        }
        Yes(await Data(["commit", In("set.csv.gz"), "--out", In("set"), .. Key]));
        Assert.Equal(2, (await Data(["near", "index", In("set.csv.gz"), "--index", In("index"), .. Key])).Exit); // of which data?
        Yes(await Data(["near", "index", In("set.csv.gz"), "--index", In("index"), "--commitment", In("set"), .. Key]));
        File.WriteAllText(In("query"), "12 record number 12 of the web, and some more words that 95028 alone has, and mine");
        var found = await Data("near", "find", In("query"), "--index", In("index"), "--data", In("set.csv.gz"), "--evidence", In("evidence"), "--most", "1");
        Yes(found);
        Assert.StartsWith("record 12:", found.Out, StringComparison.Ordinal);
        Assert.Contains("exactly 0.8", found.Out);
        Yes(await Data("record", "12", In("set.csv.gz"), "--out", In("record")));
        string policy = Policy();
        var verified = await TheCommand.RunAsync("verify", In("evidence"), "--statement", In("index"), "--policy", policy, "--record", In("record"));
        Yes(verified);
        Assert.StartsWith("ACCEPT near-duplicate", verified.Out);
        Assert.Equal(1, (await TheCommand.RunAsync("verify", In("evidence"), "--statement", In("index"), "--policy", policy, "--record", In("query"))).Exit);
        Assert.Equal(3, (await TheCommand.RunAsync("verify", In("evidence"), "--policy", policy)).Exit);
        var stated = await TheCommand.RunAsync("verify", Path.Combine(In("index"), "statement.json"), "--policy", policy);
        Yes(stated);
        Assert.StartsWith("ACCEPT near-duplicate-index", stated.Out);
        Assert.Equal(3, (await TheCommand.RunAsync("verify", Path.Combine(In("index"), "statement.json"))).Exit);
        Yes(await Data("near", "index", In("set.csv.gz"), "--index", In("again"), "--against", Path.Combine(In("index"), "statement.json")));
        // An index of other data cannot be signed as this one's.
        File.WriteAllText(In("other.csv"), "id,text\n1,other\n");
        Assert.Equal(2, (await Data(["near", "index", In("other.csv"), "--index", In("other"), "--commitment", In("set"), .. Key])).Exit);
    }

    [Fact]
    public async Task A_transformation_is_made_signed_drawn_and_made_again_from_packed_data()
    {
        using (var file = new StreamWriter(new GZipStream(File.Create(In("web.jsonl.gz")), CompressionLevel.Fastest)))
            foreach (string line in Lines(40)) file.WriteLine(line);
        Yes(await Data(["commit", In("web.jsonl.gz"), "--out", In("web"), .. Key]));
        var made = await Data(["transform", "filter/v1", "--parameters", "/id >= 10", "--input", In("web.jsonl.gz"), "--commitment", In("web"), "--out", In("late.jsonl"), .. Key]);
        Yes(made);
        Assert.Equal(Lines(40).Skip(10), File.ReadLines(In("late.jsonl")));
        string transformation = Path.Combine(In("late.jsonl.commitment"), "transformation.json"), policy = Policy();
        var verified = await TheCommand.RunAsync("verify", transformation, "--policy", policy);
        Yes(verified);
        Assert.StartsWith("ACCEPT data-transformation", verified.Out);
        Yes(await Data("lineage", In("web"), In("late.jsonl.commitment"), transformation));
        string[] asked = ["remake", transformation, "--commitment", In("web"), "--commitment", In("late.jsonl.commitment"), "--seed", new('7', 64), "--samples", "20", "--samples-file", In("samples")];
        Yes(await Data([.. asked, "--input", In("web.jsonl.gz"), "--output", In("late.jsonl")]));
        Yes(await Data(asked));
        Assert.Equal(2, (await Data([.. asked, "--input", In("late.jsonl"), "--output", In("late.jsonl")])).Exit);
    }
}
