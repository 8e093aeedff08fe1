using System.Text.Json;
using Counterfoil.Core.Signing;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Deltas;
using Counterfoil.Evidence.Policies;
using Counterfoil.Tests;

namespace Counterfoil.Story.Tests;

/// <summary><c>counterfoil data prove</c>, <c>absent</c>, <c>audit</c>, <c>diff</c>, and <c>verify</c> on what they write.</summary>
public sealed class DataCommandTests(ToldStory told) : IDisposable
{
    static readonly DateTimeOffset Then = new(2026, 11, 24, 5, 21, 51, TimeSpan.Zero);
    readonly string folder = Directory.CreateTempSubdirectory("counterfoil-data").FullName;
    readonly Signer committer = Signer.FromSeed(SignatureAlgorithm.Ed25519, [.. Enumerable.Repeat((byte)7, 32)]);

    public void Dispose()
    {
        committer.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    string In(string name) => Path.Combine(folder, name);

    /// <summary>Commits to lines of JSONL and leaves the folder that the commands read.</summary>
    async Task<string> Commit(string name, IEnumerable<string> lines)
    {
        await File.WriteAllLinesAsync(In($"{name}.jsonl"), lines);
        var ran = await TheCommand.RunAsync("data", "commit", In($"{name}.jsonl"), "--out", In(name), "--name", name);
        Assert.Equal(0, ran.Exit);
        string path = Path.Combine(In(name), "statement.json"); // unsigned: for whoever signs elsewhere
        await File.WriteAllBytesAsync(path, Core.Attestation.Envelope.Sign(Core.Attestation.StatementCodec.MediaType, await File.ReadAllBytesAsync(path), committer).EncodeJson());
        await File.WriteAllBytesAsync(In("policy"), new Policy(1, DateTimeOffset.UtcNow.AddDays(1), [new TrustedSigner("data", [committer.PublicKey])], [], [], []).Encode());
        return In(name);
    }

    static IEnumerable<string> Lines(int count) => Enumerable.Range(0, count).Select(i => $$"""{"id":{{i}}}""");

    [Fact]
    public async Task A_record_is_proven_in_and_another_out_and_verify_says_so_offline()
    {
        string set = await Commit("set", Lines(100));
        await File.WriteAllTextAsync(In("member"), """{"id":42}""");
        await File.WriteAllTextAsync(In("stranger"), """{"id":100}""");
        foreach (string named in (string[])["42", In("member")])
            Assert.Equal(0, (await TheCommand.RunAsync("data", "prove", set, named, "--out", In("in.proof"))).Exit);
        Assert.Equal(0, (await TheCommand.RunAsync("data", "absent", set, In("stranger"), "--out", In("out.proof"))).Exit);
        foreach (var (proof, record, kind) in new[] { ("in.proof", "member", "inclusion"), ("out.proof", "stranger", "absence") })
        {
            var ran = await TheCommand.RunAsync("verify", In(proof), "--record", In(record), "--policy", In("policy"));
            Assert.Equal((0, ""), (ran.Exit, ran.Error));
            Assert.StartsWith($"ACCEPT {kind}", ran.Out);
            Assert.Contains("does not prove", ran.Out);
        }
        Assert.Equal(1, (await TheCommand.RunAsync("data", "absent", set, In("member"))).Exit);
        Assert.Equal(1, (await TheCommand.RunAsync("data", "prove", set, In("stranger"))).Exit);
        var wrong = await TheCommand.RunAsync("verify", In("in.proof"), "--record", In("stranger"), "--policy", In("policy"), "--json");
        Assert.Equal(1, wrong.Exit);
        using var json = JsonDocument.Parse(wrong.Out);
        Assert.Equal("merkle.inclusion", json.RootElement.GetProperty("check").GetString());
        Assert.Equal(3, (await TheCommand.RunAsync("verify", In("in.proof"), "--record", In("member"))).Exit);
        Assert.Equal(3, (await TheCommand.RunAsync("verify", In("in.proof"), "--policy", In("policy"))).Exit);
        Assert.Equal(2, (await TheCommand.RunAsync("data", "prove", set, "100")).Exit);
    }

    [Fact]
    public async Task Audit_and_diff_name_every_difference()
    {
        string set = await Commit("set", Lines(30));
        Assert.Equal(0, (await TheCommand.RunAsync("data", "audit", set, In("set.jsonl"))).Exit);
        string other = await Commit("other", Lines(30).Where((_, i) => i != 7).Append("""{"id":"new"}"""));
        foreach (var ran in new[] { await TheCommand.RunAsync("data", "audit", set, In("other.jsonl"), "--json"), await TheCommand.RunAsync("data", "diff", set, other, "--json") })
        {
            Assert.Equal((1, ""), (ran.Exit, ran.Error));
            using var json = JsonDocument.Parse(ran.Out);
            Assert.Equal("data.audit", json.RootElement.GetProperty("check").GetString());
            Assert.Equal(["missing", "extra"], json.RootElement.GetProperty("differences").EnumerateArray().Select(d => d.GetProperty("kind").GetString()));
            Assert.Equal(7, json.RootElement.GetProperty("differences")[0].GetProperty("place").GetInt64());
        }
        Assert.Contains("missing     place 7", (await TheCommand.RunAsync("data", "diff", set, other)).Out);
    }

    [Fact]
    public async Task A_delta_is_verified_like_a_proof()
    {
        string set = await Commit("set", Lines(30));
        Assert.True(CommitmentFolder.Open(set, out var leaves).IsAccepted);
        using var held = leaves;
        var delta = DeltaProof.Make(leaves!, [3, 4]);
        var statement = delta.Statement(default, "opt-out", "counterfoil 0.1.0", Then).Sign("set", committer);
        await File.WriteAllBytesAsync(In("delta"), (delta with { Statement = statement }).ToBytes());
        var ran = await TheCommand.RunAsync("verify", In("delta"), "--policy", In("policy"));
        Assert.Equal((0, ""), (ran.Exit, ran.Error));
        Assert.Contains("exactly 2 places of 30", ran.Out);
        await File.WriteAllBytesAsync(In("bare"), delta.ToBytes());
        Assert.Equal(3, (await TheCommand.RunAsync("verify", In("bare"), "--policy", In("policy"))).Exit);
        Assert.Equal(2, (await TheCommand.RunAsync("verify", In("delta"), "--record", In("set.jsonl"))).Exit);
    }

    [Fact]
    public async Task The_python_client_finds_the_bundles_dataset_in_its_log()
    {
        var story = await told.Case;
        using var policy = JsonDocument.Parse(story.PolicyFile);
        string key = policy.RootElement.GetProperty("signers").EnumerateArray().Single(s => s.GetProperty("role").GetString() == "data").GetProperty("keys")[0].GetString()!;
        string log = policy.RootElement.GetProperty("logs")[0].GetString()!, client = Path.Combine(Surroundings.Root, "clients", "python");
        Task<Ran> Python(string bundle, string trusted) => TheCommand.StartAsync(Surroundings.Tool("python3"),
            ["-B", "-c", $"import sys; sys.path.insert(0, {JsonSerializer.Serialize(client)}); from counterfoil.__main__ import main; sys.exit(main())", "verify-bundle", bundle, "--key", trusted, "--log", log]);
        var ran = await Python(story.BundlePath, key);
        Assert.Equal((0, ""), (ran.Exit, ran.Error));
        Assert.StartsWith("ACCEPT dataset 'fashion-mnist-t10k' of 10000 records", ran.Out);
        ran = await Python(story.BundlePath, committer.PublicKey.ToString());
        Assert.Equal(1, ran.Exit);
        Assert.StartsWith("REJECT policy.signer", ran.Out);
        // Another log, its checkpoint changed by one digit of the root.
        byte[] bundle = await File.ReadAllBytesAsync(story.BundlePath);
        int note = bundle.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(log.Split('+')[0] + "\n"));
        Assert.True(note > 0);
        bundle[note + log.Split('+')[0].Length + 5] ^= 1;
        await File.WriteAllBytesAsync(In("changed.bundle"), bundle);
        ran = await Python(In("changed.bundle"), key);
        Assert.Equal(1, ran.Exit);
        Assert.StartsWith("REJECT log.", ran.Out);
    }
}
