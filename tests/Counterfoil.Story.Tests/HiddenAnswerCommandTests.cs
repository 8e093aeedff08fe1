using System.Text.Json;
using Counterfoil.Core.Digests;
using Counterfoil.Zk.Answers;

namespace Counterfoil.Story.Tests;

/// <summary>Answers that hide their input and output, and several answers in one proof, as people type them, in the short schedule.</summary>
public sealed class HiddenAnswerCommandTests(ShortNetwork network) : IClassFixture<ShortNetwork>
{
    string At(string name) => Path.Combine(network.Folder, name);

    static JsonElement Json(Ran ran, int exit = 0)
    {
        Assert.True(ran.Exit == exit, ran.Error + ran.Out);
        using var document = JsonDocument.Parse(ran.Out);
        return document.RootElement.Clone();
    }

    static string Text(JsonElement from, string name) => from.GetProperty(name).GetString()!;

    static ProvenAnswer Decode(string path)
    {
        Assert.True(ProvenAnswer.Decode(File.ReadAllBytes(path), out var answer).IsAccepted);
        return answer!;
    }

    async Task<JsonElement> Refused(ProvenAnswer forged, params string[] more)
    {
        string path = At($"forged-{Guid.NewGuid():N}");
        await File.WriteAllBytesAsync(path, forged.Encode());
        return Json(await TheCommand.RunAsync(["infer", "verify", path, "--json", .. more]), 1);
    }

    [Fact]
    public async Task Several_inputs_are_answered_in_one_proof_of_the_short_schedule_each_in_its_place()
    {
        Assert.Equal(("short", 3), (Text(network.Registered, "schedule"), network.Registered.GetProperty("batch").GetInt32()));
        string[] inputs = [At("x.f32"), At("y.f32"), At("z.f32")];
        var proven = Json(await TheCommand.RunAsync(["infer", "prove", "--model", network.Model, "--input", .. inputs, "--detached", "--out", At("three"), "--json"]));
        Assert.Equal((3, 3), (proven.GetProperty("inputs").GetInt32(), proven.GetProperty("outputs").GetArrayLength()));
        var verified = Json(await TheCommand.RunAsync(["infer", "verify", At("three"), "--model", network.Public, "--input", .. inputs, "--json"]));
        Assert.Equal(proven.GetProperty("outputs").GetRawText(), verified.GetProperty("outputs").GetRawText());
        Assert.Contains("gives these 3 outputs on these 3 requests, each its own", verified.GetProperty("proves")[0].GetString(), StringComparison.Ordinal);
        // Each is what the float network says, to the error that the registration reports.
        double range = network.Registered.GetProperty("floatRange").GetDouble();
        for (int i = 0; i < 3; i++)
        {
            var floats = Counterfoil.Models.FloatExecutor.Execute(SmallNetwork.Model, SmallNetwork.Input(i + 1));
            var cells = verified.GetProperty("outputs")[i].GetProperty("output").EnumerateArray().Select(v => v.GetDouble()).ToArray();
            for (int c = 0; c < cells.Length; c++) Assert.InRange(cells[c], floats[c] - (0.1 * range), floats[c] + (0.1 * range));
        }

        // Asked in another order, it was not this that was asked.
        Assert.Equal("answer.request", Text(Json(await TheCommand.RunAsync("infer", "verify", At("three"), "--model", network.Public, "--input", inputs[1], inputs[0], inputs[2], "--json"), 1), "check"));
        // Inputs exchanged in the file, and another number of them.
        var answer = Decode(At("three"));
        byte[] request = answer.Request.ToArray();
        int size = request.Length / 3;
        byte[] exchanged = [.. request[size..(2 * size)], .. request[..size], .. request[(2 * size)..]];
        Assert.StartsWith("proof.", Text(await Refused(answer with { Request = exchanged }, "--model", network.Public), "check"), StringComparison.Ordinal);
        Assert.Equal("request.length", Text(await Refused(answer with { Inputs = 2 }, "--model", network.Public), "check"));
    }

