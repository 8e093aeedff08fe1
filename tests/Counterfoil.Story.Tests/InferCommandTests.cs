using System.Text.Json;
using Counterfoil.Zk.Answers;

namespace Counterfoil.Story.Tests;

/// <summary>From an ONNX file to an answer that anyone checks offline, as people type it: <c>model register</c>, <c>infer prove</c>, <c>infer verify</c>.</summary>
public sealed class InferCommandTests(RegisteredNetwork network) : IClassFixture<RegisteredNetwork>
{
    const string Context = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    string At(string name) => Path.Combine(network.Folder, name);

    static JsonElement Json(Ran ran, int exit = 0)
    {
        Assert.True(ran.Exit == exit, ran.Error + ran.Out);
        using var document = JsonDocument.Parse(ran.Out);
        return document.RootElement.Clone();
    }

    static string Text(JsonElement from, string name) => from.GetProperty(name).GetString()!;

    Task<Ran> Verify(string file, params string[] more) => TheCommand.RunAsync(["infer", "verify", file, .. more]);

    [Fact]
    public async Task An_answer_is_proven_by_one_process_and_verified_by_another_without_a_network()
    {
        var proven = Json(await TheCommand.RunAsync("infer", "prove", "--model", network.Model, "--input", At("x.json"), "--context", Context, "--out", At("answer"), "--json"));
        Assert.Equal(
            [
                "name", "modelId", "publishedDigest", "context", "inputs", "hiddenInput", "hiddenOutput", "output", "top", "weightsHidden", "securityBits", "outputDigest", "proveMillis", "inferMillis", "proofBytes",
                "fileBytes", "peakBytes", "proofsLeft", "secrets", "stages",
            ],
            proven.EnumerateObject().Select(p => p.Name));
        Assert.True(proven.GetProperty("weightsHidden").GetBoolean());
        Assert.True(proven.GetProperty("securityBits").GetDouble() >= 100);
        var ran = await TheCommand.RunWithoutNetworkAsync("infer", "verify", At("answer"), "--model", network.Public, "--input", At("x.f32"), "--context", Context, "--json");
        var verified = Json(ran);
        Assert.Equal("ACCEPT", Text(verified, "verdict"));
        foreach (string name in (string[])["modelId", "publishedDigest", "context", "output"]) Assert.Equal(proven.GetProperty(name).GetRawText(), verified.GetProperty(name).GetRawText());
        Assert.Equal(network.Registered.GetProperty("modelId").GetString(), Text(verified, "modelId"));
        // What the float network says, to the error that the registration reports.
        var floats = Counterfoil.Models.FloatExecutor.Execute(SmallNetwork.Model, SmallNetwork.Input(1));
        double[] outputs = [.. verified.GetProperty("output").EnumerateArray().Select(v => v.GetDouble())];
        double range = network.Registered.GetProperty("floatRange").GetDouble();
        for (int i = 0; i < outputs.Length; i++) Assert.InRange(outputs[i], floats[i] - (0.1 * range), floats[i] + (0.1 * range));

        var shown = await Verify(At("answer"));
        Assert.True(shown.Exit == 0, shown.Error);
        Assert.StartsWith("ACCEPT", shown.Out, StringComparison.Ordinal);
        Assert.Contains(Text(verified, "modelId"), shown.Out, StringComparison.Ordinal);
        Assert.Contains("weights and everything between input and output hidden", shown.Out, StringComparison.Ordinal);
        Assert.Contains("that this is the model you mean", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_so_is_refused_by_the_check_that_is_meant_for_it()
    {
        string answer = At("to-attack");
        Json(await TheCommand.RunAsync("infer", "prove", "--model", network.Model, "--input", At("x.f32"), "--detached", "--out", answer, "--json"));
        Assert.Equal("answer.model", Text(Json(await Verify(answer, "--json"), 3), "check"));
        Assert.Equal("ACCEPT", Text(Json(await Verify(answer, "--model", network.Model, "--json")), "verdict"));
        await File.WriteAllBytesAsync(At("other.f32"), SmallNetwork.Bytes(SmallNetwork.Input(2)));
        Assert.Equal("answer.request", Text(Json(await Verify(answer, "--model", network.Public, "--input", At("other.f32"), "--json"), 1), "check"));
        Assert.Equal("answer.context", Text(Json(await Verify(answer, "--model", network.Public, "--context", Context, "--json"), 1), "check"));
        Assert.Equal("answer.model", Text(Json(await Verify(answer, "--model", network.OtherPublic, "--json"), 1), "check"));

        // The same file, its output or its context another: the proof is of something else.
        Assert.True(ProvenAnswer.Decode(await File.ReadAllBytesAsync(answer), out var decoded).IsAccepted);
        foreach (var forged in (ProvenAnswer[])[decoded! with { Output = decoded.Output.SetItem(0, decoded.Output[0] ^ 1) }, decoded with { Context = Counterfoil.Core.Digests.Keccak256.Hash("another"u8).Value }])
        {
            await File.WriteAllBytesAsync(At("forged"), forged.Encode());
            var said = Json(await Verify(At("forged"), "--model", network.Public, "--json"), 1);
            Assert.StartsWith("proof.", Text(said, "check"), StringComparison.Ordinal);
            Assert.False(said.TryGetProperty("output", out _)); // a refused output is not shown as if it were one
        }
    }

    [Fact]
    public async Task Two_processes_at_one_folder_do_not_spend_one_opening_twice()
    {
        string folder = Directory.CreateTempSubdirectory("counterfoil-two-").FullName;
        try
        {
            string model = Path.Combine(folder, "m");
            Json(await TheCommand.RunAsync("model", "register", At("net.onnx"), "--data", At("typical.f32"), "--out", model, "--budget", "1", "--json"));
            var ran = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => TheCommand.RunAsync("infer", "prove", "--model", model, "--input", At("x.f32"), "--out", Path.Combine(folder, $"answer{i}"), "--json")));
            Assert.Equal([0, 3], ran.Select(r => r.Exit).Order());
            var refused = ran.Single(r => r.Exit == 3);
            Assert.Equal("", refused.Out);
            Assert.Contains("proof.budget: expected", refused.Error, StringComparison.Ordinal);
            Assert.Single(Directory.EnumerateFiles(folder, "answer*"));
            Assert.Equal(0, Json(ran.Single(r => r.Exit == 0)).GetProperty("proofsLeft").GetInt32());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(2, "is not a proven answer: answer.encoding", "infer", "verify", "{folder}/x.json")]
    [InlineData(2, "there is no file", "infer", "verify", "{folder}/none")]
    [InlineData(2, "is no context", "infer", "verify", "{folder}/x.json", "--context", "0x00")]
    [InlineData(2, "there is no folder", "infer", "prove", "--model", "{folder}/none", "--input", "{folder}/x.json", "--out", "{folder}/y")]
    [InlineData(3, "model.folder", "infer", "prove", "--model", "{folder}", "--input", "{folder}/x.json", "--out", "{folder}/y")]
    [InlineData(2, "there is no folder", "infer", "prove", "--model", "{model}", "--input", "{folder}/x.json", "--out", "{folder}/none/y")]
    [InlineData(2, "is no input of this model: request.length", "infer", "prove", "--model", "{model}", "--input", "{folder}/net.onnx", "--out", "{folder}/y")]
    [InlineData(2, "is no input of this model: request.element", "infer", "prove", "--model", "{model}", "--input", "{folder}/words.json", "--out", "{folder}/y")]
    [InlineData(2, "is no JSON", "infer", "prove", "--model", "{model}", "--input", "{folder}/broken.json", "--out", "{folder}/y")]
    [InlineData(2, "is no address to listen at", "serve", "--model", "{model}", "--listen", "everywhere")]
    [InlineData(3, "model.folder", "serve", "--model", "{folder}")]
    public async Task What_cannot_be_done_is_said_in_a_line_and_spends_nothing(int exit, string said, params string[] arguments)
    {
        await File.WriteAllTextAsync(At("words.json"), "[\"one\"]");
        await File.WriteAllTextAsync(At("broken.json"), "[1,");
        var ran = await TheCommand.RunAsync([.. arguments.Select(a => a.Replace("{folder}", network.Folder, StringComparison.Ordinal).Replace("{model}", network.Model, StringComparison.Ordinal))]);
        Assert.Equal((exit, ""), (ran.Exit, ran.Out));
        Assert.Contains(said, ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("y")));
    }
}

/// <summary>A network that the command registered, its weights hidden; and another, its weights not.</summary>
public sealed class RegisteredNetwork : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("counterfoil-infer-").FullName;

    public string Model => Path.Combine(Folder, "model");

    public string Public => Path.Combine(Model, "public.model");

    public string OtherPublic => Path.Combine(Folder, "open", "public.model");

    /// <summary>What the command said.</summary>
    public JsonElement Registered { get; private set; }

    public async ValueTask InitializeAsync()
    {
        SmallNetwork.WriteTo(Folder);
        var ran = await TheCommand.RunAsync("model", "register", Path.Combine(Folder, "net.onnx"), "--data", Path.Combine(Folder, "typical.f32"), "--out", Model, "--budget", "8", "--json");
        Assert.True(ran.Exit == 0, ran.Error);
        using var document = JsonDocument.Parse(ran.Out);
        Registered = document.RootElement.Clone();
        var other = await TheCommand.RunAsync("model", "register", Path.Combine(Folder, "net.onnx"), "--data", Path.Combine(Folder, "typical.f32"), "--out", Path.GetDirectoryName(OtherPublic)!, "--profile", "public", "--name", "net");
        Assert.True(other.Exit == 0, other.Error);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
