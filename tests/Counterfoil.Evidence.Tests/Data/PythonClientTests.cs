using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Counterfoil.Core.Pseudorandom;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Deltas;
using Counterfoil.Data.Privacy;
using Counterfoil.Data.Proofs;
using static Counterfoil.Tests.Data.DataScene;

namespace Counterfoil.Tests.Data;

/// <summary>The client in <c>clients/python</c> and this implementation, on the same proofs and the same forgeries.</summary>
public sealed class PythonClientTests
{
    sealed record Vector(string Name, string Kind, byte[] Record, byte[] File);

    static readonly string Client = Path.Combine(Surroundings.Root, "clients", "python");

    /// <summary>One proof of each kind; random bytes come of a seed, so the files are always the same.</summary>
    static async Task<List<Vector>> MakeAsync()
    {
        var random = new Random(4);
        void Fill(Span<byte> span) => random.NextBytes(span);
        List<byte[]> records = [.. Pictures.Make(20), Pictures.Make(20)[3], Pictures.Make(20)[3]];
        var scene = await OfAsync(records);
        byte[] stranger = Pictures.Make(1, seed: 9)[0];
        var vectors = new List<Vector> { new("inclusion", "inclusion", records[11], scene.Inclusion(11).ToBytes()), new("absence", "absence", stranger, scene.Absence(stranger).ToBytes()) };

        var fewer = await OfAsync(records[..21]);
        var said = DataScene.Of(records, scene.Result with { SortedRoot = fewer.Result.SortedRoot }, scene.Manifest);
        var leaf = scene.Set.Leaf(records[3]);
        vectors.Add(new("a multiplicity that was too small", "multiplicity-fraud", records[3],
            new DataProof(said.Set, new Claim.MultiplicityFraud([.. scene.Leaves.Find(leaf).Select(p => Placement.Of(scene.Leaves, p))], fewer.Leaves.Absence(RecordLeaf.Key(leaf))), said.Statement).ToBytes()));
        foreach (int stated in (int[])[23, 5])
        {
            var lie = DataScene.Of(records, scene.Result with { Records = stated }, scene.Manifest);
            var claim = Claim.CountFraud.Make(scene.Leaves, stated, out long place)!;
            vectors.Add(new($"{stated} stated and 22 there", "count-fraud", claim.NeedsRecord ? records[(int)place] : [], new DataProof(lie.Set, claim, lie.Statement).ToBytes()));
        }

        string path = Path.Combine(Path.GetTempPath(), $"counterfoil-{Guid.NewGuid():N}");
        try
        {
            using var salts = SaltFile.Create(path, records.Count, Fill);
            using var vrf = new VrfKey([.. Enumerable.Repeat((byte)5, 32)]);
            using var voprf = VoprfKey.Derive([.. Enumerable.Repeat((byte)5, 32)], "look-ups"u8);
            var keyed = await KeyedSet.BuildAsync(Pictures.Open(records), salts, vrf);
            var (set, statement) = Committed(keyed);
            keyed.Place(6, salts, out var salted);
            vectors.Add(new("salted inclusion", "inclusion", records[6], new DataProof(set, new Claim.Inclusion(salted!), statement).ToBytes()));
            vectors.Add(new("a keyed look-up finds", "presence", records[3], new DataProof(set, keyed.Answer(vrf, set.Leaf(records[3])), statement).ToBytes()));
            vectors.Add(new("a keyed look-up finds nothing", "absence", stranger, new DataProof(set, keyed.Answer(vrf, set.Leaf(stranger)), statement).ToBytes()));
            var blind = await KeyedSet.BuildAsync(Pictures.Open(records), salts, voprf);
            (set, statement) = Committed(blind);
            foreach (var (name, record) in new[] { ("a blind look-up finds", records[6]), ("a blind look-up finds nothing", stranger) })
            {
                byte[] digest = set.Leaf(record).ToArray(), factor = VoprfPublicKey.NewBlind(Fill);
                voprf.BlindEvaluate([VoprfPublicKey.Blind(digest, factor)], Fill, out var answer);
                voprf.PublicKey.Finalize([digest], [factor], answer!, out var outputs);
                var claim = blind.Answer(new(outputs[0]), new Lookup.Blinded(voprf.PublicKey.Bytes.ToArray(), factor, answer!.Elements[0], answer.Proof));
                vectors.Add(new(name, claim.Kind, record, new DataProof(set, claim, statement).ToBytes()));
            }
        }
        finally
        {
            File.Delete(path);
        }

        var delta = DeltaProof.Make(scene.Leaves, [0, 3, 9, 10, 20]);
        vectors.Add(new("a delta", "dataset-delta", [], (delta with { Statement = delta.Statement(scene.Set.Statement, "opt-out", "counterfoil 0.1.0", Then).Sign("pictures", Committer) }).ToBytes()));
        return vectors;
    }

    static (CommittedSet, Core.Attestation.Envelope) Committed(KeyedSet set)
    {
        var statement = Sign(set.Result);
        CommittedSet.Read(statement, out var read, out _);
        return (read!, statement);
    }

    static Verdict Verify(Vector vector, byte[] file) => file.AsSpan(0, Math.Min(48, file.Length)).IndexOf("counterfoil/dataset-delta"u8) >= 0
        ? DeltaReport.Of(file, Policy).Verdict
        : ProofReport.Of(file, vector.Kind == "dataset-delta" ? null : vector.Record, Policy).Verdict;