    [Fact]
    public async Task What_is_hidden_is_proven_and_in_nobodys_file_but_its_holders()
    {
        string[] prove = ["infer", "prove", "--model", network.Model, "--hide-input", "--hide-output", "--detached", "--json"];
        var proven = Json(await TheCommand.RunAsync([.. prove, "--input", At("x.f32"), "--out", At("hidden")]));
        Assert.Equal(At("hidden.secrets"), Text(proven, "secrets"));
        Assert.False(proven.TryGetProperty("output", out _));
        var answer = Decode(At("hidden"));
        Assert.True(answer.Request.IsEmpty && answer.Output.IsEmpty);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(At("hidden.secrets")));
            foreach (string name in (string[])["input.secret", "output.secret"]) Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(Path.Combine(At("hidden.secrets"), name)));
        }

        string input = Text(proven.GetProperty("hiddenInput"), "digest"), output = Text(proven.GetProperty("hiddenOutput"), "digest");
        string[] verify = ["infer", "verify", At("hidden"), "--model", network.Public, "--json"];
        var verified = Json(await TheCommand.RunWithoutNetworkAsync([.. verify, "--input-digest", input, "--output-digest", output]));
        Assert.Equal("ACCEPT", Text(verified, "verdict"));
        Assert.Equal((input, output), (Text(verified.GetProperty("hiddenInput"), "digest"), Text(verified.GetProperty("hiddenOutput"), "digest")));
        Assert.Contains($"gives the output under {output} on the input under {input}", verified.GetProperty("proves")[0].GetString(), StringComparison.Ordinal);
        Assert.True(verified.GetProperty("securityBits").GetDouble() >= 100);
        var shown = await TheCommand.RunAsync("infer", "verify", At("hidden"), "--model", network.Public);
        Assert.Contains("weights, input, output and everything between input and output hidden", shown.Out, StringComparison.Ordinal);

        // Another's digest, and an input in the clear that one cannot see it is about.
        Assert.Equal("answer.hidden", Text(Json(await TheCommand.RunAsync([.. verify, "--input-digest", output]), 1), "check"));
        Assert.Equal("answer.request", Text(Json(await TheCommand.RunAsync([.. verify, "--input", At("x.f32")]), 1), "check"));
        // Another commitment in its place: that its proof does not hold of it TensorFolderTests says too.
        Assert.StartsWith("proof.", Text(await Refused(answer with { HiddenOutput = answer.HiddenOutput! with { Root = answer.HiddenInput!.Root } }, "--model", network.Public), "check"), StringComparison.Ordinal);

        // Secrets are not written over.
        var refused = await TheCommand.RunAsync([.. prove, "--input", At("x.f32"), "--out", At("hidden")]);
        Assert.Equal((2, ""), (refused.Exit, refused.Out));
        Assert.Contains("there is something at", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_holder_shows_single_cells_of_what_is_hidden_and_nobody_else_can()
    {
        const string Context = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        string secrets = At("kept.secrets"), cells = At("cells");
        foreach (string name in (string[])["kept", "other"])
            Json(await TheCommand.RunAsync("infer", "prove", "--model", network.Model, "--input", At("x.f32"), "--hide-output", "--detached", "--out", At(name), "--json"));
        var opened = Json(await TheCommand.RunAsync("infer", "open", secrets, "--of", "output", "--cell", "2", "0", "--context", Context, "--out", cells, "--json"));
        Assert.Equal([0, 2], opened.GetProperty("opened").EnumerateArray().Select(c => c.GetProperty("index").GetInt32()));
        string[] verify = ["infer", "verify", cells, "--json"], beside = [.. verify, "--answer", At("kept"), "--model", network.Public];
        var verified = Json(await TheCommand.RunWithoutNetworkAsync([.. beside, "--input", At("x.f32"), "--context", Context]));
        Assert.Equal(("ACCEPT", "output"), (Text(verified, "verdict"), Text(verified, "of")));
        var floats = Counterfoil.Models.FloatExecutor.Execute(SmallNetwork.Model, SmallNetwork.Input(1));
        double range = network.Registered.GetProperty("floatRange").GetDouble();
        foreach (var cell in verified.GetProperty("opened").EnumerateArray())
            Assert.InRange(cell.GetProperty("value").GetDouble(), floats[cell.GetProperty("element").GetInt32()] - (0.1 * range), floats[cell.GetProperty("element").GetInt32()] + (0.1 * range));
        var shown = await TheCommand.RunAsync("infer", "verify", cells);
        Assert.Contains("every other cell hidden", shown.Out, StringComparison.Ordinal);
        Assert.Contains("whose tensor it is: pass --answer", shown.Out, StringComparison.Ordinal);

        // Of another tensor, with the same cells; for another purpose; with another value.
        Assert.Equal("opening.tensor", Text(Json(await TheCommand.RunAsync([.. verify, "--answer", At("other"), "--model", network.Public]), 1), "check"));
        Assert.Equal("opening.tensor", Text(Json(await TheCommand.RunAsync([.. verify, "--tensor", Decode(At("other")).HiddenOutput!.Digest.ToString()]), 1), "check"));
        Assert.Equal("opening.context", Text(Json(await TheCommand.RunAsync([.. beside, "--context", new string('0', 64)]), 1), "check"));
        Assert.True(ProvenOpening.Decode(await File.ReadAllBytesAsync(cells), out var honest).IsAccepted);
        var forged = honest! with { Opening = honest.Opening with { Cells = honest.Opening.Cells.SetItem(0, honest.Opening.Cells[0] with { Value = honest.Opening.Cells[0].Value + 1 }) } };
        await File.WriteAllBytesAsync(At("forged-cells"), forged.Encode());
        var said = Json(await TheCommand.RunAsync("infer", "verify", At("forged-cells"), "--json"), 1);
        Assert.Equal("proof.pads", Text(said, "check"));
        Assert.False(said.TryGetProperty("opened", out _));

        // No such cell, no such secret, and a secret that others can read.
        async Task Fails(int exit, string error, params string[] arguments)
        {
            var ran = await TheCommand.RunAsync(["infer", "open", .. arguments, "--out", At("nothing")]);
            Assert.Equal((exit, ""), (ran.Exit, ran.Out));
            Assert.Contains(error, ran.Error, StringComparison.Ordinal);
            Assert.False(File.Exists(At("nothing")));
        }

        await Fails(2, "there is no cell 4 in this output", secrets, "--of", "output", "--cell", "0", "4");
        await Fails(2, "there is no folder", At("nowhere"), "--of", "output", "--cell", "0");
        await Fails(3, "only who proved with --hide-input has it", secrets, "--of", "input", "--cell", "0");
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(Path.Combine(secrets, "output.secret"), (UnixFileMode)0b110_100_100);
        await Fails(3, "home.permissions", secrets, "--of", "output", "--cell", "0");
        File.SetUnixFileMode(Path.Combine(secrets, "output.secret"), (UnixFileMode)0b110_000_000);
        // A copy has the secret, and no opening left.
        Directory.CreateDirectory(At("copy.secrets"), (UnixFileMode)0b111_000_000);
        foreach (string file in Directory.EnumerateFiles(secrets)) File.Copy(file, Path.Combine(At("copy.secrets"), Path.GetFileName(file)));
        await Fails(3, "proof.budget.record", At("copy.secrets"), "--of", "output", "--cell", "0");
    }

    [Fact]
    public async Task A_batch_hides_its_inputs_or_its_outputs_as_one_answer_does()
    {
        var proven = Json(await TheCommand.RunAsync("infer", "prove", "--model", network.Model, "--input", At("x.f32"), "--input", At("y.f32"), "--hide-input", "--secrets", At("mine"), "--out", At("two"), "--json"));
        Assert.Equal((2, 2 * SmallNetwork.Inputs), (proven.GetProperty("outputs").GetArrayLength(), proven.GetProperty("hiddenInput").GetProperty("cells").GetInt32()));
        Assert.Equal(JsonValueKind.Null, proven.GetProperty("hiddenOutput").ValueKind);
        Assert.Equal("ACCEPT", Text(Json(await TheCommand.RunAsync("infer", "verify", At("two"), "--json")), "verdict"));
    }

    [Fact]
    public async Task An_answer_of_one_schedule_is_none_of_the_other()
    {
        Json(await TheCommand.RunAsync("infer", "prove", "--model", network.Model, "--input", At("x.f32"), "--detached", "--out", At("short"), "--json"));
        Assert.Equal("answer.model", Text(Json(await TheCommand.RunAsync("infer", "verify", At("short"), "--model", network.WidePublic, "--json"), 1), "check"));
        // Even if it says that the other gave it.
        var wide = await File.ReadAllBytesAsync(network.WidePublic);
        Assert.StartsWith("proof.", Text(await Refused(Decode(At("short")) with { ModelDigest = Sha256.Hash(wide) }, "--model", network.WidePublic), "check"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "proof.hidden: expected", "register the model with --tensor-budget N", "--hide-output")]
    [InlineData(2, "--secrets, and nothing to hide", "--hide-input, --hide-output or both", "--secrets", "{folder}/none.secrets")]
    public async Task What_cannot_be_hidden_is_said_with_what_to_do_and_leaves_nothing_behind(int exit, string said, string hint, params string[] more)
    {
        var ran = await TheCommand.RunAsync(["infer", "prove", "--model", network.Wide, "--input", At("x.f32"), "--out", At("none"), .. more.Select(a => a.Replace("{folder}", network.Folder, StringComparison.Ordinal))]);
        Assert.Equal((exit, ""), (ran.Exit, ran.Out));
        Assert.Contains(said, ran.Error, StringComparison.Ordinal);
        Assert.Contains(hint, ran.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("none")) || Directory.Exists(At("none.secrets")));
    }
}

/// <summary>A network that the command registered in the short schedule, its weights hidden, with room for batches of three; and one in the wide, its weights not hidden, with room for nothing.</summary>
public sealed class ShortNetwork : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("counterfoil-hidden-").FullName;

    public string Model => Path.Combine(Folder, "model");

    public string Public => Path.Combine(Model, "public.model");

    public string Wide => Path.Combine(Folder, "wide");

    public string WidePublic => Path.Combine(Wide, "public.model");

    /// <summary>What the command said.</summary>
    public JsonElement Registered { get; private set; }

    public async ValueTask InitializeAsync()
    {
        SmallNetwork.WriteTo(Folder);
        await File.WriteAllBytesAsync(Path.Combine(Folder, "y.f32"), SmallNetwork.Bytes(SmallNetwork.Input(2)));
        await File.WriteAllBytesAsync(Path.Combine(Folder, "z.f32"), SmallNetwork.Bytes(SmallNetwork.Input(3)));
        string[] register = ["model", "register", Path.Combine(Folder, "net.onnx"), "--data", Path.Combine(Folder, "typical.f32")];
        var ran = await TheCommand.RunAsync([.. register, "--out", Model, "--budget", "16", "--schedule", "short", "--batch", "3", "--json"]);
        Assert.True(ran.Exit == 0, ran.Error);
        using var document = JsonDocument.Parse(ran.Out);
        Registered = document.RootElement.Clone();
        var wide = await TheCommand.RunAsync([.. register, "--out", Wide, "--profile", "public"]);
        Assert.True(wide.Exit == 0, wide.Error);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