    [Fact]
    public async Task Its_vectors_are_those_that_this_implementation_makes()
    {
        var vectors = await MakeAsync();
        Assert.All(vectors, v => Assert.Equal(Verdict.Accept, Verify(v, v.File)));
        var document = new JsonObject
        {
            ["origin"] = "PythonClientTests.MakeAsync; COUNTERFOIL_UPDATE=1 writes them again",
            ["key"] = Committer.PublicKey.ToString(),
            ["proofs"] = new JsonArray([.. vectors.Select(v => (JsonNode)new JsonObject { ["name"] = v.Name, ["kind"] = v.Kind, ["record"] = Convert.ToHexStringLower(v.Record), ["file"] = Convert.ToHexStringLower(v.File) })]),
        };
        string path = Path.Combine(Client, "tests", "vectors.json"), made = document.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
        if (Environment.GetEnvironmentVariable("COUNTERFOIL_UPDATE") == "1") File.WriteAllText(path, made);
        else Assert.Equal(File.ReadAllText(path), made);
    }

    [Fact]
    public async Task Its_own_tests_pass()
    {
        var (exit, _, error) = await Python(["-m", "unittest", "-q"]);
        Assert.True(exit == 0 && error.Contains("\nOK", StringComparison.Ordinal) && !error.Contains("skipped", StringComparison.Ordinal), error);
    }

    [Fact]
    public async Task It_accepts_what_holds_and_refuses_every_mutation_for_the_same_reason()
    {
        var random = new Random(11);
        var asked = new List<(Vector Vector, byte[] File)>();
        foreach (var vector in await MakeAsync())
        {
            asked.Add((vector, vector.File));
            int step = Surroundings.IsCampaign ? 1 : Math.Max(1, vector.File.Length / 9);
            for (int at = random.Next(step); at < vector.File.Length; at += step) asked.Add((vector, Flip(vector.File, at, 1 << random.Next(8))));
            asked.Add((vector, vector.File[..^1]));
            asked.Add((vector, [.. vector.File, 0]));
        }
        var input = new StringBuilder();
        foreach (var (vector, file) in asked)
            input.Append(Convert.ToHexStringLower(file)).Append(' ').Append(vector.Record.Length == 0 ? "-" : Convert.ToHexStringLower(vector.Record)).Append(' ').Append(Committer.PublicKey).Append('\n');
        var (exit, output, error) = await Python(["tests/compare.py"], input.ToString());
        Assert.True(exit == 0, error);
        string[] theirs = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(asked.Count, theirs.Length);
        var differing = new List<string>();
        for (int i = 0; i < asked.Count; i++)
        {
            var (vector, file) = asked[i];
            string ours = Verify(vector, file) switch { Verdict.Rejected r => $"REJECT {r.Reason.Check}", Verdict.Unverifiable u => $"UNVERIFIABLE {u.Reason.Check}", _ => "ACCEPT" };
            Assert.Equal(file.AsSpan().SequenceEqual(vector.File), ours == "ACCEPT");
            Assert.Equal(ours == "ACCEPT", theirs[i] == "ACCEPT");
            if (ours != theirs[i]) differing.Add($"{vector.Name}, byte {file.AsSpan().CommonPrefixLength(vector.File)}: {ours} here, {theirs[i]} there");
        }
        // The first of several faults may be another where one of us reads as it goes and the other reads first: bytes that are no such document at all.
        Assert.All(differing, d => Assert.Matches("REJECT (cbor|statement|dsse|signing|data\\.proof\\.version|data\\.delta\\.form|data\\.canonicaliser|data\\.absence|data\\.delta|data\\.proof)", d));
        TestContext.Current.TestOutputHelper?.WriteLine($"{asked.Count} files, {differing.Count} refused by another check:\n{string.Join('\n', differing)}");
        Assert.InRange(differing.Count, 0, asked.Count / 4);
    }

    [Fact]
    public async Task Its_command_says_what_it_found_by_words_and_exit_code()
    {
        string folder = Directory.CreateTempSubdirectory("counterfoil-python").FullName;
        try
        {
            var scene = await MakeAsync(20, seed: 1);
            string proof = Path.Combine(folder, "record.proof"), record = Path.Combine(folder, "record"), other = Path.Combine(folder, "other");
            File.WriteAllBytes(proof, scene.Inclusion(4).ToBytes());
            File.WriteAllBytes(record, scene.Records[4]);
            File.WriteAllBytes(other, scene.Records[5]);
            string key = Committer.PublicKey.ToString();
            Assert.Equal((0, "ACCEPT the claim of inclusion\n"), Said(await Python(["-m", "counterfoil", "verify-proof", proof, "--record", record, "--key", key])));
            var (exit, said) = Said(await Python(["-m", "counterfoil", "verify-proof", proof, "--record", other, "--key", key]));
            Assert.Equal(1, exit);
            Assert.StartsWith("REJECT merkle.inclusion: expected root ", said);
            (exit, said) = Said(await Python(["-m", "counterfoil", "verify-proof", proof, "--record", record]));
            Assert.Equal(3, exit);
            Assert.StartsWith("UNVERIFIABLE policy.signer", said);
            Assert.Equal(2, (await Python(["-m", "counterfoil", "verify-proof", Path.Combine(folder, "nothing")])).Exit);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        static (int, string) Said((int Exit, string Out, string Error) ran) => (ran.Exit, ran.Out);
    }

    static Task<DataScene> MakeAsync(int records, int seed) => DataScene.MakeAsync(records, seed);

    static async Task<(int Exit, string Out, string Error)> Python(string[] arguments, string input = "")
    {
        var start = new ProcessStartInfo(Surroundings.Tool("python3"), ["-B", .. arguments]) { WorkingDirectory = Client, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
